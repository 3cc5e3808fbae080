"""Signing in with a password, and choosing another one.

The password is checked with no transaction open, and what was counted stays counted although the person is refused.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity import passwords
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.codes import drop_codes
from portal_app.domain.identity.limits import count_try, forgive, sign_in_limits
from portal_app.domain.identity.models import Account, Membership, Waits
from portal_app.domain.identity.sessions import end_all_sessions, open_session
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import UnitOfWork

WRONG_PASSWORD = "That email and password don’t match. Try again, or reset your password."
NOT_YOUR_PASSWORD = "This is not the password you sign in with. Try again, or reset it."

hash_password = passwords.hash_password


def sign_in(
    unit_of_work: UnitOfWork, studio_id: int, email: str, password: str, *, caller: Caller = Caller(), now: datetime
) -> str:
    """Check a password and open a session; returns the cookie's token.

    Exactly one hash is checked: the account's that has proven this address, else of the newest that claims it, else
    nobody's. Raises InvalidInput("password") alike for an unknown address, a wrong password and a suspended account,
    after the same work; TooManyTries when there were too many.
    """
    key = email_key(email)
    limits = sign_in_limits(key, caller.block)
    with unit_of_work() as db:
        count_try(db, studio_id, limits, now=now)
        known = account_of(db, studio_id, key)
        account_id, stored = (known.id, known.password_hash) if known else (0, "")
    fits = passwords.matches(stored, password) and bool(stored)
    if not fits:
        raise InvalidInput("password", WRONG_PASSWORD)
    fresh = passwords.hash_password(password) if passwords.is_outdated(stored) else stored
    with unit_of_work() as db:
        account = _locked(db, account_id)
        if account.closed_at or account.suspended_at or account.password_hash != stored:
            raise InvalidInput("password", WRONG_PASSWORD)
        account.password_hash = fresh
        forgive(db, studio_id, limits)
        return open_session(db, account, device=caller.device, place=caller.block, now=now)


def change_password(
    unit_of_work: UnitOfWork, by: Viewer, current: str, password: str, *, caller: Caller = Caller(), now: datetime
) -> str:
    """Another password, after the current one; every session ends, and the token of a fresh one comes back.

    Raises InvalidInput("current" or "password"), TooManyTries, NotAllowed.
    """
    stored = check_own_password(unit_of_work, by, current, field="current", caller=caller, now=now)
    with unit_of_work() as db:
        refuse_weak(db, by.studio_id, password, by.email, by.name)
    password_hash = passwords.hash_password(password)
    with unit_of_work() as db:
        account = unchanged(db, by, stored)
        account.password_hash = password_hash
        drop_codes(db, account.id, now=now)
        end_all_sessions(db, account.id, now=now)
        record(db, by, "account.password_changed", now=now)
        return open_session(db, account, device=caller.device, place=caller.block, waits=Waits.NOTHING, now=now)


def check_own_password(
    unit_of_work: UnitOfWork, by: Viewer, password: str, *, field: str, caller: Caller = Caller(), now: datetime
) -> str:
    """The stored hash of the viewer's own password, when they know it: asked again before who they are changes.

    Raises InvalidInput(field), TooManyTries as at sign-in, NotAllowed for whoever looks through another's eyes.
    """
    if by.account_id is None or not by.is_themselves:
        raise NotAllowed("Only the person themselves changes how they sign in.")
    with unit_of_work() as db:
        account = db.get_one(Account, by.account_id)
        limits, stored = sign_in_limits(account.email_key, caller.block), account.password_hash
        count_try(db, by.studio_id, limits, now=now)
    if not passwords.matches(stored, password) or not stored:
        raise InvalidInput(field, NOT_YOUR_PASSWORD)
    with unit_of_work() as db:
        forgive(db, by.studio_id, limits)
    return stored


def unchanged(db: Session, by: Viewer, stored: str) -> Account:
    """The viewer's account, locked, while its password is still the one that was checked. Raises Conflict."""
    account = _locked(db, by.account_id or 0)
    if account.closed_at or account.suspended_at or account.password_hash != stored:
        raise Conflict
    return account


def refuse_weak(db: Session, studio_id: int, password: str, *own_words: str) -> None:
    """Raise InvalidInput("password") for what is too short, too long, or too easy for this person at this studio."""
    if sentence := passwords.weakness(password, db.get_one(Studio, studio_id).name, *own_words):
        raise InvalidInput("password", sentence)


def account_of(db: Session, studio_id: int, key: str) -> Account | None:
    """Whose password and codes count for an address: the account that has proven it, else the newest that claims it."""
    claiming = select(Account).where(Account.studio_id == studio_id, Account.email_key == key, col(Account.closed_at).is_(None))
    return db.exec(claiming.order_by(col(Account.verified_at).is_(None), col(Account.id).desc())).first()


def proven_account(db: Session, studio_id: int, key: str) -> Account | None:
    """The one open account that has proven this address."""
    found = account_of(db, studio_id, key)
    return found if found and found.verified_at else None


def claimants(db: Session, studio_id: int, key: str) -> list[Account]:
    """Every open account with this address, locked in the same order by everybody."""
    claiming = select(Account).where(Account.studio_id == studio_id, Account.email_key == key, col(Account.closed_at).is_(None))
    locked = claiming.order_by(col(Account.id)).with_for_update(key_share=True)
    return list(db.exec(locked.execution_options(populate_existing=True)))


def may_enter_by_mail(db: Session, account: Account) -> bool:
    """Whether its mailbox alone opens this account: a customer's that is not suspended and has no second step."""
    works_here = select(Membership.id).where(Membership.account_id == account.id, col(Membership.left_at).is_(None))
    is_open = not account.suspended_at and not account.closed_at
    return is_open and account.totp_since is None and db.exec(works_here).first() is None


def _locked(db: Session, account_id: int) -> Account:
    return db.exec(select(Account).where(Account.id == account_id).with_for_update(key_share=True)).one()
