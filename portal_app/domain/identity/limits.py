"""How often something guessable may be tried. Counted in the database, so every process counts together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session, select

from portal_app.core.errors import Problem
from portal_app.domain.identity.models import Attempt

FORGET_AFTER = timedelta(days=1)


class TooManyTries(Problem):
    """Slowed down, not locked out: waiting helps."""

    sentence = "Too many tries. Wait a few minutes, then try again."
    status = 429


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` with the same key within `window`."""

    key: str
    tries: int
    window: timedelta


def sign_in_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """One person from one place, one account from anywhere, one place for any account."""
    quarter = timedelta(minutes=15)
    return (
        Limit(f"in:{email_key}@{block}", 8, quarter),
        Limit(f"in:{email_key}", 30, quarter),
        Limit(f"in:@{block}", 120, quarter),
    )


def sign_up_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """New accounts and codes: each sends a mail."""
    hour = timedelta(hours=1)
    return (Limit(f"mail:{email_key}", 6, hour), Limit(f"mail:@{block}", 60, hour))


def count_try(db: Session, studio_id: int, limits: tuple[Limit, ...], *, now: datetime) -> None:
    """Count one try against each limit. Raises TooManyTries, counting nothing, when one is used up."""
    for limit in limits:
        since = now - limit.window
        tries = select(func.count()).where(Attempt.studio_id == studio_id, Attempt.key == limit.key, Attempt.at > since)
        if db.exec(tries).one() >= limit.tries:
            raise TooManyTries
    keys = [limit.key for limit in limits]
    db.execute(delete(Attempt).where(Attempt.key.in_(keys), Attempt.at < now - FORGET_AFTER))
    db.add_all(Attempt(studio_id=studio_id, key=key, at=now) for key in keys)


def forgive(db: Session, studio_id: int, limits: tuple[Limit, ...]) -> None:
    """Take back what was counted for a person who then proved right; the place keeps its count."""
    keys = [limit.key for limit in limits if not limit.key.startswith(("in:@", "mail:@"))]
    db.execute(delete(Attempt).where(Attempt.studio_id == studio_id, Attempt.key.in_(keys)))


def address_block(address: str) -> str:
    """The neighborhood of an address: /24 of IPv4, /48 of IPv6, so that one person cannot be many."""
    if ":" in address:
        return ":".join(address.split(":")[:3]) + "::/48"
    return ".".join(address.split(".")[:3]) + ".0/24"
