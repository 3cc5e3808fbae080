"""One payer's part of an order behind their own link: for what, how much, and the way to pay it."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.core.errors import NotFound
from portal_app.core.money import money_words
from portal_app.core.viewer import Role
from portal_app.domain.billing.shares import HeldShare, held_share
from portal_app.domain.orders.models import OrderStatus
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, acting


@dataclass(frozen=True)
class ShareCard:
    """A payer's part in words. `due` is empty when there is nothing to pay; `lead` says how it stands."""

    id: str = ""
    number: int = 0
    street: str = ""
    town: str = ""
    name: str = ""
    ordered_by: str = ""
    part: str = ""
    paid: str = ""
    due: str = ""
    lead: str = ""
    is_over: bool = False
    is_on_its_way: bool = False


UNKNOWN = (
    "This link opens nothing. A newer one may have replaced it: use the newest mail, or ask whoever shares the price with you."
)


class PayersPage(Base):
    """The share whose secret stands in the address."""

    share: ShareCard = ShareCard()
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the share."""
        return f"Your part of order {self.share.number}" if self.share.number else "Your part"

    @public
    async def load(self) -> None:
        """Read it afresh; also called when something changed."""
        by = acting()
        self.loaded = True
        if by is None or by.role is not Role.LINK or by.share_id is None:
            self.share = ShareCard(lead=UNKNOWN)
            return
        try:
            self.share = share_card(await ask(held_share, by), self.studio.name)
        except NotFound:
            self.share = ShareCard(lead=UNKNOWN)


def share_card(held: HeldShare, studio: str) -> ShareCard:
    """What the page says."""

    def words(cents: int) -> str:
        return money_words(cents, held.currency) if cents else ""

    is_payable = not held.has_ended and held.owes.due > 0
    return ShareCard(
        id=held.public_id,
        number=held.order_number,
        street=held.street,
        town=held.town,
        name=held.name,
        ordered_by=held.ordered_by,
        part=money_words(held.owes.part, held.currency),
        paid=words(held.owes.paid),
        due=words(held.owes.due) if is_payable else "",
        lead=_lead(held, studio, words(held.owes.paid)),
        is_over=held.has_ended or held.status == OrderStatus.CANCELED,
        is_on_its_way=held.is_on_its_way,
    )


def _lead(held: HeldShare, studio: str, paid: str) -> str:
    if held.has_ended:
        return f"The price is no longer shared like this. Nothing is to pay with this link; ask {held.ordered_by} for a new one."
    if held.owes.due:
        return "Due now. You need no account."
    if held.status == OrderStatus.CANCELED:
        return (
            f"The order is canceled. {studio} settles the {paid} you paid." if paid else "The order is canceled. Nothing is due."
        )
    if held.status == OrderStatus.PENDING:
        return f"Nothing is due until {studio} accepts the order."
    return "Paid. Nothing more is due from you." if paid else "Nothing is due from you: others paid for you."
