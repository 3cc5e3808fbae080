"""A running stand-in, a studio with keys at it, and an order to pay."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
import uvicorn
from sqlmodel import select

from portal_app import entrance, wiring
from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.stripe_gateway import StripeGateway
from portal_app.adapters.stripe_keys import open_gateway, seal_keys
from portal_app.core.clock import utc_now
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.demo.stripe.accounts import StandInAccount, new_account, read_accounts, write_accounts
from portal_app.domain.billing import keys, queries, service
from portal_app.domain.billing.amounts import Part
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.gateway import CheckoutRequest
from portal_app.domain.billing.models import AttemptStatus, LedgerEntry, PaymentAttempt, WebhookEvent
from portal_app.domain.orders.models import Order
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.office import Office

KEY = b"k" * 32
BASE = "http://localhost:3000"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class RunningStandIn:
    """The stand-in as a test sees it."""

    base: str
    folder: Path
    process: subprocess.Popen[bytes]
    app_base: str

    def __getattr__(self, name: str):
        return lambda **wanted: self.control(name.removesuffix("_"), **wanted)

    def control(self, name: str, **wanted: Any) -> Any:
        """One control; a refusal comes back as its error."""
        request = urllib.request.Request(f"{self.base}/_controls/{name}", json.dumps(wanted).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def open_account(self, name: str, webhook: str) -> StandInAccount:
        path = self.folder / "accounts.json"
        account = new_account(name, webhook)
        write_accounts(path, [*read_accounts(path), account])
        return account


def start(folder: Path, app_port: int) -> RunningStandIn:
    port, app = free_port(), f"http://127.0.0.1:{app_port}"
    process = subprocess.Popen(
        [
            sys.executable, "-m", "portal_app.demo.stripe", "--port", str(port), "--controls", "--folder", str(folder),
            "--app", app, "--parent", str(os.getpid()),
        ],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    base, ends = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=1).close()
            return RunningStandIn(base, folder, process, app)
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the stand-in did not start")


@pytest.fixture(scope="session")
def app_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def shared_stand_in(tmp_path_factory: pytest.TempPathFactory, app_port: int) -> Iterator[RunningStandIn]:
    running = start(tmp_path_factory.mktemp("stripe"), app_port)
    yield running
    running.process.terminate()
    running.process.wait(10)


@pytest.fixture
def stand_in(shared_stand_in: RunningStandIn) -> RunningStandIn:
    """The shared stand-in; each test's studios have their own accounts there. Webhooks are off until asked for, and what an
    earlier test wanted to go wrong and did not is forgotten."""
    shared_stand_in.queue(mode="never")
    shared_stand_in.mend()
    return shared_stand_in


@pytest.fixture
def own_stand_in(tmp_path: Path, app_port: int) -> Iterator[RunningStandIn]:
    """One for a test that moves its clock."""
    running = start(tmp_path / "stripe", app_port)
    yield running
    running.process.terminate()
    running.process.wait(10)


@pytest.fixture
def gateway(stand_in: RunningStandIn) -> StripeGateway:
    """A studio's own, at the stand-in, without any database."""
    account = stand_in.open_account("Harbor Light", "")
    return StripeGateway(account.key, account.webhook_secret, api_base=stand_in.base)


@pytest.fixture
def client(gateway: StripeGateway) -> stripe.StripeClient:
    """Stripe's library with the same keys."""
    return gateway._client


def page_request(**changes: Any) -> CheckoutRequest:
    """A sound payment page, with a key of its own."""
    key = os.urandom(6).hex()
    made = CheckoutRequest(
        attempt=key,
        studio="harbor",
        idempotency_key=key,
        amount_cents=47757,
        currency="USD",
        description="Order 1001",
        payer_email="carl@coastline.example",
        success_url="http://localhost:3000/pay/return/x?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="http://localhost:3000/pay/return/x",
        expires_at=utc_now() + timedelta(hours=3),
    )
    return replace(made, **changes)


def part(bill: int | str, cents: int | None = None, tip: int = 0) -> Part:
    """An order by its number or an invoice by its public id, all or some of it."""
    return Part(BillName(order=bill) if isinstance(bill, int) else BillName(invoice=bill), cents, tip)


