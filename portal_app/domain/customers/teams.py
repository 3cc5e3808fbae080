"""Teams: started, joined, led and left. An admin sees, orders and pays for every member; a member sees what is their own.

Every change takes the team's row first, so that two at once never leave a team without an admin.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.customers.models import Customer, Team, TeamMember, TeamRole
from portal_app.domain.customers.queries import my_teams
from portal_app.domain.customers.service import open_customer, own_account
from portal_app.domain.identity import inviting
from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.models import Account, Invitation

MOST_TEAMS, MOST_MEMBERS = 20, 200
OWN_EYES = "Only they may do this themselves. End the view first."
FIRST_PROVE = "Prove your mailbox first: type the code we mailed you, then go on."


class LastAdmin(Conflict):
    """A team is never without an admin."""

    sentence = "You are the only admin. Make somebody else an admin first, or close the team."


def start_team(db: Session, by: Viewer, name: str, *, now: datetime) -> str:
    """A new team with this person as its admin; returns its public id. Raises InvalidInput, NotAllowed, Conflict."""
    account = _proven_account(db, by)
    if len(db.exec(my_teams(by)).all()) >= MOST_TEAMS:
        raise Conflict(f"Nobody is in more than {MOST_TEAMS} teams. Leave one first.")
    team = Team(public_id=new_public_id(), studio_id=by.studio_id, name=_fitting_name(name), created_at=now)
    db.add(team)
    db.flush()
    customer = add_to_team(db, team, account, TeamRole.ADMIN, now=now)
    _record(db, by, "team.started", team, now=now, customer_id=customer.id, account_id=account.id)
    return team.public_id


def rename_team(db: Session, by: Viewer, team: str, name: str, *, now: datetime) -> None:
    """Call it something else. The same name changes nothing. Raises NotFound, NotAllowed, InvalidInput."""
    found = _led(db, by, team)
    fitting = _fitting_name(name)
    if fitting != found.name:
        before, found.name = found.name, fitting
        _record(db, by, "team.renamed", found, now=now, before=before)


def invite_member(db: Session, by: Viewer, team: str, *, email: str, name: str, role: str, now: datetime) -> None:
    """Ask somebody into the team by mail. Raises NotFound, NotAllowed, InvalidInput, Conflict, TooManyTries."""
    found = _led(db, by, team)
    if _is_in(db, found, email_key(email)):
        raise InvalidInput("email", "This person is in the team already. Change their role in the list instead.")
    if _count(db, found) >= MOST_MEMBERS:
        raise Conflict(f"A team has at most {MOST_MEMBERS} members.")
    inviting.invite(db, by, email=email, name=name, role=role, team_id=found.id, now=now)


def resend_to(db: Session, by: Viewer, team: str, invitation: str, *, now: datetime) -> None:
    """Mail a new link; the old one stops working. Raises NotFound, NotAllowed, Conflict when it is settled."""
    inviting.resend_invitation(db, by, invitation, team_id=_led(db, by, team).id, now=now)


def take_back(db: Session, by: Viewer, team: str, invitation: str, *, now: datetime) -> None:
    """The invitation is worth nothing from now on. Raises NotFound, NotAllowed, Conflict when it is settled."""
    inviting.revoke_invitation(db, by, invitation, team_id=_led(db, by, team).id, now=now)


def join_team(db: Session, by: Viewer, invitation: str, *, now: datetime) -> str:
    """Accept an invitation to one's own proven address without its mail; returns the team. Raises NotFound."""
    account = _proven_account(db, by)
    mine = (Invitation.studio_id == by.studio_id) & (Invitation.email_key == account.email_key)
    open_one = Invitation.accepted_at.is_(None) & Invitation.revoked_at.is_(None) & (Invitation.ends_at > now)
    named = select(Invitation).where(mine, open_one, Invitation.public_id == invitation, Invitation.team_id.is_not(None))
    if (seen := db.exec(named).first()) is None:
        raise NotFound
    team = lock_team(db, seen.team_id)
    found = db.exec(named.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return admit(db, by, account, team, found, now=now)


def lock_team(db: Session, team_id: int) -> Team:
    """The team's row, before that of its invitation: everybody takes them in this order. Raises NotFound when it is closed."""
    team = db.exec(select(Team).where(Team.id == team_id).with_for_update()).one()
    if team.closed_at:
        raise NotFound("This team was closed. Ask whoever invited you.")
    return team


def admit(db: Session, by: Viewer, account: Account, team: Team, invitation: Invitation, *, now: datetime) -> str:
    """Let the proven owner of the invited mailbox into the team; returns its public id.

    Both rows are locked. Who is in it already stays as they are.
    """
    inviting.mark_accepted(db, invitation, account, by, now=now)
    if not _is_in(db, team, account.email_key):
        customer = add_to_team(db, team, account, TeamRole(invitation.role), now=now)
        _record(db, by, "team.joined", team, now=now, customer_id=customer.id, account_id=account.id, role=invitation.role)
    return team.public_id


def change_role(db: Session, by: Viewer, team: str, member: int, role: str, *, now: datetime) -> None:
    """Make a member an admin, or an admin a member. Raises NotFound, NotAllowed, LastAdmin, InvalidInput."""
    found = _led(db, by, team)
    one = _member(db, found, member)
    if role not in set(TeamRole):
        raise InvalidInput("role", "Choose one of the roles.")
    if one.role == role:
        return
    if role == TeamRole.MEMBER:
        _keep_an_admin(db, found, one)
    one.role = TeamRole(role)
    _record(db, by, "team.role_changed", found, now=now, account_id=one.account_id, role=role)


def remove_member(db: Session, by: Viewer, team: str, member: int, *, now: datetime) -> None:
    """Their access to the team's orders ends now, in every open tab. Raises NotFound, NotAllowed, LastAdmin."""
    found = _led(db, by, team)
    one = _member(db, found, member)
    _keep_an_admin(db, found, one)
    _part(db, by, "team.member_removed", found, one, now=now)


def leave_team(db: Session, by: Viewer, team: str, *, now: datetime) -> None:
    """What was ordered in the team stays with it. Raises NotFound, LastAdmin."""
    found = _own_team(db, by, team)
    one = db.exec(_now_in(found).where(TeamMember.account_id == by.account_id)).one()
    _keep_an_admin(db, found, one)
    _part(db, by, "team.left", found, one, now=now)


def close_team(db: Session, by: Viewer, team: str, *, now: datetime) -> None:
    """End the team. What its members ordered in it becomes their own again; open invitations are taken back.

    The orders of those who left before stay with the closed team, where only the studio sees them.
    Raises NotFound, NotAllowed.
    """
    found = _led(db, by, team)
    members = db.exec(_now_in(found)).all()
    accounts = [member.account_id for member in members]
    for member in members:
        member.left_at = now
    found.closed_at = now
    theirs = (Customer.team_id == found.id) & col(Customer.account_id).in_(accounts)
    db.execute(update(Customer).where(theirs).values(team_id=None))
    waiting = (Invitation.team_id == found.id) & Invitation.accepted_at.is_(None) & Invitation.revoked_at.is_(None)
    db.execute(update(Invitation).where(waiting).values(revoked_at=now, token_hash=""))
    _record(db, by, "team.closed", found, now=now, account_ids=accounts)


def part_with_every_team(db: Session, by: Viewer, *, now: datetime) -> None:
    """Before an account is closed: leave each team, and close those where nobody else is.

    Raises LastAdmin while others would be left without an admin.
    """
    for team in db.exec(my_teams(by)).all():
        alone = _count(db, team) == 1
        (close_team if alone else leave_team)(db, by, team.public_id, now=now)


def add_to_team(db: Session, team: Team, account: Account, role: TeamRole, *, now: datetime) -> Customer:
    """Write a membership, with the record its person orders under; who comes back finds their earlier one."""
    db.add(TeamMember(studio_id=team.studio_id, team_id=team.id, account_id=account.id, role=role, joined_at=now))
    db.flush()
    mine = select(Customer).where(Customer.account_id == account.id)
    known = db.exec(mine.where(Customer.team_id.is_(None)).order_by(Customer.id)).first()
    kept = db.exec(mine.where(Customer.team_id == team.id)).first()
    if kept is None:
        kept = open_customer(db, account, known.phone if known else "", known.company if known else "", team_id=team.id, now=now)
    kept.name, kept.email, kept.email_key = account.name, account.email, account.email_key
    kept.copy_to = known.copy_to if known else ""
    return kept


def _part(db: Session, by: Viewer, kind: str, team: Team, member: TeamMember, *, now: datetime) -> None:
    """End a membership. Whom its person had copied on mails hears no more of the team either.

    The fact names every address that got secret links to the team's listings: they are closed in reaction to it.
    """
    member.left_at = now
    record_of = select(Customer).where(Customer.team_id == team.id, Customer.account_id == member.account_id)
    customer = db.exec(record_of).one()
    addresses, customer.copy_to = [customer.email, *customer.copy_to.split()], ""
    about = {"account_id": member.account_id, "addresses": addresses}
    _record(db, by, kind, team, now=now, customer_id=customer.id, **about)


def _own_team(db: Session, by: Viewer, team: str) -> Team:
    """A team the viewer is in, locked. Raises NotFound."""
    if not by.is_themselves:
        raise NotAllowed(OWN_EYES)
    found = db.exec(my_teams(by).where(Team.public_id == team).with_for_update()).first()
    if found is None:
        raise NotFound
    # Whoever waited for the row may have been removed meanwhile: looked at again now that nothing can change.
    if db.exec(_now_in(found).where(TeamMember.account_id == by.account_id)).first() is None:
        raise NotFound
    return found


def _led(db: Session, by: Viewer, team: str) -> Team:
    """A team the viewer is an admin of, locked. Raises NotFound, NotAllowed for a member."""
    found = _own_team(db, by, team)
    mine = _now_in(found).where(TeamMember.account_id == by.account_id, TeamMember.role == TeamRole.ADMIN)
    if db.exec(mine).first() is None:
        raise NotAllowed("Only an admin of the team may do this. Ask one of them.")
    return found


def _now_in(team: Team):
    return (
        select(TeamMember)
        .where(TeamMember.team_id == team.id, TeamMember.left_at.is_(None))
        .execution_options(populate_existing=True)
    )


def _count(db: Session, team: Team) -> int:
    return len(db.exec(_now_in(team)).all())


def _is_in(db: Session, team: Team, key: str) -> bool:
    same = _now_in(team).join(Account, col(Account.id) == col(TeamMember.account_id)).where(Account.email_key == key)
    return db.exec(same).first() is not None


def _member(db: Session, team: Team, member: int) -> TeamMember:
    found = db.exec(_now_in(team).where(TeamMember.id == member)).first()
    if found is None:
        raise NotFound("This person is not in the team anymore. Look at the list again.")
    return found


def _keep_an_admin(db: Session, team: Team, going: TeamMember) -> None:
    others = _now_in(team).where(TeamMember.role == TeamRole.ADMIN, TeamMember.id != going.id)
    if going.role == TeamRole.ADMIN and db.exec(others).first() is None:
        raise LastAdmin


def _proven_account(db: Session, by: Viewer) -> Account:
    """The viewer's own account, whose mailbox is proven. Raises NotAllowed."""
    if not by.is_customer:
        raise NotAllowed("Teams are for customers. Sign in with a customer account.")
    if not by.is_themselves:
        raise NotAllowed(OWN_EYES)
    account = own_account(db, by)
    if account.verified_at is None:
        raise NotAllowed(FIRST_PROVE)
    return account


def _fitting_name(name: str) -> str:
    words = " ".join(name.split())
    if not 2 <= len(words) <= 80:
        raise InvalidInput("name", "Give the team a name of 2 to 80 letters, for example the name of your office.")
    return words


def _record(db: Session, by: Viewer, kind: str, team: Team, *, now: datetime, customer_id: int | None = None, **details) -> None:
    db.flush()
    about = {"team_id": team.id, "team": team.public_id, "team_name": team.name, **details}
    record(db, by, kind, now=now, customer_id=customer_id, details=about)
