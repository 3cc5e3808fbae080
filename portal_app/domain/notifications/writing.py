"""The mails that follow from what happened: who gets which letter. One function per occasion, in its cause's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from portal_app.core.clock import day_words, span_words, when_words, zone_words
from portal_app.core.money import money_words
from portal_app.domain.billing.queries import due
from portal_app.domain.catalog.pricing import ChargeKind, charge_words
from portal_app.domain.customers.copies import addressees
from portal_app.domain.customers.models import Team
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.queries import gate_of, recipients
from portal_app.domain.delivery.seeing import kinds_delivered
from portal_app.domain.delivery.service import make_link
from portal_app.domain.identity.inviting import issue_invitation_token
from portal_app.domain.identity.models import Account, Invitation
from portal_app.domain.media.kinds import kinds_in_words
from portal_app.domain.notifications import letters
from portal_app.domain.notifications.letters import Letter, OrderWords, Row, VisitWords
from portal_app.domain.notifications.service import is_written, write_mail
from portal_app.domain.orders.links import is_of_guest, link_of_order
from portal_app.domain.orders.models import Order, OrderCharge, OrderLine
from portal_app.domain.orders.wishes import wish_words
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus
from portal_app.domain.studios.models import Studio


def mail_invitation(db: Session, invitation_id: int, fact_id: int, *, now: datetime) -> None:
    """To the address that was asked, with a link made here and kept nowhere else. Nothing for one already settled."""
    row = db.get_one(Invitation, invitation_id)
    if row.accepted_at or row.revoked_at or is_written(db, f"invitation:{fact_id}"):
        return
    studio, inviter = db.get_one(Studio, row.studio_id), db.get_one(Account, row.invited_by)
    team = db.get_one(Team, row.team_id).name if row.team_id else ""
    link = f"{studio.address}/invitation/{issue_invitation_token(db, invitation_id, now=now)}"
    letter = letters.invitation(
        studio.name, inviter.name, row.role, team=team, link=link, days=max(1, round((row.ends_at - now).total_seconds() / 86400))
    )  # fmt: skip
    write_mail(
        db, studio, letter, kind="invitation", once_key=f"invitation:{fact_id}",
        to_email=row.email, to_name=row.name, is_secret=True, now=now,
    )  # fmt: skip


def mail_order_placed(db: Session, order_id: int, *, now: datetime) -> None:
    """To the customer: we have it."""
    order, studio = order_of(db, order_id)
    words = words_for_customer(db, order, studio, now=now)
    write_to_all(db, studio, letters.order_placed(words), "order_placed", order.id, order, is_secret=bool(words.link), now=now)


def mail_order_placed_to_studio(db: Session, order_id: int, *, now: datetime) -> None:
    """To the studio's own address: somebody waits. An answer goes to the customer."""
    order, studio = order_of(db, order_id)
    customer = addressees(db, order.customer_id)[0]
    write_mail(
        db, studio, letters.order_placed_to_studio(order_words(db, order, studio)), kind="order_arrived",
        once_key=f"order_arrived:{order.id}", to_email=studio.email, to_name=studio.name, reply_to=customer.email,
        order=order, now=now,
    )  # fmt: skip


def mail_order_accepted(db: Session, order_id: int, *, now: datetime) -> None:
    """To the customer: it will happen, and when."""
    order, studio = order_of(db, order_id)
    words = words_for_customer(db, order, studio, now=now)
    write_to_all(
        db, studio, letters.order_accepted(words), "order_accepted", order.id, order, is_secret=bool(words.link), now=now
    )


def mail_visit_changed(db: Session, order_id: int, fact_id: int, kind: str, details: dict[str, Any], *, now: datetime) -> None:
    """To the customer: what became of their visit. The studio may have asked to keep it quiet."""
    if details.get("quiet"):
        return
    order, studio = order_of(db, order_id)
    words = words_for_customer(db, order, studio, now=now)
    letter = letters.visit_changed(words, _visit_words(kind, details, order, studio))
    write_to_all(db, studio, letter, f"visit_{kind}", fact_id, order, is_secret=bool(words.link), now=now)


def mail_visit_changed_to_studio(
    db: Session, order_id: int, fact_id: int, kind: str, details: dict[str, Any], *, now: datetime
) -> None:
    """To the studio's own address: what a customer changed."""
    order, studio = order_of(db, order_id)
    customer = addressees(db, order.customer_id)[0]
    letter = letters.visit_changed_to_studio(order_words(db, order, studio), _visit_words(kind, details, order, studio))
    write_mail(
        db, studio, letter, kind=f"visit_{kind}_studio", once_key=f"visit_studio:{fact_id}", to_email=studio.email,
        to_name=studio.name, reply_to=customer.email, order=order, now=now,
    )  # fmt: skip


