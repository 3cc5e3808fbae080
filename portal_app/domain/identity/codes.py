"""Codes that prove a mailbox: asked for, made when their mail is written, tried.

What a wrong try spent stays spent although the person is refused: commit it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, select

from portal_app.core.errors import NotFound
from portal_app.core.tokens import fingerprint, is_same, new_code
from portal_app.domain.activity.service import record
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.limits import count_try, sign_up_limits
from portal_app.domain.identity.models import Account, MailedCode, Purpose
from portal_app.domain.identity.sessions import as_viewer

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
WRONG_CODE = "That code doesn’t match or has expired. Look for the newest mail, or have another one sent."


def request_code(db: Session, account: Account, purpose: Purpose, *, caller: Caller = Caller(), now: datetime) -> MailedCode:
    """Ask for a code to be mailed; older ones of that purpose stop working. Raises TooManyTries."""
    count_try(db, account.studio_id, sign_up_limits(account.email_key, caller.block), now=now)
    older = (MailedCode.account_id == account.id) & (MailedCode.purpose == purpose) & MailedCode.used_at.is_(None)
    db.execute(update(MailedCode).where(older).values(used_at=now))
    code = MailedCode(
        studio_id=account.studio_id,
        account_id=account.id,
        purpose=purpose,
        email_key=account.email_key,
        code_hash="",
        created_at=now,
        ends_at=now + CODE_LIFE,
        tries_left=CODE_TRIES,
    )
    db.add(code)
    db.flush()
    details = {"mailed_code_id": code.id, "purpose": str(purpose)}
    record(db, as_viewer(db, account), "account.code_requested", now=now, details=details)
    return code


def issue_code(db: Session, mailed_code_id: int, *, now: datetime) -> str:
    """Make the code when its mail is written, so that no code ever lies in a fact. Its life starts now."""
    row = db.get(MailedCode, mailed_code_id, with_for_update=True)
    if row is None or row.used_at:
        raise NotFound("This code was replaced by a newer one.")
    code = new_code()
    row.code_hash = _code_hash(row, code)
    row.ends_at = now + CODE_LIFE
    return code


def try_code(db: Session, account: Account, purpose: Purpose, code: str, *, now: datetime) -> bool:
    """Spend one try of the newest code; True uses it up. Commit also when False: the try must stay spent."""
    newest = (
        select(MailedCode)
        .where(MailedCode.account_id == account.id, MailedCode.purpose == purpose, MailedCode.used_at.is_(None))
        .order_by(MailedCode.id.desc())
        .with_for_update()
    )
    row = db.exec(newest).first()
    if row is None or not row.code_hash or row.ends_at <= now or row.tries_left <= 0:
        return False
    row.tries_left -= 1
    if row.email_key != account.email_key or not is_same(row.code_hash, _code_hash(row, _digits(code))):
        return False
    row.used_at = now
    return True


def _digits(code: str) -> str:
    return "".join(c for c in code[:40] if c.isdigit())


def _code_hash(row: MailedCode, code: str) -> str:
    return fingerprint(f"{row.id}:{row.account_id}:{row.purpose}:{code}")
