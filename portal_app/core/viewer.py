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
    GUEST = "guest"
    SYSTEM = "system"


class Permission(StrEnum):
    """One thing that staff may be allowed to do."""

    SEE_ORDERS = "see_orders"
    ACCEPT_ORDERS = "accept_orders"
    UPLOAD = "upload"
    DELIVER = "deliver"
    SEE_CUSTOMERS = "see_customers"
    SEE_MONEY = "see_money"
    REFUND = "refund"
    CHARGE = "charge"
    REPORTS = "reports"
    SETTINGS = "settings"
    VIEW_AS = "view_as"
    SEE_AUDIT = "see_audit"
    MANAGE_STAFF = "manage_staff"


STAFF = frozenset({Role.OWNER, Role.ADMIN, Role.PHOTOGRAPHER, Role.EDITOR})

MAY: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission) - {Permission.SETTINGS, Permission.MANAGE_STAFF},
    Role.PHOTOGRAPHER: frozenset({Permission.SEE_ORDERS, Permission.UPLOAD}),
    Role.EDITOR: frozenset({Permission.SEE_ORDERS, Permission.UPLOAD}),
    Role.CUSTOMER: frozenset(),
    Role.LINK: frozenset(),
    Role.GUEST: frozenset(),
    Role.SYSTEM: frozenset(Permission),
}

# What an owner may turn on or off for one member, beside the role. Managing staff is not among them: whoever could
# hand out permissions could hand themselves every other one.
SWITCHES = (
    Permission.SEE_MONEY,
    Permission.DELIVER,
    Permission.REFUND,
    Permission.CHARGE,
    Permission.REPORTS,
    Permission.SETTINGS,
    Permission.VIEW_AS,
)


def permissions_of(role: Role, granted: frozenset[Permission], withheld: frozenset[Permission]) -> frozenset[Permission]:
    """What a role may, with the switches of one member. Only staff have switches, and an owner keeps everything."""
    if role not in STAFF or role is Role.OWNER:
        return MAY[role]
    return (MAY[role] | (granted & frozenset(SWITCHES))) - (withheld & frozenset(SWITCHES))


def permissions_in(words: str | None) -> frozenset[Permission]:
    """The permissions a membership's column names, one per word."""
    return frozenset(Permission(word) for word in words.split()) if words else frozenset()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is acting now, at which studio. Only `identity` makes one from a cookie, `delivery` and `orders` from a
    secret link.

    A LINK viewer holds one secret link and sees nothing else: the listing of `listing_id`, the order of `order_id` (its
    status page), the invoice of `invoice_id` or the part of a split order of `share_id`, which it may pay. A GUEST books
    without signing in, and sees only what is for sale. What happens to the order of `about_order_id` may change what the
    holder of an invoice or a share sees; the order itself is not theirs to see.
    SYSTEM is the studio's own worker. `behind` is the member who looks through a customer's eyes: the viewer then is the
    customer, sees what the customer sees, and both names stand in every fact.
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
    order_id: int | None = None
    invoice_id: int | None = None
    share_id: int | None = None
    about_order_id: int | None = None
    is_verified: bool = False
    granted: frozenset[Permission] = frozenset()
    withheld: frozenset[Permission] = frozenset()
    behind: str = ""
    behind_account_id: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def is_customer(self) -> bool:
        return self.role is Role.CUSTOMER

    def may(self, permission: Permission) -> bool:
        """Whether the table above allows it."""
        return permission in self.permissions

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything the table above and the member's switches allow."""
        return permissions_of(self.role, self.granted, self.withheld)

    @property
    def sees_money(self) -> bool:
        """Whether amounts are theirs to know: a customer's own always, the studio's by its table and switches."""
        return not self.is_staff or self.may(Permission.SEE_MONEY)

    @property
    def is_themselves(self) -> bool:
        """Whether nobody else looks through these eyes: what proves or changes who somebody is, only they may do."""
        return self.behind_account_id is None


def guest_viewer(studio_id: int) -> Viewer:
    """Somebody who books without signing in."""
    return Viewer(studio_id=studio_id, role=Role.GUEST)


def system_viewer(studio_id: int) -> Viewer:
    """The studio's own worker, acting on a fact."""
    return Viewer(studio_id=studio_id, role=Role.SYSTEM, name="Foyer")
