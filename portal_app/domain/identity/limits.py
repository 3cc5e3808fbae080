"""How often something guessable may be tried: per account, per place, and both.

A few tries are free, then each must wait longer since the last, up to a longest wait: slowed down, never locked out.
Counted in the database (or in Redis), so every process counts together and a restart forgets nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from portal_app.core.errors import Problem
from portal_app.domain.identity.models import Account, SignInSession
from portal_app.domain.identity.tries import ELSEWHERE, TableTries, Tries, TriesAway

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
QUARTER = timedelta(minutes=15)
FORGET_AFTER = timedelta(days=1)
KNOWN_FOR = timedelta(days=90)
BEGINNING = datetime.fromtimestamp(0, UTC)
# No window ever holds as many: the waits see to that.
MOST = 10_000


class TooManyTries(Problem):
    """Slowed down, not locked out: waiting helps, and it says how long."""

    status = 429

    def __init__(self, wait_seconds: int = 60) -> None:
        super().__init__(f"Too many tries. Wait {_in_words(wait_seconds)}, then try again.")
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` tries with the same key within `window`; each further one waits twice as long, from `first` up to `longest`.

    A limit of a place counts everybody there. `unless_known` names a person and a place: whoever signed in from there
    before is spared, so that others who guess from all over the world do not slow them down.
    """

    key: str
    free: int
    window: timedelta
    first: timedelta = SECOND
    longest: timedelta = 30 * SECOND
    is_place: bool = False
    unless_known: tuple[str, str] | None = None

    def wait_after(self, tries: int) -> timedelta:
        """How long after the last of so many tries the next may come."""
        if tries < self.free:
            return timedelta(0)
        return min(self.first * 2 ** min(tries - self.free, 20), self.longest)


def sign_in_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """Passwords typed at the sign-in."""
    return _guessing("in", email_key, block)


def sign_up_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """Everything that sends a mail: new accounts, codes, resets, magic links."""
    return (
        Limit(f"mail:{email_key}", 6, HOUR, first=MINUTE, longest=10 * MINUTE),
        Limit(f"mail:@{block}", 60, HOUR, longest=MINUTE, is_place=True),
    )


def code_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """Codes typed from a mail, beside the five tries of each."""
    return _guessing("code", email_key, block, free=10)


def password_again_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """The password asked for again by somebody signed in: their session may be somebody else's."""
    return _guessing("again", email_key, block)


def second_step_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """Six digits with the right password behind them: few from anywhere, then minutes apart."""
    both, person, place = _guessing("step", email_key, block)
    strict = Limit(person.key, 10, HOUR, first=10 * SECOND, longest=5 * MINUTE, unless_known=person.unless_known)
    return (both, strict, place)


def passkey_limits(block: str) -> tuple[Limit, ...]:
    """A passkey cannot be guessed; each try still costs us a challenge and a signature."""
    return (Limit(f"key:@{block}", 60, QUARTER, is_place=True),)


def question_limits(block: str) -> tuple[Limit, ...]:
    """What a passkey is asked: every look at the sign-in page asks one question, and each is a row for minutes."""
    return (Limit(f"ask:@{block}", 300, QUARTER, is_place=True),)


def link_limits(block: str) -> tuple[Limit, ...]:
    """Magic links and invitations: 256 random bits, so only the place is slowed down."""
    return (Limit(f"link:@{block}", 60, QUARTER, is_place=True),)


def invitation_limits(inviter: str, email_key: str) -> tuple[Limit, ...]:
    """Invitations sent: by one person, and to one address whoever invites."""
    return (
        Limit(f"invite:{inviter}", 40, HOUR, longest=MINUTE),
        Limit(f"invited:{email_key}", 5, HOUR, first=MINUTE, longest=10 * MINUTE),
    )


