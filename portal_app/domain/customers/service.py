"""Customer records."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.viewer import Viewer
from portal_app.domain.customers.models import Customer


def customer_for(db: Session, by: Viewer, *, now: datetime) -> Customer:
    """The viewer's own record, opened at their first order when there is none yet."""
    own = select(Customer).where(Customer.studio_id == by.studio_id, Customer.account_id == by.account_id)
    found = db.exec(own.order_by(Customer.id)).first()
    if found:
        return found
    made = Customer(
        studio_id=by.studio_id,
        account_id=by.account_id,
        name=by.name,
        email=by.email,
        email_key=by.email.casefold(),
        created_at=now,
    )
    db.add(made)
    db.flush()
    return made
