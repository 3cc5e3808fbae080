"""The studio charges a card on file: only with the permission, once, and whatever happens in between."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import stripe
from sqlmodel import select

from portal_app.adapters.secret_box import SecretBox
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotAllowed, NotFound, Unavailable
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.billing import charging, service
from portal_app.domain.billing.agreeing import TypedPayer
from portal_app.domain.billing.amounts import NothingDue
from portal_app.domain.billing.cards import CardGone
from portal_app.domain.billing.dividing import split_order
from portal_app.domain.billing.gateway import CardDeclined, CardholderNeeded, ChargeRequest, Event, PaymentNow
from portal_app.domain.billing.paying import PaymentOnItsWay
from portal_app.domain.notifications.charge_mails import mail_cardholder
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.links import viewer_of_link
from tests.conftest import Cast
from tests.integration.payments.conftest import BASE, KEY, Till, in_parallel
from tests.integration.payments.test_cards import VISA, Wallet

pytestmark = pytest.mark.proof("payments-05")

ASKS, DECLINED_LATER = "4000002760003184", "4000000000000341"
INTENTS = "/v1/payment_intents"


@dataclass
class Cashier:
    """Olive at the order's page, and Carl's card on file."""

    till: Till
    by: Viewer
    wallet: Wallet
    card: str = ""

    def charge(self, *, by: Viewer | None = None, gateway=None, now: datetime | None = None) -> charging.Charged:
        return charging.charge_card(
            self.till.database.unit_of_work, gateway or self.till.gateway, by or self.by, 1001, self.card, base_url=BASE,
            now=now or utc_now(),
        )  # fmt: skip

    @property
    def intents(self) -> list[str]:
        return [each.status for each in self.till.gateway._client.v1.payment_intents.list({"limit": 10}).data]

    @property
    def standing(self) -> list[tuple[str, str]]:
        return [(attempt.kind, attempt.status) for attempt in self.till.attempts]


@pytest.fixture
def cashier(till: Till, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cashier:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    return Cashier(till, cast.olive, Wallet(till, cast.carl))


@pytest.fixture
def visa(cashier: Cashier) -> Cashier:
    cashier.card = cashier.wallet.save(VISA)
    return cashier


def test_the_card_on_file_pays_what_is_due(visa: Cashier, cast: Cast) -> None:
    found = charging.chargeable(visa.till.database.unit_of_work, visa.till.gateway, visa.by, 1001)
    assert (found.due_cents, [card.name for card in found.cards]) == (47757, ["Visa ending in 4242"])
    assert visa.charge() == charging.Charged(47757, "USD", "Visa ending in 4242", is_on_its_way=False)
    assert (visa.till.due(), visa.till.ledger, visa.standing) == (0, [("payment", 47757)], [("card", "paid")])
    (attempt,), (asked,) = visa.till.attempts, visa.till.requests(path=INTENTS)
    assert asked["key"] == attempt.idempotency_key == f"attempt-{attempt.public_id}-1"
    assert asked["params"]["metadata"] == {"attempt": attempt.public_id, "studio": "harbor"}
    told = {"amount_cents": 47757, "currency": "USD", "attempt": attempt.public_id, "what": "Visa ending in 4242"}
    assert visa.till.facts("charge.asked") == [told]
    assert len(visa.till.facts("payment.received")) == 1
    with pytest.raises(NothingDue):
        visa.charge()


def test_only_with_the_permission(visa: Cashier, cast: Cast) -> None:
    withheld = replace(cast.olive, role=Role.ADMIN, withheld=frozenset({Permission.CHARGE}))
    blind = replace(cast.pia, granted=frozenset({Permission.CHARGE}))
    for by in (cast.pia, cast.carl, cast.tess, withheld, blind, cast.omar):
        with pytest.raises((NotAllowed, NotFound)):
            visa.charge(by=by)
    assert visa.standing == []


@pytest.mark.proof("payments-01")
def test_01_a_double_click_charges_once(visa: Cashier, full: bool) -> None:
    came = in_parallel([visa.charge] * (6 if full else 3))
    assert sum(isinstance(one, charging.Charged) for one in came) == 1
    assert {type(one) for one in came} <= {charging.Charged, NothingDue, charging.ChargeUnderWay, PaymentOnItsWay}
    assert (visa.till.ledger, visa.intents) == ([("payment", 47757)], ["succeeded"])


@pytest.mark.proof("payments-01")
def test_20_the_bank_asks_for_the_cardholder_who_gets_a_link(cashier: Cashier, cast: Cast) -> None:
    cashier.card = cashier.wallet.save(ASKS)
    with pytest.raises(CardholderNeeded):
        cashier.charge()
    assert (cashier.till.due(), cashier.till.ledger, cashier.standing) == (47757, [], [("card", "failed")])
    assert cashier.till.attempts[0].payment_id
    (fact,) = [each for each in cashier.till.rows(Fact) if each.kind == "charge.needs_cardholder"]
    for _ in range(2):
        with cashier.till.database.unit_of_work() as db:
            mail_cardholder(db, cashier.till.order.id, fact.id, now=utc_now())
    (mail,) = [each for each in cashier.till.rows(Mail) if each.kind == "charge_confirm"]
    assert (mail.to_email, mail.subject) == (cast.carl.email, "Your bank asks you to confirm $477.57")
    token = mail.text.partition("/status/")[2].split()[0]
    with cashier.till.database.reading() as db:
        guest = viewer_of_link(db, cast.harbor, token)
    cashier.till.pay(guest, return_to="/status")
    cashier.till.stand_in.buyer(session=cashier.till.attempts[1].session_id, card=ASKS, confirms=True)
    cashier.till.sweep(now=utc_now() + timedelta(minutes=5))
    assert (cashier.till.due(), cashier.till.ledger) == (0, [("payment", 47757)])


def test_a_declined_card_is_told_in_the_banks_words(cashier: Cashier) -> None:
    cashier.card = cashier.wallet.save(DECLINED_LATER)
    with pytest.raises(CardDeclined, match="Your card has been declined"):
        cashier.charge()
    assert (cashier.till.due(), cashier.standing) == (47757, [("card", "failed")])
    (told,) = cashier.till.facts("charge.declined")
    assert told["problem"] == "Your card has been declined."


@pytest.mark.proof("payments-01")
def test_a_lost_answer_is_looked_up_and_never_charged_again(visa: Cashier, cast: Cast) -> None:
    visa.till.stand_in.break_(method="POST", path=INTENTS, kind="reset_after", times=3)
    with pytest.raises(Unavailable):
        visa.charge()
    assert (visa.standing, visa.till.ledger) == ([("card", "open")], [])
    with pytest.raises(PaymentOnItsWay):
        visa.till.pay(cast.carl)
    visa.till.sweep(now=utc_now() + timedelta(minutes=2))
    assert (visa.till.due(), visa.till.ledger) == (0, [("payment", 47757)])
    assert (visa.intents, visa.standing) == (["succeeded"], [("card", "paid")])


def test_what_never_arrived_is_given_up_after_its_time(visa: Cashier) -> None:
    visa.till.stand_in.break_(method="POST", path=INTENTS, kind="reset_before", times=3)
    with pytest.raises(Unavailable):
        visa.charge()
    visa.till.sweep(now=utc_now() + timedelta(minutes=2))
    with pytest.raises(charging.ChargeUnderWay):
        visa.charge()
    visa.till.sweep(now=utc_now() + timedelta(minutes=11))
    assert (visa.standing, visa.intents) == ([("card", "failed")], [])
    visa.charge()
    assert (visa.till.due(), visa.intents) == (0, ["succeeded"])


class Killed:
    """A process that dies right after the payment service has done its work."""

    def __init__(self, gateway, *, does: bool) -> None:
        self.gateway, self.does = gateway, does

    def __getattr__(self, name: str):
        return getattr(self.gateway, name)

    def charge_card(self, request: ChargeRequest) -> PaymentNow:
        if self.does:
            with suppress(CardholderNeeded):
                self.gateway.charge_card(request)
        raise KeyboardInterrupt


@pytest.mark.parametrize(("number", "ends"), [(VISA, "paid"), (ASKS, "failed")])
def test_killed_in_between_the_sweep_settles_it(cashier: Cashier, number: str, ends: str) -> None:
    cashier.card = cashier.wallet.save(number)
    with pytest.raises(KeyboardInterrupt):
        cashier.charge(gateway=Killed(cashier.till.gateway, does=True))
    assert cashier.standing == [("card", "open")]
    cashier.till.sweep(now=utc_now() + timedelta(minutes=1))
    cashier.till.sweep(now=utc_now() + timedelta(minutes=2))
    assert cashier.standing == [("card", ends)]
    assert cashier.till.due() == (0 if ends == "paid" else 47757)
    assert len(cashier.till.facts("charge.needs_cardholder")) == (0 if ends == "paid" else 1)


def test_an_event_about_the_charge_settles_it(visa: Cashier) -> None:
    with pytest.raises(KeyboardInterrupt):
        visa.charge(gateway=Killed(visa.till.gateway, does=True))
    attempt, units = visa.till.attempts[0].public_id, visa.till.database.unit_of_work
    paid = visa.till.gateway._client.v1.payment_intents.list().data[0].id
    event = Event("evt_9", "payment_intent.succeeded", "", attempt, is_live=False, object_kind="payment_intent", payment_id=paid)
    for _ in range(2):
        service.receive_event(units, visa.till.studio_id, "test", event, b"{}", now=utc_now())
    with visa.till.database.reading() as db:
        (work,) = db.exec(select(Work).where(Work.kind == "reconcile_attempt")).all()
        assert work.payload["payment_id"] == paid
    for _ in range(2):
        visa.till.reconcile(attempt, payment_id=paid)
    assert (visa.till.due(), visa.till.ledger, visa.standing) == (0, [("payment", 47757)], [("card", "paid")])


def test_an_open_page_is_closed_first_and_one_that_was_paid_counts(visa: Cashier, cast: Cast) -> None:
    visa.till.pay(cast.carl)
    visa.charge()
    assert visa.standing == [("page", "superseded"), ("card", "paid")]
    assert [session.status for session in visa.till.sessions() if session.amount_cents] == ["expired"]


def test_who_paid_on_the_page_is_not_charged(visa: Cashier, cast: Cast) -> None:
    visa.till.pay(cast.carl)
    visa.till.stand_in.buyer(session=visa.till.attempts[0].session_id)
    with pytest.raises(NothingDue):
        visa.charge()
    assert visa.till.ledger == [("payment", 47757)]


@pytest.mark.proof("payments-01")
def test_19_a_card_that_is_gone_is_not_charged(visa: Cashier) -> None:
    visa.till.stand_in.dashboard(detach=visa.card)
    with pytest.raises(charging.NoCardOnFile):
        visa.charge()
    visa.wallet.save(VISA)
    with pytest.raises(CardGone):
        visa.charge()
    visa.till.stand_in.dashboard(delete=visa.wallet.holder())
    with pytest.raises(charging.NoCardOnFile):
        visa.charge()
    assert visa.standing == []


@pytest.mark.parametrize("gone", ["detach", "delete"])
def test_19_a_card_that_goes_while_it_is_charged(visa: Cashier, gone: str) -> None:
    class Late(Killed):
        def charge_card(self, request: ChargeRequest) -> PaymentNow:
            visa.till.stand_in.dashboard(**{gone: visa.card if gone == "detach" else request.customer})
            return self.gateway.charge_card(request)

    with pytest.raises((CardGone, CardDeclined)):
        visa.charge(gateway=Late(visa.till.gateway, does=True))
    assert (visa.till.due(), visa.standing) == (47757, [("card", "failed")])
    assert visa.wallet.rows() == []


def test_no_card_pays_what_several_people_pay(visa: Cashier) -> None:
    typed = [TypedPayer("rest"), TypedPayer("percent", "40", "Sam", "sam@elsewhere.example")]
    split_order(
        visa.till.database.unit_of_work, lambda *_: visa.till.gateway, visa.by, 1001, typed, "all", SecretBox(KEY), now=utc_now()
    )
    with pytest.raises(charging.SplitAmongPayers):
        visa.charge()
    assert visa.standing == []
