"""An order that several people pay: split, changed, taken back; what opens the photos; whose link shows what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.resealing import seal_anew
from portal_app.adapters.secret_box import SecretBox
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer, guest_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.billing import dividing
from portal_app.domain.billing.agreeing import TypedPayer
from portal_app.domain.billing.dividing import NothingToSplit, NotSplit, NotYetAgreed
from portal_app.domain.billing.models import Share
from portal_app.domain.billing.queries import balance
from portal_app.domain.billing.shares import held_share, viewer_of_share
from portal_app.domain.delivery.gate import Sight
from portal_app.domain.delivery.seeing import gate_of
from portal_app.domain.orders.models import Order, OrderCharge
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.delivered import hand_over, photographed
from tests.integration.payments.office import SEAL
from tests.integration.payments.parted import ANA, BO, Parted, payers, percents

pytestmark = pytest.mark.proof("payments-08")


@pytest.fixture
def parted(database: Database, cast: Cast) -> Parted:
    order = make_order(database, cast.harbor, cast.carl_customer)
    return Parted(database, cast, order.id or 0, order.number)


def facts(database: Database, kind: str) -> list[dict]:
    with database.reading() as db:
        return [fact.details for fact in db.exec(select(Fact).where(Fact.kind == kind).order_by(Fact.id))]


def mailed(parted: Parted) -> list[str]:
    """Whom work was left for, to mail them their link."""
    with parted.database.reading() as db:
        asked = db.exec(select(Work).where(Work.kind == dividing.MAIL_SHARE).order_by(Work.id)).all()
        return [db.get_one(Share, one.payload["share_id"]).email for one in asked]


def cost(parted: Parted, total_cents: int, status: str = "completed") -> None:
    with parted.database.unit_of_work() as db:
        order = db.get_one(Order, parted.order_id)
        order.subtotal_cents, order.total_cents, order.status = total_cents, total_cents, status


def test_sixty_forty_with_odd_cents_adds_up(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    assert parted.due == [28654, 19103]
    assert sum(parted.due) == 47757
    first, second = parted.payers
    assert (first.name, first.is_first, first.is_main) == ("Carl Nakamura", True, True)
    assert (second.name, second.email, second.is_first, second.is_main) == ("Ana Reyes", ANA, False, False)
    assert facts(parted.database, "order.split") == [{"payers": 2, "unlock_when": "all"}]


def test_the_studio_splits_for_its_customer_and_everybody_is_mailed(parted: Parted) -> None:
    parted.split(payers("amount", "277.57", "150", "50"), by=parted.cast.olive)
    assert parted.due == [27757, 15000, 5000]
    assert mailed(parted) == ["carl@coastline.example", ANA, BO]


def test_who_splits_an_order_of_their_own_needs_no_mail(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    assert mailed(parted) == [ANA]


def test_only_who_may_splits(parted: Parted) -> None:
    cast = parted.cast
    for by, refusal in (
        (cast.pia, NotAllowed),
        (cast.omar, NotFound),
        (cast.ollie, NotFound),
        (guest_viewer(cast.harbor), NotFound),
    ):
        with pytest.raises(refusal):
            parted.split(percents("60", "40"), by=by)
    with pytest.raises(NotAllowed):
        parted.split(percents("60", "40"), by=replace(cast.olive, role="admin", withheld=frozenset({Permission.SEE_MONEY})))
    parted.split(percents("60", "40"))
    holder = _holder(parted, 1)
    with pytest.raises(NotFound):
        parted.split(percents("99", "1"), by=holder)
    with pytest.raises(NotFound):
        parted.undo(holder)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (percents("100"), "payers", "2 to 12"),
        (percents("60", "41"), "payers", "do not make 100"),
        (payers("rest", "", ""), "payers", "Only one"),
        (payers("amount", "477.57", "1"), "payers", "more than the order, which is $477.57"),
        (payers("amount", "400", "1"), "payers", "less than the order"),
        (payers("amount", "477.27", "0.30"), "value-1", "That is $0.30. Cards take $0.50 or more."),
        (percents("100", "0"), "value-1", "That is $0.00"),
        (percents("60", "4o"), "value-1", "percentage"),
        ([TypedPayer("rest"), TypedPayer("half", "1", "Ana")], "value-1", "Choose"),
        ([TypedPayer("rest"), TypedPayer("percent", "40", " ", ANA)], "name-1", "Type a name"),
        ([TypedPayer("rest"), TypedPayer("percent", "40", "Ana", "ana@")], "email-1", "email address"),
    ],
)
def test_what_does_not_make_up_the_order_is_said_beside_it(parted: Parted, typed, field: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words.replace("$", r"\$")) as refused:
        parted.split(typed)
    assert refused.value.field == field
    assert parted.payers == ()


def test_who_ordered_may_leave_all_of_it_to_others(parted: Parted) -> None:
    parted.split(percents("0", "50", "50"))
    assert parted.due == [0, 23879, 23878]


@pytest.mark.parametrize("status", ["pending", "canceled"])
def test_only_what_was_agreed_on_is_split(parted: Parted, status: str) -> None:
    cost(parted, 47757, status)
    with pytest.raises(NotYetAgreed):
        parted.split(percents("60", "40"))


def test_what_is_paid_is_not_split(parted: Parted) -> None:
    parted.money(None, 47757)
    with pytest.raises(NothingToSplit):
        parted.split(percents("60", "40"))


def test_each_pays_their_part_and_the_order_is_paid(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    parted.money(1, 19103)
    assert parted.due == [28654, 0]
    parted.money(0, 28654)
    assert parted.due == [0, 0]
    with parted.database.reading() as db:
        assert balance(db, parted.order_id).due == 0


def test_a_deposit_and_a_check_count_for_who_ordered(parted: Parted) -> None:
    parted.money(None, 10000)
    parted.split(percents("60", "40"))
    assert parted.due == [18654, 19103]


def test_a_refund_or_a_dispute_is_of_the_payer_whose_payment_it_is_about(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    paid = parted.money(1, 19103)
    parted.money(0, 28654)
    parted.money(None, -5000, "refund", about=paid)
    assert parted.due == [0, 5000]
    parted.money(None, -14103, "dispute", about=paid)
    assert parted.due == [0, 19103]


def test_when_the_order_costs_more_percentages_follow_and_amounts_stay(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    cost(parted, 50000)
    assert parted.due == [30000, 20000]
    parted.split(payers("amount", "300", "200"))
    cost(parted, 56000)
    assert parted.due == [36000, 20000]


def test_a_canceled_order_asks_who_ordered_for_its_fee(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    cost(parted, 47757, "canceled")
    assert parted.due == [0, 0]
    with parted.database.unit_of_work() as db:
        db.add(
            OrderCharge(
                studio_id=parted.cast.harbor,
                order_id=parted.order_id,
                position=9,
                kind="late",
                name="Late fee",
                amount_cents=7500,
            )
        )
    assert parted.due == [7500, 0]


def test_a_change_keeps_what_each_paid_and_who_pays_the_same_hears_nothing(parted: Parted) -> None:
    parted.split(percents("50", "30", "20"))
    parted.money(1, 14327)
    links = [parted.token(place) for place in range(3)]
    carl, ana, bo = parted.again()
    parted.split([carl, replace(bo, value="25"), replace(ana, value="25")])
    assert [one.name for one in parted.payers] == ["Carl Nakamura", "Bo Lind", "Ana Reyes"]
    assert [one.owes.paid for one in parted.payers] == [0, 0, 14327]
    assert parted.due == [23879 - (14327 - 11939), 11939, 0]
    assert [parted.token(place) for place in range(3)] == [links[0], links[2], links[1]]
    assert mailed(parted) == [ANA, BO, BO, ANA]
    parted.split(parted.again())
    assert mailed(parted) == [ANA, BO, BO, ANA]


def test_who_pays_no_more_leaves_what_they_paid_to_the_order(parted: Parted) -> None:
    parted.split(percents("50", "30", "20"))
    parted.money(1, 10000)
    old = parted.token(1)
    carl, _, bo = parted.again()
    parted.split([replace(carl, value="80"), bo])
    assert parted.due == [38206 - 10000, 9551]
    assert _held(parted, old).has_ended


def test_somebody_else_s_share_is_not_taken_over(parted: Parted) -> None:
    """The form says which share goes on: it can name neither who ordered nor a share of another order, nor one twice."""
    parted.split(percents("60", "40"))
    carl, ana = parted.payers
    other = make_order(parted.database, parted.cast.harbor, parted.cast.carl_customer, number=1002)
    there = Parted(parted.database, parted.cast, other.id or 0, other.number)
    there.split(percents("60", "40"))
    stolen = there.payers[1].public_id
    parted.split(
        [
            TypedPayer("percent", "40", share=ana.public_id),
            TypedPayer("percent", "20", "A", share=carl.public_id),
            TypedPayer("percent", "20", "B", share=stolen),
            TypedPayer("percent", "10", "C", share=ana.public_id),
            TypedPayer("percent", "10", "D", share=ana.public_id),
        ]
    )
    now = [one.public_id for one in parted.payers]
    assert now[0] == carl.public_id
    assert now[3] == ana.public_id
    assert len({*now, stolen}) == 6
    assert there.payers[1].public_id == stolen


def test_undone_it_is_one_payer_again(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    parted.money(1, 10000)
    old = parted.token(1)
    parted.undo()
    assert parted.payers == ()
    assert _held(parted, old).has_ended
    with parted.database.reading() as db:
        assert balance(db, parted.order_id).due == 37757
    with pytest.raises(NotSplit):
        parted.undo()
    parted.split(percents("60", "40"))
    assert parted.due == [18654, 19103]


def test_a_link_shows_its_own_part_and_no_more(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    held = _held(parted, parted.token(1))
    assert (held.name, held.owes.part, held.owes.due, held.has_ended) == ("Ana Reyes", 19103, 19103, False)
    assert (held.order_number, held.ordered_by, held.currency) == (1001, "Carl Nakamura", "USD")
    with parted.database.reading() as db:
        assert viewer_of_share(db, parted.cast.bluebird, parted.token(1)) is None
        assert viewer_of_share(db, parted.cast.harbor, "no-such-link") is None
        for by in (parted.cast.carl, parted.cast.olive, parted.cast.omar):
            with pytest.raises(NotFound):
                held_share(db, by)
        with pytest.raises(NotFound):
            held_share(db, replace(_holder(parted, 1), studio_id=parted.cast.bluebird))


def test_a_new_address_and_a_new_link_close_the_old_one(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    first = parted.token(1)
    carl, ana = parted.again()
    parted.split([carl, replace(ana, email="ana@new.example")])
    second = parted.token(1)
    path = parted.do(dividing.replace_link, parted.cast.olive, parted.payers[1].public_id, SEAL)
    with parted.database.reading() as db:
        assert dividing.address_of_share(db, parted.cast.carl, 1001, parted.payers[1].public_id, SEAL) == path
        assert [viewer_of_share(db, parted.cast.harbor, each) is None for each in (first, second, path[5:])] == [
            True,
            True,
            False,
        ]
    assert mailed(parted) == ["ana@new.example"] * 2


def test_links_survive_a_new_installation_key(parted: Parted) -> None:
    parted.split(percents("60", "40"))
    token = parted.token(1)
    with parted.database.unit_of_work() as db:
        seal_anew(db, SecretBox(b"n" * 32, b"k" * 32))
    assert dividing.path_of(parted.share(1), SecretBox(b"n" * 32)) == f"/pay/{token}"


@pytest.mark.parametrize(
    ("unlock", "after_main", "after_refund"), [("all", Sight.MARKED, Sight.MARKED), ("main", Sight.OPEN, Sight.MARKED)]
)
def test_whose_payment_opens_the_photos(
    database: Database, cast: Cast, tmp_path: Path, unlock: str, after_main: Sight, after_refund: Sight
) -> None:
    shoot = photographed(database, DiskStore(tmp_path), cast.harbor, cast.carl_customer)
    hand_over(database, cast.olive, shoot)
    parted = Parted(database, cast, shoot.order_id, shoot.number)
    parted.split(percents("60", "40"), unlock=unlock)

    def sight() -> Sight:
        with database.reading() as db:
            return gate_of(db, shoot.listing_id).sight

    assert sight() is Sight.MARKED
    paid = parted.money(0, 24750)
    assert sight() is after_main
    parted.money(1, 16500)
    assert sight() is Sight.OPEN
    parted.money(None, -100, "refund", about=paid)
    assert sight() is after_refund
    parted.money(None, 100, "refund_returned", about=paid)
    assert sight() is Sight.OPEN


@pytest.mark.parametrize(("unlock", "seen"), [("all", Sight.MARKED), ("main", Sight.OPEN)])
def test_a_refund_of_another_payer_locks_again_by_rule(
    database: Database, cast: Cast, tmp_path: Path, unlock: str, seen: Sight
) -> None:
    shoot = photographed(database, DiskStore(tmp_path), cast.harbor, cast.carl_customer)
    hand_over(database, cast.olive, shoot)
    parted = Parted(database, cast, shoot.order_id, shoot.number)
    parted.split(percents("60", "40"), unlock=unlock)
    parted.money(0, 24750)
    paid = parted.money(1, 16500)
    parted.money(1, -16500, "refund", about=paid)
    with database.reading() as db:
        gate = gate_of(db, shoot.listing_id)
    assert (gate.sight, gate.due_cents) == (seen, 16500)


def _holder(parted: Parted, place: int) -> Viewer:
    with parted.database.reading() as db:
        found = viewer_of_share(db, parted.cast.harbor, parted.token(place))
    assert found
    return found


def _held(parted: Parted, token: str):
    with parted.database.reading() as db:
        by = viewer_of_share(db, parted.cast.harbor, token)
        assert by
        return held_share(db, by)
