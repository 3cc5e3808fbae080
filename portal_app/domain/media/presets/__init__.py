"""What an MLS takes, as data: one TOML file each, read and checked once. Adding a file adds a preset.

`width` × `height` is the box a photo is fitted into, never enlarged; `least_width` × `least_height` what it must still
fill, whichever way it is turned; `most_bytes` per file; `most_photos` 0 for no limit; `pads` for white bars up to the
box. `source` and `as_of` say whose rules these are and when they were read.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Preset:
    """One of them. `recipe` changes with everything that changes a file."""

    slug: str
    name: str
    about: str
    width: int
    height: int
    most_bytes: int
    source: str
    as_of: date
    least_width: int = 0
    least_height: int = 0
    most_photos: int = 0
    least_quality: int = 55
    pads: bool = False

    @property
    def recipe(self) -> str:
        asked = (self.width, self.height, self.least_width, self.least_height, self.most_bytes, self.least_quality, self.pads)
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def presets() -> Mapping[str, Preset]:
    """All of them by slug, the general ones last. Raises ValueError for a file that makes no sense."""
    found = [read_preset(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {preset.slug: preset for preset in sorted(found, key=lambda preset: preset.slug.startswith("generic"))}


def read_preset(path: Path) -> Preset:
    """One file. Raises ValueError naming it."""
    try:
        preset = Preset(slug=path.stem, **tomllib.loads(path.read_text()))
    except (TypeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    if wrong := _wrong(preset):
        raise ValueError(f"{path.name}: {wrong}")
    return preset


def _wrong(preset: Preset) -> str:
    numbers = (preset.width, preset.height, preset.most_bytes, preset.least_quality)
    others = (preset.least_width, preset.least_height, preset.most_photos)
    if not all(isinstance(each, int) for each in (*numbers, *others)):
        return "pixels, bytes, photos and quality are whole numbers"
    if not (100 <= preset.width <= 2048 and 100 <= preset.height <= 2048):
        return "width and height are from 100 to 2048"
    if not (0 <= preset.least_width <= preset.width and 0 <= preset.least_height <= preset.height):
        return "the least is not more than the most"
    if preset.most_bytes < 20_000 or not 40 <= preset.least_quality <= 90 or preset.most_photos < 0:
        return "at least 20,000 bytes, a quality from 40 to 90"
    if not (preset.name and preset.about and preset.source and type(preset.as_of) is date):
        return "name, about, source and as_of are needed"
    return ""
