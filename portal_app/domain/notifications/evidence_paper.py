"""A listing's history on paper: the studio's whole one, or its customer's. Every word of the PDF. Pure but for one read."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.clock import clock_words, date_words, local, zone_words
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.papers import ink_of, issuer_lines, printed_at, sheet_of
from portal_app.domain.billing.parties import issuer_now
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.billing.printing import Paper, PaperRow
from portal_app.domain.notifications.evidence import Evidence, evidence_of
from portal_app.domain.notifications.telling import Line
from portal_app.domain.studios.models import Studio

WIDEST = 34
HOW = (
    "A mail was taken when the mail server answered that it takes it; that it was read nobody can know. A link was opened when a "
    "browser went to it: programs that look at mails, and pages that are fetched ahead, are left out as far as they say what "
    "they are. A file was downloaded when its last byte was handed to the connection; SHA-256 names its exact content."
)


def evidence_paper(
    db: Session, by: Viewer, listing_public_id: str, now: datetime, *, as_customer: bool = False
) -> Paper:  # fmt: skip
    """The history of a listing as it is printed. Raises like `evidence_of`."""
    found = evidence_of(db, by, listing_public_id, as_customer=as_customer)
    studio = db.get_one(Studio, by.studio_id)
    issuer = issuer_now(studio, payment_policy(db, by.studio_id))
    return Paper(
        title="Delivery history",
        language="en",
        sheet=sheet_of(studio.zone),
        accent=ink_of(issuer),
        mark=issuer.mark,
        issuer=issuer_lines(issuer),
        bill_to_label="Listing",
        bill_to=(found.street, found.town),
        facts=_facts(found, now),
        heads=("What happened", "Who", "When"),
        rows=tuple(_row(line, found.zone) for line in found.lines) or (PaperRow(("Nothing happened yet.", "", "")),),
        sums=(),
        notes=(("How to read this", HOW),),
        page_words="Page {page} of {pages}",
        at=printed_at(now),
    )


def moment_words(at: datetime, zone: str) -> str:
    """`23 Nov 2026, 3:02:11 pm`: the second counts where two people disagree."""
    there, clock = local(at, zone), clock_words(at, zone)
    return f"{date_words(there.date())}, {clock[:-3]}:{there.second:02d}{clock[-3:]}"


def _facts(found: Evidence, now: datetime) -> tuple[tuple[str, str], ...]:
    """Who it is for stands on it, so that nobody takes the one for the other."""
    return (
        ("Customer", found.customer),
        ("Told to", "the studio, whole" if found.is_whole else "the customer, without what is others'"),
        ("Times", zone_words(found.zone)),
        ("Printed", moment_words(now, found.zone)),
    )


def _row(line: Line, zone: str) -> PaperRow:
    """Who has a long name stands under what they did: the column between would leave no room for it."""
    is_long = len(line.who) > WIDEST
    detail = ". ".join(filter(None, (line.who, line.detail))) if is_long else line.detail
    return PaperRow((line.words, "" if is_long else line.who, moment_words(line.at, zone)), detail)
