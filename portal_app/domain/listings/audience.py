"""Whom a change concerns: the accounts behind listings, customer records and teams, for pages that are open."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, or_, select

from portal_app.domain.customers.models import Customer, TeamMember, TeamRole
from portal_app.domain.customers.queries import is_current
from portal_app.domain.listings.models import Listing


def accounts_concerned(
    db: Session, listing_ids: Collection[int], customer_ids: Collection[int], team_ids: Collection[int] = ()
) -> set[int]:
    """The accounts that see these listings and records now, with the admins of their teams, and everybody in these teams."""
    theirs = select(Listing.customer_id).where(col(Listing.id).in_(listing_ids))
    concerned = or_(col(Customer.id).in_(customer_ids), col(Customer.id).in_(theirs))
    people = select(Customer.account_id).where(concerned, col(Customer.account_id).is_not(None), is_current())
    led = col(TeamMember.team_id).in_(select(Customer.team_id).where(concerned)) & (TeamMember.role == TeamRole.ADMIN)
    in_team = or_(led, col(TeamMember.team_id).in_(team_ids))
    members = select(TeamMember.account_id).where(in_team, col(TeamMember.left_at).is_(None))
    return {account_id for account_id in (*db.exec(people), *db.exec(members)) if account_id}
