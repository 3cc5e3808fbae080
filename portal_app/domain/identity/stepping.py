"""Taking the second step: a session that waits becomes its owner's, under a new token.

What a wrong try spent stays spent although the person is refused: tries are counted in a transaction of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity import passwords, totp
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.limits import count_try, forgive, second_step_limits
from portal_app.domain.identity.models import Account, RecoveryCode, SignInSession, Waits
from portal_app.domain.identity.proving import is_proven
from portal_app.domain.identity.second_step import SecretSeal, context_of, has_passkey
from portal_app.domain.identity.session_life import is_over, life_of
from portal_app.domain.identity.sessions import as_viewer
from portal_app.domain.units import UnitOfWork

WRONG_STEP = "That code doesn’t fit, or was used already. Wait for the next one in the app, then type it here."
START_AGAIN = "This sign-in took too long. Sign in again."


@dataclass(frozen=True, slots=True)
class Waiting:
    """A session that is nobody's yet: whose it will be once `waits_for` has come."""

    session_id: int
    by: Viewer
    waits_for: Waits
    has_app: bool
    has_passkey: bool
    is_proven: bool


def waiting(db: Session, studio_id: int, token: str, *, now: datetime) -> Waiting | None:
    """The session of a cookie while it waits for its second step."""
    row = _waiting_row(db, studio_id, token, now=now)
    account = db.get(Account, row.account_id) if row else None
    if row is None or account is None or account.suspended_at or account.closed_at:
        return None
    by = as_viewer(db, account, session_id=row.id)
    has_app, has_key = account.totp_since is not None, has_passkey(db, account.id or 0)
    waits = Waits.SECOND_STEP if has_app or has_key else Waits(row.waits_for)
    return Waiting(row.id or 0, by, waits, has_app, has_key, is_proven(db, by, now=now))


def take_step(
    unit_of_work: UnitOfWork,
    seal: SecretSeal,
    studio_id: int,
    token: str,
    typed: str,
    *,
    caller: Caller = Caller(),
    now: datetime,
) -> str:
    """Accept a code of the app or a spare one; returns the cookie's new token.

    Raises NotAllowed when the session no longer waits, InvalidInput("code"), TooManyTries.
    """
    code = totp.typed_code(typed)
    with unit_of_work() as db:
        found = _expected(db, studio_id, token, now=now)
        limits = second_step_limits(email_key(found.by.email), caller.block)
        count_try(db, studio_id, limits, now=now)
    way = _way(unit_of_work, seal, found.by, code, now=now)
    with unit_of_work() as db:
        if not way:
            record(db, found.by, "second_step.refused", now=now, details={"session_id": found.session_id})
        else:
            forgive(db, studio_id, limits)
            return pass_on(db, studio_id, token, way, now=now)
    raise InvalidInput("code", WRONG_STEP)


def pass_on(db: Session, studio_id: int, token: str, way: str, *, now: datetime) -> str:
    """The session waits for nothing more: it gets a new token, and the one before is worth nothing. Raises NotAllowed."""
    row = _waiting_row(db, studio_id, token, now=now, lock=True)
    if row is None:
        raise NotAllowed(START_AGAIN)
    fresh = new_token()
    row.token_hash, row.waits_for = fingerprint(fresh), Waits.NOTHING
    row.proven_at = row.seen_at = now
    by = as_viewer(db, db.get_one(Account, row.account_id), session_id=row.id)
    row.ends_at = now + life_of(is_staff=by.is_staff).longest
    record(db, by, "second_step.taken", now=now, details={"session_id": row.id, "way": way})
    return fresh


def spend_app_code(db: Session, seal: SecretSeal, account_id: int, code: str, *, now: datetime) -> bool:
    """Whether this is the app's code of now; each time step counts once, whoever is faster."""
    account = db.get(Account, account_id, with_for_update={"key_share": True})
    if account is None or not account.totp_box or not totp.is_app_code(code):
        return False
    secret = seal.open(account.totp_box, context_of(account_id))
    step = totp.fitting_step(secret, code, after=account.totp_last_step, now=now)
    if step is None:
        return False
    account.totp_last_step = step
    db.flush()
    return True


def _way(unit_of_work: UnitOfWork, seal: SecretSeal, by: Viewer, code: str, *, now: datetime) -> str:
    if not totp.is_app_code(code):
        return "recovery code" if _spend_spare_code(unit_of_work, by, code, now=now) else ""
    with unit_of_work() as db:
        return "code" if spend_app_code(db, seal, by.account_id or 0, code, now=now) else ""


def _spend_spare_code(unit_of_work: UnitOfWork, by: Viewer, code: str, *, now: datetime) -> bool:
    with unit_of_work() as db:
        lead = col(RecoveryCode.code_hash).startswith(f"{code[: totp.LEAD]}:", autoescape=True)
        rows = select(RecoveryCode).where(RecoveryCode.account_id == by.account_id, lead, col(RecoveryCode.used_at).is_(None))
        stored = {row.id: row.code_hash.partition(":")[2] for row in db.exec(rows)} if code else {}
    fitting = [row_id for row_id, code_hash in stored.items() if passwords.matches(code_hash, code)]
    if not fitting:
        return False
    with unit_of_work() as db:
        spent = (col(RecoveryCode.id) == fitting[0]) & col(RecoveryCode.used_at).is_(None)
        is_spent = db.execute(update(RecoveryCode).where(spent).values(used_at=now)).rowcount == 1
        if is_spent:
            record(db, by, "recovery_code.used", now=now, details={"account_id": by.account_id})
    return is_spent


def _expected(db: Session, studio_id: int, token: str, *, now: datetime) -> Waiting:
    found = waiting(db, studio_id, token, now=now)
    if found is None or found.waits_for is not Waits.SECOND_STEP:
        raise NotAllowed(START_AGAIN)
    return found


def _waiting_row(db: Session, studio_id: int, token: str, *, now: datetime, lock: bool = False) -> SignInSession | None:
    same = select(SignInSession).where(SignInSession.studio_id == studio_id, SignInSession.token_hash == fingerprint(token))
    row = db.exec(same.with_for_update() if lock else same).first() if token else None
    if row is None or not row.waits_for or row.ended_at:
        return None
    if is_over(seen_at=row.seen_at, ends_at=row.ends_at, is_staff=True, now=now):
        return None
    return row
