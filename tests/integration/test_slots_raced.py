"""Never doubled, by the database: many callers at one slot, from one process and from four."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from itertools import pairwise
from multiprocessing import get_context

import pytest
from sqlmodel import col, select

from portal_app.core.viewer import guest_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.callers import Caller
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import GuestRequest, OrderRequest
from portal_app.domain.scheduling.models import Appointment
from portal_app.domain.scheduling.taking import take_slot
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order
from tests.integration.crew import DAY, NINE_TO_FIVE, at, give_hours, set_policy, visit
from tests.racing import Call, Outcome, close, race

pytestmark = pytest.mark.proof("booking-10")

PROCESSES = 4


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    """Four processes of their own, as four web servers would be."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.fixture(params=[1, PROCESSES], ids=["one process", "four processes"])
def field(request: pytest.FixtureRequest, database: Database, cast: Cast) -> Iterator[Field]:
    """Where it is raced: Pia alone works, every day from nine to five."""
    give_hours(database, cast.pia)
    set_policy(database, cast.harbor, interval_minutes=15, horizon_days=365, change_hours=0, most_moves=None)
    if request.param == 1:
        with ThreadPoolExecutor(1) as alone:
            yield Field(alone, 1, database)
    else:
        yield Field(request.getfixturevalue("processes"), PROCESSES, database)
    close(database.url.render_as_string(hide_password=False))


class Field:
    """The same race in one process or in several."""

    def __init__(self, pool: Executor, count: int, database: Database) -> None:
        self.pool, self.count = pool, count
        self.url = database.url.render_as_string(hide_password=False)

    def race(self, calls: list[Call]) -> list[Outcome]:
        begins = time.time() + 0.05
        shares = [calls[number :: self.count] for number in range(self.count)]
        running = [self.pool.submit(race, self.url, begins, share) for share in shares if share]
        return [outcome for each in running for outcome in each.result()]


def one_won(outcomes: list[Outcome], verbs: tuple[str, ...] = ("book", "move", "place")) -> None:
    racing = [each for each in outcomes if each.verb in verbs]
    assert {each.word for each in outcomes} <= {"won", "taken"}, outcomes
    assert [each.word for each in racing].count("won") == 1
    for each in racing:
        if each.word == "taken":
            assert len(each.nearest) == 3
            assert each.sentence.startswith("That time was just taken. Free near it: ")


def standing(database: Database, member_id: int) -> list[tuple[datetime, datetime, int]]:
    """What stands of a member: from, until, for which order."""
    what = select(Appointment.starts_at, Appointment.ends_at, Appointment.order_id).where(
        Appointment.member_id == member_id, col(Appointment.status).in_(("held", "booked"))
    )
    with database.reading() as db:
        return [tuple(row) for row in db.execute(what.order_by(col(Appointment.starts_at)))]


def days(full: bool, few: int = 2) -> list[date]:
    return [DAY + timedelta(days=number) for number in range(20 if full else few)]


@pytest.mark.parametrize("starts", [[(10, 0)], [(10, 0), (10, 45)]], ids=["the same slot", "overlapping by a quarter"])
def test_of_fifty_callers_one_wins(field: Field, database: Database, cast: Cast, full: bool, starts: list) -> None:
    orders = [
        make_order(database, cast.harbor, cast.carl_customer, number=2000 + number, status="pending").id
        for number in range(50 if full else 10)
    ]
    for day in days(full):
        asked = visit(first=day, last=day)
        calls = [
            Call("book", cast.carl, {"ask": asked, "at": at(*starts[number % len(starts)], day), "order_id": order}, NOW)
            for number, order in enumerate(orders)
        ]
        one_won(field.race(calls))
    kept = standing(database, cast.pia.member_id)
    assert len(kept) == len(days(full))


def test_of_fifty_orders_for_one_time_one_is_placed(field: Field, database: Database, cast: Cast, full: bool) -> None:
    """The whole verb, by guests who all press *Place order* at once; whoever is late leaves nothing behind."""
    with database.reading() as db:
        before = len(db.exec(select(Customer.id)).all())
    for day in days(full, few=1):
        calls = []
        for number in range(50 if full else 10):
            wall = datetime.combine(day, time_of_day(10, 45 * (number % 2)))
            guest = GuestRequest(f"Guest {number}", f"guest{number}.{day}@elsewhere.example")
            asked = OrderRequest(f"{day}.{number}", f"{number} Rush Road", "Carmel", "2940", (cast.photos,), wall, guest=guest)
            values = {"request": asked, "caller": Caller(address=f"198.51.{number}.7")}
            calls.append(Call("place", guest_viewer(cast.harbor), values, NOW))
        one_won(field.race(calls))
    kept = standing(database, cast.pia.member_id)
    with database.reading() as db:
        orders = sorted(db.exec(select(Order.id)).all())
        assert sorted(order for *_, order in kept) == orders
        assert len(orders) == len(days(full, few=1))
        assert len(db.exec(select(Customer.id)).all()) == before + len(orders)
        assert len(db.exec(select(Fact.id).where(Fact.kind == "order.placed")).all()) == len(orders)


def test_a_move_a_booking_and_staff_at_once(field: Field, database: Database, cast: Cast, full: bool) -> None:
    """Carl moves his visit, a guest books, Olive moves another one, all to half past eleven; Pia's hours are saved meanwhile."""
    for number, day in enumerate(days(full)):
        first, second, third = (
            make_order(database, cast.harbor, cast.carl_customer, number=3000 + 10 * number + each, status="pending")
            for each in range(3)
        )
        asked = visit(first=day, last=day)
        with database.unit_of_work() as db:
            take_slot(db, cast.carl, asked, at(9, 0, day), order_id=first.id, now=NOW)
            take_slot(db, cast.carl, asked, at(14, 0, day), order_id=second.id, now=NOW)
        there = at(11, 30, day)
        one_won(
            field.race([
                Call("move", cast.carl, {"number": first.number, "at": there}, NOW),
                Call("book", cast.carl, {"ask": asked, "at": there, "order_id": third.id}, NOW),
                Call("move", cast.olive, {"number": second.number, "at": there}, NOW),
                Call("edit", cast.olive, {"member_id": cast.pia.member_id, "hours": NINE_TO_FIVE}, NOW),
            ])
        )  # fmt: skip
        kept = [order for begin, _, order in standing(database, cast.pia.member_id) if begin.date() == there.date()]
        assert len(kept) == len(set(kept))
        assert {first.id, second.id} <= set(kept)
    assert all(one[1] <= other[0] for one, other in pairwise(standing(database, cast.pia.member_id)))
