"""Closing an account: nothing that could sign in is left, and no name or address; its row stays for history."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity.codes import drop_codes
from portal_app.domain.identity.models import Account, Challenge, Passkey, RecoveryCode
from portal_app.domain.identity.sessions import end_all_sessions


def close(db: Session, account: Account, *, now: datetime) -> None:
    """End it for good. What the business keeps (orders, the customer's record) belongs to the caller."""
    end_all_sessions(db, account.id, now=now)
    drop_codes(db, account.id, now=now)
    _forget_devices(db, account)
    account.closed_at = now
    account.name = account.email = account.email_key = account.password_hash = ""
    db.flush()


def forget_second_step(db: Session, studio_id: int, email: str, *, now: datetime) -> None:
    """Somebody lost the phone and the spare codes, and whoever runs the machine made sure who asks. Raises NotFound.

    Everything a lost device could sign in with is gone and nobody stays signed in; they set it up anew.
    """
    whose = select(Account).where(Account.studio_id == studio_id, Account.email_key == email.strip().lower())
    account = db.exec(
        whose.where(col(Account.verified_at).is_not(None), col(Account.closed_at).is_(None)).with_for_update()
    ).first()
    if account is None:
        raise NotFound(f"Nobody signs in here as {email}.")
    end_all_sessions(db, account.id, now=now, by=system_viewer(studio_id))
    _forget_devices(db, account)
    record(db, system_viewer(studio_id), "second_step.forgotten", now=now, details={"account_id": account.id})


def _forget_devices(db: Session, account: Account) -> None:
    for table in (Passkey, RecoveryCode, Challenge):
        db.execute(delete(table).where(table.account_id == account.id))
    account.totp_box = account.totp_since = None
    db.flush()
