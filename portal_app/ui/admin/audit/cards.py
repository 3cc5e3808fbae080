"""One line of the audit log, ready to read."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.core.clock import clock_words, local
from portal_app.core.viewer import Role
from portal_app.domain.activity.queries import AuditRow
from portal_app.domain.orders.mentions import Mentions
from portal_app.ui.admin.audit.sentences import sentence_of

ROLES = {Role.SYSTEM: "Foyer", Role.LINK: "Somebody with a secret link"}


@dataclass(frozen=True)
class AuditCard:
    """When, who (and through whose eyes), what, and where it leads."""

    id: int
    day: str
    time: str
    who: str
    behind: str
    role: str
    what: str
    order: str = ""
    order_href: str = ""
    listing: str = ""
    listing_href: str = ""
    customer: str = ""


def audit_card(row: AuditRow, names: Mentions, zone: str) -> AuditCard:
    """The fact in words, in the studio's zone."""
    there = local(row.at, zone)
    order = names.orders.get(row.order_id or 0)
    listing = names.listings.get(row.listing_id or 0)
    return AuditCard(
        id=row.id,
        day=f"{there:%a} {there.day} {there:%b} {there.year}",
        time=clock_words(row.at, zone),
        who=row.behind or row.actor or ROLES.get(Role(row.actor_role), "Somebody"),
        behind=row.actor if row.behind else "",
        role="" if row.behind else row.actor_role.capitalize() if row.actor and row.actor_role != Role.SYSTEM else "",
        what=sentence_of(row.kind, row.details),
        order=f"Order {order}" if order else "",
        order_href=f"/admin/orders/{order}" if order else "",
        listing=listing[1] if listing else "",
        listing_href=f"/listings/{listing[0]}" if listing else "",
        customer=names.customers.get(row.customer_id or 0, ""),
    )
