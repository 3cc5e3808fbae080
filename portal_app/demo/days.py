"""When the demo's crew works: the week of each photographer, and where their day starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.domain.scheduling.models import CrewMember, WeeklyHours

NINE, FIVE, SIX = 9 * 60, 17 * 60, 18 * 60
DUSK, NIGHT = 15 * 60, 22 * 60


@dataclass(frozen=True, slots=True)
class Week:
    """One photographer: the weekdays (0 is Monday) they work, from when until when, and their base."""

    who: str
    days: tuple[int, ...]
    hours: tuple[int, int]
    priority: int
    base: tuple[float, float, str]


# Between them somebody works on every day, at dusk too.
WEEKS: Mapping[str, tuple[Week, ...]] = {
    "harbor": (
        Week("pia", (0, 1, 2, 3, 4, 5), (NINE - 60, SIX), 0, (36.6177, -121.9166, "Pacific Grove, CA 93950")),
        Week("jonas", (1, 2, 3, 4, 5, 6), (NINE, SIX), 1, (36.6111, -121.8516, "Seaside, CA 93955")),
    ),
    "bluebird": (Week("ines", (0, 1, 2, 3, 4, 5, 6), (NINE, FIVE), 0, (41.7004, -73.9210, "Poughkeepsie, NY 12601")),),
}


def plan_days(db: Session, slug: str, people: Mapping[str, Viewer]) -> None:
    """Give a studio's photographers their weeks. Done after its orders, which came in before anybody had set hours."""
    for week in WEEKS[slug]:
        by = people[week.who]
        who = {"studio_id": by.studio_id, "member_id": by.member_id}
        lat, lon, words = week.base
        db.add(CrewMember(priority=week.priority, base_lat=lat, base_lon=lon, base_words=words, **who))
        for hours, is_twilight in ((week.hours, False), ((DUSK, NIGHT), True)):
            db.add_all(
                WeeklyHours(weekday=day, starts_minute=hours[0], ends_minute=hours[1], is_twilight=is_twilight, **who)
                for day in week.days
            )
    db.flush()
