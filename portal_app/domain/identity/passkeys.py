"""Passkeys: added, named, removed, and signing in with one. Each question is asked once and is good for five minutes.

The answer is checked with no transaction open; a question that was answered is spent whatever the answer was worth.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity.authenticators import (
    Answer,
    Authenticators,
    Credential,
    Holder,
    Options,
    Party,
    PasskeyRefused,
    handle_of,
)
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.limits import count_try, forgive, passkey_limits, question_limits
from portal_app.domain.identity.models import Account, Challenge, Passkey, Waits
from portal_app.domain.identity.proving import check_proven, check_themselves
from portal_app.domain.identity.second_step import must_have_one
from portal_app.domain.identity.sessions import as_viewer, open_session
from portal_app.domain.units import UnitOfWork

CHALLENGE_LIFE = timedelta(minutes=5)
CHALLENGE_BYTES = 32
MOST_PASSKEYS, LONGEST_NAME = 20, 60
Found = tuple[int, bytes, bytes]


def ask_to_add(db: Session, authenticators: Authenticators, party: Party, by: Viewer, *, now: datetime) -> Options:
    """What the browser needs to make a passkey for this person.

    Raises NotAllowed before the mailbox is proven: an account that may yet turn out to be somebody else's keeps no key.
    """
    check_proven(db, by, now=now)
    if not by.is_verified:
        raise NotAllowed("Type the code we mailed you first. Then this account is yours to add a passkey to.")
    known = [row.credential_id for row in db.exec(_own(by))]
    if len(known) >= MOST_PASSKEYS:
        raise Conflict(f"You have {MOST_PASSKEYS} passkeys. Remove one you no longer use, then add this one.")
    challenge = _new_challenge(db, by.studio_id, by.account_id, now=now)
    holder = Holder(handle_of(by.studio_id, by.account_id or 0), by.email, by.name)
    return authenticators.to_add(party, holder, challenge, known)


def add_passkey(
    unit_of_work: UnitOfWork,
    authenticators: Authenticators,
    party: Party,
    by: Viewer,
    answer: Answer,
    name: str,
    *,
    now: datetime,
) -> None:
    """Keep the passkey a device made. Raises PasskeyRefused; NotProven."""
    challenge = authenticators.challenge_in(answer)
    with unit_of_work() as db:
        check_proven(db, by, now=now)
        is_ours = _spend(db, by.studio_id, by.account_id, challenge, now=now)
    if not is_ours:
        raise PasskeyRefused
    made = authenticators.added(party, answer, challenge)
    with unit_of_work() as db:
        _keep(db, by, made, _name(name), now=now)


def ask_to_enter(
    db: Session, authenticators: Authenticators, party: Party, studio_id: int, *, caller: Caller, now: datetime
) -> Options:
    """What the browser needs to sign anybody in: who it is comes with the answer."""
    count_try(db, studio_id, question_limits(caller.block), now=now)
    return authenticators.to_enter(party, _new_challenge(db, studio_id, None, now=now))


def enter(
    unit_of_work: UnitOfWork,
    authenticators: Authenticators,
    party: Party,
    studio_id: int,
    answer: Answer,
    *,
    caller: Caller = Caller(),
    now: datetime,
) -> str:
    """Sign in with a passkey; returns the cookie's token. The device has checked its person: no second step follows.

    Raises PasskeyRefused alike for every reason, TooManyTries.
    """
    challenge, credential_id = authenticators.challenge_in(answer), authenticators.credential_in(answer)
    limits = passkey_limits(caller.block)
    with unit_of_work() as db:
        count_try(db, studio_id, limits, now=now)
    with unit_of_work() as db:
        is_ours = _spend(db, studio_id, None, challenge, now=now)
        found = _found(db, studio_id, credential_id)
    if not is_ours or not found:
        raise PasskeyRefused
    passkey_id, public_key, handle = found
    count = authenticators.entered(party, answer, challenge, public_key, handle)
    with unit_of_work() as db:
        token = _use(db, passkey_id, count, caller=caller, now=now)
    if not token:
        raise PasskeyRefused
    with unit_of_work() as db:
        forgive(db, studio_id, limits)
    return token


def rename_passkey(db: Session, by: Viewer, passkey_id: int, name: str, *, now: datetime) -> None:
    """Call it something its owner knows it by. Raises NotFound, InvalidInput("name")."""
    passkey = _one(db, by, passkey_id)
    passkey.name = _name(name)
    record(db, by, "passkey.renamed", now=now, details={"name": passkey.name})


def remove_passkey(db: Session, by: Viewer, passkey_id: int, *, now: datetime) -> None:
    """It opens nothing from now on. Raises NotFound, NotProven; Conflict when the studio asks for a second step and it is it."""
    passkey = _one(db, by, passkey_id)
    check_proven(db, by, now=now)
    account = db.get_one(Account, by.account_id, with_for_update={"key_share": True})
    left = db.exec(select(func.count()).select_from(Passkey).where(Passkey.account_id == by.account_id)).one()
    if left == 1 and not account.totp_since and must_have_one(db, account):
        raise Conflict("Your studio asks for a second step, and this is yours. Set up another one first.")
    db.delete(passkey)
    record(db, by, "passkey.removed", now=now, details={"name": passkey.name, "account_id": by.account_id})


def _own(by: Viewer):
    return select(Passkey).where(Passkey.studio_id == by.studio_id, Passkey.account_id == (by.account_id or 0))


def _one(db: Session, by: Viewer, passkey_id: int) -> Passkey:
    passkey = db.exec(_own(by).where(Passkey.id == passkey_id).with_for_update()).first()
    if passkey is None:
        raise NotFound
    check_themselves(by)
    return passkey


def _keep(db: Session, by: Viewer, made: Credential, name: str, *, now: datetime) -> None:
    db.get_one(Account, by.account_id, with_for_update={"key_share": True})
    if db.exec(select(Passkey.id).where(Passkey.studio_id == by.studio_id, Passkey.credential_id == made.id)).first():
        raise Conflict("This device has a passkey here already.")
    row = Passkey(
        studio_id=by.studio_id,
        account_id=by.account_id,
        credential_id=made.id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=name,
        created_at=now,
    )
    db.add(row)
    record(db, by, "passkey.added", now=now, details={"name": name, "account_id": by.account_id})


def _use(db: Session, passkey_id: int, count: int, *, caller: Caller, now: datetime) -> str:
    """The token, or nothing: the key is gone, its account is closed, or it counted backwards, which a copy of it would."""
    passkey = db.get(Passkey, passkey_id, with_for_update=True)
    account = db.get(Account, passkey.account_id) if passkey else None
    if passkey is None or account is None or account.suspended_at or account.closed_at:
        return ""
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        details = {"name": passkey.name, "account_id": account.id}
        record(db, as_viewer(db, account), "passkey.counted_back", now=now, details=details)
        return ""
    passkey.sign_count, passkey.used_at = count, now
    return open_session(db, account, device=caller.device, place=caller.block, waits=Waits.NOTHING, now=now)


def _found(db: Session, studio_id: int, credential_id: str) -> Found | None:
    same = select(Passkey).where(Passkey.studio_id == studio_id, Passkey.credential_id == credential_id)
    row = db.exec(same).first()
    return (row.id or 0, row.public_key, handle_of(studio_id, row.account_id)) if row else None


def _new_challenge(db: Session, studio_id: int, account_id: int | None, *, now: datetime) -> bytes:
    """A fresh question, of which only the hash is kept; those long over are swept away."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    db.execute(delete(Challenge).where(Challenge.studio_id == studio_id, Challenge.ends_at < now - CHALLENGE_LIFE))
    row = Challenge(
        studio_id=studio_id,
        account_id=account_id,
        challenge_hash=hashlib.sha256(challenge).hexdigest(),
        created_at=now,
        ends_at=now + CHALLENGE_LIFE,
    )
    db.add(row)
    db.flush()
    return challenge


def _spend(db: Session, studio_id: int, account_id: int | None, challenge: bytes, *, now: datetime) -> bool:
    """Whether we asked this of this account (or of anybody, to sign in), lately, and it was not answered before."""
    asked = (
        (col(Challenge.challenge_hash) == hashlib.sha256(challenge).hexdigest())
        & (col(Challenge.studio_id) == studio_id)
        & (col(Challenge.account_id).is_(None) if account_id is None else col(Challenge.account_id) == account_id)
        & col(Challenge.used_at).is_(None)
        & (col(Challenge.ends_at) > now)
    )
    return db.execute(update(Challenge).where(asked).values(used_at=now)).rowcount == 1


def _name(typed: str) -> str:
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in typed).split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("name", f"Give it a name of up to {LONGEST_NAME} characters, for example Blue phone.")
    return name
