"""Changing and canceling what was booked: by its customer inside the window, late for a fee, by the studio at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Role, Viewer, guest_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.owing import owed
from portal_app.domain.billing.queries import balance
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.changing import FeeChanged, NoVisit, TooLate, Why, postpone
from portal_app.domain.orders.models import Order, OrderCharge, OrderStatus, Wish
from portal_app.domain.orders.service import OrderRequest, accept, place_order
from portal_app.domain.orders.windows import changes_of
from portal_app.domain.orders.workflow import WrongStatus
from portal_app.domain.scheduling.changing import Free, Late, Refused
from portal_app.domain.scheduling.models import Appointment, BookingPolicy, Purpose
from portal_app.domain.studios.models import Studio
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order

pytestmark = pytest.mark.proof("booking-11")
STARTS = datetime(2026, 11, 26, 9, 30)
VISIT = datetime.fromisoformat("2026-11-26T17:30+00:00")
IN_TIME, LATE = VISIT - timedelta(hours=24), VISIT - timedelta(hours=23)
SOLD = Why("The seller is ill")


def booked(database: Database, cast: Cast, **rules: object) -> int:
    """An accepted order whose photographer comes on Thursday at 9:30, at a studio with these rules."""
    request = OrderRequest(
        request_key="k", street="1 Pine Street", town="Carmel", area="2940", services=(cast.photos,), starts_at=STARTS
    )
    with database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).phone = "(831) 555-0142"
        db.add(BookingPolicy(**{"studio_id": cast.harbor} | rules))
        number = place_order(db, cast.carl, request, now=NOW)
    with database.unit_of_work() as db:
        accept(db, cast.olive, number, now=NOW)
    return number


def link(db: Session, cast: Cast, number: int) -> Viewer:
    """Whoever holds the address of this order's status page."""
    order = db.exec(select(Order).where(Order.number == number)).one()
    return Viewer(studio_id=cast.harbor, role=Role.LINK, order_id=order.id)


def facts(db: Session, kind: str) -> list[Fact]:
    return list(db.exec(select(Fact).where(Fact.kind == kind)))


@pytest.mark.parametrize("who", ["carl", "link"])
def test_a_customer_cancels_in_time_and_owes_nothing(database: Database, cast: Cast, who: str) -> None:
    number = booked(database, cast)
    with database.unit_of_work() as db:
        by = link(db, cast, number) if who == "link" else cast.carl
        order = cancel(db, by, number, SOLD, now=IN_TIME)
        again = cancel(db, by, number, SOLD, now=LATE)
        assert (order.status, again.id, balance(db, order.id).due) == (OrderStatus.CANCELED, order.id, 0)
        assert db.exec(select(Appointment.status)).all() == ["canceled"]
        assert [fact.details["reason"] for fact in facts(db, "order.canceled")] == ["The seller is ill"]


def test_after_the_window_it_says_why_and_whom_to_call(database: Database, cast: Cast) -> None:
    number = booked(database, cast)
    why, call = "This visit could be canceled until Wed 25 Nov, 9:30 am.", "Call Harbor Light at (831) 555-0142."
    with database.unit_of_work() as db:
        found = changes_of(db, cast.carl, number, now=LATE)
        assert (found.cancel, found.call) == (Refused(why), call)
        with pytest.raises(TooLate) as refusal:
            cancel(db, cast.carl, number, SOLD, now=LATE)
        assert refusal.value.sentence == f"{why} {call}"
        with pytest.raises(TooLate, match="could be changed until"):
            postpone(db, cast.carl, number, Purpose.VISIT, SOLD, now=LATE)


def test_a_late_fee_is_shown_first_and_only_then_taken(database: Database, cast: Cast) -> None:
    number = booked(database, cast, late_is_allowed=True, late_fee_cents=7500)
    with database.unit_of_work() as db:
        assert changes_of(db, cast.carl, number, now=IN_TIME).cancel == Free(IN_TIME)
        assert changes_of(db, cast.carl, number, now=LATE).cancel == Late(7500)
        with pytest.raises(FeeChanged, match=r"costs \$75.00"):
            cancel(db, cast.carl, number, SOLD, now=LATE)
    with database.unit_of_work() as db:
        total = db.exec(select(Order.total_cents)).one()
        order = cancel(db, cast.carl, number, replace(SOLD, seen_fee_cents=7500), now=LATE)
        db.flush()
        charge = db.exec(select(OrderCharge).where(OrderCharge.kind == "late")).one()
        assert (charge.name, charge.amount_cents, order.total_cents - total) == ("Late cancellation", 7500, 7500)
        assert (balance(db, order.id).due, [each.due_cents for each in owed(db, cast.carl)]) == (7500, [7500])


