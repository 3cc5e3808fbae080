"""Whose listings are, in words, for customers who see more than their own."""

from __future__ import annotations

from sqlmodel import Session, col
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.core.viewer import Viewer
from portal_app.domain.customers.models import Customer, Team
from portal_app.domain.customers.queries import whose
from portal_app.domain.listings.models import Listing


def with_whose(db: Session, by: Viewer, found: SelectOfScalar[Listing]) -> list[tuple[Listing, str]]:
    """These listings, each with the words for whose it is, in one statement; only customers read them."""
    rows = db.execute(
        found.join(Customer, col(Customer.id) == col(Listing.customer_id))
        .outerjoin(Team, col(Team.id) == col(Customer.team_id))
        .add_columns(Customer.account_id, Customer.name, Team.name)
    )
    return [(listing, whose(by, account_id, name, team) if by.is_customer else "") for listing, account_id, name, team in rows]
