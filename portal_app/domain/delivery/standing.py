"""Whether a customer's own link still opens, and how much of one download it may send. Values in, value out.

revoked  now          used             stands
yes      -            -                REVOKED: opens nothing
no       after its end -               OVER: opens nothing
no       before       all it may       USED_UP: shows what it is of, begins no further download
no       before       less, or no end  OPEN
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """See the table above."""

    OPEN = "open"
    USED_UP = "used_up"
    OVER = "over"
    REVOKED = "revoked"


class Limits(Protocol):
    """What a link is limited by."""

    revoked_at: datetime | None
    ends_at: datetime
    most_downloads: int | None
    used: int


def standing_of(link: Limits, now: datetime) -> Standing:
    """The table in this module's first lines."""
    if link.revoked_at is not None:
        return Standing.REVOKED
    if link.ends_at < now:
        return Standing.OVER
    if link.most_downloads is not None and link.used >= link.most_downloads:
        return Standing.USED_UP
    return Standing.OPEN


def may_send(length: int, promised: int, asked: int) -> bool:
    """Whether a download of `length` bytes, of which `promised` were sent or are being sent, may send `asked` more.

    A quarter of it may be sent twice: a cut connection loses what was handed to it last. A second copy is another download.
    """
    return promised + asked <= length + length // 4
