"""Carl's order, and those who pay it with him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.billing import dividing
from portal_app.domain.billing.agreeing import TypedPayer
from portal_app.domain.billing.gateway import PaymentGateway
from portal_app.domain.billing.models import LedgerEntry, Share
from portal_app.domain.billing.shares import Payer, SplitCard, split_of
from tests.conftest import NOW, Cast
from tests.integration.payments.office import SEAL

ANA, BO = "ana@coagent.example", "bo@seller.example"


def percents(*several: str) -> list[TypedPayer]:
    """Carl's percentage first, then Ana's and Bo's."""
    return payers("percent", *several)


def payers(measure: str, *several: str) -> list[TypedPayer]:
    people = [("", ""), ("Ana Reyes", ANA), ("Bo Lind", BO)]
    return [TypedPayer(measure, value, name, email) for (name, email), value in zip(people, several, strict=False)]


@dataclass
class Parted:
    """An order of Carl's, split and paid."""

    database: Database
    cast: Cast
    order_id: int
    number: int
    gateway: PaymentGateway | None = None

    def do(self, verb: Any, by: Viewer, *args: Any, **more: Any) -> Any:
        with self.database.unit_of_work() as db:
            return verb(db, by, self.number, *args, now=NOW, **more)

    def split(self, typed: list[TypedPayer], by: Viewer | None = None, unlock: str = "all") -> None:
        self.leave(dividing.split_order, by or self.cast.carl, typed, unlock, SEAL)

    def undo(self, by: Viewer | None = None) -> None:
        self.leave(dividing.undo_split, by or self.cast.carl)

    def leave(self, verb: Any, by: Viewer, *args: Any, **more: Any) -> Any:
        """A verb that may ask the payment service."""
        now = more.pop("now", NOW)
        return verb(self.database.unit_of_work, lambda *_: self.gateway, by, self.number, *args, now=now, **more)

    def card(self, by: Viewer | None = None) -> SplitCard:
        with self.database.reading() as db:
            return split_of(db, by or self.cast.carl, self.number)

    @property
    def payers(self) -> tuple[Payer, ...]:
        return self.card().payers

    @property
    def due(self) -> list[int]:
        return [one.owes.due for one in self.payers]

    def again(self) -> list[TypedPayer]:
        """What the dialog would send when nothing is changed: percentages."""
        return [
            TypedPayer("percent", str((one.measure.basis_points or 0) / 100), one.name, one.email, one.public_id, one.is_main)
            for one in self.payers
        ]

    def money(self, place: int | None, cents: int, kind: str = "payment", about: int | None = None) -> int:
        """An entry of the ledger: of one payer, or of nobody in particular."""
        share = self.payers[place].id if place is not None else None
        with self.database.unit_of_work() as db:
            entry = LedgerEntry(
                studio_id=self.cast.harbor, order_id=self.order_id, share_id=share, about_id=about, kind=kind, mode="test",
                source_id=new_public_id(), currency="USD", amount_cents=cents, at=NOW,
            )  # fmt: skip
            db.add(entry)
            db.flush()
            return entry.id or 0

    def share(self, place: int) -> Share:
        with self.database.reading() as db:
            found = db.get_one(Share, self.payers[place].id)
            db.expunge(found)
            return found

    def token(self, place: int) -> str:
        return dividing.path_of(self.share(place), SEAL).removeprefix("/pay/")
