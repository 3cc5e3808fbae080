"""The only map from what happened to what follows. Each reaction runs exactly once per fact, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from portal_app.core.viewer import STAFF, Role, system_viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.activity.service import enqueue
from portal_app.domain.billing import giving_back, invoicing, upfront
from portal_app.domain.delivery import planning
from portal_app.domain.delivery.service import end_links_to
from portal_app.domain.notifications import (
    account_mails,
    change_mails,
    charge_mails,
    keeping_mails,
    receipts,
    refund_mails,
    revision_mails,
    writing,
)
from portal_app.jobs.worker import Job

Reaction = Callable[..., None]
ONE_REACTION = "react_one"
FORGET_CARDS = "forget_cards"
CHANGES_OF_VISITS = (
    "appointment.set", "appointment.moved", "appointment.postponed", "appointment.booked", "appointment.lost",
)  # fmt: skip


def mail_code(db: Session, fact: Fact, *, now: datetime) -> None:
    """The code is made while its mail is written."""
    account_mails.mail_code(db, fact.details["mailed_code_id"], fact.details.get("onward", ""), now=now)


def tell_security_changed(db: Session, fact: Fact, *, now: datetime) -> None:
    """The owner of an account notices what somebody else might have done."""
    if fact.actor_account_id:
        account_mails.mail_security_changed(db, fact.kind, fact.actor_account_id, fact.id, now=now)


def mail_invitation(db: Session, fact: Fact, *, now: datetime) -> None:
    """The address that was asked gets its link."""
    writing.mail_invitation(db, fact.details["invitation_id"], fact.id, now=now)


def confirm_order(db: Session, fact: Fact, *, now: datetime) -> None:
    """The customer sees that the order arrived."""
    writing.mail_order_placed(db, fact.order_id, now=now)


def announce_order(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio sees that somebody waits."""
    writing.mail_order_placed_to_studio(db, fact.order_id, now=now)


def confirm_acceptance(db: Session, fact: Fact, *, now: datetime) -> None:
    """The customer learns that it will happen."""
    writing.mail_order_accepted(db, fact.order_id, now=now)


def mail_delivery(db: Session, fact: Fact, *, now: datetime) -> None:
    """One mail with its own secret link per recipient."""
    writing.mail_delivery(db, fact.details["delivery_id"], now=now)


def mail_transfer(db: Session, fact: Fact, *, now: datetime) -> None:
    """Who has the listing now gets a way to it."""
    if fact.listing_id:
        keeping_mails.mail_transfer(db, fact.listing_id, fact.id, now=now)


def mail_keeping(db: Session, fact: Fact, *, now: datetime) -> None:
    """Customer and studio hear until when files are there, or can come back."""
    if fact.listing_id:
        keeping_mails.mail_keeping(db, fact.listing_id, fact.id, fact.kind, fact.details.get("until", ""), now=now)


def end_plan(db: Session, fact: Fact, *, now: datetime) -> None:
    """What was handed over by hand, or is canceled, is not handed over later."""
    if fact.order_id:
        planning.end_plan(db, fact.order_id, now=now)


