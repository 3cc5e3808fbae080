"""Sign-in sessions: opened, used, ended. A session that ended is refused from its next event on, everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, select

from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Account, Membership, SignInSession, Waits
from portal_app.domain.identity.queries import live_session, viewer_from
from portal_app.domain.identity.second_step import waits_for

LONGEST_SESSION = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=1)
WAITING = timedelta(hours=1)


def open_session(db: Session, account: Account, *, device: str = "", waits: Waits | None = None, now: datetime) -> str:
    """A new session with a fresh token; only its fingerprint is stored.

    It is nobody's while it waits for a second step. `waits` is given by who has seen more than a password already.
    """
    token = new_token()
    waits = waits_for(db, account) if waits is None else waits
    session = SignInSession(
        studio_id=account.studio_id,
        account_id=account.id,
        token_hash=fingerprint(token),
        created_at=now,
        seen_at=now,
        ends_at=now + (WAITING if waits else LONGEST_SESSION),
        device=device[:200],
        waits_for=waits,
        proven_at=now,
    )
    db.add(session)
    db.flush()
    record(db, as_viewer(db, account), "session.started", now=now, details={"session_id": session.id})
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


def end_other_sessions(db: Session, by: Viewer, *, now: datetime) -> None:
    """Sign every other browser of the viewer out; this one stays."""
    _end(db, (SignInSession.account_id == (by.account_id or 0)) & (SignInSession.id != (by.session_id or 0)), now=now)


def end_all_sessions(db: Session, account_id: int, *, now: datetime) -> None:
    """After a new password: nobody who knew the old one stays."""
    _end(db, SignInSession.account_id == account_id, now=now)


def as_viewer(db: Session, account: Account, session_id: int | None = None) -> Viewer:
    """Who this account is now: a member of the studio while it is one, else a customer."""
    member = select(Membership).where(Membership.account_id == account.id, Membership.left_at.is_(None))
    return viewer_from(account, db.exec(member).first(), session_id)


def _end(db: Session, which, *, now: datetime) -> None:
    db.execute(update(SignInSession).where(which, SignInSession.ended_at.is_(None)).values(ended_at=now))
