"""Who may see which customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.customers.models import Customer, TeamMember, TeamRole
from portal_app.domain.identity.models import Account


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of the studio's customer list."""

    id: int
    name: str
    email: str
    phone: str
    company: str
    created_at: datetime
    has_account: bool
    is_verified: bool


def visible(by: Viewer) -> SelectOfScalar[Customer]:
    """Staff see the studio's customers, a customer their own records and those of teams they lead, anybody else none."""
    here = select(Customer).where(Customer.studio_id == by.studio_id)
    if by.may(Permission.SEE_CUSTOMERS):
        return here
    return here.where(_is_theirs(by))


def own_ids(by: Viewer) -> SelectOfScalar[int | None]:
    """The ids of the records a customer may see, as a subselect: what decides which orders and listings they see."""
    return select(Customer.id).where(Customer.studio_id == by.studio_id, _is_theirs(by))


def _is_theirs(by: Viewer) -> ColumnElement[bool]:
    """Their own records; those in a team only while they are in it; every record of a team they are an admin of."""
    if not by.is_customer or by.account_id is None:
        return false()
    teams = select(TeamMember.team_id).where(TeamMember.account_id == by.account_id, TeamMember.left_at.is_(None))
    own = (Customer.account_id == by.account_id) & (Customer.team_id.is_(None) | Customer.team_id.in_(teams))
    return own | Customer.team_id.in_(teams.where(TeamMember.role == TeamRole.ADMIN))


def customer_rows(db: Session, by: Viewer, *, search: str = "", limit: int = 200) -> list[CustomerRow]:
    """The newest customers first; `search` looks into name, email and company."""
    found = visible(by).outerjoin(Account, Account.id == Customer.account_id).add_columns(Account.verified_at)
    if search.strip():
        words = f"%{search.strip().lower()}%"
        found = found.where(or_(*(func.lower(c).like(words) for c in (Customer.name, Customer.email, Customer.company))))
    rows = db.execute(found.order_by(Customer.created_at.desc(), Customer.id.desc()).limit(limit))
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
        )
        for row, verified_at in rows
    ]
