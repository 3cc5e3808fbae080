"""Another address for an account: asked for with the password, proven by a code mailed to it, told to the old one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.proving import prove
from portal_app.domain.customers.service import own_account
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.codes import WRONG_CODE, drop_codes, request_code, try_code
from portal_app.domain.identity.limits import code_limits, count_try, sign_up_limits
from portal_app.domain.identity.models import Account, MailedCode, Purpose
from portal_app.domain.identity.service import check_own_password, claimants, unchanged
from portal_app.domain.identity.sessions import as_viewer, end_other_sessions
from portal_app.domain.units import UnitOfWork

TELL_OLD_ADDRESS = "tell_old_address"


def request_new_email(
    unit_of_work: UnitOfWork, by: Viewer, email: str, password: str, *, caller: Caller = Caller(), now: datetime
) -> None:
    """Have a code mailed to the new address; nothing changes before it is typed. Same answer for every address.

    Raises InvalidInput("email" or "password"), TooManyTries, NotAllowed.
    """
    key = email_key(email)
    if by.is_verified and key == by.email.lower():
        raise InvalidInput("email", "This is your address already.")
    stored = check_own_password(unit_of_work, by, password, field="password", caller=caller, now=now)
    with unit_of_work() as db:
        account = unchanged(db, by, stored)
        count_try(db, by.studio_id, sign_up_limits(key, caller.block), now=now)
        request_code(db, account, Purpose.CHANGE_EMAIL, new_email=email.strip(), now=now)


def resend_new_email(db: Session, by: Viewer, *, caller: Caller = Caller(), now: datetime) -> None:
    """Mail another code to the address that is waiting. Nothing happens when none is."""
    if not by.is_themselves:
        raise NotAllowed("Only the person themselves changes how they sign in.")
    account = own_account(db, by)
    if new_email := pending_email(db, by, now=now):
        count_try(db, by.studio_id, sign_up_limits(email_key(new_email), caller.block), now=now)
        request_code(db, account, Purpose.CHANGE_EMAIL, new_email=new_email, now=now)


def cancel_new_email(db: Session, by: Viewer, *, now: datetime) -> None:
    """Keep the address one has: the code that was mailed to another one stops working."""
    if not by.is_themselves:
        raise NotAllowed("Only the person themselves changes how they sign in.")
    account = own_account(db, by)
    if pending_email(db, by, now=now):
        waiting = (MailedCode.account_id == account.id) & (MailedCode.purpose == Purpose.CHANGE_EMAIL)
        db.execute(update(MailedCode).where(waiting, col(MailedCode.used_at).is_(None)).values(used_at=now))
        record(db, by, "account.new_email_dropped", now=now)


def pending_email(db: Session, by: Viewer, *, now: datetime) -> str:
    """The address that waits for its code, or nothing."""
    waiting = select(MailedCode.new_email).where(
        MailedCode.account_id == (by.account_id or 0),
        MailedCode.studio_id == by.studio_id,
        MailedCode.purpose == Purpose.CHANGE_EMAIL,
        col(MailedCode.used_at).is_(None),
        MailedCode.ends_at > now,
    )
    return db.exec(waiting.order_by(col(MailedCode.id).desc())).first() or ""


def confirm_new_email(unit_of_work: UnitOfWork, by: Viewer, code: str, *, caller: Caller = Caller(), now: datetime) -> None:
    """The code was typed: the account and the contact address of its records change, and the new mailbox counts as proven.

    Every other browser is signed out. Raises InvalidInput("code"); Conflict when an account of its own has proven the
    address.
    """
    if not by.is_themselves:
        raise NotAllowed("Only the person themselves changes how they sign in.")
    with unit_of_work() as db:
        count_try(db, by.studio_id, code_limits(email_key(by.email), caller.block), now=now)
    with unit_of_work() as db:
        account = own_account(db, by)
        row = try_code(db, account.id, account.email_key, Purpose.CHANGE_EMAIL, code, now=now)
        if row:
            _readdress(db, by, account, row.new_email, now=now)
            return
    raise InvalidInput("code", WRONG_CODE)


def _readdress(db: Session, by: Viewer, account: Account, email: str, *, now: datetime) -> None:
    key, old, was_proven = email_key(email), account.email, account.verified_at is not None
    if any(other.verified_at and other.id != account.id for other in claimants(db, account.studio_id, key)):
        raise Conflict("This address has an account of its own by now. Sign in with it instead.")
    theirs = (Customer.account_id == account.id) & (Customer.email_key == account.email_key)
    db.execute(update(Customer).where(theirs).values(email=email, email_key=key))
    account.email, account.email_key = email, key
    drop_codes(db, account.id, now=now)
    end_other_sessions(db, by, now=now)
    db.flush()
    record(db, as_viewer(db, account), "account.email_changed", now=now)
    prove(db, account, now=now)
    if was_proven:
        told = {"studio_id": account.studio_id, "email": old, "name": account.name}
        enqueue(db, TELL_OLD_ADDRESS, told, now=now, studio_id=account.studio_id, priority=45)
