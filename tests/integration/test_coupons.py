"""A coupon is counted when somebody books and given back when they cancel; its last use is won once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import select

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Viewer, guest_viewer
from portal_app.db import Database
from portal_app.domain.catalog.coupons import count_use
from portal_app.domain.catalog.models import Coupon, CouponService, Service
from portal_app.domain.orders.couponing import give_back
from portal_app.domain.orders.models import CouponUse, Order
from portal_app.domain.orders.placing import Basket, GuestRequest, OrderRequest, estimate, place_order
from portal_app.domain.orders.service import cancel
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("booking-02")

MORNING = datetime(2026, 11, 26, 9, 30)


def make_coupon(database: Database, cast: Cast, **rules: Any) -> int:
    with database.unit_of_work() as db:
        rules = {"code": "TEN", "kind": "percent", "amount": 1_000} | rules
        coupon = Coupon(studio_id=cast.harbor, public_id=f"c-{rules['code']}", **rules)
        db.add(coupon)
        db.flush()
        return coupon.id


def wish(cast: Cast, key: str = "k1", **changes: Any) -> OrderRequest:
    asked = OrderRequest(key, "12 Cypress Way", "Carmel", "2940", (cast.photos,), MORNING, coupon="ten")
    return replace(asked, **changes)


def place(database: Database, by: Viewer, request: OrderRequest, now: datetime = NOW) -> Order:
    with database.unit_of_work() as db:
        number = place_order(db, by, request, now=now)
        return db.exec(select(Order).where(Order.studio_id == by.studio_id, Order.number == number)).one()


def uses(database: Database, coupon_id: int) -> tuple[int, int]:
    """How many are counted, and how many orders say so."""
    with database.reading() as db:
        kept = select(func.count()).select_from(CouponUse).where(CouponUse.given_back_at.is_(None))
        return db.get_one(Coupon, coupon_id).uses, db.exec(kept).one()


def refused(database: Database, by: Viewer, request: OrderRequest, now: datetime = NOW) -> str:
    with pytest.raises(InvalidInput) as problem:
        place(database, by, request, now)
    assert problem.value.field == "coupon"
    return problem.value.sentence


def test_a_coupon_lowers_the_price_is_counted_and_comes_back_when_the_order_is_canceled(database: Database, cast: Cast) -> None:
    coupon = make_coupon(database, cast, most_uses=1)
    with database.reading() as db:
        quote = estimate(db, cast.carl, Basket({cast.photos: 1}, 2940, coupon=" Ten"), now=NOW)
    order = place(database, cast.carl, wish(cast, expected_total_cents=quote.total_cents))
    assert (order.discount_cents, order.tax_cents, order.coupon_id) == (3_890, 1_103, coupon)
    assert uses(database, coupon) == (1, 1)
    assert "as often as it can be" in refused(database, cast.tess, wish(cast, "k2"))
    for _ in range(2):
        with database.unit_of_work() as db:
            cancel(db, cast.olive, order.number, now=NOW)
    assert uses(database, coupon) == (0, 0)
    place(database, cast.tess, wish(cast, "k2"))
    with database.unit_of_work() as db:
        give_back(db, order.id, NOW)
    assert uses(database, coupon) == (1, 1)


def test_the_second_click_counts_one_use(database: Database, cast: Cast) -> None:
    coupon = make_coupon(database, cast)
    assert place(database, cast.carl, wish(cast)).number == place(database, cast.carl, wish(cast)).number
    assert uses(database, coupon) == (1, 1)


def test_a_first_order_is_one_under_no_record_of_theirs(database: Database, cast: Cast) -> None:
    make_coupon(database, cast, new_customers_only=True)
    as_guest = wish(cast, "g1", guest=GuestRequest("Carl", cast.carl.email.upper()), coupon="")
    order = place(database, guest_viewer(cast.harbor), as_guest)
    for request in (wish(cast), wish(cast, "k2", on_behalf_of=cast.carl_in_team)):
        assert "first order" in refused(database, cast.carl, request)
    with database.reading() as db:
        seen = estimate(db, cast.carl, Basket({cast.photos: 1}, 2940, coupon="TEN"), now=NOW)
    assert "first order" in seen.coupon_problem
    with database.unit_of_work() as db:
        cancel(db, cast.olive, order.number, now=NOW)
    assert place(database, cast.carl, wish(cast)).discount_cents == 3_890


@pytest.mark.parametrize("rule", [{"new_customers_only": True}, {"most_per_customer": 1}])
def test_nobody_learns_by_typing_an_address_whether_it_ordered(database: Database, cast: Cast, rule: dict[str, Any]) -> None:
    """Whoever has not shown that an address is theirs is answered the same for every address, before and at placing."""
    make_coupon(database, cast, **rule)
    coupon = place(database, cast.carl, wish(cast))
    assert coupon.discount_cents == 3_890
    unproven = replace(cast.carl, is_verified=False)
    said = {refused(database, unproven, wish(cast, "k2"))}
    for number, email in enumerate((cast.carl.email, "never@ordered.example")):
        asked = wish(cast, f"g{number}", guest=GuestRequest("Carl", email))
        said.add(refused(database, guest_viewer(cast.harbor), asked))
    with database.reading() as db:
        said.add(estimate(db, guest_viewer(cast.harbor), Basket({cast.photos: 1}, 2940, coupon="TEN"), now=NOW).coupon_problem)
    assert len(said) == 1
    assert "signed in, with your email address confirmed" in said.pop()


def test_one_customer_uses_it_as_often_as_one_may(database: Database, cast: Cast) -> None:
    make_coupon(database, cast, most_per_customer=1)
    place(database, cast.carl, wish(cast))
    assert "one customer" in refused(database, cast.carl, wish(cast, "k2", on_behalf_of=cast.carl_in_team))
    place(database, cast.tess, wish(cast, "k3"))


def test_it_is_good_for_its_studio_its_services_and_its_days(database: Database, cast: Cast) -> None:
    make_coupon(database, cast, starts_at=NOW, ends_at=NOW + timedelta(hours=1))
    plan_only = make_coupon(database, cast, code="PLAN", kind="fixed", amount=99_900)
    with database.unit_of_work() as db:
        plan = db.exec(select(Service.id).where(Service.public_id == cast.floor_plan)).one()
        db.add(CouponService(coupon_id=plan_only, service_id=plan))
    before, after = NOW - timedelta(seconds=1), NOW + timedelta(hours=1)
    assert "good from Mon 23 Nov" in refused(database, cast.carl, wish(cast), before)
    assert "has ended" in refused(database, cast.carl, wish(cast), after)
    assert "other services" in refused(database, cast.carl, wish(cast, coupon="PLAN"))
    both = wish(cast, services=(cast.photos, cast.floor_plan), coupon="PLAN")
    assert place(database, cast.carl, both).discount_cents == 14_500
    assert "do not know" in refused(database, cast.ollie, wish(cast, "o1", services=("photos-bluebird",)))


def test_of_twenty_at_the_last_use_exactly_one_wins(database: Database, cast: Cast) -> None:
    coupon = make_coupon(database, cast, most_uses=3, uses=2)

    def book(i: int) -> str:
        guest = GuestRequest("Gwen", f"g{i}@home.example")
        try:
            place(database, guest_viewer(cast.harbor), wish(cast, f"k{i}", guest=guest))
        except InvalidInput as lost:
            return lost.field
        return "won"

    with ThreadPoolExecutor(20) as pool:
        outcomes = sorted(pool.map(book, range(20)))
    assert outcomes == ["coupon"] * 19 + ["won"]
    assert uses(database, coupon) == (3, 1)


def test_the_statement_alone_decides_who_has_the_last_use(database: Database, cast: Cast) -> None:
    """Without the studio's row to wait at: twenty units of work with nothing in common but the coupon."""
    coupon = make_coupon(database, cast, most_uses=1)

    def count(_: int) -> bool:
        with database.unit_of_work() as db:
            return count_use(db, coupon, now=NOW)

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(count, range(20))) == 1
    with database.reading() as db:
        assert db.get_one(Coupon, coupon).uses == 1


def test_of_one_customer_s_own_orders_at_once_one_has_the_use_they_may_have(database: Database, cast: Cast) -> None:
    coupon = make_coupon(database, cast, most_per_customer=1)

    def book(i: int) -> str:
        try:
            place(database, cast.carl, wish(cast, f"k{i}"))
        except InvalidInput as lost:
            return lost.field
        return "won"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(book, range(4)))
    assert outcomes == ["coupon"] * 3 + ["won"]
    assert uses(database, coupon) == (1, 1)
