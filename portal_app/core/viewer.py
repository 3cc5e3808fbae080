"""Who is acting, and the table of who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a viewer is at one studio."""

    OWNER = "owner"
    ADMIN = "admin"
    PHOTOGRAPHER = "photographer"
    EDITOR = "editor"
    CUSTOMER = "customer"
    LINK = "link"
    SYSTEM = "system"


class Permission(StrEnum):
    """One thing that staff may be allowed to do."""

    SEE_ORDERS = "see_orders"
    ACCEPT_ORDERS = "accept_orders"
    UPLOAD = "upload"
    DELIVER = "deliver"
    SEE_CUSTOMERS = "see_customers"
    SEE_MONEY = "see_money"
    SETTINGS = "settings"


STAFF = frozenset({Role.OWNER, Role.ADMIN, Role.PHOTOGRAPHER, Role.EDITOR})

MAY: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission) - {Permission.SETTINGS},
    Role.PHOTOGRAPHER: frozenset({Permission.SEE_ORDERS, Permission.UPLOAD}),
    Role.EDITOR: frozenset({Permission.SEE_ORDERS, Permission.UPLOAD}),
    Role.CUSTOMER: frozenset(),
    Role.LINK: frozenset(),
    Role.SYSTEM: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is acting now, at which studio. Only `identity` makes one from a cookie, `delivery` from a secret link.

    A LINK viewer holds one listing's secret link: it sees `listing_id` and nothing else.
    SYSTEM is the studio's own worker.
    """

    studio_id: int
    role: Role
    name: str = ""
    email: str = ""
    account_id: int | None = None
    member_id: int | None = None
    session_id: int | None = None
    link_id: int | None = None
    listing_id: int | None = None
    is_verified: bool = False

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def is_customer(self) -> bool:
        return self.role is Role.CUSTOMER

    def may(self, permission: Permission) -> bool:
        """Whether the table above allows it."""
        return permission in MAY[self.role]


def system_viewer(studio_id: int) -> Viewer:
    """The studio's own worker, acting on a fact."""
    return Viewer(studio_id=studio_id, role=Role.SYSTEM, name="Foyer")
