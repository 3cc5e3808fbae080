"""The authenticator app and the spare codes of somebody who works at the studio: set up, confirmed, renewed, turned off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity import totp
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.limits import count_try, forgive, second_step_limits
from portal_app.domain.identity.models import Account, RecoveryCode
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.identity.proving import check_proven, check_themselves
from portal_app.domain.identity.second_step import SecretSeal, context_of, has_passkey, must_have_one
from portal_app.domain.identity.service import check_own_password
from portal_app.domain.identity.stepping import WRONG_STEP, spend_app_code
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import UnitOfWork


@dataclass(frozen=True, slots=True)
class Enrollment:
    """What the app must be told, as a picture's text and as words to type."""

    address: str
    key: str


def begin_app(db: Session, seal: SecretSeal, by: Viewer, *, now: datetime) -> Enrollment:
    """A fresh secret, sealed, that counts once a code of it came back. Raises NotAllowed, NotProven, Conflict when one is on."""
    check_proven(db, by, now=now)
    if not by.is_staff:
        raise NotAllowed("A second step is for those who work at the studio. A passkey keeps your account as safe.")
    account = db.get_one(Account, by.account_id, with_for_update={"key_share": True})
    if account.totp_since:
        raise Conflict("Your authenticator app is set up already. Turn it off first to use another one.")
    secret = totp.new_secret()
    account.totp_box = seal.seal(secret, context_of(account.id or 0))
    studio = db.get_one(Studio, by.studio_id)
    return Enrollment(totp.enrolling_address(secret, studio=studio.name, email=by.email), totp.key_in_words(secret))


def confirm_app(
    unit_of_work: UnitOfWork, seal: SecretSeal, by: Viewer, typed: str, *, caller: Caller = Caller(), now: datetime
) -> None:
    """The app shows the right code: from now on signing in asks for one. Raises InvalidInput("code"), Conflict, TooManyTries."""
    check_themselves(by)
    limits = second_step_limits(email_key(by.email), caller.block)
    with unit_of_work() as db:
        count_try(db, by.studio_id, limits, now=now)
    with unit_of_work() as db:
        check_proven(db, by, now=now)
        account = db.get_one(Account, by.account_id, with_for_update={"key_share": True})
        if account.totp_since or not account.totp_box:
            raise Conflict("Nothing waits to be confirmed here. Load the page again.")
        fits = spend_app_code(db, seal, account.id or 0, totp.typed_code(typed), now=now)
        if fits:
            account.totp_since = now
            forgive(db, by.studio_id, limits)
            record(db, by, "second_step.turned_on", now=now, details={"account_id": by.account_id})
    if not fits:
        raise InvalidInput("code", WRONG_STEP)


def make_spare_codes(unit_of_work: UnitOfWork, by: Viewer, *, now: datetime) -> list[str]:
    """Ten fresh ones as they are written down; those before stop working. Only their hashes are kept."""
    codes = [totp.new_spare_code() for _ in range(totp.SPARE_CODES)]
    with unit_of_work() as db:
        _check_on(db, by, now=now)
    stored = [f"{code[: totp.LEAD]}:{hash_password(code)}" for code in codes]
    with unit_of_work() as db:
        _check_on(db, by, now=now)
        db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == by.account_id))
        own = {"studio_id": by.studio_id, "account_id": by.account_id, "created_at": now}
        db.add_all(RecoveryCode(code_hash=code_hash, **own) for code_hash in stored)
        record(db, by, "recovery_codes.made", now=now, details={"account_id": by.account_id})
    return [totp.spare_code_in_words(code) for code in codes]


def turn_off(unit_of_work: UnitOfWork, by: Viewer, password: str, *, caller: Caller = Caller(), now: datetime) -> None:
    """No code is asked anymore, and the spare ones are gone. Asks for the password.

    Raises InvalidInput("password"), TooManyTries; Conflict while the studio asks for a second step and there is no other.
    """
    check_own_password(unit_of_work, by, password, field="password", caller=caller, now=now)
    with unit_of_work() as db:
        account = db.get_one(Account, by.account_id, with_for_update={"key_share": True})
        if must_have_one(db, account) and not has_passkey(db, account.id or 0):
            raise Conflict("Your studio asks everybody for a second step. Add a passkey first, then turn this one off.")
        if not account.totp_since:
            return
        account.totp_box = account.totp_since = None
        db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
        record(db, by, "second_step.turned_off", now=now, details={"account_id": by.account_id})


def _check_on(db: Session, by: Viewer, *, now: datetime) -> None:
    check_proven(db, by, now=now)
    if not db.get_one(Account, by.account_id, with_for_update={"key_share": True}).totp_since:
        raise Conflict("Set up your authenticator app first.")
