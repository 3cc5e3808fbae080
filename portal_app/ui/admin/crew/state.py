"""Everybody who goes to properties, and when."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.core.clock import day_words, utc_now
from portal_app.core.viewer import Permission
from portal_app.domain.scheduling.crew import CrewRow, crew
from portal_app.domain.scheduling.spans import span_words
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.order_cards import initials
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.wall_times import DAYS


@dataclass(frozen=True)
class CrewCard:
    """One member: their week in a line or two, and where their page is for whoever keeps it."""

    name: str
    initials: str
    caption: str
    week: list[str]
    href: str


class CrewState(Base):
    """The crew, the first to be thought of first."""

    crew: list[CrewCard] = []
    loaded: bool = False

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read everybody afresh; also called when something changed."""
        rows = await ask(crew, viewer_of(self), now=utc_now())
        self.crew = [crew_card(row, self.studio.zone) for row in rows]
        self.loaded = True


def crew_card(row: CrewRow, zone: str) -> CrewCard:
    """A member in words."""
    captions = [
        "You" if row.is_me else "",
        "" if row.is_bookable else "Not bookable",
        f"Priority {row.priority}" if row.priority else "",
        f"Off from {day_words(row.next_off, zone)}" if row.next_off else "",
    ]
    return CrewCard(
        name=row.name,
        initials=initials(row.name),
        caption=" · ".join(filter(None, captions)),
        week=week_lines(row),
        href=f"/admin/crew/{row.member_id}" if row.may_keep else "",
    )


def week_lines(row: CrewRow) -> list[str]:
    """`Mon – Fri: 9:00 am – 5:00 pm`: days one after the other with the same hours share a line."""
    lines: list[tuple[int, int, str]] = []
    for weekday in range(7):
        hours = row.week.get(weekday)
        words = ", ".join(map(span_words, hours.visits)) if hours else ""
        if words and hours and hours.twilight:
            words += f", twilight {', '.join(map(span_words, hours.twilight))}"
        elif hours and hours.twilight:
            words = f"twilight {', '.join(map(span_words, hours.twilight))}"
        if lines and lines[-1][2] == words and lines[-1][1] == weekday - 1:
            lines[-1] = lines[-1][0], weekday, words
        elif words:
            lines.append((weekday, weekday, words))
    return [f"{_days(first, last)}: {words}" for first, last, words in lines] or ["No hours yet"]


def _days(first: int, last: int) -> str:
    return DAYS[first] if first == last else f"{DAYS[first][:3]} – {DAYS[last][:3]}"
