"""Webhooks over real HTTP, and the way back: forged, mangled, repeated, out of turn."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.flash import ARRIVED, Flash, opened
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.billing.models import LedgerEntry, PaymentAttempt, WebhookEvent
from portal_app.domain.identity.models import SignInSession
from portal_app.jobs.worker import Worker
from portal_app.jobs.works import WORKS
from tests.conftest import Cast
from tests.integration.builders import make_order
from tests.integration.payments.conftest import Till, open_till

pytestmark = pytest.mark.proof("main-job-17")


@pytest.fixture
def paid(till: Till, cast: Cast, app: str) -> Till:
    """Carl has paid on the hosted page; no webhook was sent yet."""
    till.pay(cast.carl, return_to="/listings/abc")
    till.stand_in.buyer(session=till.attempts[0].session_id)
    return till


def everything(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return {table.__name__: len(db.exec(select(table)).all()) for table in (Fact, Work, WebhookEvent, LedgerEntry)}


def cookie_of(database: Database, viewer: Viewer) -> str:
    token, now = new_token(), utc_now()
    with database.unit_of_work() as db:
        db.add(
            SignInSession(
                studio_id=viewer.studio_id,
                account_id=viewer.account_id,
                token_hash=fingerprint(token),
                created_at=now,
                seen_at=now,
                ends_at=now + timedelta(days=1),
            )
        )
    return token


def come_back(app: str, attempt: PaymentAttempt, token: str = "", host: str = "localhost", query: str = "") -> httpx.Response:
    cookies = {"Cookie": f"foyer={token}"} if token else {}
    return httpx.get(f"{app}/pay/return/{attempt.public_id}{query}", headers={"Host": host} | cookies)


FORGERIES = {
    "another secret": ({"signature": "bad"}, 400),
    "no signature": ({"signature": "missing"}, 400),
    "a malformed signature": ({"signature": "malformed"}, 400),
    "only a v0 signature": ({"signature": "v0_only"}, 400),
    "a signature that is not ASCII": ({"signature": "non_ascii"}, 400),
    "a body changed after signing": ({"body": "tampered"}, 400),
    "a stamp ten minutes old": ({"offset": -600}, 400),
    "bad UTF-8, well signed": ({"body": "bad_utf8"}, 400),
    "half a JSON, well signed": ({"body": "not_json"}, 400),
    "a list, well signed": ({"body": "not_an_object"}, 400),
    "an event about nothing, well signed": ({"body": "no_object"}, 400),
    "nothing, well signed": ({"body": "empty"}, 400),
    "ten megabytes": ({"body": "huge"}, 413),
}


@pytest.mark.proof("payments-01")
def test_forged_and_mangled_webhooks_change_nothing(paid: Till) -> None:
    """Failure 17: forged, replayed, mangled."""
    before, event = everything(paid.database), paid.event_of()
    got = {name: paid.stand_in.forge(event=event, **how)["status"] for name, (how, _) in FORGERIES.items()}
    # A server that refuses ten megabytes may hang up while they are still being sent.
    assert got.pop("ten megabytes") in (413, 0)
    assert got == {name: status for name, (_, status) in FORGERIES.items() if name != "ten megabytes"}
    assert everything(paid.database) == before
    assert paid.due() == 47757


def test_to_an_address_that_nobody_has(paid: Till, app: str) -> None:
    before = everything(paid.database)
    assert paid.stand_in.forge(event=paid.event_of(), url=f"{app}/webhooks/stripe/nobody")["status"] == 404
    assert httpx.get(f"{app}/webhooks/stripe/{paid.endpoint}").status_code == 405
    assert everything(paid.database) == before


@pytest.mark.proof("payments-01")
def test_a_stamp_from_the_future_does_no_harm(paid: Till) -> None:
    """Failure 17: clock skew."""
    assert paid.stand_in.forge(event=paid.event_of(), offset=3600)["status"] in (200, 400)
    assert paid.ledger == []


@pytest.mark.proof("payments-01")
def test_five_times_in_parallel_and_again_later_is_one_payment(paid: Till) -> None:
    """Failure 5: duplicate and parallel events."""
    event = paid.event_of()
    assert paid.stand_in.send(events=[event], times=5, parallel=True)["statuses"] == [200] * 5
    work(paid)
    assert paid.stand_in.send(events=[event])["statuses"] == [200]
    work(paid)
    assert (paid.ledger, paid.due(), len(paid.events)) == ([("payment", 47757)], 0, 1)
    assert len(paid.facts("payment.received")) == 1
    assert paid.events[0].processed_at is not None


@pytest.mark.proof("payments-01")
def test_events_in_any_order_come_to_the_same(paid: Till, full: bool) -> None:
    """Failure 6: out of order."""
    import random

    events = [event.id for event in paid.stored_events()]
    for seed in range(50 if full else 4):
        random.Random(seed).shuffle(events)
        assert set(paid.stand_in.send(events=events, parallel=seed % 2 == 0)["statuses"]) == {200}
        work(paid)
        assert (paid.ledger, paid.due()) == ([("payment", 47757)], 0)


@pytest.mark.proof("payments-01")
def test_what_the_body_claims_does_not_count(paid: Till, till: Till, cast: Cast) -> None:
    """Failure 8: a changed amount in the body; the object that is read again shows the truth."""
    other = make_order(paid.database, cast.harbor, cast.carl_customer, number=1002, total_cents=90000)
    paid.pay(cast.carl, 1002)
    unpaid = paid.attempts[-1]
    claims = {"id": "evt_claims", "amount_total": 90000, "payment_status": "paid", "client_reference_id": unpaid.public_id}
    assert paid.stand_in.send(events=[paid.event_of()], changes=claims)["statuses"] == [200]
    work(paid)
    assert (paid.due(), paid.due(other.id), paid.ledger) == (0, 90000, [("payment", 47757)])


@pytest.mark.proof("payments-01")
def test_the_other_mode_is_refused(paid: Till) -> None:
    """Failure 15: live and test."""
    before = everything(paid.database)
    assert paid.stand_in.send(events=[paid.event_of()], changes={"livemode": True})["statuses"] == [400]
    assert everything(paid.database) == before


@pytest.mark.proof("payments-01")
def test_another_studios_secret_and_another_studios_event(paid: Till, cast: Cast, app: str) -> None:
    """Failure 16: another studio's secret, and its sound event about a payment that is not its own."""
    bluebird = open_till(paid.database, paid.stand_in, cast.bluebird, "Bluebird")
    before = everything(paid.database)
    sent = paid.stand_in.send(events=[paid.event_of()], secret=bluebird.account.webhook_secret)
    assert sent["statuses"] == [400]
    sent = paid.stand_in.send(
        events=[paid.event_of()], secret=bluebird.account.webhook_secret, url=f"{app}/webhooks/stripe/{bluebird.endpoint}"
    )
    assert sent["statuses"] == [200], "a sound event of Bluebird's, about a payment Bluebird does not have"
    work(paid)
    assert everything(paid.database) == before | {"WebhookEvent": before["WebhookEvent"] + 1}
    assert paid.due() == 47757
    assert bluebird.events[0].problem == "It names no payment of ours."