def mail_failed_plan(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio hears that its customer waits."""
    writing.mail_failed_plan(db, fact.order_id, fact.id, fact.details["reason"], now=now)


def mail_revision(db: Session, fact: Fact, *, now: datetime) -> None:
    """The other side learns where a request for changes stands."""
    revision_mails.mail_revision(db, fact, now=now)


def mail_receipt(db: Session, fact: Fact, *, now: datetime) -> None:
    """The customer gets a receipt, and so does whoever paid for them: one for all that was paid at once."""
    receipts.mail_receipt(db, fact, now=now)


def settle_visits(db: Session, fact: Fact, *, now: datetime) -> None:
    """What was paid at booking has a time, or somebody must choose one."""
    if fact.order_id:
        upfront.settle_visits(db, system_viewer(fact.studio_id), fact.order_id, now=now)


def mail_change(db: Session, fact: Fact, *, now: datetime) -> None:
    """The customer learns what became of their visit."""
    kind = fact.kind.rpartition(".")[2]
    writing.mail_visit_changed(db, fact.order_id, fact.id, kind, fact.details, now=now)


def announce_change(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio learns what its customers change; what it did itself is no news to it."""
    if Role(fact.actor_role) in STAFF or fact.details.get("held"):
        return
    kind = fact.kind.rpartition(".")[2]
    writing.mail_visit_changed_to_studio(db, fact.order_id, fact.id, kind, fact.details, now=now)


def announce_decline(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio learns that a photographer said no, and who is asked instead: maybe nobody is left."""
    writing.mail_visit_changed_to_studio(db, fact.order_id, fact.id, "declined", fact.details, now=now)


def announce_odd_payment(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio learns of money that does not fit; a payment that fits is no news to it."""
    receipts.mail_odd_payment(db, fact, now=now)


def mail_items_changed(db: Session, fact: Fact, *, now: datetime) -> None:
    """The customer learns what their order is for now, and what it costs."""
    change_mails.mail_items_changed(db, fact, now=now)


def mail_credit(db: Session, fact: Fact, *, now: datetime) -> None:
    """The customer learns of credit they were given."""
    refund_mails.mail_credit(db, fact, now=now)


def mail_refund(db: Session, fact: Fact, *, now: datetime) -> None:
    """The customer learns what goes back."""
    refund_mails.mail_refund(db, fact, now=now)


def announce_failed_refund(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio learns that its customer does not have the money."""
    refund_mails.mail_refund_failed(db, fact, now=now)


def announce_unallocated_refund(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio says which bill it was for."""
    refund_mails.mail_refund_unallocated(db, fact, now=now)


def announce_dispute(db: Session, fact: Fact, *, now: datetime) -> None:
    """The studio must answer its customer's bank, or learns how it ended."""
    refund_mails.mail_dispute(db, fact, now=now)


def give_back(db: Session, fact: Fact, *, now: datetime) -> None:
    """What was paid for a canceled order goes back as the studio's rule says."""
    if fact.order_id:
        giving_back.give_back_canceled(db, system_viewer(fact.studio_id), fact.order_id, now=now)


def mail_cardholder(db: Session, fact: Fact, *, now: datetime) -> None:
    """The bank wants to hear from the cardholder: they get a link to pay with."""
    if fact.order_id:
        charge_mails.mail_cardholder(db, fact.order_id, fact.id, now=now)


def void_invoices(db: Session, fact: Fact, *, now: datetime) -> None:
    """Nobody is asked anymore to pay for what was canceled."""
    if fact.order_id:
        invoicing.void_unpaid(db, system_viewer(fact.studio_id), fact.order_id, "The order was canceled.", now=now)


def end_links(db: Session, fact: Fact, *, now: datetime) -> None:
    """Who is in a team no more opens none of its listings by a link that was mailed before."""
    details = fact.details
    end_links_to(db, system_viewer(fact.studio_id), details["team_id"], details["addresses"], now=now)


def forget_cards(db: Session, fact: Fact, *, now: datetime) -> None:
    """Whoever is gone leaves no card behind at the payment service."""
    asked = {"studio_id": fact.studio_id, "account_id": fact.actor_account_id}
    enqueue(db, FORGET_CARDS, asked, now=now, studio_id=fact.studio_id, once_key=f"forget_cards:{fact.id}")


REACTIONS: dict[str, tuple[Reaction, ...]] = {
    **dict.fromkeys(account_mails.CHANGES, (tell_security_changed,)),
    "account.closed": (forget_cards,),
    "account.code_requested": (mail_code,),
    "invitation.sent": (mail_invitation,),
    "team.left": (end_links,),
    "team.member_removed": (end_links,),
    "order.placed": (confirm_order, announce_order),
    "order.accepted": (confirm_acceptance,),
    **dict.fromkeys(CHANGES_OF_VISITS, (mail_change, announce_change)),
    "order.canceled": (end_plan, void_invoices, give_back, mail_change, announce_change),
    "appointment.confirmed": (mail_change,),
    "appointment.declined": (announce_decline,),
    "listing.delivered": (end_plan, mail_delivery),
    "listing.transferred": (mail_transfer,),
    "listing.ends_soon": (mail_keeping,),
    "listing.put_away": (mail_keeping,),
    "delivery.failed": (mail_failed_plan,),
    **dict.fromkeys(revision_mails.LETTERS, (mail_revision,)),
    "order.items_changed": (mail_items_changed,),
    "credit.given": (mail_credit,),
    "credit.used": (settle_visits,),
    "charge.needs_cardholder": (mail_cardholder,),
    "payment.received": (settle_visits, mail_receipt, announce_odd_payment),
    "payment.unallocated": (announce_odd_payment,),
    "payment.allocated": (settle_visits, mail_receipt),
    "payment.refunded": (mail_refund,),
    "refund.failed": (announce_failed_refund,),
    "refund.unallocated": (announce_unallocated_refund,),
    "dispute.opened": (announce_dispute,),
    "dispute.won": (announce_dispute,),
    "dispute.lost": (announce_dispute,),
}


def react(job: Job) -> None:
    """Find what follows from a fact: one reaction runs here, several become work of their own, so none blocks another."""
    with job.wiring.database.unit_of_work() as db:
        fact = db.get_one(Fact, job.payload["fact_id"])
        reactions = REACTIONS.get(fact.kind, ())
        if len(reactions) == 1:
            reactions[0](db, fact, now=job.now())
        else:
            _fan_out(db, fact, reactions, job.now())
        job.finish(db)


def react_one(job: Job) -> None:
    """One of several reactions to a fact."""
    with job.wiring.database.unit_of_work() as db:
        fact = db.get_one(Fact, job.payload["fact_id"])
        for reaction in REACTIONS.get(fact.kind, ()):
            if reaction.__name__ == job.payload["reaction"]:
                reaction(db, fact, now=job.now())
        job.finish(db)


def _fan_out(db: Session, fact: Fact, reactions: tuple[Reaction, ...], now: datetime) -> None:
    for reaction in reactions:
        name = reaction.__name__
        payload = {"fact_id": fact.id, "reaction": name}
        enqueue(db, ONE_REACTION, payload, now=now, studio_id=fact.studio_id, once_key=f"react:{fact.id}:{name}", priority=50)
