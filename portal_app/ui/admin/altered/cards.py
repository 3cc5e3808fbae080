"""What stands on the screen of altered photos, ready to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from portal_app.domain.delivery.originals import Standing
from portal_app.domain.media.alterations import alteration_words, alterations
from portal_app.domain.media.queries import PhotoCard


@dataclass(frozen=True)
class Place:
    """Whose photos these are, and where their originals are shown."""

    number: int = 0
    street: str = ""
    town: str = ""
    listing: str = ""
    originals_url: str = ""
    originals_words: str = ""


@dataclass(frozen=True)
class AlteredRow:
    """An altered photo beside its original. `problem` keeps it from being published."""

    id: str
    name: str
    picture: str
    words: str
    original: str = ""
    original_name: str = ""
    original_picture: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Choice:
    """A photo that can be chosen; `about` says what it is already."""

    id: str
    name: str
    picture: str
    about: str = ""


@dataclass(frozen=True)
class Saying:
    """What is being said of one photo, in the dialog."""

    id: str = ""
    name: str = ""
    how: list[str] = field(default_factory=list)
    words: str = ""
    original: str = ""
    hides: bool = False


def rows_of(photos: Sequence[PhotoCard], standing: Standing) -> list[AlteredRow]:
    """The altered photos in their order, those that keep the listing back first."""
    problems = {one.public_id: one.sentence for one in standing.problems}
    by_id = {photo.public_id: photo for photo in photos}
    rows = [_row(photo, by_id.get(photo.original), problems.get(photo.public_id, "")) for photo in photos if photo.altered_how]
    return sorted(rows, key=lambda row: not row.problem)


def plain_of(photos: Sequence[PhotoCard]) -> list[Choice]:
    """The photos of which nothing is said yet."""
    used = {photo.original for photo in photos if photo.altered_how}
    return [_choice(photo, used) for photo in photos if not photo.altered_how]


def saying_of(photo: PhotoCard, original: PhotoCard | None) -> Saying:
    """The dialog of one photo, filled."""
    how = [each.value for each in alterations(photo.altered_how)]
    saying = Saying(photo.public_id, photo.name, how, photo.alteration)
    return with_original(saying, original)


def with_original(saying: Saying, original: PhotoCard | None) -> Saying:
    """The dialog once this photo is chosen in it: it stays as hidden as it is, until the switch is pressed."""
    return replace(saying, original=original.public_id, hides=original.is_hidden) if original else replace(saying, original="")


def _row(photo: PhotoCard, original: PhotoCard | None, problem: str) -> AlteredRow:
    row = AlteredRow(
        photo.public_id, photo.name, _picture(photo), alteration_words(photo.altered_how, photo.alteration), problem=problem
    )
    if original is None:
        return row
    return AlteredRow(row.id, row.name, row.picture, row.words, original.public_id, original.name, _picture(original), problem)


def _choice(photo: PhotoCard, used: set[str]) -> Choice:
    about = ("Original", "Hidden from the listing")
    said = [word for word, is_so in zip(about, (photo.public_id in used, photo.is_hidden), strict=True) if is_so]
    return Choice(photo.public_id, photo.name, _picture(photo), ". ".join(said))


def _picture(photo: PhotoCard) -> str:
    return f"/files/{photo.public_id}/thumb" if photo.state == "ready" else ""
