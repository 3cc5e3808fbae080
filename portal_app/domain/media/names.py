"""What a photo is called: the name its camera gave it, made safe for every screen and every disk."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 180
UNNAMED = "photo"
ENDINGS = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov", "qt"),
}
"""What a file of each type may be called; the first is what it gets when its name says something else."""
FILMS = (*ENDINGS["video/mp4"], *ENDINGS["video/quicktime"])
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*]')


def is_called_film(name: str) -> bool:
    """Whether its name says that it is a video; its bytes are asked once they are here."""
    return name.rpartition(".")[2].strip().lower() in FILMS


def announced_name(name: str) -> str:
    """The name of a file that is not here yet: one that ends as any we take keeps its ending."""
    ending = name.rpartition(".")[2].strip().lower()
    return clean_name(name, next((kind for kind, endings in ENDINGS.items() if ending in endings), "image/jpeg"))


def clean_name(name: str, media_type: str = "image/jpeg") -> str:
    """The last part of a path without control and direction characters, at most 180 characters, ending as what it is.

    What is kept was opened as this type: under another ending (`x.exe`, `x.html`) a computer would take it for something else.
    """
    endings = ENDINGS[media_type]
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = FORBIDDEN.sub("_", " ".join(seen.split())).lstrip(". ").rstrip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 5:
        stem, ending = plain, ""
    if dot and ending and ending.lower() not in endings:
        stem, ending = f"{stem}.{ending}", ""
    if not stem or plain.lower() in endings:
        return f"{UNNAMED}.{endings[0]}"
    stem = f"_{stem}" if RESERVED.fullmatch(stem.split(".")[0]) else stem
    ending = f".{ending or endings[0]}"
    return stem[: LONGEST - len(ending)].rstrip(". ") + ending
