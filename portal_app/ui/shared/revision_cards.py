"""One request for changes as both sides read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal_app.domain.delivery.revision_models import Shape
from portal_app.domain.delivery.revision_steps import UNFINISHED
from portal_app.domain.delivery.revisions import MarkCard, RevisionCard


@dataclass(frozen=True)
class Spot:
    """One photo of a request: before, with the place that is meant, and after."""

    now: str = ""
    title: str = ""
    shape: str = Shape.WHOLE
    left: str = "0%"
    top: str = "0%"
    wide: str = "0%"
    tall: str = "0%"
    note: str = ""
    before: str = ""
    after: str = ""
    where: str = ""
    is_making: bool = False
    before_altered: str = ""
    after_altered: str = ""


@dataclass(frozen=True)
class Request:
    """One request. `can_settle`: its customer accepts or asks again; `can_show`: a picture may be added."""

    id: str = ""
    title: str = ""
    state: str = ""
    state_words: str = ""
    who: str = ""
    wish: str = ""
    answer: str = ""
    again: str = ""
    reference: str = ""
    can_settle: bool = False
    can_show: bool = False
    spots: list[Spot] = field(default_factory=list)


def request_of(card: RevisionCard) -> Request:
    """The card, ready to draw."""
    count = len(card.marks)
    about = "the whole listing" if not count else "1 photo" if count == 1 else f"{count} photos"
    return Request(
        id=card.public_id,
        title=f"Change {card.number}: {about}",
        state=card.state,
        state_words=card.state_words,
        who=f"{card.asked_by} · {card.when}",
        wish=card.wish,
        answer=card.answer,
        again=card.again,
        reference=card.reference_url,
        can_settle=card.state == "delivered",
        can_show=card.state in UNFINISHED,
        spots=[_spot(mark) for mark in card.marks],
    )


def rounds_words(used: int, allowed: int | None) -> str:
    """How many there were, of how many; nothing where there is no end."""
    return "" if allowed is None else f"{used} of {allowed} {'round' if allowed == 1 else 'rounds'} of changes used."


def requests_of(cards: Sequence[RevisionCard]) -> list[Request]:
    """Every card, ready to draw."""
    return [request_of(card) for card in cards]


def _spot(mark: MarkCard) -> Spot:
    sides = (mark.left, mark.top, mark.width, mark.height)
    return Spot(
        mark.now, f"Photo {mark.number}" if mark.number else mark.name, mark.shape, *(f"{side:g}%" for side in sides), mark.note,
        mark.before_url, mark.after_url, _where(mark), mark.is_making, mark.before_altered, mark.after_altered,
    )  # fmt: skip


def _where(mark: MarkCard) -> str:
    """The place in words, for who does not see it."""
    if mark.shape == Shape.WHOLE:
        return ""
    across, down = mark.left + mark.width / 2, mark.top + mark.height / 2
    sides = [_third(down, ("top", "middle", "bottom")), _third(across, ("left", "center", "right"))]
    return f"{'Box' if mark.shape == Shape.BOX else 'Pin'} at the {' '.join(sides)}"


def _third(percent: float, words: tuple[str, str, str]) -> str:
    return words[0] if percent < 100 / 3 else words[1] if percent < 200 / 3 else words[2]
