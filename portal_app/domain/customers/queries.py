"""Which customer records belong to a viewer."""

from __future__ import annotations

from sqlmodel import select

from portal_app.core.viewer import Viewer
from portal_app.domain.customers.models import Customer


def own_ids(by: Viewer):
    """The ids of every record this account holds: its own, and guests' it claimed by proving the mailbox."""
    return select(Customer.id).where(Customer.studio_id == by.studio_id, Customer.account_id == by.account_id)