def order_limits(account_id: int) -> tuple[Limit, ...]:
    """Orders placed by one account: more in an hour than anybody means are a program's, and wait."""
    return (Limit(f"order:{account_id}", 30, HOUR, first=MINUTE, longest=10 * MINUTE),)


def guest_order_limits(email_key: str, block: str) -> tuple[Limit, ...]:
    """Orders placed without signing in: under one address, and from one place."""
    return (
        Limit(f"order:{email_key}", 10, HOUR, first=MINUTE, longest=10 * MINUTE),
        Limit(f"order:@{block}", 30, HOUR, first=10 * SECOND, longest=10 * MINUTE, is_place=True),
    )


def _guessing(kind: str, person: str, block: str, *, free: int = 5) -> tuple[Limit, Limit, Limit]:
    """One person from one place, one person from anywhere, one place for anybody."""
    return (
        Limit(f"{kind}:{person}@{block}", free, QUARTER),
        Limit(f"{kind}:{person}", 30, HOUR, longest=10 * SECOND, unless_known=(person, block)),
        Limit(f"{kind}:@{block}", 100, QUARTER, is_place=True),
    )


def count_try(db: Session, studio_id: int, limits: tuple[Limit, ...], *, now: datetime) -> None:
    """Count one try against each limit. Raises TooManyTries, counting nothing, while one of them asks to wait.

    On PostgreSQL others who count the same wait until this unit ends: lock no further row after it.
    """
    try:
        _count(db, studio_id, _tries(db, studio_id, now=now), limits, now=now)
    except TriesAway:
        _count(db, studio_id, TableTries(db, studio_id, now=now), limits, now=now)


def forgive(db: Session, studio_id: int, limits: tuple[Limit, ...]) -> None:
    """Take back what was counted for a person who then proved right; the place forgets only this one try."""
    tries = _tries(db, studio_id)
    with suppress(TriesAway):
        for limit in limits:
            forget = tries.take_back if limit.is_place else tries.clear
            forget(limit.key)


def _tries(db: Session, studio_id: int, *, now: datetime = BEGINNING) -> Tries:
    elsewhere = db.info.get(ELSEWHERE)
    return elsewhere(studio_id) if elsewhere else TableTries(db, studio_id, now=now)


def _count(db: Session, studio_id: int, tries: Tries, limits: tuple[Limit, ...], *, now: datetime) -> None:
    with tries.turns(limit.key for limit in limits):
        wait = max(_wait(db, studio_id, tries, limit, now=now) for limit in limits)
        if wait > 0:
            raise TooManyTries(max(1, round(wait + 0.499)))
        for limit in limits:
            tries.acquire_entry(limit.key, MOST, limit.window.total_seconds())


def _wait(db: Session, studio_id: int, tries: Tries, limit: Limit, *, now: datetime) -> float:
    """Seconds until the next try under this limit may come."""
    _, counted = tries.get_moving_window(limit.key, MOST, limit.window.total_seconds())
    gap = limit.wait_after(counted).total_seconds()
    if not gap:
        return 0.0
    newest, is_recent = tries.get_moving_window(limit.key, 1, gap)
    if not is_recent or (limit.unless_known and _is_known(db, studio_id, *limit.unless_known, now=now)):
        return 0.0
    return newest + gap - now.timestamp()


def _is_known(db: Session, studio_id: int, person: str, block: str, *, now: datetime) -> bool:
    """Whether whoever has proven this address signed in from this place lately."""
    if not block:
        return False
    been = (
        select(SignInSession.id)
        .join(Account, Account.id == SignInSession.account_id)
        .where(Account.studio_id == studio_id, Account.email_key == person, Account.verified_at.is_not(None))
        .where(SignInSession.place == block, SignInSession.waits_for == "", SignInSession.seen_at > now - KNOWN_FOR)
    )
    return db.exec(been.limit(1)).first() is not None


def _in_words(seconds: int) -> str:
    if seconds > 90:
        return f"{-(-seconds // 60)} minutes"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
