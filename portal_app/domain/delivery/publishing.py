"""What keeps a listing's photos from being published: an altered one without its original, where that is asked for. Pure.

rule        the property is in      asks for pairs
always      anywhere                yes
never       anywhere                no
by place    California              yes
by place    another state           no
by place    not known               as where the studio is; nowhere known: no
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal_app.domain.media.models import AssetState


class AlteredRule(StrEnum):
    """When an altered photo has to have its original beside it. See the table above."""

    BY_PLACE = "by_place"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Altered:
    """An altered photo that would be shown. `original` is the state of its original, empty without one."""

    public_id: str
    name: str
    original: str = ""


@dataclass(frozen=True, slots=True)
class PublishingProblem:
    """One photo that may not be published yet, and what to do about it."""

    public_id: str
    sentence: str


STATE = re.compile(r"(?:^|[,\s])(CA|California|[A-Z]{2})(?:[,.]?\s+\d{5}(?:-\d{4})?)?\s*$")


def asks_for_pairs(rule: str, town: str, studio_place: str) -> bool:
    """The table in this module's first lines; `town` and `studio_place` as they are typed: `Carmel, CA 93923`."""
    if rule != AlteredRule.BY_PLACE:
        return rule == AlteredRule.ALWAYS
    found = STATE.search(town.strip()) or STATE.search(studio_place.strip())
    return found is not None and found[1] in {"CA", "California"}


def publishing_problems(altered: Iterable[Altered], *, pairs: bool) -> list[PublishingProblem]:
    """Every photo that may not be published, in order; none where no `pairs` are asked for."""
    found = ((photo, _missing(photo)) for photo in altered) if pairs else ()
    return [PublishingProblem(photo.public_id, sentence) for photo, sentence in found if sentence]


def _missing(photo: Altered) -> str:
    if photo.original == AssetState.READY:
        return ""
    if photo.original == AssetState.RENDERING:
        return f"The original of {photo.name} is still being made. It can be published when that is ready."
    if photo.original == AssetState.FAILED:
        return f"The original of {photo.name} is damaged. Replace it, or choose another one."
    if photo.original == AssetState.REMOVED:
        return f"The original of {photo.name} was taken out. Bring it back, or choose another one."
    return f"{photo.name} is altered and has no original beside it. Choose its original."
