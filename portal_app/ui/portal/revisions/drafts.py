"""A request while it is made up: which photos, and where on each. Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal_app.domain.delivery.revising import AskedPhoto
from portal_app.domain.delivery.revision_models import WHOLE_SIDE, Shape
from portal_app.domain.delivery.revision_steps import placed
from portal_app.domain.delivery.revisions import Choice

SIDES = ("x", "y", "width", "height")
FIRST_BOX = {"x": 3_000, "y": 3_000, "width": 4_000, "height": 4_000}
MIDDLE = {"x": 5_000, "y": 5_000, "width": 0, "height": 0}


@dataclass(frozen=True)
class Draft:
    """One chosen photo. Places in ten-thousandths of the picture; `has_corner`: the next press sets the box's other one."""

    asset: str = ""
    number: str = ""
    url: str = ""
    shape: str = Shape.WHOLE
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0
    note: str = ""
    has_corner: bool = False
    left: str = "0%"
    top: str = "0%"
    wide: str = "0%"
    tall: str = "0%"


def drafted(choice: Choice) -> Draft:
    """A photo that was just chosen, as a whole."""
    return Draft(choice.asset, choice.number, choice.web_url)


def kept(drafts: Sequence[Draft], choices: Sequence[Choice]) -> list[Draft]:
    """The drafts of photos that are still there, with their addresses as they are now."""
    here = {choice.asset: choice for choice in choices}
    return [
        replace(draft, number=here[draft.asset].number, url=here[draft.asset].web_url) for draft in drafts if draft.asset in here
    ]


def shaped(draft: Draft, shape: str) -> Draft:
    """Another way to show the place; a pin and a box begin in the middle."""
    if shape not in set(Shape):
        return draft
    start = {Shape.PIN: MIDDLE, Shape.BOX: FIRST_BOX, Shape.WHOLE: dict.fromkeys(SIDES, 0)}[Shape(shape)]
    return _drawn(replace(draft, shape=shape, has_corner=False, **start))


def pressed(draft: Draft, x: int, y: int) -> Draft:
    """Somebody pressed on the picture: a pin goes there, a box gets one corner and then the other."""
    x, y = (min(max(each, 0), WHOLE_SIDE) for each in (x, y))
    if draft.shape != Shape.BOX:
        return _drawn(replace(draft, shape=Shape.PIN, x=x, y=y, width=0, height=0))
    if not draft.has_corner:
        return _drawn(replace(draft, x=x, y=y, width=0, height=0, has_corner=True))
    left, right, top, bottom = *sorted((draft.x, x)), *sorted((draft.y, y))
    return _drawn(replace(draft, x=left, y=top, width=right - left, height=bottom - top, has_corner=False))


def slid(draft: Draft, side: str, percent: str) -> Draft:
    """One of the four sliders was moved; the box stays inside the picture."""
    if side not in SIDES or not percent.isascii() or not percent.isdigit():
        return draft
    value = min(int(percent[:3]), 100) * WHOLE_SIDE // 100
    most = WHOLE_SIDE - {"width": draft.x, "height": draft.y}.get(side, 0)
    moved = replace(draft, **{side: min(value, most)}, has_corner=False)
    return _drawn(replace(moved, width=min(moved.width, WHOLE_SIDE - moved.x), height=min(moved.height, WHOLE_SIDE - moved.y)))


def asked_photo(draft: Draft) -> AskedPhoto:
    """As it is sent."""
    place = placed(draft.shape, *(getattr(draft, side) / WHOLE_SIDE for side in SIDES))
    return AskedPhoto(draft.asset, place, draft.note)


def _drawn(draft: Draft) -> Draft:
    left, top, wide, tall = (f"{getattr(draft, side) / 100:g}%" for side in SIDES)
    return replace(draft, left=left, top=top, wide=wide, tall=tall)