@pytest.mark.proof("payments-01")
def test_a_database_that_fails_is_asked_again(paid: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 21: a failure that is acknowledged with 200."""
    genuine, failures = paid.database.unit_of_work, [1]

    def failing():
        if failures:
            failures.pop()
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        return genuine()

    event = paid.event_of()
    monkeypatch.setattr(paid.database, "unit_of_work", failing)
    assert paid.stand_in.send(events=[event])["statuses"] == [500]
    monkeypatch.undo()
    assert paid.stand_in.send(events=[event])["statuses"] == [200]
    work(paid)
    assert paid.due() == 0


@pytest.mark.proof("main-job-13")
def test_the_whole_way_by_browser_forms(till: Till, cast: Cast, app: str) -> None:
    till.stand_in.queue(mode="automatic")
    page = till.pay(cast.carl, return_to="/listings/abc")
    shown = httpx.get(page)
    assert shown.status_code == 200
    assert "$477.57" in shown.text
    assert "Harbor Light" in shown.text
    typed = {"email": "carl@coastline.example", "expiry": "12 / 34", "cvc": "123", "name": "Carl Nakamura"}
    assert httpx.post(page, data=typed | {"card": "4000 0000 0000 0002"}).status_code == 402
    done = httpx.post(page, data=typed | {"card": "4242 4242 4242 4242"})
    assert (done.status_code, done.headers["location"].split("?")[0]) == (
        303,
        f"http://localhost:3000/pay/return/{till.attempts[0].public_id}",
    )
    wait_for(lambda: any(event.kind == "checkout.session.completed" for event in till.events))
    work(till)
    assert (till.due(), till.ledger) == (0, [("payment", 47757)])
    slow = [each for each in till.stand_in.log(kinds=[])["webhooks"] if each["seconds"] > 2]
    assert not slow


@pytest.mark.proof("main-job-13")
def test_the_way_back_settles_and_leads_home(paid: Till, cast: Cast, app: str) -> None:
    back = come_back(app, paid.attempts[0], cookie_of(paid.database, cast.carl), query="?session_id=cs_test_of_somebody")
    assert (back.status_code, back.headers["location"]) == (303, "/listings/abc")
    assert (paid.due(), paid.ledger) == (0, [("payment", 47757)])
    said = opened(back.cookies["foyer_flash"], wiring.current().settings.secret_key)
    assert said == Flash(ARRIVED, sentence="Your payment has arrived. Thank you.")


@pytest.mark.proof("payments-01")
@pytest.mark.proof("main-job-13")
def test_the_way_back_believes_nothing_and_shows_nothing_to_others(till: Till, cast: Cast, app: str) -> None:
    """Failure 9: the return page is trusted."""
    till.pay(cast.carl, return_to="/listings/abc")
    attempt = till.attempts[0]
    claims = f"?session_id={attempt.session_id}&payment_status=paid&return_to=https://evil.example"
    back = come_back(app, attempt, cookie_of(till.database, cast.carl), query=claims)
    assert (back.status_code, back.headers["location"], till.due()) == (303, "/listings/abc", 47757)
    assert "foyer_flash" not in back.cookies, "nothing arrived"
    nobody = come_back(app, attempt)
    assert nobody.headers["location"] == f"/login?next=/pay/return/{attempt.public_id}"
    assert come_back(app, attempt, cookie_of(till.database, cast.ollie), host="bluebird.localhost").status_code == 404
    assert come_back(app, attempt, cookie_of(till.database, cast.omar), host="bluebird.localhost").status_code == 404


def test_while_stripe_is_down_the_way_back_still_leads_home(paid: Till, cast: Cast, app: str) -> None:
    paid.stand_in.break_(method="GET", path="/v1/checkout/sessions/", kind="500", times=3)
    back = come_back(app, paid.attempts[0], cookie_of(paid.database, cast.carl))
    assert (back.status_code, paid.due()) == (303, 47757)
    assert paid.sweep(now=utc_now() + timedelta(minutes=2)) == 1


def work(till: Till) -> None:
    """What the worker does next, without mails."""
    kinds = {kind: WORKS[kind] for kind in ("reconcile_attempt",)} | {"react": lambda job: None}
    Worker(wiring.current(), kinds).run_until_idle(seconds=30)


def wait_for(is_so, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)
