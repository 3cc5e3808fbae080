"""Accepting an invitation, to a team or to work here: only the holder of its link, and only as the person it was mailed to.

Opening the link does nothing. Its token proves the mailbox, so that somebody new gets a proven account by choosing a
password; whoever has an account signs in to it first, for the link alone opens no account that exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, select

from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Viewer
from portal_app.domain.customers.joining import SignUp, check_name, open_account
from portal_app.domain.customers.models import Team
from portal_app.domain.customers.proving import prove
from portal_app.domain.customers.service import own_account
from portal_app.domain.customers.teams import admit, lock_team
from portal_app.domain.identity import passwords, staff
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.inviting import InvitationCard, invitation_by_token, invitation_to_accept, mark_accepted
from portal_app.domain.identity.limits import count_try, link_limits
from portal_app.domain.identity.models import Account, Invitation, Membership
from portal_app.domain.identity.service import claimants, proven_account, refuse_weak
from portal_app.domain.identity.sessions import as_viewer, open_session
from portal_app.domain.units import UnitOfWork


class Standing(StrEnum):
    """How somebody who opened the link stands to the invitation."""

    ENDED = "ended"
    JOIN = "join"
    NEW = "new"
    SIGN_IN = "sign_in"
    PROVE = "prove"
    WRONG_PERSON = "wrong_person"
    WORKS_HERE = "works_here"


REFUSALS = {
    Standing.SIGN_IN: "You have an account with this address. Sign in to it, then accept.",
    Standing.PROVE: "Type the code we mailed you first, so that we know this mailbox is yours. Then accept.",
    Standing.WRONG_PERSON: "This invitation is for another address. Sign out, then open its link again.",
    Standing.WORKS_HERE: "You work at this studio. Teams are for its customers; another role is an owner’s to give.",
}


@dataclass(frozen=True, slots=True)
class Reception:
    """What the page of an invitation says. `team` is empty for working at the studio; `invited_by` is whom to ask."""

    standing: Standing
    team: str = ""
    role: str = ""
    name: str = ""
    email: str = ""
    invited_by: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Where accepting led: a team, or the studio; `token` is a fresh session's, where one was opened."""

    team: str = ""
    token: str = ""


def reception(db: Session, studio_id: int, by: Viewer | None, token: str, *, now: datetime) -> Reception:
    """What this link is to whoever opened it. Reads only."""
    card = invitation_by_token(db, studio_id, token, now=now)
    if card is None:
        return Reception(Standing.ENDED, invited_by=_whom_to_ask(db, studio_id, token))
    team = db.get_one(Team, card.team_id).name if card.team_id else ""
    return Reception(_standing(db, studio_id, by, card), team, card.role, card.name, card.email, card.invited_by)


def accept_invitation(
    unit_of_work: UnitOfWork,
    studio_id: int,
    by: Viewer | None,
    token: str,
    typed: SignUp | None = None,
    *,
    caller: Caller = Caller(),
    now: datetime,
) -> Accepted:
    """Join as the person it is for.

    Raises NotFound when it ended, NotAllowed in words, InvalidInput("name" or "password"), TooManyTries.
    """
    with unit_of_work() as db:
        count_try(db, studio_id, link_limits(caller.block), now=now)
    with unit_of_work() as db:
        card = invitation_by_token(db, studio_id, token, now=now)
        if card is None:
            raise NotFound(ended_words(_whom_to_ask(db, studio_id, token)))
        standing = _standing(db, studio_id, by, card)
        if standing is Standing.JOIN:
            return _join(db, by, token, caller, now=now)
        if standing is not Standing.NEW:
            raise NotAllowed(REFUSALS[standing])
        wanted = SignUp(typed.name if typed else "", card.email, typed.password if typed else "")
        check_name(wanted.name)
        refuse_weak(db, studio_id, wanted.password, card.email, wanted.name)
    password_hash = passwords.hash_password(wanted.password)
    with unit_of_work() as db:
        return _join_as_new(db, studio_id, wanted, password_hash, token, caller, now=now)


def ended_words(inviter: str) -> str:
    """What to do about a link that leads nowhere anymore."""
    return f"This invitation has ended or was used. Ask {inviter or 'whoever invited you'} for a new one."


def _join_as_new(
    db: Session, studio_id: int, wanted: SignUp, password_hash: str, token: str, caller: Caller, *, now: datetime
) -> Accepted:
    team, invitation = _locked(db, studio_id, token, now=now)
    if any(account.verified_at for account in claimants(db, studio_id, invitation.email_key)):
        raise Conflict(REFUSALS[Standing.SIGN_IN])
    account = open_account(db, studio_id, wanted, password_hash, with_record=team is not None, now=now)
    owner = prove(db, account, now=now)
    done = _let_in(db, as_viewer(db, owner), owner, team, invitation, caller, now=now)
    return done if done.token else Accepted(done.team, open_session(db, owner, device=caller.device, now=now))


def _join(db: Session, by: Viewer, token: str, caller: Caller, *, now: datetime) -> Accepted:
    team, invitation = _locked(db, by.studio_id, token, now=now)
    account = own_account(db, by)
    if invitation.email_key != account.email_key or account.verified_at is None:
        raise NotAllowed(REFUSALS[Standing.WRONG_PERSON])
    return _let_in(db, by, account, team, invitation, caller, now=now)


def _locked(db: Session, studio_id: int, token: str, *, now: datetime) -> tuple[Team | None, Invitation]:
    """The team and the invitation: whoever presses at the same time waits here, and finds it used. Raises NotFound."""
    card = invitation_by_token(db, studio_id, token, now=now)
    team = lock_team(db, card.team_id) if card and card.team_id else None
    return team, invitation_to_accept(db, studio_id, token, now=now)


def _let_in(
    db: Session, by: Viewer, account: Account, team: Team | None, invitation: Invitation, caller: Caller, *, now: datetime
) -> Accepted:
    if team:
        return Accepted(admit(db, by, account, team, invitation, now=now))
    mark_accepted(db, invitation, account, by, now=now)
    staff.add_member(db, account, invitation.role, now=now)
    return Accepted(token=open_session(db, account, device=caller.device, now=now))


def _standing(db: Session, studio_id: int, by: Viewer | None, card: InvitationCard) -> Standing:
    key = email_key(card.email)
    owner = proven_account(db, studio_id, key)
    if by is None or by.account_id is None:
        return Standing.SIGN_IN if owner else Standing.NEW
    mine = db.get_one(Account, by.account_id)
    if not by.is_themselves or mine.email_key != key:
        return Standing.WRONG_PERSON
    if mine.verified_at is None:
        return Standing.PROVE
    return Standing.WORKS_HERE if _works_here(db, mine) else Standing.JOIN


def _works_here(db: Session, account: Account) -> bool:
    here = select(Membership.id).where(Membership.account_id == account.id, Membership.left_at.is_(None))
    return db.exec(here).first() is not None


def _whom_to_ask(db: Session, studio_id: int, token: str) -> str:
    """Who sent a link that has run out; a link that was used, renewed or taken back is not known anymore."""
    sent = select(Account.name).join(Invitation, Invitation.invited_by == Account.id)
    same = (Invitation.studio_id == studio_id) & (Invitation.token_hash == fingerprint(token))
    return db.exec(sent.where(same)).first() or ""
