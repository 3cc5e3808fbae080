"""Who a cookie belongs to. Sessions and accounts are read here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.core.errors import NotAllowed
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Permission, Role, Viewer, permissions_in, permissions_of
from portal_app.domain.identity.devices import device_words
from portal_app.domain.identity.models import Account, Invitation, Membership, Passkey, RecoveryCode, SignInSession
from portal_app.domain.identity.second_step import must_have_one
from portal_app.domain.identity.session_life import asks_again, is_over
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import First


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that counts now."""

    viewer: Viewer
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One signed-in browser, as its owner sees it: `Chrome on Android`, and the block of addresses it signed in from."""

    id: int
    device: str
    place: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person who works here, or did: `left_at` says until when. `permissions` is what they may in the end."""

    id: int
    account_id: int
    name: str
    email: str
    role: str
    permissions: frozenset[Permission]
    joined_at: datetime | None
    seen_at: datetime | None
    has_second_step: bool
    is_suspended: bool
    is_me: bool
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One passkey, as its owner knows it."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecurityCard:
    """How somebody signs in. `app_since` is when their authenticator app was confirmed; `must_have_one`: the studio asks for
    a second step; `is_proven`: they showed who they are just now, and may change all this."""

    passkeys: list[PasskeyRow]
    app_since: datetime | None
    spare_codes: int
    must_have_one: bool
    is_proven: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One invitation to work here that nobody has accepted yet; `is_over` once its link has ended."""

    public_id: str
    name: str
    email: str
    role: str
    invited_by: str
    sent_at: datetime
    ends_at: datetime
    is_over: bool


def visible(by: Viewer) -> SelectOfScalar[SignInSession]:
    """A person sees their own sessions only."""
    return select(SignInSession).where(
        SignInSession.studio_id == by.studio_id, SignInSession.account_id == (by.account_id or 0)
    )  # fmt: skip


def live_session(first: First, studio_id: int, token: str, *, now: datetime) -> LiveSession | None:
    """The session of a cookie at this studio; None when it ended, was not used for too long, waits for its second
    step, or its account is suspended or closed.

    `first(statement, **values)` answers with the first row: this is asked before every event, by the shortest way.
    """
    found = first(_BY_TOKEN, studio_id=studio_id, token_hash=fingerprint(token))
    if found is None or found.ended_at or found.suspended_at or found.closed_at or found.waits_for:
        return None
    if is_over(seen_at=found.seen_at, ends_at=found.ends_at, is_staff=bool(found.role), now=now):
        return None
    return LiveSession(viewer=_through_their_eyes(studio_id, found, _viewer(studio_id, found)), seen_at=found.seen_at)


def _viewer(studio_id: int, found: Any) -> Viewer:
    return Viewer(
        studio_id=studio_id,
        role=Role(found.role) if found.role else Role.CUSTOMER,
        name=found.name,
        email=found.email,
        account_id=found.account_id,
        member_id=found.member_id,
        session_id=found.session_id,
        is_verified=found.verified_at is not None,
        granted=permissions_in(found.granted),
        withheld=permissions_in(found.withheld),
    )


def _through_their_eyes(studio_id: int, found: Any, by: Viewer) -> Viewer:
    """The customer a member looks as, while the member may; otherwise the member."""
    if not found.their_id or found.their_closed_at or not by.may(Permission.VIEW_AS):
        return by
    return Viewer(
        studio_id=studio_id,
        role=Role.CUSTOMER,
        name=found.their_name,
        email=found.their_email,
        account_id=found.their_id,
        session_id=found.session_id,
        is_verified=found.their_verified_at is not None,
        behind=by.name,
        behind_account_id=by.account_id,
    )


# Asked before every event: made once, columns instead of rows.
_Their = aliased(Account)
_BY_TOKEN = (
    sa.select(
        col(SignInSession.id).label("session_id"),
        col(SignInSession.ended_at),
        col(SignInSession.ends_at),
        col(SignInSession.seen_at),
        col(SignInSession.waits_for),
        col(Account.id).label("account_id"),
        col(Account.name),
        col(Account.email),
        col(Account.verified_at),
        col(Account.suspended_at),
        col(Account.closed_at),
        col(Membership.id).label("member_id"),
        col(Membership.role),
        col(Membership.granted),
        col(Membership.withheld),
        col(_Their.id).label("their_id"),
        col(_Their.name).label("their_name"),
        col(_Their.email).label("their_email"),
        col(_Their.verified_at).label("their_verified_at"),
        col(_Their.closed_at).label("their_closed_at"),
    )
    .join(Account, col(Account.id) == col(SignInSession.account_id))
    .outerjoin(Membership, (col(Membership.account_id) == col(Account.id)) & col(Membership.left_at).is_(None))
    .outerjoin(_Their, col(_Their.id) == col(SignInSession.view_as_account_id))
    .where(col(SignInSession.token_hash) == sa.bindparam("token_hash"), col(SignInSession.studio_id) == sa.bindparam("studio_id"))
)


def viewer_from(account: Account, member: Membership | None, session_id: int | None = None) -> Viewer:
    """The viewer an account is: staff by membership, else a customer."""
    return Viewer(
        studio_id=account.studio_id,
        role=Role(member.role) if member else Role.CUSTOMER,
        name=account.name,
        email=account.email,
        account_id=account.id,
        member_id=member.id if member else None,
        session_id=session_id,
        is_verified=account.verified_at is not None,
        granted=permissions_in(member.granted) if member else frozenset(),
        withheld=permissions_in(member.withheld) if member else frozenset(),
    )


def sessions_of(db: Session, by: Viewer) -> list[SessionRow]:
    """The viewer's signed-in browsers, the latest first."""
    open_ones = visible(by).where(SignInSession.ended_at.is_(None), SignInSession.waits_for == "")
    return [
        SessionRow(row.id, device_words(row.device), row.place, row.created_at, row.seen_at, row.id == by.session_id)
        for row in db.exec(open_ones.order_by(SignInSession.seen_at.desc(), SignInSession.id.desc()))
    ]


