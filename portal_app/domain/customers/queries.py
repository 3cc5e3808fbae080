"""Who may see which customers, for whom they may order, and who is in which team."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.customers.models import Customer, Team, TeamMember, TeamRole
from portal_app.domain.identity.models import Account, Invitation

MINE = "mine"


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of the studio's customer list. `teams` are the names of those the person is in now."""

    id: int
    name: str
    email: str
    phone: str
    company: str
    created_at: datetime
    has_account: bool
    is_verified: bool
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordCard:
    """A record this person may order for: their own, their own in a team, or a member's of a team they lead.

    `team` is empty outside teams; `person` is empty for one's own. `copies` are the addresses its mails go to as well.
    """

    id: int
    team: str
    team_name: str
    person: str
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamCard:
    """One of the viewer's teams. `role` is the viewer's own in it."""

    public_id: str
    name: str
    role: str
    members: int


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One person in a team. `id` names the membership, for its admins' verbs."""

    id: int
    name: str
    email: str
    role: str
    joined_at: datetime
    is_me: bool


@dataclass(frozen=True, slots=True)
class InvitedCard:
    """An invitation that nobody has answered yet. `is_over` when its thirty days are."""

    public_id: str
    name: str
    email: str
    role: str
    team_name: str
    invited_by: str
    ends_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team as its members see it; only its admins see who is invited."""

    public_id: str
    name: str
    is_admin: bool
    members: tuple[MemberCard, ...]
    invited: tuple[InvitedCard, ...]


def visible(by: Viewer) -> SelectOfScalar[Customer]:
    """Staff see the studio's customers, a customer their own records and those of teams they lead, anybody else none."""
    here = select(Customer).where(Customer.studio_id == by.studio_id)
    if by.may(Permission.SEE_CUSTOMERS):
        return here
    return here.where(_is_theirs(by))


def own_ids(by: Viewer, team: str = "") -> SelectOfScalar[int | None]:
    """The ids of the records a customer may see, as a subselect: what decides which orders and listings they see.

    `team` narrows it: to one team by its public id, or with `MINE` to what belongs to no team.
    """
    found = select(Customer.id).where(Customer.studio_id == by.studio_id, _is_theirs(by))
    if not team:
        return found
    if team == MINE:
        return found.where(col(Customer.team_id).is_(None))
    return found.where(col(Customer.team_id).in_(select(Team.id).where(Team.public_id == team)))


def to_order_for(by: Viewer) -> SelectOfScalar[Customer]:
    """The visible records whose person could still order for themselves: nobody orders for somebody who left."""
    return visible(by).where(is_current())


def is_current() -> ColumnElement[bool]:
    """Whether a record is in no team, or its person is still in its team."""
    still = exists().where(
        TeamMember.team_id == Customer.team_id, TeamMember.account_id == Customer.account_id, col(TeamMember.left_at).is_(None)
    )
    return or_(col(Customer.team_id).is_(None), still)


def _is_theirs(by: Viewer) -> ColumnElement[bool]:
    """Their own records; those in a team only while they are in it; every record of a team they are an admin of."""
    if not by.is_customer or by.account_id is None:
        return false()
    teams = select(TeamMember.team_id).where(TeamMember.account_id == by.account_id, TeamMember.left_at.is_(None))
    own = (Customer.account_id == by.account_id) & (Customer.team_id.is_(None) | Customer.team_id.in_(teams))
    return own | Customer.team_id.in_(teams.where(TeamMember.role == TeamRole.ADMIN))


def whose(by: Viewer, account_id: int | None, name: str, team: str | None) -> str:
    """Whose a thing is, beside one's own: `Tess Abernathy, Coastline`; the team alone for one's own in it."""
    person = "" if account_id is not None and account_id == by.account_id else name
    return ", ".join(part for part in (person, team) if part)


def whose_are(db: Session, by: Viewer, customer_ids: Collection[int]) -> dict[int, str]:
    """The same for many records, in one statement; those that are simply one's own are left out."""
    found = db.execute(
        visible(by)
        .outerjoin(Team, col(Team.id) == col(Customer.team_id))
        .where(col(Customer.id).in_(set(customer_ids)))
        .with_only_columns(Customer.id, Customer.account_id, Customer.name, Team.name)
    )
    words = {customer_id: whose(by, account_id, name, team) for customer_id, account_id, name, team in found}
    return {customer_id: said for customer_id, said in words.items() if said}


def records(db: Session, by: Viewer) -> list[RecordCard]:
    """For whom this person may order: themselves first, then each of their teams, then the members of those they lead."""
    if not by.is_customer or by.account_id is None:
        return []
    found = db.execute(
        to_order_for(by).outerjoin(Team, col(Team.id) == col(Customer.team_id)).add_columns(Team.public_id, Team.name)
    ).all()
    cards = [(row, _record(by, row, team, team_name)) for row, team, team_name in found]
    mine = sorted(((row.email_key != by.email.lower(), row.id, card) for row, card in cards if row.team_id is None))
    in_teams = sorted(
        (card.team_name.lower(), card.person != "", card.person.lower(), card.id, card) for row, card in cards if row.team_id
    )
    return [card for *_, card in (*mine[:1], *in_teams)]


