"""Closing an account: nothing that could sign in is left, and no name or address; its row stays for history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session

from portal_app.domain.identity.codes import drop_codes
from portal_app.domain.identity.models import Account, Challenge, Passkey, RecoveryCode
from portal_app.domain.identity.sessions import end_all_sessions


def close(db: Session, account: Account, *, now: datetime) -> None:
    """End it for good. What the business keeps (orders, the customer's record) belongs to the caller."""
    end_all_sessions(db, account.id, now=now)
    drop_codes(db, account.id, now=now)
    for table in (Passkey, RecoveryCode, Challenge):
        db.execute(delete(table).where(table.account_id == account.id))
    account.closed_at = now
    account.name = account.email = account.email_key = account.password_hash = ""
    account.totp_box = account.totp_since = None
    db.flush()
