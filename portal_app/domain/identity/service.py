"""Signing in and out, and the codes that prove a mailbox.

Verbs that take `unit_of_work` check a password or count a wrong try: the check runs with no transaction open, and
what was counted stays counted although the person is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.tokens import fingerprint, is_same, new_code, new_token
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity import passwords
from portal_app.domain.identity.limits import address_block, count_try, forgive, sign_in_limits, sign_up_limits
from portal_app.domain.identity.models import Account, MailedCode, Membership, Purpose, SignInSession
from portal_app.domain.identity.queries import live_session, viewer_from
from portal_app.domain.units import UnitOfWork

LONGEST_SESSION = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=1)
CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
# What a mail header carries as it stands (RFC 5322 atoms): quotes, commas and brackets would make another address of it.
_ATOM, _LABEL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
WRONG_PASSWORD = "That email and password don’t match. Try again, or reset your password."
WRONG_CODE = "That code doesn’t match or has expired. Look for the newest mail, or have another one sent."

hash_password = passwords.hash_password


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a try comes from: the peer's address and what its browser calls itself."""

    address: str = ""
    device: str = ""

    @property
    def block(self) -> str:
        return address_block(self.address)


def email_key(email: str) -> str:
    """The address as it is compared: trimmed, lower case. Raises InvalidInput for what no mail could be sent to."""
    key = email.strip().lower()
    if not ADDRESS.fullmatch(key) or len(key) > 254:
        raise InvalidInput("email", "This does not look like an email address. Check for a missing part.")
    return key


def sign_in(
    unit_of_work: UnitOfWork, studio_id: int, email: str, password: str, *, caller: Caller = Caller(), now: datetime
) -> str:
    """Check a password and open a session; returns the cookie's token.

    Raises InvalidInput("password") alike for an unknown address, a wrong password and a suspended account,
    after the same work; TooManyTries when there were too many.
    """
    key = email_key(email)
    limits = sign_in_limits(key, caller.block)
    with unit_of_work() as db:
        count_try(db, studio_id, limits, now=now)
        known = _account(db, studio_id, key)
        stored = known.password_hash if known else ""
    fits = passwords.matches(stored, password) and bool(stored)
    if not fits:
        raise InvalidInput("password", WRONG_PASSWORD)
    fresh = passwords.hash_password(password) if passwords.is_outdated(stored) else stored
    with unit_of_work() as db:
        account = _account(db, studio_id, key, lock=True)
        if account is None or account.suspended_at or account.password_hash != stored:
            raise InvalidInput("password", WRONG_PASSWORD)
        account.password_hash = fresh
        forgive(db, studio_id, limits)
        return open_session(db, account, device=caller.device, now=now)


def open_session(db: Session, account: Account, *, device: str = "", now: datetime) -> str:
    """A new session with a fresh token; only its fingerprint is stored."""
    token = new_token()
    session = SignInSession(
        studio_id=account.studio_id,
        account_id=account.id,
        token_hash=fingerprint(token),
        created_at=now,
        seen_at=now,
        ends_at=now + LONGEST_SESSION,
        device=device[:200],
    )
    db.add(session)
    db.flush()
    record(db, _as_viewer(db, account), "session.started", now=now, details={"session_id": session.id})
    return token


def viewer_of(db: Session, studio_id: int, token: str, *, now: datetime) -> Viewer | None:
    """Who this cookie is at this studio right now, or None. Read on every event and every request."""
    found = live_session(lambda statement, **values: db.execute(statement, values).first(), studio_id, token, now=now)
    return found.viewer if found else None


def touch_session(db: Session, session_id: int, *, now: datetime) -> None:
    """Note that the session is in use, at most once a minute."""
    stale = SignInSession.seen_at <= now - SEEN_EVERY
    db.execute(update(SignInSession).where(SignInSession.id == session_id, stale).values(seen_at=now))


def end_session(db: Session, token: str, *, now: datetime) -> None:
    """Sign out: refused from its next event on, in every tab and process. Unknown tokens change nothing."""
    _end(db, SignInSession.token_hash == fingerprint(token), now=now)


def end_own_session(db: Session, by: Viewer, session_id: int, *, now: datetime) -> None:
    """Sign another of one's own browsers out."""
    _end(db, (SignInSession.id == session_id) & (SignInSession.account_id == (by.account_id or 0)), now=now)


def end_all_sessions(db: Session, account_id: int, *, now: datetime) -> None:
    """After a new password: nobody who knew the old one stays."""
    _end(db, SignInSession.account_id == account_id, now=now)


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
    record(db, _as_viewer(db, account), "account.code_requested", now=now, details=details)
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


def account_by_email(db: Session, studio_id: int, email: str) -> Account | None:
    """The account with this address, locked for a change, or None."""
    return _account(db, studio_id, email_key(email), lock=True)


def _digits(code: str) -> str:
    return "".join(c for c in code[:40] if c.isdigit())


def _code_hash(row: MailedCode, code: str) -> str:
    return fingerprint(f"{row.id}:{row.account_id}:{row.purpose}:{code}")


def _account(db: Session, studio_id: int, key: str, *, lock: bool = False) -> Account | None:
    found = select(Account).where(Account.studio_id == studio_id, Account.email_key == key)
    return db.exec(found.with_for_update() if lock else found).first()


def _as_viewer(db: Session, account: Account) -> Viewer:
    member = select(Membership).where(Membership.account_id == account.id, Membership.left_at.is_(None))
    return viewer_from(account, db.exec(member).first())


def _end(db: Session, which, *, now: datetime) -> None:
    db.execute(update(SignInSession).where(which, SignInSession.ended_at.is_(None)).values(ended_at=now))