def _record(by: Viewer, row: Customer, team: str | None, team_name: str | None) -> RecordCard:
    person = "" if row.account_id == by.account_id else row.name
    return RecordCard(row.id, team or "", team_name or "", person, tuple(row.copy_to.split()))


def customer_rows(db: Session, by: Viewer, *, search: str = "", limit: int = 200) -> list[CustomerRow]:
    """The newest customers first, each person once; `search` looks into name, email and company."""
    found = visible(by).outerjoin(Account, Account.id == Customer.account_id).add_columns(Account.verified_at)
    found = found.where(col(Customer.team_id).is_(None))
    if search.strip():
        words = f"%{search.strip().lower()}%"
        found = found.where(or_(*(func.lower(c).like(words) for c in (Customer.name, Customer.email, Customer.company))))
    rows = db.execute(found.order_by(Customer.created_at.desc(), Customer.id.desc()).limit(limit)).all()
    teams = _team_names(db, by, [row.account_id for row, _ in rows if row.account_id])
    return [
        CustomerRow(
            id=row.id,
            name=row.name,
            email=row.email,
            phone=row.phone,
            company=row.company,
            created_at=row.created_at,
            has_account=row.account_id is not None,
            is_verified=verified_at is not None,
            teams=tuple(teams.get(row.account_id or 0, ())),
        )
        for row, verified_at in rows
    ]


def _team_names(db: Session, by: Viewer, account_ids: Collection[int]) -> dict[int, list[str]]:
    here = and_(Team.studio_id == by.studio_id, col(TeamMember.left_at).is_(None), col(TeamMember.account_id).in_(account_ids))
    found = select(TeamMember.account_id, Team.name).join(Team, col(Team.id) == col(TeamMember.team_id)).where(here)
    names: dict[int, list[str]] = {}
    for account_id, name in db.exec(found.order_by(func.lower(Team.name))):
        names.setdefault(account_id, []).append(name)
    return names


def my_teams(by: Viewer) -> SelectOfScalar[Team]:
    """The teams this customer is in now."""
    mine = select(TeamMember.team_id).where(TeamMember.account_id == (by.account_id or 0), col(TeamMember.left_at).is_(None))
    teams = select(Team).where(Team.studio_id == by.studio_id, col(Team.id).in_(mine))
    return teams if by.is_customer else teams.where(false())


def teams_of(db: Session, by: Viewer) -> list[TeamCard]:
    """The viewer's teams by name, in one statement."""
    own = select(TeamMember.role).where(
        TeamMember.team_id == Team.id, TeamMember.account_id == (by.account_id or 0), col(TeamMember.left_at).is_(None)
    )
    count = select(func.count()).where(TeamMember.team_id == Team.id, col(TeamMember.left_at).is_(None))
    found = my_teams(by).add_columns(own.correlate(Team).scalar_subquery(), count.correlate(Team).scalar_subquery())
    rows = db.execute(found.order_by(func.lower(Team.name), Team.id))
    return [TeamCard(team.public_id, team.name, role, members) for team, role, members in rows]


def team_page(db: Session, by: Viewer, team: str, *, now: datetime) -> TeamPage:
    """One of the viewer's teams, whole. Raises NotFound for any other."""
    found = db.exec(my_teams(by).where(Team.public_id == team)).first()
    if found is None:
        raise NotFound
    people = db.execute(
        select(TeamMember, Account.name, Account.email)
        .join(Account, col(Account.id) == col(TeamMember.account_id))
        .where(TeamMember.team_id == found.id, col(TeamMember.left_at).is_(None))
        .order_by(TeamMember.role, func.lower(Account.name), TeamMember.id)
    )
    members = tuple(
        MemberCard(row.id, name, email, row.role, row.joined_at, row.account_id == by.account_id) for row, name, email in people
    )
    is_admin = any(member.is_me and member.role == TeamRole.ADMIN for member in members)
    return TeamPage(found.public_id, found.name, is_admin, members, _invited(db, found, now=now) if is_admin else ())


def invited_to_teams(db: Session, by: Viewer, *, now: datetime) -> list[InvitedCard]:
    """The teams that wait for this person, who has proven the invited address."""
    found = db.execute(
        _unanswered()
        .join(Account, (col(Account.email_key) == Invitation.email_key) & (Account.studio_id == Invitation.studio_id))
        .where(Account.id == (by.account_id or 0), col(Account.verified_at).is_not(None), Invitation.ends_at > now)
        .order_by(Invitation.id)
    )
    return [_invited_card(row, team, name, now) for row, team, name in found] if by.is_customer else []


def _invited(db: Session, team: Team, *, now: datetime) -> tuple[InvitedCard, ...]:
    found = db.execute(_unanswered().where(Invitation.team_id == team.id).order_by(Invitation.id))
    return tuple(_invited_card(row, name, inviter, now) for row, name, inviter in found)


def _unanswered():
    inviter = select(Account.name).where(Account.id == Invitation.invited_by).correlate(Invitation).scalar_subquery()
    return (
        select(Invitation, Team.name, inviter)
        .join(Team, col(Team.id) == col(Invitation.team_id))
        .where(col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None), col(Team.closed_at).is_(None))
    )


def _invited_card(row: Invitation, team: str, inviter: str | None, now: datetime) -> InvitedCard:
    return InvitedCard(row.public_id, row.name, row.email, row.role, team, inviter or "", row.ends_at, is_over=row.ends_at <= now)
