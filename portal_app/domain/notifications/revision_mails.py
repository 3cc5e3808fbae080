"""What the two sides are told about a request for changes: one mail per step, to whoever did not take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.domain.activity.models import Fact
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.revision_models import RevisionRequest
from portal_app.domain.delivery.service import make_link
from portal_app.domain.listings.models import Listing
from portal_app.domain.notifications.letters import Button, Letter
from portal_app.domain.notifications.service import is_written, write_mail
from portal_app.domain.notifications.writing import order_of
from portal_app.domain.studios.models import Studio

TO_STUDIO = ("revision.asked", "revision.reopened", "revision.accepted")

COMPARE = "Compare before and after, then accept it or ask again."


@dataclass(frozen=True, slots=True)
class RevisionWords:
    """A request as mails name it. `words` are a person's own."""

    studio: str
    number: int
    street: str
    who: str
    words: str
    link: str


def mail_revision(db: Session, fact: Fact, *, now: datetime) -> None:
    """To the studio what its customer asks or accepts; to who asked what the studio does. A secret link is made for whoever
    came by one."""
    row = db.get_one(RevisionRequest, fact.details["revision_id"])
    once_key = f"{fact.kind}:{fact.id}"
    if is_written(db, once_key):
        return
    order, studio = order_of(db, row.order_id)
    is_ours = fact.kind in TO_STUDIO
    if not is_ours and not row.asked_email:
        return
    link = f"{studio.address}/admin/revisions/{row.public_id}" if is_ours else _link(db, row, studio, now)
    said = {"revision.asked": row.wish, "revision.reopened": row.again, "revision.delivered": row.reply}.get(fact.kind, "")
    words = RevisionWords(studio.name, row.number, order.street, row.asked_by, said, link)
    name, email = (studio.name, studio.email) if is_ours else (row.asked_by, row.asked_email)
    answered = {"reply_to": row.asked_email} if is_ours and row.asked_email else {}
    write_mail(
        db, studio, LETTERS[fact.kind](words), kind=fact.kind.replace(".", "_"), once_key=once_key, to_email=email, to_name=name,
        order=order, is_secret=not is_ours and not row.asked_account_id, now=now, **answered,
    )  # fmt: skip


def _link(db: Session, row: RevisionRequest, studio: Studio, now: datetime) -> str:
    """Where who asked sees it: their own page, or a fresh secret link to the listing."""
    if row.asked_account_id:
        listing = db.get_one(Listing, row.listing_id)
        return f"{studio.address}/listings/revisions/{listing.public_id}"
    newest = select(Delivery.id).where(Delivery.listing_id == row.listing_id).order_by(col(Delivery.id).desc())
    return f"{studio.address}/l/{make_link(db, db.exec(newest).first() or 0, row.asked_email, now=now)}"


def asked(request: RevisionWords) -> Letter:
    """To the studio."""
    return Letter(
        subject=f"Change asked for: {request.street}",
        preheader=f"{request.who} would like something different.",
        title=f"{request.who} asks for a change",
        paragraphs=(f"Change {request.number} at {request.street}.",),
        quote=request.words,
        button=Button("Open the request", request.link),
    )


def reopened(request: RevisionWords) -> Letter:
    """To the studio."""
    return Letter(
        subject=f"Asked again: {request.street}",
        preheader="What you delivered is not right yet.",
        title=f"{request.who} asks again",
        paragraphs=(f"Change {request.number} at {request.street} is not right yet.",),
        quote=request.words,
        button=Button("Open the request", request.link),
    )


def accepted(request: RevisionWords) -> Letter:
    """To the studio."""
    return Letter(
        subject=f"Change accepted: {request.street}",
        preheader="Nothing is left to do.",
        title=f"{request.who} accepted the change",
        paragraphs=(f"Change {request.number} at {request.street} is settled.",),
        button=Button("See the request", request.link),
    )


def started(request: RevisionWords) -> Letter:
    """To who asked."""
    return Letter(
        subject=f"We are on it: {request.street}",
        preheader="Somebody works on the change you asked for.",
        title="Somebody works on your change",
        paragraphs=(f"{request.studio} began with change {request.number} at {request.street}. You hear when it is done.",),
        button=Button("See where it stands", request.link),
        closing=("Questions? Answer this mail.",),
    )


def delivered(request: RevisionWords) -> Letter:
    """To who asked."""
    return Letter(
        subject=f"Your change is done: {request.street}",
        preheader="Compare before and after, then accept it or ask again.",
        title="Your change is done",
        paragraphs=(f"{request.studio} delivered change {request.number} at {request.street}.", COMPARE),
        quote=request.words,
        button=Button("Compare", request.link),
        closing=("Questions? Answer this mail.",),
    )


LETTERS = {
    "revision.asked": asked,
    "revision.reopened": reopened,
    "revision.accepted": accepted,
    "revision.started": started,
    "revision.delivered": delivered,
}
