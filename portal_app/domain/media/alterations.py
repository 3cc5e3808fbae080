"""What can be done to a photo that has to be said beside it, and how it is said. Pure.

California's Business and Professions Code § 10140.8 (AB 723, since 2026-01-01) means what adds, removes or changes something
of the property or of what is seen from it. Light, color, sharpness, angle and crop are not meant, and have no word here.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import PurePosixPath

from portal_app.core.words import in_a_row


class Alteration(StrEnum):
    """One thing that was done."""

    STAGED = "staged"
    REMOVED = "removed"
    ADDED = "added"
    SKY = "sky"
    TWILIGHT = "twilight"
    GROUNDS = "grounds"
    RENOVATED = "renovated"
    SURROUNDINGS = "surroundings"
    OTHER = "other"


TITLES = {
    Alteration.STAGED: "Virtually staged",
    Alteration.REMOVED: "Objects removed",
    Alteration.ADDED: "Objects added",
    Alteration.SKY: "Sky replaced",
    Alteration.TWILIGHT: "Turned from day to dusk",
    Alteration.GROUNDS: "Lawn or garden changed",
    Alteration.RENOVATED: "Virtually renovated",
    Alteration.SURROUNDINGS: "View or surroundings changed",
    Alteration.OTHER: "Something else",
}


def kept_as(chosen: Sequence[str]) -> str:
    """As a row keeps them: each once, in the order above; what is no word of ours is left out."""
    return " ".join(each for each in Alteration if each in chosen)


def alterations(altered_how: str) -> list[Alteration]:
    """What a row says was done."""
    return [each for each in Alteration if each in altered_how.split()]


def alteration_words(altered_how: str, words: str) -> str:
    """`Virtually staged, sky replaced. The car in the drive is gone`; nothing for a photo as it was taken."""
    named = in_a_row([TITLES[each] for each in alterations(altered_how) if each is not Alteration.OTHER])
    return ". ".join(filter(None, (named, words.strip().rstrip(".")))) or ("Altered" if altered_how else "")


def note_beside(altered_how: str, words: str) -> str:
    """The note that stands beside an altered photo wherever it appears; empty for any other."""
    return f"Altered: {alteration_words(altered_how, words)}" if altered_how else ""


def altered_name(file_name: str, altered_how: str) -> str:
    """`IMG_0412 (altered).jpg`: the note as far as the name of a file carries it."""
    path = PurePosixPath(file_name)
    return f"{path.stem} (altered){path.suffix}" if altered_how else file_name