@dataclass
class Till:
    """A studio's keys at the stand-in, and everything a payment test asks for."""

    database: Database
    stand_in: RunningStandIn
    studio_id: int
    account: StandInAccount
    gateway: StripeGateway
    endpoint: str
    order: Order | None = None

    def pay(
        self, by: Viewer, *bills: int | str | Part, now: datetime | None = None, return_to: str = "/orders/1001", **how: Any
    ) -> str:
        """Press Pay for orders by their numbers, invoices by their public ids, or parts of them; without any, for 1001."""
        parts = [bill if isinstance(bill, Part) else part(bill) for bill in bills or (1001,)]
        return service.start_checkout(
            self.database.unit_of_work, self.gateway, by, parts, base_url=BASE, return_to=return_to, now=now or utc_now(), **how
        )

    def reconcile(self, attempt: str, **more: Any) -> AttemptStatus:
        return service.reconcile(self.database.unit_of_work, self.gateway, attempt, now=more.pop("now", utc_now()), **more)

    def sweep(self, *, now: datetime) -> int:
        return service.sweep_open_attempts(self.database.unit_of_work, lambda *_: self.gateway, now=now)

    def rows(self, table: type) -> list[Any]:
        with self.database.reading() as db:
            rows = list(db.exec(select(table).where(table.studio_id == self.studio_id).order_by(table.id)).all())
            db.expunge_all()
            return rows

    @property
    def attempts(self) -> list[PaymentAttempt]:
        return self.rows(PaymentAttempt)

    @property
    def ledger(self) -> list[tuple[str, int]]:
        return [(entry.kind, entry.amount_cents) for entry in self.rows(LedgerEntry)]

    @property
    def events(self) -> list[WebhookEvent]:
        return self.rows(WebhookEvent)

    def facts(self, kind: str) -> list[dict[str, Any]]:
        from portal_app.domain.activity.models import Fact

        return [fact.details for fact in self.rows(Fact) if fact.kind == kind]

    def due(self, order_id: int | None = None) -> int:
        with self.database.reading() as db:
            wanted = order_id or self.order.id
            return queries.due(db, [wanted])[wanted]

    def requests(self, method: str = "POST", path: str = "/v1/checkout/sessions") -> list[dict[str, Any]]:
        """What this studio's keys asked of the stand-in."""
        from portal_app.demo.stripe.accounts import account_of

        log = self.stand_in.log(kinds=[])["requests"]
        mine = account_of(self.account.key)
        return [each for each in log if (each["account"], each["method"], each["path"]) == (mine, method, path)]

    def sessions(self) -> list[Any]:
        return [self.gateway.checkout(each.id) for each in self.gateway._client.v1.checkout.sessions.list({"limit": 100}).data]

    def stored_events(self) -> list[Any]:
        return list(self.gateway._client.v1.events.list({"limit": 100}).data)

    def event_of(self, kind: str = "checkout.session.completed") -> str:
        return next(event.id for event in self.stored_events() if event.type == kind)


def open_till(database: Database, stand_in: RunningStandIn, studio_id: int, name: str) -> Till:
    endpoint = f"endpoint-{os.urandom(8).hex()}"
    account = stand_in.open_account(name, f"/webhooks/stripe/{endpoint}")
    box = SecretBox(KEY)
    key, secret = seal_keys(box, studio_id, "test", account.key, account.webhook_secret)
    with database.unit_of_work() as db:
        keys.connect_stripe(db, studio_id, "test", endpoint_token=endpoint, secret_key_box=key, webhook_secret_box=secret)
    with database.reading() as db:
        sealed = keys.keys_of_studio(db, studio_id)
    return Till(database, stand_in, studio_id, account, open_gateway(sealed, box, stand_in.base), endpoint)


@pytest.fixture
def till(database: Database, cast: Cast, stand_in: RunningStandIn) -> Till:
    """Harbor Light with a completed order of Carl's, 477.57 due."""
    opened = open_till(database, stand_in, cast.harbor, "Harbor Light")
    opened.order = make_order(database, cast.harbor, cast.carl_customer, now=utc_now())
    return opened


def in_parallel(acts: list) -> list[Any]:
    """All at the same moment; results or exceptions in order."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int) -> None:
        gate.wait()
        try:
            results[index] = acts[index]()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def office(database: Database, cast: Cast) -> Office:
    """Where invoices are written."""
    return Office(database, cast)


@pytest.fixture(scope="session")
def web_server(app_port: int) -> Iterator[str]:
    """The app's HTTP routes on a real socket, for whatever wiring is current."""
    config = uvicorn.Config(make_api(), host="127.0.0.1", port=app_port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the web server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{app_port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def app(till: Till, web_server: str, tmp_path) -> Iterator[str]:
    """The app of this test's database."""
    settings = read_settings(
        {
            "PORTAL_ENV": "development",
            "PORTAL_DATA_DIR": str(tmp_path / "files"),
            "PORTAL_SECRET_KEY": base64.urlsafe_b64encode(KEY).decode(),
            "PORTAL_STRIPE_API_BASE": till.stand_in.base,
        }
    )
    threads = ThreadPoolExecutor(4)
    wiring.use(wiring.Wiring(settings, till.database, None, None, None, threads))  # type: ignore[arg-type]
    entrance.forget_studios()
    yield web_server
    threads.shutdown()
    wiring.use(None)
