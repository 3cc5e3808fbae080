"""Typed addresses found on a map that lies beside this file: ZIP codes and towns, no network.

The map (GeoNames, CC BY 4.0, see docs/decisions/0026) is lines sorted by name, kept as they are and searched in place.
Whoever asks first unpacks it, in one of our threads.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal_app.domain.listings.places import Place, meters_between

MAP = Path(__file__).with_name("places.tsv.gz")

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "æ": "ae", "Æ": "ae", "đ": "d", "Đ": "d"})
_COUNTRY = re.compile(r"[\s,]+(?:usa|u\.s\.a\.|united states(?: of america)?)\s*$", re.IGNORECASE)
_ZIP = re.compile(r"(?<![\w-])(\d{5})(?:-\d{4})?$")
_CODE = re.compile(r"(?<![\w-])(?=\w*\d)\w{2,8}(?:[ -](?=\w*\d)\w{2,4})?(?![\w-])", re.ASCII)
_STATES = frozenset(
    [
        "al",
        "ak",
        "az",
        "ar",
        "ca",
        "co",
        "ct",
        "de",
        "dc",
        "fl",
        "ga",
        "hi",
        "id",
        "il",
        "in",
        "ia",
        "ks",
        "ky",
        "la",
        "me",
        "md",
        "ma",
        "mi",
        "mn",
        "ms",
        "mo",
        "mt",
        "ne",
        "nv",
        "nh",
        "nj",
        "nm",
        "ny",
        "nc",
        "nd",
        "oh",
        "ok",
        "or",
        "pa",
        "pr",
        "ri",
        "sc",
        "sd",
        "tn",
        "tx",
        "ut",
        "vt",
        "va",
        "wa",
        "wv",
        "wi",
        "wy",
    ]
)


@dataclass(frozen=True, slots=True)
class _Known:
    """One line of the map. A ZIP code names the town it belongs to."""

    country: str
    region: str
    place: Place
    people: int
    town: str


class OfflinePlaces:
    """The port `PlaceFinder` over the map file. It knows no streets."""

    def find(self, street: str, town: str, near: Place | None = None) -> Place | None:
        """The ZIP code if its state or town stands beside it (other countries have five digits too), else the town."""
        line = _COUNTRY.sub("", town.strip()[:160])
        code = _CODE.search(line)
        words = plain(line.replace(code[0], " ", 1) if code else line)
        postcode = re.sub(r"[\s-]", "", code[0]).upper() if code else ""
        at_zip = _zip_of(line)
        if at_zip and (not words or at_zip.region.lower() in words.split() or at_zip.town in words):
            return at_zip.place
        if known := _best(_towns(words), near):
            return Place(known.place.lat, known.place.lon, "town", postcode)
        return at_zip and at_zip.place


def plain(name: str) -> str:
    """Lower case letters without accents, one space between words; nothing for other alphabets."""
    bare = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip() if bare.isascii() else ""


def _zip_of(line: str) -> _Known | None:
    found = _ZIP.search(line)
    return next((known for known in _named(found[1], "postcode")), None) if found else None


def _towns(words: str) -> list[_Known]:
    """Towns that the longest beginning of these words names, narrowed by the state or country that follows."""
    said = words.split()
    for end in range(len(said), 0, -1):
        known = list(_named(" ".join(said[:end]), "town"))
        if known:
            return _narrowed(known, set(said[end:]))
    return []


def _narrowed(known: list[_Known], rest: set[str]) -> list[_Known]:
    """A state that is named and has no such town is taken at its word: better nothing than a town far away."""
    fitting = [one for one in known if {one.region.lower(), one.country.lower()} & rest]
    return fitting or ([] if rest & _STATES else known)


def _best(known: Iterable[_Known], near: Place | None) -> _Known | None:
    if near is not None:
        return min(known, key=lambda one: meters_between(one.place, near), default=None)
    return max(known, key=lambda one: one.people, default=None)


def _named(name: str, how: str) -> Iterator[_Known]:
    text, key = _map(), f"{name}\t".encode()
    start = _first(text, key)
    while text.startswith(key, start):
        end = text.index(b"\n", start)
        _, country, region, lat, lon, people, town = text[start:end].decode().split("\t")
        yield _Known(country, region, Place(float(lat), float(lon), how, name if town else ""), int(people), town)
        start = end + 1


def _first(text: bytes, key: bytes) -> int:
    """Where the first line that is not before `key` starts."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        start = text.rfind(b"\n", 0, middle) + 1
        if text[start : start + len(key)] < key:
            low = text.index(b"\n", middle) + 1
        else:
            high = start
    return low


@cache
def _map() -> bytes:
    return gzip.decompress(MAP.read_bytes())
