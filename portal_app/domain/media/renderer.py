"""The port to whatever turns a photograph, or the picture of a film or a document, into the sizes we serve.

Nothing here knows of tables: each rendering process would carry them along, 34 MB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from portal_app.domain.media.kinds import AssetKind


class MarkPlace(StrEnum):
    """Where the watermark stands. Only TILED covers the whole picture; any other can be cropped away."""

    TILED = "tiled"
    CENTER = "center"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What the header of an accepted file says. `width` and `height` are as seen, after its orientation; a film's are
    those of its poster, known once that is made, like its `seconds`."""

    width: int
    height: int
    captured_at: datetime | None = None
    kind: AssetKind = AssetKind.PHOTO
    media_type: str = "image/jpeg"
    seconds: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Rendered:
    """One size, written to `path`; hash and CRC-32 are of those bytes."""

    name: str
    path: Path
    sha256: str
    crc32: int
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn into marked sizes: `text`, or the PNG at `logo` in its place; `opacity` in percent."""

    text: str
    logo: Path | None = None
    place: MarkPlace = MarkPlace.TILED
    opacity: int = 47


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One original and what to mark it with. Sizes land in `into`."""

    source: Path
    into: Path
    mark: Mark


@dataclass(frozen=True, slots=True)
class RenderResult:
    """All sizes of one photograph, with what its header said."""

    facts: PhotoFacts
    sizes: list[Rendered] = field(default_factory=list[Rendered])


@dataclass(frozen=True, slots=True)
class FitRequest:
    """One original, the box and the bytes it must stay inside, and the quality it may not fall below."""

    source: Path
    into: Path
    width: int
    height: int
    most_bytes: int
    least_quality: int
    pads: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """The file, or none where even the least quality is too heavy: `size` is that one's bytes. `width` and `height` are
    the photo's, without white bars."""

    made: Rendered | None
    quality: int
    size: int
    width: int
    height: int


class BadPhoto(Exception):
    """The file cannot be used; `sentence` says why and what to do, for the photographer."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Renderer(Protocol):
    """Checks and renders files outside the web process. Safe to call from several threads."""

    def inspect(self, source: Path) -> PhotoFacts:
        """Check header and limits without decoding everything. Raises BadPhoto."""
        ...

    def render(self, request: RenderRequest) -> RenderResult:
        """Make every size. Raises BadPhoto for a file that cannot be used, Unavailable when a worker died."""
        ...

    def remark(self, request: RenderRequest) -> list[Rendered]:
        """Only the marked sizes, from a clean web size as `source`. Raises BadPhoto, Unavailable."""
        ...

    def fit(self, request: FitRequest) -> Fitted:
        """One photo inside a box, under a number of bytes. Raises BadPhoto, Unavailable."""
        ...

    def redraw_logo(self, source: Path, into: Path) -> Rendered:
        """A PNG written anew, as it will be drawn. Raises BadPhoto in words, Unavailable."""
        ...

    def missing_letters(self, text: str) -> str:
        """Which letters of a watermark's text cannot be drawn."""
        ...
