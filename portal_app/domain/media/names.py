"""What a photo is called: the name its camera gave it, made safe for every screen and every disk."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 180
UNNAMED = "photo.jpg"
ENDINGS = ("jpg", "jpeg")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean_name(name: str) -> str:
    """The last part of a path without control and direction characters, at most 180 characters, ending as a photograph.

    What is kept was decoded as JPEG: under another ending (`x.exe`, `x.html`) a computer would take it for something else.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = FORBIDDEN.sub("_", " ".join(seen.split())).lstrip(". ").rstrip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 5:
        stem, ending = plain, ""
    if dot and ending and ending.lower() not in ENDINGS:
        stem, ending = f"{stem}.{ending}", ""
    if not stem or plain.lower() in ENDINGS:
        return UNNAMED
    stem = f"_{stem}" if RESERVED.fullmatch(stem.split(".")[0]) else stem
    ending = f".{ending or ENDINGS[0]}"
    return stem[: LONGEST - len(ending)].rstrip(". ") + ending