def mail_delivery(db: Session, delivery_id: int, *, now: datetime) -> None:
    """To each recipient of a delivery, once, with a secret link of their own."""
    delivery = db.get_one(Delivery, delivery_id)
    order, studio = order_of(db, delivery.order_id)
    words = order_words(db, order, studio)
    gate = gate_of(db, delivery.listing_id)
    what = kinds_in_words(kinds_delivered(db, [delivery.listing_id])[delivery.listing_id])
    for recipient in recipients(db, delivery_id):
        once_key = f"delivered:{delivery_id}:{recipient.email.lower()}"
        if is_written(db, once_key):
            continue
        token = make_link(db, delivery_id, recipient.email, now=now)
        letter = letters.delivered(
            words, what=what, due_cents=due(db, [order.id]).get(order.id, 0), is_locked=gate.is_locked,
            message=delivery.message, link=f"{studio.address}/l/{token}",
        )  # fmt: skip
        write_mail(
            db, studio, letter, kind="delivered", once_key=once_key,
            to_email=recipient.email, to_name=recipient.name, order=order, is_secret=True, now=now,
        )  # fmt: skip


def mail_failed_plan(db: Session, order_id: int, fact_id: int, reason: str, *, now: datetime) -> None:
    """To the studio: what it planned was not handed over."""
    order, studio = order_of(db, order_id)
    write_mail(
        db, studio, letters.delivery_failed(order_words(db, order, studio), reason), kind="delivery_failed",
        once_key=f"delivery_failed:{fact_id}", to_email=studio.email, to_name=studio.name, order=order, now=now,
    )  # fmt: skip


def order_words(db: Session, order: Order, studio: Studio) -> OrderWords:
    """The order as mails name it: its lines and charges with amounts, and the time that was asked for or booked."""
    lines = db.exec(select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.position))).all()
    rows = [Row(_counted(line), money_words(line.total_cents, order.currency), line.detail) for line in lines]
    charges = db.exec(select(OrderCharge).where(OrderCharge.order_id == order.id).order_by(col(OrderCharge.position)))
    for charge in charges:
        cents = -charge.amount_cents if charge.kind == ChargeKind.DISCOUNT else charge.amount_cents
        rows.append(Row(charge_words(charge.name, charge.basis_points), money_words(cents, order.currency)))
    return OrderWords(
        studio=studio.name,
        base=studio.address,
        number=order.number,
        customer=order.customer_name,
        street=order.street,
        town=order.town,
        when=_when(db, order),
        wish=wish_words(order.wish, order.wish_on),
        rows=tuple(rows),
        total_cents=order.total_cents,
        currency=order.currency,
    )


def _visit_words(kind: str, details: dict[str, Any], order: Order, studio: Studio) -> VisitWords:
    def when(name: str) -> str:
        return when_words(datetime.fromisoformat(details[name]), studio.zone) if details.get(name) else ""

    fee = money_words(details["fee_cents"], order.currency) if details.get("fee_cents") else ""
    said = str(details.get("reason") or details.get("why", ""))
    return VisitWords(
        kind, before=when("before"), at=when("starts_at"), fee=fee, reason=said, instead=str(details.get("instead", ""))
    )


def words_for_customer(db: Session, order: Order, studio: Studio, *, now: datetime) -> OrderWords:
    """The same, leading a guest to the status page by a secret address made here and kept nowhere else."""
    words = order_words(db, order, studio)
    if not is_of_guest(db, order):
        return words
    return replace(words, link=f"{studio.address}/status/{link_of_order(db, order, now=now)}")


def _counted(line: OrderLine) -> str:
    return line.name if line.quantity == 1 else f"{line.quantity} × {line.name}"


def _when(db: Session, order: Order) -> str:
    visits = select(Appointment).where(Appointment.order_id == order.id, Appointment.status != AppointmentStatus.CANCELED)
    visit = db.exec(visits.order_by(col(Appointment.starts_at))).first()
    if visit is None:
        return ""
    minutes = round((visit.ends_at - visit.starts_at).total_seconds() / 60)
    span = span_words(visit.starts_at, minutes, visit.zone)
    return f"{day_words(visit.starts_at, visit.zone)}, {span} ({zone_words(visit.zone)})"


def order_of(db: Session, order_id: int) -> tuple[Order, Studio]:
    order = db.get_one(Order, order_id)
    return order, db.get_one(Studio, order.studio_id)


def write_to_all(
    db: Session, studio: Studio, letter: Letter, kind: str, cause: int, order: Order, *, is_secret: bool = False, now: datetime,
) -> None:  # fmt: skip
    """One mail each to whoever hears of this order: its person, and the assistants who get copies."""
    for one in addressees(db, order.customer_id):
        write_mail(
            db, studio, letter, kind=kind, once_key=f"{kind}:{cause}:{one.email.lower()}", to_email=one.email, to_name=one.name,
            order=order, is_secret=is_secret, now=now,
        )  # fmt: skip
