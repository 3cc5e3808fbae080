"""Cards on file: one record per account, whatever happens to it, and what its owner does with the cards there."""

from __future__ import annotations

from dataclasses import replace

import pytest
import stripe

from portal_app.core.clock import utc_now
from portal_app.core.errors import Unavailable
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.billing import cards
from portal_app.domain.billing.models import CardHolder, PaymentPolicy
from portal_app.jobs.reactions import forget_cards as forget_reaction
from tests.conftest import Cast
from tests.integration.payments.conftest import BASE, Till, in_parallel

pytestmark = pytest.mark.proof("payments-05")

VISA, MASTER = "4242424242424242", "5555555555554444"


class Wallet:
    """What somebody does with their cards, at the stand-in."""

    def __init__(self, till: Till, by: Viewer) -> None:
        self.till, self.by, self.units = till, by, till.database.unit_of_work

    def holder(self) -> str:
        return cards.holder_of(self.units, self.till.gateway, self.by, now=utc_now())

    def page(self) -> str:
        return cards.open_card_page(self.units, self.till.gateway, self.by, base_url=BASE, back="/account/cards", now=utc_now())

    def save(self, number: str) -> str:
        self.till.stand_in.buyer(session=self.page().rsplit("/", 1)[1], card=number, confirms=True)
        return next(row.id for row in self.rows() if row.name.endswith(number[-4:]))

    def rows(self) -> list[cards.CardRow]:
        return cards.own_cards(self.units, self.till.gateway, self.by)

    def choose(self, card: str) -> None:
        cards.choose_card(self.units, self.till.gateway, self.by, card, now=utc_now())

    def remove(self, card: str) -> None:
        cards.remove_card(self.units, self.till.gateway, self.by, card, now=utc_now())

    @property
    def shown(self) -> list[tuple[str, bool]]:
        return [(row.name[-4:], row.is_default) for row in self.rows()]


@pytest.fixture
def wallet(till: Till, cast: Cast) -> Wallet:
    return Wallet(till, cast.carl)


@pytest.mark.proof("payments-01")
def test_18_two_first_payments_at_once_are_one_customer(wallet: Wallet, full: bool) -> None:
    assert len(set(in_parallel([wallet.holder] * (8 if full else 3)))) == 1
    asked = wallet.till.requests(path="/v1/customers")
    assert len({each["key"] for each in asked}) == 1
    (row,) = wallet.till.rows(CardHolder)
    assert row.stripe_id == wallet.holder()


@pytest.mark.proof("payments-01")
def test_18_a_lookup_that_fails_makes_no_second_customer(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    wallet.till.stand_in.break_(method="POST", path="/v1/customers", kind="reset_after", times=3)
    with pytest.raises(Unavailable):
        wallet.holder()
    assert [row.stripe_id for row in wallet.till.rows(CardHolder)] == [None]
    made = wallet.holder()
    found = [each.id for each in wallet.till.gateway._client.v1.events.list({"type": "customer.created"}).data]
    assert len(found) == 1
    wallet.till.stand_in.break_(method="GET", path=f"/v1/customers/{made}/payment_methods", kind="500", times=3)
    with pytest.raises(Unavailable):
        wallet.rows()
    assert wallet.holder() == made
    assert len(wallet.till.requests(path="/v1/customers")) >= 2


def test_cards_are_listed_chosen_and_removed(wallet: Wallet) -> None:
    assert wallet.rows() == []
    visa, master = wallet.save(VISA), wallet.save(MASTER)
    assert wallet.shown == [("4242", True), ("4444", False)]
    assert wallet.rows()[0] == cards.CardRow(visa, "Visa ending in 4242", "12/34", is_default=True)
    wallet.choose(master)
    assert wallet.shown == [("4444", True), ("4242", False)]
    wallet.remove(master)
    wallet.remove(master)
    assert wallet.shown == [("4242", True)]
    assert wallet.till.facts("card.chosen") == wallet.till.facts("card.removed") == [{"what": "Mastercard ending in 4444"}]
    (holder,) = wallet.till.rows(CardHolder)
    assert "4242" not in repr(holder)


@pytest.mark.proof("payments-01")
def test_19_a_card_removed_at_the_payment_service_vanishes(wallet: Wallet) -> None:
    visa, master = wallet.save(VISA), wallet.save(MASTER)
    wallet.choose(master)
    wallet.till.stand_in.dashboard(detach=master)
    assert wallet.shown == [("4242", True)]
    with pytest.raises(cards.CardGone):
        wallet.choose(master)
    wallet.remove(master)
    wallet.till.stand_in.dashboard(detach=visa)
    wallet.remove(visa)
    assert wallet.rows() == []


@pytest.mark.proof("payments-01")
def test_19_a_record_deleted_at_the_payment_service_is_made_anew(wallet: Wallet) -> None:
    wallet.save(VISA)
    gone = wallet.holder()
    wallet.till.stand_in.dashboard(delete=gone)
    assert wallet.rows() == []
    assert wallet.save(MASTER)
    assert wallet.holder() != gone
    assert wallet.shown == [("4444", True)]


def test_nobody_reaches_another_ones_cards(wallet: Wallet, cast: Cast) -> None:
    visa = wallet.save(VISA)
    looking = replace(cast.carl, behind="Olive", behind_account_id=cast.olive.account_id)
    link = Viewer(cast.harbor, Role.LINK, link_id=1, listing_id=wallet.till.order.listing_id)
    for by in (cast.tess, cast.omar, cast.olive, looking, link):
        other = Wallet(wallet.till, by)
        with pytest.raises((cards.CardsAreTheirs, cards.CardGone)):
            other.choose(visa)
        if by is cast.tess:
            other.remove(visa)
        else:
            with pytest.raises(cards.CardsAreTheirs):
                other.remove(visa)
        assert by is looking or other.rows() == []
    assert Wallet(wallet.till, link).holder() == ""
    assert wallet.shown == [("4242", True)]


def test_a_studio_that_keeps_no_cards_opens_no_page(wallet: Wallet) -> None:
    visa = wallet.save(VISA)
    with wallet.units() as db:
        db.add(PaymentPolicy(studio_id=wallet.by.studio_id, keeps_cards=False))
    with pytest.raises(cards.CardsNotKept):
        wallet.page()
    wallet.remove(visa)
    assert wallet.rows() == []


def test_a_closed_account_leaves_no_card_behind(wallet: Wallet) -> None:
    wallet.save(VISA)
    wallet.save(MASTER)
    gone, account = wallet.holder(), wallet.by.account_id or 0
    with wallet.units() as db:
        forget_reaction(
            db, Fact(id=1, studio_id=wallet.by.studio_id, kind="account.closed", actor_account_id=account), now=utc_now()
        )
    (work,) = [each for each in wallet.till.rows(Work) if each.kind == "forget_cards"]
    for _ in range(2):
        cards.forget_cards(wallet.units, lambda *_: wallet.till.gateway, work.payload["studio_id"], work.payload["account_id"])
    assert wallet.till.gateway.cards(gone) == []
    assert [row.stripe_id for row in wallet.till.rows(CardHolder)] == [None]
