"""Postponing a visit, and what every change of an order has in common: its window, its late fee, its fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.money import money_words
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.orders.models import ChargeKind, Order, OrderCharge, Wish
from portal_app.domain.orders.windows import LIVE, Changes, VisitChange, changes, order_to_change
from portal_app.domain.scheduling.changing import Late, Refused, Verdict
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus, Purpose

REASON_AT_MOST = 500


class TooLate(Conflict):
    """The customer's window is over, or they moved it as often as they may. Says whom to call."""


class FeeChanged(Conflict):
    """Between looking and confirming, the change became late, or its fee another."""


class NoVisit(Conflict):
    """It was changed in another tab, or by the studio."""

    sentence = "This visit has no time to give back anymore. Look at the order again."


@dataclass(frozen=True, slots=True)
class Why:
    """What somebody says when they change an order. `seen_fee_cents` is the late fee they confirmed.

    `quiet` (staff only): the customer gets no mail. `override_reason` (staff only) is why a rule of the calendar is set
    aside, and stands on the appointment.
    """

    reason: str = ""
    seen_fee_cents: int = 0
    quiet: bool = False
    override_reason: str = ""


def postpone(
    db: Session, by: Viewer, number: int, purpose: Purpose, why: Why = Why(), *,
    wish: Wish = Wish.SOON, wish_on: date | None = None, now: datetime,
) -> None:  # fmt: skip
    """Give the time of a visit back; the order stays, with a wish, until a time is chosen again.

    Raises TooLate, FeeChanged, NoVisit, InvalidInput without a reason, NotFound, NotAllowed.
    """
    order = changed_order(db, by, number)
    found = changes(db, by, order, now=now)
    visit = visit_of(found, purpose)
    if not visit.status:
        raise NoVisit
    reason = said(by, why)
    fee = allowed(by, visit.postpone, found, why, order.currency)
    row = standing(db, order, purpose)
    row.status, row.sequence, row.moves = AppointmentStatus.CANCELED, row.sequence + 1, row.moves + 1
    row.held_until = None
    order.wish, order.wish_on = wish if wish is not Wish.EXACT else Wish.SOON, wish_on
    charge_late(db, order, fee, "Late change")
    tell(db, by, order, "appointment.postponed", why, now=now, reason=reason, fee_cents=fee, starts_at=row.starts_at.isoformat())


def changed_order(db: Session, by: Viewer, number: int) -> Order:
    """The order, locked. Raises NotFound, and NotAllowed for staff who do not accept orders."""
    order = order_to_change(db, by, number)
    if by.is_staff and not by.may(Permission.ACCEPT_ORDERS):
        raise NotAllowed
    return order


def visit_of(found: Changes, purpose: Purpose) -> VisitChange:
    """The visit that is meant. Raises NoVisit when the order is closed or has none of this kind."""
    visit = next((each for each in found.visits if each.purpose == purpose), None)
    if visit is None:
        raise NoVisit
    return visit


def standing(db: Session, order: Order, purpose: Purpose) -> Appointment:
    """The appointment that stands, locked. Raises NoVisit."""
    own = select(Appointment).where(Appointment.order_id == order.id, Appointment.purpose == purpose)
    row = db.exec(own.where(Appointment.status.in_(LIVE)).with_for_update()).first()  # pyright: ignore[reportAttributeAccessIssue]
    if row is None:
        raise NoVisit
    return row


def said(by: Viewer, why: Why) -> str:
    """The reason on one line. Raises InvalidInput when a customer gives none: the studio plans by it."""
    reason = one_line(why.reason, REASON_AT_MOST)
    if not reason and not is_exempt(by):
        raise InvalidInput("reason", "Say in a few words why, so that the studio can plan.")
    return reason


def is_exempt(by: Viewer) -> bool:
    """The studio changes its own calendar as it must."""
    return by.is_staff or by.role is Role.SYSTEM


def allowed(by: Viewer, verdict: Verdict, found: Changes, why: Why, currency: str) -> int:
    """The late fee to take, in minor units. Raises TooLate, and FeeChanged when it is not the one that was confirmed."""
    if isinstance(verdict, Refused):
        raise TooLate(f"{verdict.sentence} {found.call}")
    fee = verdict.fee_cents if isinstance(verdict, Late) else 0
    if not is_exempt(by) and fee > why.seen_fee_cents:
        raise FeeChanged(f"This is late by now and costs {money_words(fee, currency)}. Look again, then decide.")
    return fee


def charge_late(db: Session, order: Order, fee_cents: int, name: str) -> None:
    """A late fee joins the order's fees and its total."""
    if not fee_cents:
        return
    last = db.exec(select(func.max(OrderCharge.position)).where(OrderCharge.order_id == order.id)).one()
    db.add(
        OrderCharge(
            studio_id=order.studio_id, order_id=order.id or 0, position=0 if last is None else last + 1,
            kind=ChargeKind.LATE, name=name, amount_cents=fee_cents,
        )
    )  # fmt: skip
    order.fees_cents += fee_cents
    order.total_cents += fee_cents
    db.flush()


def tell(db: Session, by: Viewer, order: Order, kind: str, why: Why, *, now: datetime, **details: object) -> None:
    """The fact of a change. Only staff change something quietly."""
    db.flush()
    told = {name: value for name, value in details.items() if value not in ("", 0, None)}
    record(
        db, by, kind, now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, "currency": order.currency, "quiet": why.quiet and is_exempt(by), **told},
    )  # fmt: skip
