"""The mails about an account itself: codes, links, and what changed in how somebody signs in."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from sqlmodel import Session

from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.codes import issue_code
from portal_app.domain.identity.models import Account, MailedCode, Purpose
from portal_app.domain.identity.service import proven_account
from portal_app.domain.notifications import letters
from portal_app.domain.notifications.letters import Letter
from portal_app.domain.notifications.service import write_mail
from portal_app.domain.studios.models import Studio

# What happened, as its owner reads it. Each of these facts is about the account of whoever acted.
CHANGES = {
    "account.password_changed": "Your password was changed",
    "account.password_reset": "Your password was changed",
    "account.email_changed": "Your account uses this address now",
    "passkey.added": "A passkey was added to your account",
    "passkey.removed": "A passkey was removed from your account",
    "passkey.counted_back": "A passkey was refused: it may have been copied",
    "second_step.turned_on": "Signing in asks for a second step now",
    "second_step.turned_off": "Signing in asks for no second step anymore",
    "recovery_codes.made": "New recovery codes were made",
    "recovery_code.used": "A recovery code was used to sign in",
}


def mail_code(db: Session, mailed_code_id: int, onward: str = "", *, now: datetime) -> None:
    """A code or a link, made here and kept nowhere else. Nothing for one already replaced.

    Which letter carries it is decided here and not where it was asked for: whoever asked learns nothing by it.
    """
    row = db.get_one(MailedCode, mailed_code_id)
    studio, account = db.get_one(Studio, row.studio_id), db.get_one(Account, row.account_id)
    if row.used_at or account.closed_at:
        return
    write_mail(
        db, studio, _letter(db, studio, account, row, onward, now=now), kind="code", once_key=f"code:{mailed_code_id}",
        to_email=row.new_email or account.email, to_name=account.name, is_secret=True, now=now,
    )  # fmt: skip


def _letter(db: Session, studio: Studio, account: Account, row: MailedCode, onward: str, *, now: datetime) -> Letter:
    owner = proven_account(db, studio.id, email_key(row.new_email or account.email))
    is_taken = owner is not None and owner.id != account.id
    if row.purpose == Purpose.CHANGE_EMAIL and is_taken:
        return letters.address_taken(studio.name, studio.address)
    code = issue_code(db, row.id, now=now)
    minutes = round((row.ends_at - now).total_seconds() / 60)
    if row.purpose == Purpose.ENTER:
        query = f"?{urlencode({'next': onward})}" if onward else ""
        return letters.link_to_enter(studio.name, f"{studio.address}/enter/{code}{query}", minutes)
    write = {
        Purpose.VERIFY: letters.code_for_known if is_taken else letters.code_to_verify,
        Purpose.RESET: letters.code_to_reset,
        Purpose.CHANGE_EMAIL: letters.code_for_new_address,
    }[Purpose(row.purpose)]
    return write(studio.name, code, minutes)


def mail_security_changed(db: Session, kind: str, account_id: int, fact_id: int, *, now: datetime) -> None:
    """To the account's own address, whoever did it: what happened, and what to do if it was somebody else."""
    account = db.get_one(Account, account_id)
    if account.closed_at:
        return
    studio = db.get_one(Studio, account.studio_id)
    write_mail(
        db, studio, letters.security_changed(studio.name, studio.address, CHANGES[kind]), kind="security",
        once_key=f"security:{fact_id}", to_email=account.email, to_name=account.name, now=now,
    )  # fmt: skip


def mail_address_moved(db: Session, studio_id: int, email: str, name: str, once_key: str, *, now: datetime) -> None:
    """To the address an account had before."""
    studio = db.get_one(Studio, studio_id)
    letter = letters.address_moved(studio.name)
    write_mail(db, studio, letter, kind="security", once_key=once_key, to_email=email, to_name=name, now=now)


def mail_account_deleted(db: Session, studio_id: int, email: str, name: str, once_key: str, *, now: datetime) -> None:
    """To whoever just left, at the address the account no longer has."""
    studio = db.get_one(Studio, studio_id)
    letter = letters.account_deleted(studio.name)
    write_mail(db, studio, letter, kind="security", once_key=once_key, to_email=email, to_name=name, now=now)
