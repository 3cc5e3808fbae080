"""Codes and links that prove a mailbox: asked for, made when their mail is written, tried.

What a wrong try spent stays spent although the person is refused: commit it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, select

from portal_app.core.errors import NotFound
from portal_app.core.tokens import fingerprint, is_same, new_code, new_token
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Account, MailedCode, Purpose
from portal_app.domain.identity.sessions import as_viewer

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
WRONG_CODE = "That code doesn’t match or has expired. Look for the newest mail, or have another one sent."


def request_code(
    db: Session, account: Account, purpose: Purpose, *, new_email: str = "", onward: str = "", now: datetime
) -> MailedCode:
    """Ask for a code to be mailed; older ones of that purpose stop working. Count the try before (`sign_up_limits`)."""
    older = (MailedCode.account_id == account.id) & (MailedCode.purpose == purpose) & MailedCode.used_at.is_(None)
    db.execute(update(MailedCode).where(older).values(used_at=now))
    code = MailedCode(
        studio_id=account.studio_id,
        account_id=account.id,
        purpose=purpose,
        email_key=account.email_key,
        new_email=new_email,
        code_hash="",
        created_at=now,
        ends_at=now + CODE_LIFE,
        tries_left=CODE_TRIES,
    )
    db.add(code)
    db.flush()
    details = {"mailed_code_id": code.id, "purpose": str(purpose)} | ({"onward": onward} if onward else {})
    record(db, as_viewer(db, account), "account.code_requested", now=now, details=details)
    return code


def issue_code(db: Session, mailed_code_id: int, *, now: datetime) -> str:
    """Make the code (or the token of a link) when its mail is written, so that none ever lies in a fact. Its life starts now."""
    row = db.get(MailedCode, mailed_code_id, with_for_update=True)
    if row is None or row.used_at:
        raise NotFound("This code was replaced by a newer one.")
    code = new_token() if row.purpose == Purpose.ENTER else new_code()
    row.code_hash = fingerprint(code) if row.purpose == Purpose.ENTER else _code_hash(row, code)
    row.ends_at = now + CODE_LIFE
    return code


def try_code(db: Session, account_id: int, email_key: str, purpose: Purpose, code: str, *, now: datetime) -> MailedCode | None:
    """Spend one try of the account's newest code; the right one is used up and comes back. Commit also when None does.

    Nobody's account (0) is asked like anybody's. A code counts only while the account has the address it was asked with.
    """
    newest = (
        select(MailedCode)
        .where(MailedCode.account_id == account_id, MailedCode.purpose == purpose, MailedCode.used_at.is_(None))
        .order_by(MailedCode.id.desc())
        .with_for_update()
    )
    row = db.exec(newest).first()
    if row is None or not row.code_hash or row.ends_at <= now or row.tries_left <= 0:
        return None
    row.tries_left -= 1
    if row.email_key != email_key or not is_same(row.code_hash, _code_hash(row, _digits(code))):
        return None
    row.used_at = now
    return row


def code_by_token(db: Session, studio_id: int, token: str, *, now: datetime) -> MailedCode | None:
    """The unused row of a link's token, locked; None once it was used, replaced or has expired."""
    known = (MailedCode.studio_id == studio_id, MailedCode.purpose == Purpose.ENTER, MailedCode.code_hash == fingerprint(token))
    row = db.exec(select(MailedCode).where(*known).with_for_update()).first()
    return row if row and row.used_at is None and row.ends_at > now else None


def drop_codes(db: Session, account_id: int, *, now: datetime) -> None:
    """None of the account's open codes and links works anymore."""
    open_ones = (MailedCode.account_id == account_id) & MailedCode.used_at.is_(None)
    db.execute(update(MailedCode).where(open_ones).values(used_at=now))


def _digits(code: str) -> str:
    return "".join(c for c in code[:40] if c.isdigit())


def _code_hash(row: MailedCode, code: str) -> str:
    return fingerprint(f"{row.id}:{row.account_id}:{row.purpose}:{code}")
