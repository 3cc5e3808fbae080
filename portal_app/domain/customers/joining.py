"""Joining: signing up, proving a mailbox, choosing a new password. One answer for known and unknown addresses.

Whoever signs up gets an account of their own, with its own password, record and session, whether or not the address is
known: the same statements, the same cookie. Only the mail tells, to the mailbox's owner. What is asked for by address
alone is answered by the worker, so that the request costs the same for every address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.customers.proving import prove
from portal_app.domain.customers.service import open_customer, own_account
from portal_app.domain.identity import passwords
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.codes import WRONG_CODE, drop_codes, request_code, try_code
from portal_app.domain.identity.limits import code_limits, count_try, forgive, sign_up_limits
from portal_app.domain.identity.models import Account, Purpose
from portal_app.domain.identity.service import account_of, claimants, may_enter_by_mail, refuse_weak
from portal_app.domain.identity.sessions import as_viewer, end_all_sessions, open_session
from portal_app.domain.units import UnitOfWork

ANSWER_RESET = "answer_reset"


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a new customer types."""

    name: str
    email: str
    password: str
    phone: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a right code led to: the session stays; or another account's (`token`); or that account asks for more."""

    token: str = ""
    must_sign_in: bool = False


def sign_up(unit_of_work: UnitOfWork, studio_id: int, typed: SignUp, *, caller: Caller = Caller(), now: datetime) -> str:
    """Open an account with its customer record, have a code mailed, and sign the person in; returns the cookie's token.

    They order at once. Whatever else is kept under this address stays as it is and out of sight until the mailbox is
    proven (`prove_mailbox`). Raises InvalidInput, TooManyTries.
    """
    check_name(typed.name)
    key = email_key(typed.email)
    with unit_of_work() as db:
        count_try(db, studio_id, sign_up_limits(key, caller.block), now=now)
        refuse_weak(db, studio_id, typed.password, typed.email, typed.name)
    password_hash = passwords.hash_password(typed.password)
    with unit_of_work() as db:
        account = open_account(db, studio_id, typed, password_hash, now=now)
        request_code(db, account, Purpose.VERIFY, now=now)
        return open_session(db, account, device=caller.device, place=caller.block, now=now)


def resend_code(db: Session, by: Viewer, *, caller: Caller = Caller(), now: datetime) -> None:
    """Mail a new code to the viewer's own address. Proven mailboxes get none."""
    account = own_account(db, by)
    if account.verified_at is None and by.is_themselves:
        count_try(db, account.studio_id, sign_up_limits(account.email_key, caller.block), now=now)
        request_code(db, account, Purpose.VERIFY, now=now)


def prove_mailbox(unit_of_work: UnitOfWork, by: Viewer, code: str, *, caller: Caller = Caller(), now: datetime) -> Proof:
    """Verify the viewer's address by the mailed code; what is kept under it joins the account that owns it from now on.

    The code counts only together with the session that signed up: whoever typed somebody else's address cannot be
    verified by its owner. Where an account had proven the address before, this browser goes on as that account, except
    where that account asks for more than a mailbox.
    """
    if not by.is_themselves:
        raise NotAllowed("Only the person themselves proves their mailbox.")
    limits = code_limits(email_key(by.email), caller.block)
    with unit_of_work() as db:
        count_try(db, by.studio_id, limits, now=now)
    with unit_of_work() as db:
        key = db.exec(select(Account.email_key).where(Account.id == (by.account_id or 0))).one()
        account = next((one for one in claimants(db, by.studio_id, key) if one.id == by.account_id), None)
        if account and try_code(db, account.id, key, Purpose.VERIFY, code, now=now):
            forgive(db, by.studio_id, limits)
            owner = prove(db, account, now=now)
            if owner.id == account.id:
                return Proof()
            if not may_enter_by_mail(db, owner):
                return Proof(must_sign_in=True)
            return Proof(token=open_session(db, owner, device=caller.device, place=caller.block, now=now))
    raise InvalidInput("code", WRONG_CODE)


def request_reset(db: Session, studio_id: int, email: str, *, caller: Caller = Caller(), now: datetime) -> None:
    """Ask for a new password. Whether the address is known is looked up later, by the worker (`answer_reset`)."""
    key = email_key(email)
    count_try(db, studio_id, sign_up_limits(key, caller.block), now=now)
    enqueue(db, ANSWER_RESET, {"studio_id": studio_id, "email_key": key}, now=now, studio_id=studio_id, priority=45)


def answer_reset(db: Session, studio_id: int, key: str, *, now: datetime) -> None:
    """Have a code mailed where the address is known: to the account that has proven it, else to the newest claim."""
    account = account_of(db, studio_id, key)
    if account and not account.suspended_at:
        request_code(db, account, Purpose.RESET, now=now)


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

    The code proves the mailbox, with all that follows from it (`prove`). Raises InvalidInput, TooManyTries.
    """
    key = email_key(email)
    limits = code_limits(key, caller.block)
    with unit_of_work() as db:
        count_try(db, studio_id, limits, now=now)
        refuse_weak(db, studio_id, password, email)
    password_hash = passwords.hash_password(password)
    with unit_of_work() as db:
        claimants(db, studio_id, key)
        account = account_of(db, studio_id, key)
        if try_code(db, account.id if account else 0, key, Purpose.RESET, code, now=now) and not account.suspended_at:
            account.password_hash = password_hash
            forgive(db, studio_id, limits)
            drop_codes(db, account.id, now=now)
            end_all_sessions(db, account.id, now=now)
            record(db, as_viewer(db, account), "account.password_reset", now=now)
            prove(db, account, now=now)
            return open_session(db, account, device=caller.device, place=caller.block, now=now)
    raise InvalidInput("code", WRONG_CODE)


def check_name(name: str) -> None:
    """Raise InvalidInput("name") for a name nobody could be called by."""
    if not 2 <= len(name.strip()) <= 120:
        raise InvalidInput("name", "Your name is needed, so that the photographer knows whom to ask for.")


def open_account(
    db: Session, studio_id: int, typed: SignUp, password_hash: str, *, with_record: bool = True, now: datetime
) -> Account:
    """An unproven account, with the record it orders under unless it is not going to be a customer's."""
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
    customer = open_customer(db, account, typed.phone, typed.company, now=now) if with_record else None
    record(db, as_viewer(db, account), "account.created", now=now, customer_id=customer and customer.id)
    return account
