"""The second step: who has one, who must have one, and what a fresh session therefore waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, NotAllowed
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Account, Membership, Passkey, SignInSession, Waits
from portal_app.domain.studios.models import Studio


class SecretSeal(Protocol):
    """Keeps a secret unreadable at rest and bound to its context. Opening raises when the key is gone or it was moved."""

    def seal(self, secret: str, context: str) -> bytes:
        """The secret as it is stored."""
        ...

    def open(self, sealed: bytes, context: str) -> str:
        """The secret as it was."""
        ...


def context_of(account_id: int) -> str:
    """What the secret of an authenticator app is bound to: moved to another account, it does not open."""
    return f"totp:{account_id}"


def waits_for(db: Session, account: Account) -> Waits:
    """What a session of this account waits for after the right password (or a code from the mailbox)."""
    if account.totp_since:
        return Waits.SECOND_STEP
    if not must_have_one(db, account):
        return Waits.NOTHING
    return Waits.SECOND_STEP if has_passkey(db, account.id or 0) else Waits.SET_UP


def must_have_one(db: Session, account: Account) -> bool:
    """Whether the studio asks everybody who works there for a second step, and this person works there."""
    working = select(Membership.id).where(Membership.account_id == account.id, col(Membership.left_at).is_(None))
    since = select(Studio.second_step_since).where(Studio.id == account.studio_id)
    return db.exec(since).first() is not None and db.exec(working).first() is not None


def has_passkey(db: Session, account_id: int) -> bool:
    """Whether any device can answer for this account."""
    return db.exec(select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)).one() > 0


def require_second_step(db: Session, by: Viewer, required: bool, *, now: datetime) -> None:  # noqa: FBT001 - the wish itself
    """Ask everybody who works here for a second step, or no longer. Whoever has none sets one up before their next event.

    Raises NotAllowed for anybody but the owner, Conflict when the owner has none: they would lock themselves out.
    """
    if by.role is not Role.OWNER or not by.is_themselves:
        raise NotAllowed("Only the owner decides whether everybody needs a second step.")
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update()).one()
    if bool(studio.second_step_since) == required:
        return
    own = db.get_one(Account, by.account_id)
    if required and not own.totp_since and not has_passkey(db, own.id or 0):
        raise Conflict("Set up your own second step first, under Sign-in and security. Then ask it of everybody.")
    studio.second_step_since = now if required else None
    hold_sessions(db, by.studio_id) if required else _let_go(db, by.studio_id)
    record(db, by, "second_step.required" if required else "second_step.made_optional", now=now)


def hold_sessions(db: Session, studio_id: int) -> None:
    """Open sessions of those who work here and have no second step are nobody's until they set one up."""
    _move(db, studio_id, Waits.NOTHING, Waits.SET_UP)


def _let_go(db: Session, studio_id: int) -> None:
    _move(db, studio_id, Waits.SET_UP, Waits.NOTHING)


def _move(db: Session, studio_id: int, waited: Waits, waits: Waits) -> None:
    """Only of those who have none: whoever set one up meanwhile is asked for it."""
    with_key = select(Passkey.account_id).where(Passkey.studio_id == studio_id)
    bare = (
        select(Account.id)
        .join(Membership, (col(Membership.account_id) == Account.id) & col(Membership.left_at).is_(None))
        .where(Account.studio_id == studio_id, col(Account.totp_since).is_(None), col(Account.id).not_in(with_key))
    )
    theirs = (
        (col(SignInSession.studio_id) == studio_id)
        & col(SignInSession.account_id).in_(bare)
        & col(SignInSession.ended_at).is_(None)
        & (col(SignInSession.waits_for) == waited)
    )
    db.execute(update(SignInSession).where(theirs).values(waits_for=waits))
