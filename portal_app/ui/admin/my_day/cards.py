"""A visit as it reads on a phone at the door."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from portal_app.core.clock import clock_words, local, span_words
from portal_app.domain.orders.my_day import MyVisit
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.shared.order_cards import ENTRY_WORDS

MAPS = "https://www.google.com/maps/dir/?api=1&destination="


@dataclass(frozen=True)
class MyVisitCard:
    """`standing` is one of asked, ahead, begun, finished, over; `can_start` only on its own day."""

    id: int
    number: int
    hours: str
    street: str
    town: str
    maps: str
    customer: str
    phone: str
    call: str
    services: str
    notes: str
    entry: str
    has_code: bool
    standing: str
    said: str
    can_start: bool


def visit_card(visit: MyVisit, *, now: datetime) -> MyVisitCard:
    """Everything in the property's own time."""
    minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    hours = span_words(visit.starts_at, minutes, visit.zone)
    standing, said = _standing(visit)
    return MyVisitCard(
        id=visit.id,
        number=visit.number,
        hours=f"{hours}, at dusk" if visit.purpose == Purpose.TWILIGHT else hours,
        street=visit.street,
        town=visit.town,
        maps=MAPS + quote(f"{visit.street}, {visit.town}"),
        customer=visit.customer_name,
        phone=visit.phone,
        call=f"tel:{re.sub(r'[^0-9+]', '', visit.phone)}" if visit.phone else "",
        services=visit.services,
        notes=visit.access_notes,
        entry=ENTRY_WORDS[visit.entry],
        has_code=visit.has_code,
        standing=standing,
        said=said,
        can_start=local(visit.starts_at, visit.zone).date() <= local(now, visit.zone).date(),
    )


def _standing(visit: MyVisit) -> tuple[str, str]:
    if visit.is_over:
        return "over", "Delivered"
    if visit.is_asked:
        return "asked", "Waits for your answer"
    if visit.finished_at:
        return "finished", f"Finished at {clock_words(visit.finished_at, visit.zone)}"
    if visit.started_at:
        return "begun", f"Started at {clock_words(visit.started_at, visit.zone)}"
    return "ahead", ""
