"""Being there: a photographer starts and finishes their own visit, and opens the code of its door.

The code is shown by a press, which is recorded, and never after the visit or its day: finishing the order's last visit
empties it.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.clock import day_words, local
from portal_app.core.errors import Conflict, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.orders.entry_codes import is_for, is_needed
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.queries import visible
from portal_app.domain.orders.writing import entry_context
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus


class NotYours(Conflict):
    """It was answered, moved, canceled or delivered since the page was drawn."""

    sentence = "This visit changed in the meantime. Look at the order, then decide."


def start_visit(db: Session, by: Viewer, visit_id: int, *, now: datetime) -> None:
    """The photographer is there. Pressed again it changes nothing. Raises NotFound, Conflict on another day."""
    order, visit = _booked(db, by, visit_id)
    if local(now, visit.zone).date() < local(visit.starts_at, visit.zone).date():
        raise Conflict(f"This visit is on {day_words(visit.starts_at, visit.zone)}. Start it there and then.")
    if visit.started_at is None:
        visit.started_at = now
        _record(db, by, order, visit, "appointment.started", now)


def finish_visit(db: Session, by: Viewer, visit_id: int, *, now: datetime) -> None:
    """Everything is taken. Pressed again it changes nothing. The entry code is emptied unless another visit needs it.

    Raises NotFound, Conflict before it was started.
    """
    order, visit = _booked(db, by, visit_id)
    if visit.finished_at is not None:
        return
    if visit.started_at is None:
        raise Conflict("Start the visit first, then finish it.")
    visit.finished_at = now
    db.flush()
    theirs = select(Appointment).where(Appointment.order_id == order.id).order_by(col(Appointment.id))
    if not is_needed(db.exec(theirs).all(), order.placed_at, now=now):
        order.entry_code_box = None
    _record(db, by, order, visit, "appointment.finished", now)


def undo_start(db: Session, by: Viewer, visit_id: int, *, now: datetime) -> None:
    """It was not started after all. Pressed again it changes nothing. Raises NotFound, Conflict once it is finished."""
    order, visit = _booked(db, by, visit_id)
    if visit.finished_at is not None:
        raise Conflict("This visit is finished. Take that back first.")
    if visit.started_at is not None:
        visit.started_at = None
        _record(db, by, order, visit, "appointment.start_undone", now)


def undo_finish(db: Session, by: Viewer, visit_id: int, *, now: datetime) -> None:
    """It goes on. Pressed again it changes nothing. A code that was emptied stays so. Raises NotFound, Conflict."""
    order, visit = _booked(db, by, visit_id)
    if visit.finished_at is not None:
        visit.finished_at = None
        _record(db, by, order, visit, "appointment.finish_undone", now)


def show_code(db: Session, by: Viewer, visit_id: int, seal: SecretSeal, *, now: datetime) -> str:
    """The code of the door, for whoever comes; that they saw it is recorded. Raises NotFound, Conflict after the visit."""
    order, visit = _own(db, by, visit_id)
    if order.entry_code_box is None or not is_for(visit, now=now):
        raise Conflict("There is no code anymore: it is emptied after the visit. Call the customer if you need it again.")
    code = seal.open(order.entry_code_box, entry_context(order.id or 0))
    _record(db, by, order, visit, "appointment.code_shown", now)
    return code


def _own(db: Session, by: Viewer, visit_id: int) -> tuple[Order, Appointment]:
    """The member's own visit and its order, locked. Another member's is not found."""
    if not by.is_staff:
        raise NotFound
    mine = select(Appointment.order_id).where(Appointment.id == visit_id, Appointment.member_id == by.member_id)
    order = db.exec(visible(by).where(col(Order.id).in_(mine)).with_for_update()).first()
    if order is None:
        raise NotFound
    now_is = select(Appointment).where(Appointment.id == visit_id, Appointment.member_id == by.member_id)
    visit = db.exec(now_is.execution_options(populate_existing=True)).first()
    if visit is None:
        raise NotFound
    return order, visit


def _booked(db: Session, by: Viewer, visit_id: int) -> tuple[Order, Appointment]:
    order, visit = _own(db, by, visit_id)
    if visit.status != AppointmentStatus.BOOKED:
        raise NotYours
    return order, visit


def _record(db: Session, by: Viewer, order: Order, visit: Appointment, kind: str, now: datetime) -> None:
    db.flush()
    record(
        db, by, kind, now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, "purpose": visit.purpose},
    )  # fmt: skip
