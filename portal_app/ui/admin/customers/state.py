"""The studio's customers."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.core.clock import day_words
from portal_app.core.viewer import Permission
from portal_app.domain.customers.queries import CustomerRow, customer_rows
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.order_cards import initials
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of


@dataclass(frozen=True)
class CustomerCard:
    """One row: who, how to reach them, since when."""

    id: int
    name: str
    email: str
    phone: str
    initials: str
    since: str
    caption: str
    has_account: bool = False
    teams: str = ""


class CustomersState(Base):
    """Everybody who ordered or signed up, newest first."""

    rows: list[CustomerCard] = []
    refusal: str = ""
    loaded: bool = False

    @staff(Permission.SEE_CUSTOMERS)
    async def load(self) -> None:
        """Read the list afresh, and show why looking as somebody was refused, if it was."""
        self.refusal = self._flash("view-as").sentence
        zone = self.studio.zone
        self.rows = [
            CustomerCard(
                id=row.id,
                name=row.name,
                email=row.email,
                phone=row.phone,
                initials=initials(row.name),
                since=day_words(row.created_at, zone)[4:],
                caption=_standing(row),
                has_account=row.has_account,
                teams=", ".join(row.teams),
            )
            for row in await ask(customer_rows, viewer_of(self))
        ]
        self.loaded = True


def _standing(row: CustomerRow) -> str:
    if not row.has_account:
        return "Guest, no account yet"
    return "Signed up" if row.is_verified else "Signed up, mailbox not proven yet"
