"""A link by mail instead of a password, for customers: asked for, opened, and only its button signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from portal_app.core.errors import InvalidInput
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.customers.proving import prove
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.codes import code_by_token, request_code
from portal_app.domain.identity.limits import count_try, link_limits, sign_up_limits
from portal_app.domain.identity.models import Account, Purpose
from portal_app.domain.identity.service import may_enter_by_mail, proven_account
from portal_app.domain.identity.sessions import as_viewer, open_session
from portal_app.domain.units import UnitOfWork

ANSWER_ENTER = "answer_enter"
LINK_OVER = "This link was used, replaced by a newer one, or is older than 15 minutes. Have a new one mailed."


@dataclass(frozen=True, slots=True)
class EnterCard:
    """Whose link it is, to be read before its button is pressed."""

    name: str
    email: str


def request_link(db: Session, studio_id: int, email: str, onward: str = "", *, caller: Caller = Caller(), now: datetime) -> None:
    """Ask for a link that signs in and leads `onward`. Whether one is mailed is decided later, by the worker."""
    key = email_key(email)
    count_try(db, studio_id, sign_up_limits(key, caller.block), now=now)
    wanted = {"studio_id": studio_id, "email_key": key, "onward": onward}
    enqueue(db, ANSWER_ENTER, wanted, now=now, studio_id=studio_id, priority=45)


def answer_link(db: Session, studio_id: int, key: str, onward: str = "", *, now: datetime) -> None:
    """Have the link mailed to a customer who has proven this address; staff and unproven accounts get none."""
    account = proven_account(db, studio_id, key)
    if account and may_enter_by_mail(db, account):
        request_code(db, account, Purpose.ENTER, onward=onward, now=now)


def link_card(db: Session, studio_id: int, token: str, *, now: datetime) -> EnterCard | None:
    """Whose link this is while it works. Looking changes nothing, however often a mail scanner looks."""
    row = code_by_token(db, studio_id, token, now=now)
    account = db.get(Account, row.account_id) if row else None
    return EnterCard(account.name, account.email) if account and account.closed_at is None else None


def enter_by_link(unit_of_work: UnitOfWork, studio_id: int, token: str, *, caller: Caller = Caller(), now: datetime) -> str:
    """Use the link up and open a session; returns the cookie's token. Raises InvalidInput("token").

    It came by mail, so it proves the mailbox once more: what came under this address since then joins the account.
    """
    with unit_of_work() as db:
        count_try(db, studio_id, link_limits(caller.block), now=now)
    with unit_of_work() as db:
        row = code_by_token(db, studio_id, token, now=now)
        if row:
            row.used_at = now
            account = db.get_one(Account, row.account_id)
            if row.email_key == account.email_key and account.verified_at and may_enter_by_mail(db, account):
                record(db, as_viewer(db, account), "account.entered_by_link", now=now)
                prove(db, account, now=now)
                return open_session(db, account, device=caller.device, place=caller.block, now=now)
    raise InvalidInput("token", LINK_OVER)
