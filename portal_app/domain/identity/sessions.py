"""Sign-in sessions: opened, used, ended. A session that ended is refused from its next event on, everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, update
from sqlmodel import Session, select

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Viewer, system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity.limits import FORGET_AFTER, KNOWN_FOR
from portal_app.domain.identity.models import Account, Attempt, Challenge, MailedCode, Membership, SignInSession, Waits
from portal_app.domain.identity.queries import live_session, viewer_from, visible
from portal_app.domain.identity.second_step import waits_for
from portal_app.domain.identity.session_life import CUSTOMER_LIFE, STAFF_LIFE, life_of

# The cookie lasts as long as the longest session; the row decides.
LONGEST_SESSION = CUSTOMER_LIFE.longest
SEEN_EVERY = timedelta(minutes=1)
WAITING = timedelta(hours=1)
ENDED = "session.ended"


def open_session(
    db: Session, account: Account, *, device: str = "", place: str = "", waits: Waits | None = None, now: datetime
) -> str:
    """A new session with a fresh token; only its fingerprint is stored. Whoever opens it has just proven who they are.

    It is nobody's while it waits for a second step. `waits` is given by who has seen more than a password already.
    """
    token, by = new_token(), as_viewer(db, account)
    waits = waits_for(db, account) if waits is None else waits
    session = SignInSession(
        studio_id=account.studio_id,
        account_id=account.id,
        token_hash=fingerprint(token),
        created_at=now,
        seen_at=now,
        proven_at=now,
        ends_at=now + (WAITING if waits else life_of(is_staff=by.is_staff).longest),
        waits_for=waits,
        device=device[:200],
        place=place[:64],
    )
    db.add(session)
    db.flush()
    record(db, by, "session.started", now=now, details={"session_id": session.id})
    return token


def viewer_of(db: Session, studio_id: int, token: str, *, now: datetime) -> Viewer | None:
    """Who this cookie is at this studio right now, or None. Read on every event and every request."""
    found = live_session(lambda statement, **values: db.execute(statement, values).first(), studio_id, token, now=now)
    return found.viewer if found else None


def touch_session(db: Session, session_id: int, *, now: datetime) -> None:
    """Note that the session is in use, at most once a minute."""
    stale = SignInSession.seen_at <= now - SEEN_EVERY
    db.execute(update(SignInSession).where(SignInSession.id == session_id, stale).values(seen_at=now))


def prove_session(db: Session, by: Viewer, *, now: datetime) -> None:
    """Note that whoever sits there proved again who they are. See `asks_again`."""
    mine = _own(by).where(SignInSession.id == (by.session_id or 0)).with_for_update()
    if session := db.exec(mine).first():
        session.proven_at = now


def proven_at(db: Session, by: Viewer) -> datetime | None:
    """When the person of this session last proved who they are."""
    mine = select(SignInSession.proven_at).where(
        SignInSession.id == (by.session_id or 0), SignInSession.studio_id == by.studio_id
    )
    return db.exec(mine).first()


def end_session(db: Session, studio_id: int, token: str, *, now: datetime) -> None:
    """Sign out: refused from its next event on, in every tab and process. Tokens unknown to this studio change nothing."""
    _end(db, (SignInSession.token_hash == fingerprint(token)) & (SignInSession.studio_id == studio_id), None, now=now)


def end_own_session(db: Session, by: Viewer, session_id: int, *, now: datetime) -> None:
    """Sign another of one's own browsers out. Raises NotFound for anybody else's; one that ended stays as it is."""
    if db.exec(_own(by).where(SignInSession.id == session_id)).first() is None:
        raise NotFound
    _end(db, SignInSession.id == session_id, by, now=now)


def end_other_sessions(db: Session, by: Viewer, *, now: datetime) -> int:
    """Sign every browser of one's own out but this one; how many that were."""
    mine = (SignInSession.account_id == _own_account(by)) & (SignInSession.id != (by.session_id or 0))
    return _end(db, mine, by, now=now)


def end_all_sessions(db: Session, account_id: int, *, now: datetime, but: int | None = None, by: Viewer | None = None) -> int:
    """After a new password, a change of role, suspension: nobody signed in as this account stays, `but` one session.

    `by` is who did it, when that was not the person themselves. Returns how many ended.
    """
    return _end(db, (SignInSession.account_id == account_id) & (SignInSession.id != (but or 0)), by, now=now)


def end_sessions_of(db: Session, studio_id: int, email: str = "", *, now: datetime) -> int:
    """Whoever runs the machine signs a studio's people out, or one of them: how many sessions ended."""
    mine = SignInSession.studio_id == studio_id
    if email:
        whose = select(Account.id).where(Account.studio_id == studio_id, Account.email_key == email.strip().lower())
        mine &= SignInSession.account_id.in_(whose)
    return _end(db, mine, system_viewer(studio_id), now=now)


def as_viewer(db: Session, account: Account, session_id: int | None = None) -> Viewer:
    """Who this account is now: a member of the studio while it is one, else a customer."""
    member = select(Membership).where(Membership.account_id == account.id, Membership.left_at.is_(None))
    return viewer_from(account, db.exec(member).first(), session_id)


def clean_sessions(db: Session, *, now: datetime) -> None:
    """Mark what ended by itself, and forget what no longer proves or slows down anything. Done by time."""
    _end_idle(db, now=now)
    db.execute(delete(SignInSession).where(SignInSession.ended_at.is_not(None), SignInSession.seen_at < now - KNOWN_FOR))
    for table in (MailedCode, Challenge):
        db.execute(delete(table).where(table.ends_at < now - FORGET_AFTER, table.created_at < now - FORGET_AFTER))
    db.execute(delete(Attempt).where(Attempt.at < now - FORGET_AFTER))


def _end_idle(db: Session, *, now: datetime) -> None:
    """Those nobody used, whom the guard refuses already: now their owner's list says so too."""
    staff = select(Membership.account_id).where(Membership.left_at.is_(None))
    idle = or_(
        SignInSession.ends_at <= now,
        SignInSession.seen_at <= now - CUSTOMER_LIFE.idle,
        (SignInSession.seen_at <= now - STAFF_LIFE.idle) & SignInSession.account_id.in_(staff),
    )
    db.execute(update(SignInSession).where(idle, SignInSession.ended_at.is_(None)).values(ended_at=now))


def _own(by: Viewer):
    _own_account(by)
    return visible(by)


def _own_account(by: Viewer) -> int:
    if by.account_id is None or not by.is_themselves:
        raise NotAllowed
    return by.account_id


def _end(db: Session, which: ColumnElement[bool], by: Viewer | None, *, now: datetime) -> int:
    """End what is open of these, and say so in a fact for each account: open pages hear of it and go to the sign-in."""
    ending = update(SignInSession).where(which, SignInSession.ended_at.is_(None)).values(ended_at=now)
    ended = db.execute(ending.returning(SignInSession.id, SignInSession.account_id, SignInSession.studio_id)).all()
    for account_id in sorted({row.account_id for row in ended}):
        ids = sorted(row.id for row in ended if row.account_id == account_id)
        account = db.get(Account, account_id)
        who = by or (as_viewer(db, account) if account else system_viewer(ended[0].studio_id))
        record(db, who, ENDED, now=now, details={"account_id": account_id, "session_ids": ids})
    return len(ended)
