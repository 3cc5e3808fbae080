"""What stands in the calendar, ready to show: wall times of the studio, a title, and the same in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal_app.core.clock import clock_words, day_words, local, when_words
from portal_app.domain.orders.agenda import Entry, EntryKind
from portal_app.domain.scheduling.crew import CrewRow
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.shared.order_cards import initials

MOVABLE = ("booked", "held", "requested")
STATUS_WORDS = {
    "booked": "Booked",
    "held": "Held, not confirmed yet",
    "requested": "A wish, nobody is booked yet",
    "completed": "Done",
}
EARLIEST, LATEST = 6, 22


@dataclass(frozen=True)
class MemberToggle:
    """One member whose things are shown or not."""

    id: int
    name: str
    initials: str
    is_on: bool


@dataclass(frozen=True)
class EntryCard:
    """One thing of the calendar in its dialog."""

    id: str = ""
    kind: str = ""
    title: str = ""
    town: str = ""
    when: str = ""
    who: str = ""
    status: str = ""
    services: str = ""
    customer: str = ""
    reason: str = ""
    number: int = 0
    purpose: str = ""
    member: int = 0
    day: str = ""
    time: str = ""
    is_movable: bool = False
    is_kept: bool = False


def event_of(entry: Entry, zone: str, *, may_move: bool) -> dict[str, Any]:
    """An entry as FullCalendar draws it."""
    who = entry.member.split(" ")[0] if entry.member else "Nobody yet"
    title, says = _words(entry, who)
    start, end = (f"{local(at, zone):%Y-%m-%dT%H:%M:%S}" for at in (entry.starts_at, entry.ends_at))
    return {
        "id": id_of(entry),
        "title": title,
        "says": f"{says}, {span_words(entry, zone)}",
        "start": start,
        "end": end,
        "classNames": [_look(entry)],
        "startEditable": may_move and is_movable(entry),
    }


def entry_card(entry: Entry, zone: str, *, may_move: bool) -> EntryCard:
    """An entry opened."""
    there = local(entry.starts_at, zone)
    return EntryCard(
        id=id_of(entry),
        kind=entry.kind,
        title="Time off" if entry.kind is EntryKind.OFF else entry.street,
        town=entry.town,
        when=span_words(entry, zone),
        who=entry.member or "Nobody assigned yet",
        status=STATUS_WORDS.get(entry.status, ""),
        services=entry.services,
        customer=entry.customer,
        reason=entry.reason,
        number=entry.number,
        purpose=entry.purpose,
        member=entry.member_id or 0,
        day=f"{there:%Y-%m-%d}",
        time=f"{there:%H:%M}",
        is_movable=may_move and is_movable(entry),
        is_kept=entry.is_theirs_to_keep,
    )


def toggles(rows: list[CrewRow], hidden: list[int]) -> list[MemberToggle]:
    """Everybody who goes to properties."""
    return [MemberToggle(row.member_id, row.name, initials(row.name), row.member_id not in hidden) for row in rows]


def id_of(entry: Entry) -> str:
    """`visit-12`"""
    return f"{entry.kind}-{entry.key}"


def is_movable(entry: Entry) -> bool:
    """A visit that is not over; a time off has its own dialog."""
    return entry.kind is EntryKind.VISIT and entry.status in MOVABLE


def hours_of(entries: list[Entry], zone: str) -> tuple[str, str]:
    """The first and the last hour to draw, so that no visit stands outside."""
    visits = [entry for entry in entries if entry.kind is not EntryKind.OFF]
    starts = [local(entry.starts_at, zone) for entry in visits]
    ends = [local(entry.ends_at, zone) for entry in visits]
    over = any(start.date() != end.date() for start, end in zip(starts, ends, strict=True))
    first = min([EARLIEST, *(start.hour for start in starts)])
    last = 24 if over else max([LATEST, *(end.hour + (end.minute > 0) for end in ends)])
    return f"{0 if over else first:02d}:00:00", f"{last:02d}:00:00"


def span_words(entry: Entry, zone: str) -> str:
    """`Thu 26 Nov, 9:30 am – 11:15 am`, or both days where they differ."""
    first, last = local(entry.starts_at, zone), local(entry.ends_at, zone)
    if first.date() == last.date():
        return f"{day_words(entry.starts_at, zone)}, {clock_words(entry.starts_at, zone)} – {clock_words(entry.ends_at, zone)}"
    return f"{when_words(entry.starts_at, zone)} – {when_words(entry.ends_at, zone)}"


def wall_now(now: datetime, zone: str) -> str:
    """Where the line of now stands."""
    return f"{local(now, zone):%Y-%m-%dT%H:%M:%S}"


def _words(entry: Entry, who: str) -> tuple[str, str]:
    if entry.kind is EntryKind.OFF:
        return f"{who} is off\n{entry.reason}".strip(), f"Time off, {entry.member}"
    what = "twilight" if entry.purpose == Purpose.TWILIGHT else entry.services.lower()
    state = STATUS_WORDS.get(entry.status, entry.status)
    return f"{entry.street}\n{who}{' · ' if what else ''}{what}", f"{entry.street}, {entry.member or 'nobody yet'}, {state}"


def _look(entry: Entry) -> str:
    if entry.kind is EntryKind.OFF:
        return "off"
    return {"booked": "booked", "completed": "done"}.get(entry.status, "held")
