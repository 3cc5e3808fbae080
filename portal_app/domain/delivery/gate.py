"""What a viewer sees of a listing's photos, and which file stands behind each size. Values in, value out.

The gate is computed from the newest delivery's policy and from what is still due; it is never stored, so a payment
opens a listing by itself and a refund closes it again. Where several pay an order and the main payer opens it, what is
due from the others keeps nothing closed: *kept by* is what is due without them.

    delivered  collect payment  watermark  kept by   the customer sees
    no         -                -          -         NOTHING: files do not exist
    yes        no               -          -         OPEN: everything, unmarked, downloadable
    yes        yes              -          0         OPEN
    yes        yes              yes        > 0       MARKED: marked web and thumb, no download
    yes        yes              no         > 0       SMALL: clean, at most 1024 px, no download

What was put away because its time is over is AWAY for its customer, whatever was paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from portal_app.core.errors import NotAllowed, NotFound, Problem
from portal_app.core.viewer import Viewer
from portal_app.domain.media.models import RenditionName


class Sight(StrEnum):
    """How much is seen. See the table above."""

    NOTHING = "nothing"
    MARKED = "marked"
    SMALL = "small"
    OPEN = "open"
    AWAY = "away"


class Size(StrEnum):
    """What an address may ask for: `/files/<asset>/<size>`."""

    THUMB = "thumb"
    WEB = "web"
    MLS = "mls"
    ORIGINAL = "original"


class Locked(NotAllowed):
    """The photos are delivered and wait for the payment."""

    sentence = "This opens as soon as the order is paid. Pay on the listing's page, then download again."


class PutAway(Problem):
    """The time for which the files are kept is over."""

    sentence = "These files were put away when their time was over. The listing’s page says until when they can come back."
    status = 410


ORIGINAL = "original"

SERVED: dict[Sight, dict[Size, str]] = {
    Sight.NOTHING: {},
    Sight.AWAY: {},
    Sight.MARKED: {Size.THUMB: RenditionName.THUMB_MARKED, Size.WEB: RenditionName.WEB_MARKED},
    Sight.SMALL: {Size.THUMB: RenditionName.THUMB, Size.WEB: RenditionName.SMALL},
    Sight.OPEN: {
        Size.THUMB: RenditionName.THUMB,
        Size.WEB: RenditionName.WEB,
        Size.MLS: RenditionName.MLS,
        Size.ORIGINAL: ORIGINAL,
    },
}


@dataclass(frozen=True, slots=True)
class Gate:
    """A listing's gate as its customer meets it. `due_cents` is what is due on the orders delivered here."""

    sight: Sight
    due_cents: int = 0

    @property
    def is_delivered(self) -> bool:
        return self.sight is not Sight.NOTHING

    @property
    def is_locked(self) -> bool:
        return self.sight in {Sight.MARKED, Sight.SMALL}


def decide(
    *, is_delivered: bool, collect_payment: bool, watermark: bool, due_cents: int, harmless_cents: int = 0, is_away: bool = False
) -> Sight:
    """The table in this module's first lines. `harmless_cents` is the part of the due that keeps nothing closed."""
    if not is_delivered:
        return Sight.NOTHING
    if is_away:
        return Sight.AWAY
    if not collect_payment or due_cents - harmless_cents <= 0:
        return Sight.OPEN
    return Sight.MARKED if watermark else Sight.SMALL


def sight_for(by: Viewer, gate: Gate) -> Sight:
    """The studio's own people always see everything; everybody else what the gate shows."""
    return Sight.OPEN if by.is_staff else gate.sight


def served(sight: Sight, size: Size) -> str:
    """The rendition behind a size, or ORIGINAL. Raises NotFound before a delivery, Locked for what waits for payment,
    PutAway.

    There is no falling back: a size whose rendition is missing is missing, never another picture.
    """
    if sight is Sight.NOTHING:
        raise NotFound
    if size not in SERVED[sight]:
        raise refusal(sight)
    return SERVED[sight][size]


def refusal(sight: Sight) -> Problem:
    """Why what is delivered does not open."""
    return PutAway() if sight is Sight.AWAY else Locked()
