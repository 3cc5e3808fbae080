"""What files are called inside a ZIP, as the studio chose it. Values in, value out; the archive makes them safe and unique.

scheme     the 7th of 12 photos    of 120       the 2nd video
numbered   07.jpg                  007.jpg      Video 02.mp4
original   IMG_0412.jpg            the same     walk.mp4
address    12 Ocean Ave 07.jpg     … 007.jpg    12 Ocean Ave Video 02.mp4
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath

from portal_app.domain.media.kinds import AssetKind


class Naming(StrEnum):
    """How a studio's files are called in a ZIP. See the table above."""

    NUMBERED = "numbered"
    ORIGINAL = "original"
    ADDRESS = "address"


CALLED = {AssetKind.VIDEO: "Video", AssetKind.FLOOR_PLAN: "Floor plan", AssetKind.DOCUMENT: "Document"}


def file_name(naming: Naming, street: str, kind: AssetKind, place: int, count: int, own_name: str) -> str:
    """The name of the file that stands at `place` of the `count` of its kind, whatever else is in the same ZIP."""
    if naming is Naming.ORIGINAL:
        return own_name
    number = f"{place:0{max(2, len(str(count)))}d}{PurePosixPath(own_name).suffix.lower()}"
    street = street if naming is Naming.ADDRESS else ""
    return " ".join(word for word in (street.replace("/", "-").strip(), CALLED.get(kind, ""), number) if word)
