"""What changes how somebody signs in is done only by somebody who has just shown who they are."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.service import check_own_password
from portal_app.domain.identity.session_life import asks_again
from portal_app.domain.identity.sessions import prove_session, proven_at
from portal_app.domain.units import UnitOfWork


class NotProven(NotAllowed):
    """Signed in, but too long ago for this."""

    sentence = "It has been a while since you signed in. Type your password, then do this again."


def is_proven(db: Session, by: Viewer, *, now: datetime) -> bool:
    """Whether this very session showed who it is within a quarter of an hour."""
    return not asks_again(proven_at(db, by), now=now)


def check_proven(db: Session, by: Viewer, *, now: datetime) -> None:
    """Raises NotProven, and NotAllowed for whoever looks through another's eyes."""
    check_themselves(by)
    if not is_proven(db, by, now=now):
        raise NotProven


def check_themselves(by: Viewer) -> None:
    """Raises NotAllowed: how a customer signs in is nobody else's to see or to change."""
    if not by.is_themselves or by.account_id is None:
        raise NotAllowed("You are looking through somebody else’s eyes. How they sign in is theirs alone.")


def prove_again(unit_of_work: UnitOfWork, by: Viewer, password: str, *, caller: Caller = Caller(), now: datetime) -> None:
    """The password once more, good for a quarter of an hour. Raises InvalidInput("again"), TooManyTries."""
    check_own_password(unit_of_work, by, password, field="again", caller=caller, now=now)
    with unit_of_work() as db:
        prove_session(db, by, now=now)
