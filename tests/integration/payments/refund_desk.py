"""A studio that gives money back, and what a test asks of it."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select, update

from portal_app import wiring
from portal_app.adapters.stripe_gateway import StripeGateway
from portal_app.adapters.stripe_reading import event_of
from portal_app.core.clock import utc_now
from portal_app.core.errors import Unavailable
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.models import Work
from portal_app.domain.billing import afterwards, refunding, service
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.gateway import RefundNow, RefundRequest
from portal_app.domain.billing.models import Dispute, LedgerEntry, Refund
from portal_app.domain.billing.owing import OwedBill, owed_bills
from portal_app.domain.billing.refunds import RefundableCard, refundable
from portal_app.jobs.worker import Worker
from portal_app.jobs.works import WORKS
from portal_app.settings import read_settings
from tests.conftest import Cast
from tests.integration.payments.conftest import KEY, Till


class Deaf:
    """A payment service whose answer to a refund never comes; whether it `works` nobody hears."""

    def __init__(self, real: StripeGateway, *, works: bool) -> None:
        self.real, self.works = real, works

    def create_refund(self, request: RefundRequest) -> RefundNow:
        if self.works:
            self.real.create_refund(request)
        raise Unavailable


class Desk:
    """Harbor Light's till, with people who may refund. Order 1001 is paid."""

    def __init__(self, till: Till, cast: Cast) -> None:
        self.till, self.cast, self.payment = till, cast, ""

    def paid(self, *numbers: int) -> str:
        """Carl pays what is due; the payment's id."""
        self.till.pay(self.cast.carl, *numbers or (1001,))
        attempt = self.till.attempts[-1]
        self.till.stand_in.buyer(session=attempt.session_id)
        self.till.reconcile(attempt.public_id)
        self.payment = self.entries[-1].source_id
        return self.payment

    def cards(self, by: Viewer | None = None, number: int = 1001) -> tuple[RefundableCard, ...]:
        with self.till.database.reading() as db:
            return refundable(db, by or self.cast.olive, BillName(order=number))

    def refund(self, cents: int, *, key: str = "once", entry: int = 0, now: datetime | None = None, **more: Any) -> str:
        return refunding.refund(
            self.till.database.unit_of_work, more.pop("gateway_for", lambda *_: self.till.gateway),
            more.pop("by", self.cast.olive), entry or self.cards()[0].entry_id, cents, more.pop("reason", "A photo was blurred"),
            key, now=now or utc_now(),
        )  # fmt: skip

    def send(self, name: str, *, now: datetime | None = None) -> str:
        return refunding.send_refund(self.till.database.unit_of_work, self.till.gateway, name, now=now or utc_now())

    def owed(self) -> list[OwedBill]:
        """What Carl reads on his payments page."""
        with self.till.database.reading() as db:
            return owed_bills(db, self.cast.carl)

    @property
    def entries(self) -> list[LedgerEntry]:
        return self.till.rows(LedgerEntry)

    @property
    def refunds(self) -> list[Refund]:
        return self.till.rows(Refund)

    @property
    def states(self) -> list[tuple[str, int]]:
        return [(row.status, row.amount_cents) for row in self.refunds]

    @property
    def disputes(self) -> list[Dispute]:
        return self.till.rows(Dispute)

    def made_there(self) -> list[tuple[str, int]]:
        """What the payment service has given back of this studio's payments."""
        mine = {entry.source_id for entry in self.entries}
        objects = self.till.stand_in.log(kinds=["refund"])["objects"]["refund"]
        return [(each["status"], each["amount"]) for each in objects if each["payment_intent"] in mine]

    def look(self, *, now: datetime | None = None) -> bool:
        """Ask what became of the payment."""
        unit_of_work = self.till.database.unit_of_work
        return afterwards.reconcile_payment(
            unit_of_work, self.till.gateway, self.till.studio_id, self.payment, now=now or utc_now()
        )

    def sweep(self, **after: float) -> int:
        """The sweep, so much later."""
        gateway_for = lambda *_: self.till.gateway  # noqa: E731
        return afterwards.sweep_payments(self.till.database.unit_of_work, gateway_for, now=utc_now() + timedelta(**after))

    def hear(self, names: list[str]) -> None:
        """These events come in, in this order, and the worker does at once what follows from each."""
        told = {event.id: event for event in self.till.stored_events()}
        for name in names:
            event, now = event_of(told[name].to_dict()), utc_now()
            service.receive_event(self.till.database.unit_of_work, self.till.studio_id, "test", event, b"{}", now=now)
            for kind, asked in self._work():
                if kind == "reconcile_payment":
                    self.payment = asked["payment_id"]
                    self.look()
                else:
                    self.till.reconcile(asked["attempt"], session_id=asked["session_id"])

    def _work(self) -> list[tuple[str, dict[str, Any]]]:
        kinds = ("reconcile_payment", "reconcile_attempt")
        with self.till.database.unit_of_work() as db:
            rows = db.exec(select(Work).where(Work.kind.in_(kinds), Work.state == "waiting").order_by(Work.id)).all()
            db.exec(update(Work).where(Work.id.in_([row.id for row in rows])).values(state="done"))
            return [(row.kind, row.payload) for row in rows]

    def work(self) -> None:
        """The worker does all that follows, but sends no mail."""
        environment = {
            "PORTAL_ENV": "development",
            "PORTAL_SECRET_KEY": base64.urlsafe_b64encode(KEY).decode(),
            "PORTAL_STRIPE_API_BASE": self.till.stand_in.base,
        }
        nothing: Any = None
        with ThreadPoolExecutor(1) as threads:
            made = wiring.Wiring(read_settings(environment), self.till.database, nothing, nothing, nothing, threads)
            Worker(made, {kind: work for kind, work in WORKS.items() if kind != "send_mail"}).run_until_idle()
