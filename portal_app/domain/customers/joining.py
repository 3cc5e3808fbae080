"""Joining: signing up, proving a mailbox, choosing a new password; earlier guest orders come with the proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.service import open_customer, own_account
from portal_app.domain.identity import passwords
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.codes import WRONG_CODE, request_code, try_code
from portal_app.domain.identity.limits import count_try, sign_up_limits
from portal_app.domain.identity.models import Account, Purpose
from portal_app.domain.identity.service import account_by_email
from portal_app.domain.identity.sessions import end_all_sessions, open_session
from portal_app.domain.units import UnitOfWork


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a new customer types."""

    name: str
    email: str
    password: str
    phone: str = ""
    company: str = ""


def sign_up(unit_of_work: UnitOfWork, studio_id: int, typed: SignUp, *, caller: Caller = Caller(), now: datetime) -> str | None:
    """Open an account with its customer record, mail a code, and sign the person in; returns the cookie's token.

    An address that already has an account changes nothing and returns None: its owner is told by mail. The page that
    follows says the same either way; only by being signed in or not can one tell, which is the price of ordering at
    once, and `sign_up_limits` bounds how often it can be asked. Earlier orders stay out of sight until the mailbox is proven.
    """
    _check(typed)
    password_hash = passwords.hash_password(typed.password)
    try:
        with unit_of_work() as db:
            if known := account_by_email(db, studio_id, typed.email):
                return _repeated(db, known, caller, now=now)
            account = _open_account(db, studio_id, typed, password_hash, now=now)
            request_code(db, account, Purpose.VERIFY, caller=caller, now=now)
            return open_session(db, account, device=caller.device, now=now)
    except IntegrityError:
        return None


def resend_code(db: Session, by: Viewer, *, caller: Caller = Caller(), now: datetime) -> None:
    """Mail a new code to the viewer's own address. Proven mailboxes get none."""
    account = own_account(db, by)
    if account.verified_at is None:
        request_code(db, account, Purpose.VERIFY, caller=caller, now=now)


def prove_mailbox(unit_of_work: UnitOfWork, by: Viewer, code: str, *, now: datetime) -> None:
    """Verify the viewer's address by the mailed code and claim the guest records kept under it.

    The code counts only together with the session that signed up: whoever typed somebody else's address cannot be
    verified by its owner, and the owner takes the account over with a password reset.
    """
    with unit_of_work() as db:
        account = own_account(db, by)
        fits = try_code(db, account, Purpose.VERIFY, code, now=now)
        if fits:
            _verify(db, by, account, now=now)
    if not fits:
        raise InvalidInput("code", WRONG_CODE)


def request_reset(db: Session, studio_id: int, email: str, *, caller: Caller = Caller(), now: datetime) -> None:
    """Mail a code for a new password, if the address is known: the answer is the same either way."""
    if account := account_by_email(db, studio_id, email):
        request_code(db, account, Purpose.RESET, caller=caller, now=now)
    else:
        count_try(db, studio_id, sign_up_limits(email_key(email), caller.block), now=now)


def reset_password(
    unit_of_work: UnitOfWork,
    studio_id: int,
    email: str,
    code: str,
    password: str,
    *,
    caller: Caller = Caller(),
    now: datetime,
) -> str:
    """Set a new password by the mailed code; every other session ends. Returns the token of the new one.

    The code proves the mailbox, so an unproven account is verified by it and its guest records are claimed.
    """
    _refuse_weak(password, email)
    password_hash = passwords.hash_password(password)
    with unit_of_work() as db:
        account = account_by_email(db, studio_id, email)
        fits = account is not None and try_code(db, account, Purpose.RESET, code, now=now)
        if fits:
            by = Viewer(studio_id=studio_id, role=Role.CUSTOMER, name=account.name, account_id=account.id)
            account.password_hash = password_hash
            end_all_sessions(db, account.id, now=now)
            record(db, by, "account.password_reset", now=now)
            _verify(db, by, account, now=now)
            return open_session(db, account, device=caller.device, now=now)
    raise InvalidInput("code", WRONG_CODE)


def _check(typed: SignUp) -> None:
    if not 2 <= len(typed.name.strip()) <= 120:
        raise InvalidInput("name", "Your name is needed, so that the photographer knows whom to ask for.")
    email_key(typed.email)
    _refuse_weak(typed.password, typed.email, typed.name)


def _refuse_weak(password: str, *own_words: str) -> None:
    if sentence := passwords.weakness(password, *own_words):
        raise InvalidInput("password", sentence)


def _repeated(db: Session, known: Account, caller: Caller, *, now: datetime) -> None:
    count_try(db, known.studio_id, sign_up_limits(known.email_key, caller.block), now=now)
    by = Viewer(studio_id=known.studio_id, role=Role.CUSTOMER, name=known.name, account_id=known.id)
    record(db, by, "account.sign_up_repeated", now=now, details={"account_id": known.id})


def _open_account(db: Session, studio_id: int, typed: SignUp, password_hash: str, *, now: datetime) -> Account:
    account = Account(
        studio_id=studio_id,
        name=typed.name.strip(),
        email=typed.email.strip(),
        email_key=email_key(typed.email),
        password_hash=password_hash,
        created_at=now,
    )
    db.add(account)
    db.flush()
    customer = open_customer(db, account, typed.phone, typed.company, now=now)
    by = Viewer(studio_id=studio_id, role=Role.CUSTOMER, name=account.name, account_id=account.id)
    record(db, by, "account.created", now=now, customer_id=customer.id)
    return account


def _verify(db: Session, by: Viewer, account: Account, *, now: datetime) -> None:
    if account.verified_at is None:
        account.verified_at = now
        record(db, by, "account.verified", now=now)
    unclaimed = (
        (Customer.studio_id == account.studio_id) & (Customer.email_key == account.email_key) & Customer.account_id.is_(None)
    )
    db.execute(update(Customer).where(unclaimed).values(account_id=account.id))
