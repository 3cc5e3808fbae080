"""A payment service in memory, and a studio that wants half of it at booking."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import select

from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.billing import service
from portal_app.domain.billing.gateway import Checkout, CheckoutIsComplete, CheckoutRequest, Event
from portal_app.domain.billing.models import PaymentAttempt
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.scheduling.models import BookingPolicy, CrewMember, WeeklyHours
from tests.conftest import Cast

BASE = "http://localhost:3000"


@dataclass
class MemoryGateway:
    """What a payment service keeps: the same request is the same page, and a page is paid or expired once."""

    is_live: bool = False
    pages: dict[str, Checkout] = field(default_factory=dict)

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        name = f"cs_{request.idempotency_key}"
        new = Checkout(
            name, f"/pay/{name}", "open", "unpaid", request.amount_cents, request.currency, request.attempt, None, False
        )
        return self.pages.setdefault(name, new)

    def checkout(self, session_id: str) -> Checkout:
        return self.pages[session_id]

    def expire_checkout(self, session_id: str) -> Checkout:
        if self.pages[session_id].status == "complete":
            raise CheckoutIsComplete
        return self._now(session_id, status="expired")

    def read_event(self, body: bytes, signature: str) -> Event:
        raise NotImplementedError

    def pay(self, session_id: str) -> bool:
        """Somebody pays on the page, if it is still open."""
        if self.pages[session_id].status != "open":
            return False
        self._now(session_id, status="complete", payment_status="paid", payment_id=f"pi_{session_id}")
        return True

    @property
    def taken(self) -> int:
        """What this service has taken in, in minor units."""
        return sum(page.amount_cents for page in self.pages.values() if page.payment_status == "paid")

    def _now(self, session_id: str, **changes: object) -> Checkout:
        self.pages[session_id] = replace(self.pages[session_id], **changes)
        return self.pages[session_id]


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
            self.database.unit_of_work, self.gateway, by, number, base_url=BASE, return_to=return_to, now=now
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
