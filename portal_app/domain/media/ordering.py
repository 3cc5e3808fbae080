"""The order of a listing's photos: by capture time, then by name; a photo placed by hand stays where it was put."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placing:
    """What decides where one photo goes. `position` counts from 0 and holds only when it was placed by hand."""

    id: int
    name: str
    captured_at: datetime | None = None
    position: int = 0
    is_placed_by_hand: bool = False


def arrange(photos: Sequence[Placing]) -> list[int]:
    """Ids in their order. Photos without a capture time come after those with one."""
    ordered = [photo.id for photo in sorted(photos, key=_by_time) if not photo.is_placed_by_hand]
    for photo in sorted((photo for photo in photos if photo.is_placed_by_hand), key=lambda photo: (photo.position, photo.id)):
        ordered.insert(photo.position, photo.id)
    return ordered


def move(ids: Sequence[int], moved: int, to_position: int) -> list[int]:
    """The same ids with one of them at another place; places beyond the ends mean the ends."""
    rest = [each for each in ids if each != moved]
    rest.insert(max(0, min(to_position, len(rest))), moved)
    return rest


def moved_one(before: Sequence[str], after: Sequence[str]) -> tuple[str, int] | None:
    """Which one was moved, and to which place, when `after` is `before` with a single one elsewhere; None otherwise."""
    if sorted(before) != sorted(after) or list(before) == list(after):
        return None
    first = next(place for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new)
    for candidate in (before[first], after[first]):
        if [each for each in before if each != candidate] == [each for each in after if each != candidate]:
            return candidate, list(after).index(candidate)
    return None


def _by_time(photo: Placing) -> tuple[datetime, list[tuple[int, int, str]], int]:
    return photo.captured_at or LAST, _natural(photo.name), photo.id


def _natural(name: str) -> list[tuple[int, int, str]]:
    """`IMG_9` before `IMG_10`: digits compare as numbers."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
