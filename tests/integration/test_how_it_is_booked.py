"""The studio's own rules: coupons with everything that limits them, and how it is booked."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.catalog.couponing import TypedCoupon, coupons, remove_coupon, save_coupon
from portal_app.domain.catalog.models import Coupon
from portal_app.domain.catalog.queries import terms
from portal_app.domain.catalog.taxing import (
    TypedFee,
    fees,
    move_fee,
    move_tax_group,
    remove_fee,
    remove_tax_group,
    save_fee,
    save_tax_group,
    tax_groups,
)
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.ruling import own_policy, save_policy, save_tips
from portal_app.ui.admin.booking.state import policy_card
from portal_app.ui.admin.coupons.cards import coupon_card, edit_coupon
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("booking-01")

MORNING = datetime(2026, 11, 26, 9, 30)
AUTUMN = TypedCoupon("autumn10", "percent", "10")
RULES = {
    "timing": "optional", "strategy": "closest", "windows": "Morning 8:00-12:00\n\nAfternoon 12:00-17:00", "interval_minutes": "60",
    "notice_hours": "1.5", "horizon_days": "90", "buffer_before_minutes": "5", "buffer_after_minutes": "10",
    "accepts_by_itself": "on", "member_confirms": "off", "outside_is_asked": "off", "full_is_asked": "on", "pay": "50",
    "change_hours": "48", "cancel_hours": "12", "cutoff_days": "1", "cutoff_time": "17:30", "late_is_allowed": "on",
    "late_fee": "35", "most_moves": "2", "drive_factor_percent": "140", "drive_kmh": "40",
    "hold_minutes": "20",
}  # fmt: skip


def save(database: Database, cast: Cast, typed: TypedCoupon = AUTUMN, public_id: str = "") -> str:
    with database.unit_of_work() as db:
        return save_coupon(db, cast.olive, public_id, typed, now=NOW)


def test_a_coupon_is_read_as_it_was_written(database: Database, cast: Cast) -> None:
    limited = replace(
        AUTUMN, kind="fixed", amount="$25.50", minimum="100", most_uses="50", most_per_customer="1", first_day="2026-12-01",
        last_day="2026-12-24", services=(cast.photos,), new_customers_only=True,
    )  # fmt: skip
    kept = save(database, cast, limited)
    with database.reading() as db:
        (row,) = coupons(db, cast.olive)
    assert (row.public_id, row.code, row.amount, row.minimum_cents, row.services) == (
        kept,
        "AUTUMN10",
        2_550,
        10_000,
        (cast.photos,),
    )
    assert row.starts_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 12, 25, 8, tzinfo=UTC)
    edit = edit_coupon(row, "k", "USD", "America/Los_Angeles")
    assert (edit.amount, edit.first_day, edit.last_day, edit.who) == ("25.50", "2026-12-01", "2026-12-24", "new")
    card = coupon_card(row, "USD", "America/Los_Angeles")
    assert (card.takes, card.uses) == ("$25.50 off", "Used 0 of 50 times")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "ten %"}, "code"),
        ({"code": ""}, "code"),
        ({"kind": "free"}, "kind"),
        ({"amount": "0"}, "amount"),
        ({"amount": "101"}, "amount"),
        ({"kind": "fixed", "amount": "ten"}, "amount"),
        ({"minimum": "-1"}, "minimum"),
        ({"most_uses": "0"}, "most_uses"),
        ({"most_per_customer": "x"}, "most_per_customer"),
        ({"first_day": "soon"}, "first_day"),
        ({"first_day": "2026-12-02", "last_day": "2026-12-01"}, "last_day"),
        ({"services": ("nothing",)}, "services"),
    ],
)
def test_what_does_not_fit_a_coupon_is_refused_beside_its_field(database: Database, cast: Cast, change: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(database, cast, replace(AUTUMN, **change))
    assert refused.value.field == field
    with database.reading() as db:
        assert coupons(db, cast.olive) == []


def test_a_code_is_given_once_and_a_cap_never_falls_below_its_uses(database: Database, cast: Cast) -> None:
    kept = save(database, cast)
    with pytest.raises(InvalidInput, match="Another coupon"):
        save(database, cast)
    with database.unit_of_work() as db:
        db.exec(select(Coupon)).one().uses = 3
    with pytest.raises(InvalidInput, match="used 3 times"):
        save(database, cast, replace(AUTUMN, most_uses="2"), kept)
    save(database, cast, replace(AUTUMN, most_uses="3", is_active=False), kept)
    with database.reading() as db:
        (row,) = coupons(db, cast.olive)
        assert (row.uses, row.most_uses, row.is_active) == (3, 3, False)
    for by in (cast.pia, cast.omar, cast.carl):
        with pytest.raises((NotAllowed, NotFound)), database.unit_of_work() as db:
            save_coupon(db, by, kept, AUTUMN, now=NOW)


def test_the_rules_are_kept_as_they_were_typed_and_shown_so_again(database: Database, cast: Cast) -> None:
    for _ in range(2):
        with database.unit_of_work() as db:
            save_policy(db, cast.olive, RULES, now=NOW)
    with database.reading() as db:
        kept = own_policy(db, cast.olive)
        db.rollback()
        card = policy_card(kept, "USD")
        facts = [fact for fact in db.exec(select(Fact)) if fact.kind == "policy.changed"]
        assert (policy_of(db, cast.harbor).notice_minutes, policy_of(db, cast.bluebird).notice_minutes) == (90, 24 * 60)
    told = {name: getattr(card, name) for name in RULES}
    assert told == RULES | {"windows": "Morning 8:00-12:00\nAfternoon 12:00-17:00", "late_fee": "35.00"}
    assert len(facts) == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("timing", "maybe"), ("strategy", ""), ("windows", "Morning"), ("interval_minutes", "4"), ("notice_hours", "-1"),
        ("horizon_days", "0"), ("buffer_after_minutes", "x"), ("pay", "101"), ("change_hours", ""), ("cutoff_days", "31"),
        ("cutoff_time", "25:00"), ("late_fee", "x"), ("most_moves", "-1"), ("drive_kmh", "0"), ("drive_factor_percent", "99"),
        ("hold_minutes", "4"),
    ],
)  # fmt: skip
def test_a_rule_that_does_not_fit_is_refused_beside_its_field(database: Database, cast: Cast, field: str, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused, database.unit_of_work() as db:
        save_policy(db, cast.olive, RULES | {field: typed}, now=NOW)
    assert refused.value.field == field
    with pytest.raises(NotAllowed), database.unit_of_work() as db:
        save_policy(db, cast.pia, RULES, now=NOW)


def test_fees_and_tax_groups_are_written_changed_and_removed(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        usual = next((each for each in tax_groups(db, cast.olive) if each.is_default), None)
        kept = save_tax_group(db, cast.olive, "", "Two rates", "State tax 6.25%\nCounty 1", is_default=True, now=NOW)
        fee = save_fee(db, cast.olive, "", TypedFee("Weekend", "percent", "2.5", kept), now=NOW)
    with database.reading() as db:
        groups = tax_groups(db, cast.olive)
        assert [each.is_default for each in groups].count(True) == 1
        assert (groups[-1].public_id, groups[-1].rates) == (kept, (("State tax", 625), ("County", 100)))
        assert [(each.name, each.kind, each.amount, each.tax_group) for each in fees(db, cast.olive)] == [
            ("Weekend", "percent", 250, kept)
        ]
    with pytest.raises(Conflict, match="in use"), database.unit_of_work() as db:
        remove_tax_group(db, cast.olive, kept, now=NOW)
    with pytest.raises(InvalidInput, match="the usual one"), database.unit_of_work() as db:
        save_tax_group(db, cast.olive, kept, "Two rates", "", is_default=False, now=NOW)
    with database.unit_of_work() as db:
        remove_fee(db, cast.olive, fee, now=NOW)
        other = usual.public_id if usual else save_tax_group(db, cast.olive, "", "None", "", is_default=False, now=NOW)
        save_tax_group(db, cast.olive, other, "Usual", "", is_default=True, now=NOW)
        remove_tax_group(db, cast.olive, kept, now=NOW)
        assert (fees(db, cast.olive), kept in repr(tax_groups(db, cast.olive))) == ([], False)


@pytest.mark.parametrize("rates", ["6.25", "State tax six", "State tax 101"])
def test_a_rate_that_does_not_fit_is_refused(database: Database, cast: Cast, rates: str) -> None:
    with pytest.raises(InvalidInput) as refused, database.unit_of_work() as db:
        save_tax_group(db, cast.olive, "", "Wrong", rates, is_default=False, now=NOW)
    assert refused.value.field == "rates"


def test_tips_are_suggested_as_they_were_typed(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        save_tips(db, cast.olive, "20 %, 12.5", now=NOW)
        assert policy_of(db, cast.harbor).tip_basis_points == "1250 2000"
    for wrong in ("10, 10", "0", "1 2 3 4 5", "ten"):
        with pytest.raises(InvalidInput), database.unit_of_work() as db:
            save_tips(db, cast.olive, wrong, now=NOW)


def test_fees_and_tax_groups_are_sorted_and_new_ones_stand_last(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        for name in ("Weekend", "Gallery", "Rush"):
            made = save_fee(db, cast.olive, "", TypedFee(name, "fixed", "5"), now=NOW)
            group = save_tax_group(db, cast.olive, "", name, "", is_default=False, now=NOW)
        count = len(tax_groups(db, cast.olive))
        assert move_fee(db, cast.olive, made, -5, now=NOW) == (1, 3)
        assert move_tax_group(db, cast.olive, group, -1, now=NOW) == (count - 1, count)
    with database.reading() as db:
        assert [fee.name for fee in fees(db, cast.olive)] == ["Rush", "Weekend", "Gallery"]
        assert [each.name for each in tax_groups(db, cast.olive)][-3:] == ["Weekend", "Rush", "Gallery"]
        assert [fee.name for fee in terms(db, cast.carl).fees] == ["Rush", "Weekend", "Gallery"]


def test_a_coupon_leaves_unless_an_order_was_placed_with_it(database: Database, cast: Cast) -> None:
    kept, spare = save(database, cast), save(database, cast, replace(AUTUMN, code="SPARE", services=(cast.photos,)))
    request = OrderRequest("k1", "1 Plain Street", "Carmel", "1800", (cast.photos,), MORNING, coupon="AUTUMN10")
    with database.unit_of_work() as db:
        place_order(db, cast.carl, request, now=NOW)
        remove_coupon(db, cast.olive, spare, now=NOW)
    with pytest.raises(Conflict, match="Orders were placed with AUTUMN10"), database.unit_of_work() as db:
        remove_coupon(db, cast.olive, kept, now=NOW)
    with database.reading() as db:
        assert [each.code for each in coupons(db, cast.olive)] == ["AUTUMN10"]
    for by in (cast.pia, cast.omar, cast.carl):
        with pytest.raises((NotAllowed, NotFound)), database.unit_of_work() as db:
            remove_coupon(db, by, kept, now=NOW)
