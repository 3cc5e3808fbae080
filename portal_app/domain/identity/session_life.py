"""How long a session lasts, and how long a proof of who sits there is good for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Life:
    """A session ends when it was not used for `idle`, and after `longest` whatever happens."""

    idle: timedelta
    longest: timedelta


CUSTOMER_LIFE = Life(idle=timedelta(days=30), longest=timedelta(days=90))
STAFF_LIFE = Life(idle=timedelta(days=7), longest=timedelta(days=30))
PROOF_LIFE = timedelta(minutes=15)


def life_of(*, is_staff: bool) -> Life:
    """Staff see every customer's affairs, so a browser they left behind is worth more, and forgotten sooner."""
    return STAFF_LIFE if is_staff else CUSTOMER_LIFE


def is_over(*, seen_at: datetime, ends_at: datetime, is_staff: bool, now: datetime) -> bool:
    """Whether a session has ended by itself."""
    return ends_at <= now or seen_at + life_of(is_staff=is_staff).idle <= now


def asks_again(proven_at: datetime | None, *, now: datetime, within: timedelta = PROOF_LIFE) -> bool:
    """Whether the password (or passkey) is asked for again before something that cannot be taken back."""
    return proven_at is None or not now - within < proven_at <= now + timedelta(minutes=1)
