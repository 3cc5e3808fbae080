"""Invitations: an address is asked to work at the studio, or to join one of its teams.

One live invitation per studio, team and address: inviting again sends a new link and the old one dies. Whoever invites
never learns whether the address has an account; only the holder of the link does, who has the mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.tokens import fingerprint, new_public_id, new_token
from portal_app.core.viewer import STAFF, Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.limits import count_try, invitation_limits
from portal_app.domain.identity.models import Account, Invitation, Membership
from portal_app.domain.studios.models import Studio

INVITATION_LIFE = timedelta(days=30)
SETTLED = "This invitation was accepted or taken back. Look at the list again."


class AlreadyHere(Conflict):
    """The address already belongs to one of the studio's own people."""

    sentence = "This address already works here. Change their role in the list instead."


@dataclass(frozen=True, slots=True)
class InvitationCard:
    """A live invitation as the holder of its link sees it. `team_id` is empty for working at the studio itself."""

    id: int
    public_id: str
    team_id: int | None
    role: str
    name: str
    email: str
    invited_by: str
    ends_at: datetime


def invite(db: Session, by: Viewer, *, email: str, name: str, role: str, team_id: int | None = None, now: datetime) -> Invitation:
    """Ask an address to work here (`team_id` empty: only who manages staff may) or to join a team, which the caller has
    checked. A live invitation to the same is renewed. Raises InvalidInput, AlreadyHere, TooManyTries.
    """
    _refuse_others(by, team_id)
    key, role = email_key(email), _fitting_role(role, team_id)
    if not 2 <= len(name.strip()) <= 120:
        raise InvalidInput("name", "Their name is needed, so that the invitation says whom it is for.")
    _line_up(db, by)
    if team_id is None and _works_here(db, by.studio_id, key):
        raise AlreadyHere
    kept = db.exec(_live(by.studio_id, team_id).where(Invitation.email_key == key).with_for_update()).first()
    if kept is None:
        kept = Invitation(
            public_id=new_public_id(), studio_id=by.studio_id, team_id=team_id, role=role, name=name.strip(),
            email=email.strip(), email_key=key, invited_by=by.account_id, created_at=now, sent_at=now, ends_at=now,
        )  # fmt: skip
        db.add(kept)
    kept.role, kept.name, kept.invited_by = role, name.strip(), by.account_id
    return _send(db, by, kept, now=now)


def resend_invitation(db: Session, by: Viewer, public_id: str, *, team_id: int | None = None, now: datetime) -> Invitation:
    """Mail a new link, good for another 30 days; the old one dies. Raises NotFound, Conflict when it is settled."""
    return _send(db, by, _own(db, by, public_id, team_id), now=now)


def revoke_invitation(db: Session, by: Viewer, public_id: str, *, team_id: int | None = None, now: datetime) -> None:
    """Take it back: its link is worth nothing from now on. Raises NotFound, Conflict when it is settled."""
    kept = _own(db, by, public_id, team_id)
    kept.revoked_at, kept.token_hash = now, ""
    record(db, by, "invitation.revoked", now=now, details=_details(kept))


def issue_invitation_token(db: Session, invitation_id: int, *, now: datetime) -> str:
    """Make the link's token when its mail is written, so that none ever lies in a fact. Raises NotFound when settled."""
    kept = db.get(Invitation, invitation_id, with_for_update=True)
    if kept is None or kept.accepted_at or kept.revoked_at:
        raise NotFound("This invitation was accepted or taken back.")
    token = new_token()
    kept.token_hash = fingerprint(token)
    return token


def invitation_by_token(db: Session, studio_id: int, token: str, *, now: datetime) -> InvitationCard | None:
    """The live invitation this link opens at this studio; None when it ended, was used, renewed or taken back."""
    found = db.exec(_by_token(studio_id, token, now)).first()
    if found is None:
        return None
    inviter = db.get(Account, found.invited_by)
    return InvitationCard(
        id=found.id, public_id=found.public_id, team_id=found.team_id, role=found.role, name=found.name, email=found.email,
        invited_by=inviter.name if inviter else "", ends_at=found.ends_at,
    )  # fmt: skip


def invitation_to_accept(db: Session, studio_id: int, token: str, *, now: datetime) -> Invitation:
    """The same one's row, locked until this unit ends. Raises NotFound."""
    found = db.exec(_by_token(studio_id, token, now).with_for_update()).first()
    if found is None:
        raise NotFound("This invitation has ended or was used. Ask for a new one.")
    return found


def mark_accepted(db: Session, invitation: Invitation, account: Account, by: Viewer, *, now: datetime) -> None:
    """Its link was used, by this account; `by` is who that account was when it accepted."""
    invitation.accepted_at, invitation.accepted_by, invitation.token_hash = now, account.id, ""
    record(db, by, "invitation.accepted", now=now, details=_details(invitation))


def _send(db: Session, by: Viewer, invitation: Invitation, *, now: datetime) -> Invitation:
    limits = invitation_limits(str(by.account_id), invitation.email_key)
    count_try(db, by.studio_id, limits, now=now)
    invitation.sent_at, invitation.ends_at, invitation.token_hash = now, now + INVITATION_LIFE, ""
    db.flush()
    record(db, by, "invitation.sent", now=now, details=_details(invitation))
    return invitation


def _details(invitation: Invitation) -> dict[str, object]:
    return {
        "invitation_id": invitation.id, "email": invitation.email, "name": invitation.name, "role": invitation.role,
        "team_id": invitation.team_id,
    }  # fmt: skip


def _refuse_others(by: Viewer, team_id: int | None) -> None:
    """Nobody invites through somebody else's eyes; to work here, only who manages staff invites."""
    if by.account_id is None or not by.is_themselves or (team_id is None and not by.may(Permission.MANAGE_STAFF)):
        raise NotAllowed


def _fitting_role(role: str, team_id: int | None) -> str:
    allowed = {str(each) for each in STAFF} if team_id is None else {"member", "admin"}
    if role not in allowed:
        raise InvalidInput("role", "Choose one of the roles.")
    return role


def _line_up(db: Session, by: Viewer) -> None:
    """One invitation at a time per studio, so that two at once to the same address are one."""
    db.exec(select(Studio.id).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()


def _works_here(db: Session, studio_id: int, key: str) -> bool:
    members = select(Membership.id).join(Account, Account.id == Membership.account_id)
    here = (Account.studio_id == studio_id) & (Account.email_key == key) & Account.closed_at.is_(None)
    return db.exec(members.where(here, Membership.left_at.is_(None))).first() is not None


def _own(db: Session, by: Viewer, public_id: str, team_id: int | None) -> Invitation:
    _refuse_others(by, team_id)
    found = select(Invitation).where(
        Invitation.studio_id == by.studio_id, _of(team_id), Invitation.public_id == public_id
    )  # fmt: skip
    kept = db.exec(found.with_for_update()).first()
    if kept is None:
        raise NotFound
    if kept.accepted_at or kept.revoked_at:
        raise Conflict(SETTLED)
    return kept


def _live(studio_id: int, team_id: int | None):
    open_ones = Invitation.accepted_at.is_(None) & Invitation.revoked_at.is_(None)
    return select(Invitation).where(Invitation.studio_id == studio_id, _of(team_id), open_ones)


def _of(team_id: int | None) -> ColumnElement[bool]:
    return Invitation.team_id.is_(None) if team_id is None else Invitation.team_id == team_id


def _by_token(studio_id: int, token: str, now: datetime):
    return select(Invitation).where(
        Invitation.studio_id == studio_id,
        Invitation.token_hash == fingerprint(token),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.ends_at > now,
    )
