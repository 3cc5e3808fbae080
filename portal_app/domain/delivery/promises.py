"""What an order promises, and what of it is missing. Values in, value out.

What the studio said about a service adds up, times its quantity. About a kind it said nothing, the words of the line decide:

    25 photos, Six pictures, 8 aerial images   that many photos
    about 30 pictures, up to 25 photos         photos: one at least
    photos, twilight set, video, film, reel,
    floor plan, 3D tour, Matterport            one of its kind at least, however many lines say so
    anything else                              nothing

An add-on is read by its name only: its other words are about what it is added to. A package promises what its parts do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from portal_app.domain.media.kinds import SECTIONS, AssetKind, kinds_in_words

Said = Mapping[AssetKind, int | None]

COLUMNS: dict[AssetKind, str] = {
    AssetKind.PHOTO: "photos",
    AssetKind.VIDEO: "videos",
    AssetKind.FLOOR_PLAN: "floor_plans",
    AssetKind.TOUR: "tours",
}
"""Which column of a service says how many of a kind are handed over for it."""

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
COUNTED = re.compile(
    r"(?:(?P<loose>about|up to|around|roughly)\s+)?"
    r"\b(?P<number>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty)"
    r"\s+(?:[\w-]+\s+)?(?:photos?|pictures?|images?)\b",
    re.IGNORECASE,
)
WORDS: dict[AssetKind, re.Pattern[str]] = {
    AssetKind.PHOTO: re.compile(r"\b(?:photos?|pictures?|images?|photography|twilight set)\b", re.IGNORECASE),
    AssetKind.VIDEO: re.compile(r"\b(?:videos?|films?|reels?)\b", re.IGNORECASE),
    AssetKind.FLOOR_PLAN: re.compile(r"\bfloor ?plans?\b", re.IGNORECASE),
    AssetKind.TOUR: re.compile(r"\b(?:3d|virtual|360°?) tours?\b|\bmatterport\b", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of an order, or one part of a package: its words, what the studio said about it, and how many were ordered."""

    name: str
    detail: str = ""
    said: Said = field(default_factory=dict)
    quantity: int = 1
    is_add_on: bool = False
    parts: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One kind on the checklist. `at_least`: nobody said how many, so any number will do."""

    kind: AssetKind
    promised: int
    there: int
    at_least: bool = False

    @property
    def missing(self) -> int:
        return max(0, self.promised - self.there)


def checklist(lines: Iterable[Promise], there: Mapping[str, int]) -> list[Row]:
    """What is promised against what is there, in the order of a listing's sections."""
    sure: Counter[AssetKind] = Counter()
    some: set[AssetKind] = set()
    for line in lines:
        number, loosely = promised(line)
        sure.update(number)
        some |= loosely
    return [
        Row(kind, sure[kind] or 1, there.get(kind, 0), at_least=not sure[kind]) for kind in SECTIONS if sure[kind] or kind in some
    ]


def promised(line: Promise) -> tuple[dict[AssetKind, int], set[AssetKind]]:
    """How many of which kinds, and the kinds of which there is one at least."""
    sure: Counter[AssetKind] = Counter()
    some: set[AssetKind] = set()
    for part in line.parts:
        number, loosely = promised(part)
        sure.update(number)
        some |= loosely
    for kind in COLUMNS:
        number = counted_photos(line.name) if kind is AssetKind.PHOTO else None
        number = line.said.get(kind) if number is None else number
        if number is not None:
            sure[kind], some = number, some - {kind}
        elif not line.parts:
            number, is_said = read(line, kind)
            sure[kind] += number
            some |= {kind} if is_said else set()
    return {kind: count * line.quantity for kind, count in sure.items() if count}, some


def read(line: Promise, kind: AssetKind) -> tuple[int, bool]:
    """What the words promise of a kind: a number, or 0 and whether they speak of it."""
    words = line.name if line.is_add_on else f"{line.name}. {line.detail}"
    number = counted_photos(words) if kind is AssetKind.PHOTO else None
    return (number, False) if number else (0, bool(WORDS[kind].search(words)))


def counted_photos(words: str) -> int | None:
    """The number of photos these words name; None when they name none, or not exactly."""
    found = COUNTED.search(words)
    if found is None or found["loose"]:
        return None
    return NUMBERS.get(found["number"].lower()) or int(found["number"])


def gap_words(rows: Sequence[Row]) -> str:
    """`3 photos, 1 floor plan`: what is missing; nothing when all is there."""
    return kinds_in_words(row.kind for row in rows for _ in range(row.missing))