def test_the_window_of_several_visits_is_that_of_the_first(database: Database, cast: Cast) -> None:
    number = booked(database, cast, late_is_allowed=True, late_fee_cents=7500)
    with database.unit_of_work() as db:
        day = db.exec(select(Appointment)).one()
        two = {"studio_id": day.studio_id, "order_id": day.order_id, "status": "booked", "purpose": "twilight", "zone": day.zone}
        db.add(Appointment(starts_at=VISIT + timedelta(days=3), ends_at=VISIT + timedelta(days=3, hours=1), **two))
        db.flush()
        found = changes_of(db, cast.carl, number, now=LATE)
        assert [(each.purpose, type(each.move)) for each in found.visits] == [("visit", Late), ("twilight", Free)]
        assert found.cancel == Late(7500)
        order = cancel(db, cast.carl, number, replace(SOLD, seen_fee_cents=7500), now=LATE)
        assert order.fees_cents == 7500


def test_a_postponed_visit_leaves_the_order_and_a_wish(database: Database, cast: Cast) -> None:
    number = booked(database, cast)
    with database.unit_of_work() as db:
        postpone(db, cast.carl, number, Purpose.VISIT, SOLD, wish=Wish.MORNING, now=IN_TIME)
        order = db.exec(select(Order)).one()
        row = db.exec(select(Appointment)).one()
        assert (order.status, order.wish) == (OrderStatus.ACCEPTED, Wish.MORNING)
        assert (row.status, row.moves, row.sequence) == ("canceled", 1, 1)
        visit = changes_of(db, cast.carl, number, now=LATE).visits[0]
        assert (visit.starts_at, visit.moves, visit.move) == (None, 1, Free())
        with pytest.raises(NoVisit):
            postpone(db, cast.carl, number, Purpose.VISIT, SOLD, now=IN_TIME)
        assert facts(db, "appointment.postponed")[0].details["starts_at"] == VISIT.isoformat()


def test_the_studio_changes_when_it_must_and_may_keep_quiet(database: Database, cast: Cast) -> None:
    number = booked(database, cast, most_moves=0, late_is_allowed=True, late_fee_cents=7500)
    with database.unit_of_work() as db:
        postpone(db, cast.olive, number, Purpose.VISIT, Why(quiet=True), now=VISIT + timedelta(hours=1))
        order = cancel(db, cast.olive, number, now=VISIT + timedelta(hours=2))
        assert (order.fees_cents, balance(db, order.id).due) == (0, 0)
        assert facts(db, "appointment.postponed")[0].details["quiet"]
        assert not facts(db, "order.canceled")[0].details["quiet"]


def test_a_customer_keeps_nothing_quiet_and_gives_a_reason(database: Database, cast: Cast) -> None:
    number = booked(database, cast)
    with database.unit_of_work() as db:
        with pytest.raises(InvalidInput) as missing:
            cancel(db, cast.carl, number, Why(" \n "), now=IN_TIME)
        assert missing.value.field == "reason"
        cancel(db, cast.carl, number, Why("Sold", quiet=True), now=IN_TIME)
        assert not facts(db, "order.canceled")[0].details["quiet"]


def test_nobody_else_changes_it(database: Database, cast: Cast) -> None:
    """Not even whoever holds the secret page of another order of the same customer."""
    number = booked(database, cast)
    other = make_order(database, cast.harbor, cast.carl_customer, number=2001, status="accepted")
    with database.unit_of_work() as db:
        listing = db.exec(select(Order).where(Order.number == number)).one().listing_id
        by_photos = Viewer(studio_id=cast.harbor, role=Role.LINK, listing_id=listing, link_id=1)
        by_status = Viewer(studio_id=cast.harbor, role=Role.LINK, order_id=other.id)
        for by in (cast.omar, cast.ollie, cast.tess, by_photos, by_status, guest_viewer(cast.harbor)):
            for verb in (
                lambda by: cancel(db, by, number, SOLD, now=IN_TIME),
                lambda by: postpone(db, by, number, Purpose.VISIT, SOLD, now=IN_TIME),
                lambda by: changes_of(db, by, number, now=IN_TIME),
            ):
                with pytest.raises(NotFound):
                    verb(by)
        with pytest.raises(NotAllowed):
            cancel(db, cast.pia, number, SOLD, now=IN_TIME)


def test_what_is_over_is_not_canceled(database: Database, cast: Cast) -> None:
    number = booked(database, cast)
    with database.unit_of_work() as db:
        db.exec(select(Order)).one().status = OrderStatus.COMPLETED
        db.flush()
        with pytest.raises(WrongStatus):
            cancel(db, cast.carl, number, SOLD, now=IN_TIME)
        assert changes_of(db, cast.carl, number, now=IN_TIME).visits == ()
