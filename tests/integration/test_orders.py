"""An order from the wish to the photographer's calendar."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Account
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import OrderRequest
from portal_app.domain.orders.queries import next_visit, order_page, order_rows, status_counts
from portal_app.domain.orders.service import accept, cancel, place_order
from portal_app.domain.orders.workflow import WrongStatus
from portal_app.domain.scheduling.service import SlotTaken
from tests.conftest import NOW, Cast

MORNING = datetime(2026, 11, 26, 9, 30)


def wish(cast: Cast, key: str = "k1", **changes) -> OrderRequest:
    request = OrderRequest(
        request_key=key,
        street="  1187 Old   Lighthouse Keeper’s Road ",
        town="Pacific Grove, CA 93950",
        area="2,940",
        services=(cast.photos, cast.floor_plan),
        starts_at=MORNING,
        access_notes="Lockbox at the side gate",
    )
    return replace(request, **changes)


def place(database: Database, by, request: OrderRequest) -> int:
    with database.unit_of_work() as db:
        return place_order(db, by, request, now=NOW)


@pytest.mark.proof("main-job-10")
def test_carl_places_an_order_and_sees_it_whole(database: Database, cast: Cast) -> None:
    number = place(database, cast.carl, wish(cast))
    with database.reading() as db:
        page = order_page(db, cast.carl, number)
    assert (page.row.status, page.row.street) == ("pending", "1187 Old Lighthouse Keeper’s Road")
    assert [(line.name, line.detail, line.total_cents) for line in page.lines] == [
        ("Signature photos", "Up to 3,500 sq ft", 38900),
        ("2D floor plan", "", 14500),
    ]
    assert (page.subtotal_cents, page.row.total_cents) == (53400, 55082)
    assert [(charge.kind, charge.name, charge.basis_points, charge.amount_cents) for charge in page.charges] == [
        ("tax", "Tax", 315, 1682)
    ]
    visit = page.visits[0]
    assert (visit.status, visit.minutes, visit.zone, visit.photographer) == ("requested", 105, "America/Los_Angeles", "")
    assert [(fact.kind, fact.is_mine) for fact in page.history] == [("order.placed", True)]


@pytest.mark.proof("main-job-10")
def test_the_second_click_is_the_same_order(database: Database, cast: Cast) -> None:
    def click(_: int) -> int:
        return place(database, cast.carl, wish(cast))

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(click, range(8)))
    with database.reading() as db:
        assert len(numbers) == len(db.exec(select(Order)).all()) == 1


@pytest.mark.proof("main-job-10")
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("street", {"street": "  "}),
        ("street", {"street": "x" * 161}),
        ("town", {"town": ""}),
        ("area", {"area": "big"}),
        ("area", {"area": "-5"}),
        ("area", {"area": "9999999"}),
        ("services", {"services": ()}),
        ("services", {"services": ("floor_plan-harbor",)}),
        ("services", {"services": ("photos-bluebird",)}),
        ("services", {"expected_total_cents": 1}),
        ("starts_at", {"starts_at": None}),
        ("starts_at", {"starts_at": datetime(2026, 11, 22, 9, 0)}),
        ("starts_at", {"starts_at": datetime(2028, 1, 1, 9, 0)}),
        ("starts_at", {"starts_at": datetime(2027, 3, 14, 2, 30)}),
    ],
)
def test_what_does_not_fit_names_its_field_and_changes_nothing(database: Database, cast: Cast, field: str, changes: dict) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(database, cast.carl, wish(cast, **changes))
    assert refused.value.field == field
    with database.reading() as db:
        assert not db.exec(select(Order)).all()
        assert not db.exec(select(Fact)).all()


def test_staff_do_not_order_for_themselves(database: Database, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        place(database, cast.olive, wish(cast))


@pytest.mark.proof("main-job-11")
def test_accept_happens_once_however_often_clicked(database: Database, cast: Cast) -> None:
    number = place(database, cast.carl, wish(cast))

    def click(_: int) -> str:
        with database.unit_of_work() as db:
            return accept(db, cast.olive, number, now=NOW).status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, range(8))) == {"accepted"}
    with database.reading() as db:
        facts = [fact.kind for fact in db.exec(select(Fact).order_by(Fact.id))]
        page = order_page(db, cast.carl, number)
    assert facts == ["order.placed", "order.accepted"]
    assert (page.visits[0].status, page.visits[0].photographer) == ("booked", "Pia Okonkwo-Reyes")


@pytest.mark.proof("main-job-11")
@pytest.mark.parametrize(("who", "refusal"), [("carl", NotAllowed), ("pia", NotAllowed), ("omar", NotFound), ("ollie", NotFound)])
def test_only_those_who_run_the_studio_accept(database: Database, cast: Cast, who: str, refusal: type[Exception]) -> None:
    number = place(database, cast.carl, wish(cast))
    with pytest.raises(refusal), database.unit_of_work() as db:
        accept(db, getattr(cast, who), number, now=NOW)


def test_nobody_is_in_two_places_at_once(database: Database, cast: Cast) -> None:
    numbers = [place(database, cast.carl, wish(cast, key=f"k{i}")) for i in range(3)]
    booked = []
    for number in numbers[:2]:
        with database.unit_of_work() as db:
            accept(db, cast.olive, number, now=NOW)
        with database.reading() as db:
            booked.append(order_page(db, cast.olive, number).visits[0].photographer)
    assert booked == ["Pia Okonkwo-Reyes", "Olive Marchetti"]
    with pytest.raises(SlotTaken), database.unit_of_work() as db:
        accept(db, cast.olive, numbers[2], now=NOW)
    with database.reading() as db:
        assert order_page(db, cast.olive, numbers[2]).row.status == "pending"


def test_a_canceled_order_gives_its_time_back(database: Database, cast: Cast) -> None:
    first, second = (place(database, cast.carl, wish(cast, key=key)) for key in ("a", "b"))
    for number, verb in ((first, accept), (first, cancel), (second, accept)):
        with database.unit_of_work() as db:
            verb(db, cast.olive, number, now=NOW)
    with database.reading() as db:
        assert order_page(db, cast.olive, second).visits[0].photographer == "Pia Okonkwo-Reyes"
    with pytest.raises(WrongStatus), database.unit_of_work() as db:
        accept(db, cast.olive, first, now=NOW)


@pytest.mark.proof("main-job-09")
def test_the_table_searches_filters_and_pages(database: Database, cast: Cast) -> None:
    numbers = []
    for i in range(5):
        with database.unit_of_work() as db:
            request = wish(cast, key=f"k{i}", street=f"{i} Quail Meadows", starts_at=MORNING + timedelta(days=i))
            numbers.append(place_order(db, cast.carl, request, now=NOW + timedelta(minutes=i)))
    with database.unit_of_work() as db:
        accept(db, cast.olive, numbers[0], now=NOW)
    with database.reading() as db:
        first = order_rows(db, cast.carl, limit=3)
        second = order_rows(db, cast.carl, limit=3, after=first.more)
        assert [row.number for row in first.rows + second.rows] == numbers[::-1]
        assert second.more == ""
        assert [row.number for row in order_rows(db, cast.carl, status="accepted").rows] == numbers[:1]
        assert [row.number for row in order_rows(db, cast.carl, search="3 quail").rows] == [numbers[3]]
        assert [row.number for row in order_rows(db, cast.carl, search=str(numbers[4])).rows] == [numbers[4]]
        assert order_rows(db, cast.carl, search="100%_").rows == ()
        assert status_counts(db, cast.carl) == {"pending": 4, "accepted": 1, "completed": 0, "canceled": 0}
        assert next_visit(db, cast.carl, now=NOW).number == numbers[0]
        for stranger in (cast.omar, cast.ollie):
            assert order_rows(db, stranger).rows == ()
            assert next_visit(db, stranger, now=NOW) is None
            with pytest.raises(NotFound):
                order_page(db, stranger, numbers[0])


@pytest.mark.proof("main-job-10")
@pytest.mark.parametrize("key", ["", "k1"], ids=["none", "somebody else's"])
def test_a_request_without_a_key_of_its_own_is_refused_not_lost(database: Database, cast: Cast, key: str) -> None:
    place(database, cast.carl, wish(cast))
    with database.unit_of_work() as db:
        tess = Account(
            studio_id=cast.harbor, name="Tess", email="t@x.example", email_key="t@x.example", password_hash="", created_at=NOW
        )
        db.add(tess)
        db.flush()
    by = replace(cast.carl, account_id=tess.id, name="Tess", email=tess.email)
    with pytest.raises(Conflict):
        place(database, by, wish(cast, key))


@pytest.mark.proof("main-job-10")
def test_placing_an_order_waits_for_nobody_who_only_names_the_studio(database: Database, cast: Cast) -> None:
    """Carl proves his mailbox while he orders: his account's row is held, and a fact about his studio follows."""
    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as db:
            db.exec(select(Account).where(Account.id == cast.carl.account_id).with_for_update()).one()
            placing = pool.submit(place, database, cast.carl, wish(cast))
            time.sleep(0.5)
            record(db, cast.carl, "account.verified", now=NOW)
        assert placing.result(20) == 1001