def members(db: Session, by: Viewer) -> list[MemberRow]:
    """Everybody who works or worked here, in two statements. Raises NotAllowed for whoever does not manage staff."""
    if not by.may(Permission.MANAGE_STAFF):
        raise NotAllowed
    seen = sa.select(sa.func.max(col(SignInSession.seen_at))).where(col(SignInSession.account_id) == col(Account.id))
    keyed = sa.exists().where(col(Passkey.account_id) == col(Account.id))
    found = db.execute(
        sa.select(Membership, Account, seen.correlate(Account).scalar_subquery(), keyed.correlate(Account))
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(col(Membership.studio_id) == by.studio_id)
        .order_by(col(Account.name), col(Membership.id))
    )
    return [_member(by, *row) for row in found]


def _member(by: Viewer, member: Membership, account: Account, seen_at: datetime | None, has_passkey: bool) -> MemberRow:  # noqa: FBT001
    may = permissions_of(Role(member.role), permissions_in(member.granted), permissions_in(member.withheld))
    return MemberRow(
        id=member.id or 0,
        account_id=member.account_id,
        name=account.name,
        email=account.email,
        role=member.role,
        permissions=may,
        joined_at=member.joined_at or account.created_at,
        seen_at=seen_at,
        has_second_step=account.totp_since is not None or has_passkey,
        is_suspended=account.suspended_at is not None,
        is_me=account.id == by.account_id,
        left_at=member.left_at,
    )


def needs_second_step(db: Session, by: Viewer) -> bool:
    """Whether the studio asks everybody who works here for a second step. Raises NotAllowed like `members`."""
    if not by.may(Permission.MANAGE_STAFF):
        raise NotAllowed
    return db.exec(select(Studio.second_step_since).where(Studio.id == by.studio_id)).one() is not None


def colleagues(db: Session, by: Viewer) -> dict[int, str]:
    """The names of everybody who works or worked here, by account: for who may read what they did. Raises NotAllowed."""
    if not by.may(Permission.SEE_AUDIT):
        raise NotAllowed
    found = (
        sa.select(col(Account.id), col(Account.name), col(Membership.left_at))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(col(Membership.studio_id) == by.studio_id)
        .order_by(col(Membership.left_at).is_not(None), col(Account.name))
    )
    return {row.id: f"{row.name} (removed)" if row.left_at else row.name for row in db.execute(found)}


def staff_invitations(db: Session, by: Viewer, *, now: datetime) -> list[InvitationRow]:
    """Invitations to work here that wait for an answer, the newest first. Raises NotAllowed like `members`."""
    if not by.may(Permission.MANAGE_STAFF):
        raise NotAllowed
    waiting = col(Invitation.accepted_at).is_(None) & col(Invitation.revoked_at).is_(None)
    here = (col(Invitation.studio_id) == by.studio_id) & col(Invitation.team_id).is_(None)
    found = db.exec(
        select(Invitation, Account.name)
        .join(Account, col(Account.id) == col(Invitation.invited_by))
        .where(here, waiting)
        .order_by(col(Invitation.sent_at).desc(), col(Invitation.id).desc())
    )
    return [
        InvitationRow(row.public_id, row.name, row.email, row.role, inviter, row.sent_at, row.ends_at, is_over=row.ends_at <= now)
        for row, inviter in found
    ]


def security_of(db: Session, by: Viewer, *, now: datetime) -> SecurityCard:
    """The viewer's own keys and codes. Raises NotAllowed for whoever looks through another's eyes."""
    account = db.exec(select(Account).where(Account.studio_id == by.studio_id, Account.id == (by.account_id or 0))).first()
    if account is None or not by.is_themselves:
        raise NotAllowed("You are looking through somebody else’s eyes. How they sign in is theirs alone.")
    rows = db.exec(select(Passkey).where(Passkey.account_id == account.id).order_by(col(Passkey.id)))
    spare = (RecoveryCode.account_id == account.id) & col(RecoveryCode.used_at).is_(None)
    here = db.exec(visible(by).where(SignInSession.id == (by.session_id or 0))).first()
    return SecurityCard(
        passkeys=[PasskeyRow(row.id or 0, row.name, row.created_at, row.used_at) for row in rows],
        app_since=account.totp_since,
        spare_codes=db.exec(select(sa.func.count()).select_from(RecoveryCode).where(spare)).one(),
        must_have_one=must_have_one(db, account),
        is_proven=here is not None and not asks_again(here.proven_at, now=now),
    )
