"""Signing in with a password.

The password is checked with no transaction open, and what was counted stays counted although the person is refused.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput
from portal_app.domain.identity import passwords
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.limits import count_try, forgive, sign_in_limits
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.sessions import open_session
from portal_app.domain.units import UnitOfWork

WRONG_PASSWORD = "That email and password don’t match. Try again, or reset your password."

hash_password = passwords.hash_password


def sign_in(
    unit_of_work: UnitOfWork, studio_id: int, email: str, password: str, *, caller: Caller = Caller(), now: datetime
) -> str:
    """Check a password and open a session; returns the cookie's token.

    Raises InvalidInput("password") alike for an unknown address, a wrong password and a suspended account,
    after the same work; TooManyTries when there were too many.
    """
    key = email_key(email)
    limits = sign_in_limits(key, caller.block)
    with unit_of_work() as db:
        count_try(db, studio_id, limits, now=now)
        known = _account(db, studio_id, key)
        stored = known.password_hash if known else ""
    fits = passwords.matches(stored, password) and bool(stored)
    if not fits:
        raise InvalidInput("password", WRONG_PASSWORD)
    fresh = passwords.hash_password(password) if passwords.is_outdated(stored) else stored
    with unit_of_work() as db:
        account = _account(db, studio_id, key, lock=True)
        if account is None or account.suspended_at or account.password_hash != stored:
            raise InvalidInput("password", WRONG_PASSWORD)
        account.password_hash = fresh
        forgive(db, studio_id, limits)
        return open_session(db, account, device=caller.device, now=now)


def account_by_email(db: Session, studio_id: int, email: str) -> Account | None:
    """The account with this address, locked for a change, or None."""
    return _account(db, studio_id, email_key(email), lock=True)


def _account(db: Session, studio_id: int, key: str, *, lock: bool = False) -> Account | None:
    found = select(Account).where(Account.studio_id == studio_id, Account.email_key == key)
    return db.exec(found.with_for_update() if lock else found).first()
