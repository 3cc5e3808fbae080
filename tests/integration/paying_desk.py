"""A studio that wants half of its money at booking, and a payment service in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import select

from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.billing import service
from portal_app.domain.billing.amounts import Part
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.models import PaymentAttempt
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.scheduling.models import BookingPolicy, CrewMember, WeeklyHours
from tests.conftest import Cast
from tests.integration.memory_gateway import MemoryGateway

BASE = "http://localhost:3000"


@dataclass
class Desk:
    """A studio whose photographer works every day, and its till."""

    database: Database
    cast: Cast
    gateway: MemoryGateway = field(default_factory=MemoryGateway)

    def open(self, basis_points: int = 5000, **rules: object) -> None:
        here = {"studio_id": self.cast.harbor, "member_id": self.cast.pia.member_id}
        with self.database.unit_of_work() as db:
            db.add(BookingPolicy(studio_id=self.cast.harbor, pay_basis_points=basis_points, **rules))
            db.add(CrewMember(**here))
            db.add_all(WeeklyHours(weekday=day, starts_minute=480, ends_minute=1080, **here) for day in range(7))

    def book(self, by: Viewer, key: str, wall: datetime, *, now: datetime, **changes: object) -> int:
        request = OrderRequest(
            request_key=key, street="1 Pine Street", town="Carmel", area="2940", services=(self.cast.photos,), starts_at=wall,
            **changes,
        )  # fmt: skip
        with self.database.unit_of_work() as db:
            return place_order(db, by, request, now=now)

    def start(self, by: Viewer, number: int, *, now: datetime, return_to: str = "/orders") -> str:
        """The page to pay on, by its session's name."""
        url = service.start_checkout(
            self.database.unit_of_work, self.gateway, by, [Part(BillName(order=number))], base_url=BASE, return_to=return_to, now=now
        )  # fmt: skip
        return url.removeprefix("/pay/")

    def settle(self, session: str, *, now: datetime) -> None:
        """A webhook arrives, or the payer comes back."""
        with self.database.reading() as db:
            attempt = db.exec(select(PaymentAttempt.public_id).where(PaymentAttempt.session_id == session)).one()
        service.reconcile(self.database.unit_of_work, self.gateway, attempt, now=now)

    def sweep(self, *, now: datetime) -> None:
        service.sweep_open_attempts(self.database.unit_of_work, lambda *_: self.gateway, now=now)

    def order(self, number: int) -> Order:
        with self.database.reading() as db:
            found = db.exec(select(Order).where(Order.number == number)).one()
            db.expunge_all()
            return found
