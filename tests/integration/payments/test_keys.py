"""A studio's own keys: tried before they are kept, sealed, replaced without losing an event, and never told to anybody."""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.adapters.resealing import seal_anew
from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.stripe_keys import StripeSafe
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.demo.stripe.courier import signature
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing import connecting
from portal_app.domain.billing.gateway import BadSignature, KeysRefused
from portal_app.domain.billing.keys import SealedKeys, connect_stripe, keys_of_endpoint, keys_of_studio
from portal_app.domain.billing.models import StripeAccount
from portal_app.domain.identity.models import SignInSession
from portal_app.domain.identity.proving import NotProven
from tests.conftest import Cast
from tests.integration.memory_gateway import MemoryGateway
from tests.integration.payments.conftest import BASE, KEY, RunningStandIn, Till

pytestmark = pytest.mark.proof("payments-09")


@dataclass
class Desk:
    """Olive at the settings, with a session that showed who she is."""

    database: Database
    stand_in: RunningStandIn
    by: Viewer
    safe: connecting.KeySafe

    def save(self, key: str, mode: str = "test", *, by: Viewer | None = None, safe: connecting.KeySafe | None = None) -> str:
        units = self.database.unit_of_work
        return connecting.save_key(units, safe or self.safe, by or self.by, mode, key, now=utc_now())

    def secret(self, secret: str, *, now: datetime | None = None) -> None:
        with self.database.unit_of_work() as db:
            connecting.save_webhook_secret(db, self.safe, self.by, "test", secret, now=now or utc_now())

    def test(self, safe: connecting.KeySafe | None = None) -> str:
        return connecting.try_keys(self.database.unit_of_work, safe or self.safe, self.by, "test", now=utc_now())

    def disconnect(self) -> None:
        with self.database.unit_of_work() as db:
            connecting.disconnect(db, self.by, "test", now=utc_now())

    def shown(self, mode: str = "test") -> connecting.KeysRow:
        with self.database.reading() as db:
            return connecting.own_keys(db, self.by, now=utc_now())[mode]

    def row(self) -> StripeAccount:
        with self.database.reading() as db:
            row = db.exec(select(StripeAccount).where(StripeAccount.studio_id == self.by.studio_id)).one()
            db.expunge_all()
            return row

    def reads(self, secret: str, *, at: datetime | None = None) -> bool:
        """Whether the endpoint takes an event that is signed with this secret, at that time."""
        event = {"id": "evt_1", "type": "x", "livemode": False, "data": {"object": {"object": "charge", "id": "ch_1"}}}
        body = json.dumps(event | {"object": "event"}).encode()
        with self.database.reading() as db:
            keys = keys_of_endpoint(db, self.row().endpoint_token, now=at or utc_now())
        try:
            return self.safe.opened(keys).read_event(body, signature(body, secret, int(utc_now().timestamp()))).id == "evt_1"
        except BadSignature:
            return False


class Locked(MemoryGateway):
    """A key that lets one thing be done too little."""

    def refunds_of(self, payment_id: str):
        raise KeysRefused

    def checkout(self, session_id: str):
        raise KeyError if session_id in self.pages else NotAllowed

    payment = checkout


@dataclass
class OtherSafe:
    """Hands out one gateway for every key."""

    gate: MemoryGateway
    sealing: StripeSafe

    def mode_of(self, secret_key: str):
        return self.sealing.mode_of(secret_key)

    def gateway(self, secret_key: str) -> MemoryGateway:
        return self.gate

    def opened(self, keys: SealedKeys) -> MemoryGateway:
        return self.gate

    def seal(self, studio_id: int, mode: str, field: str, secret: str) -> bytes:
        return self.sealing.seal(studio_id, mode, field, secret)


def proven(database: Database, by: Viewer) -> Viewer:
    now = utc_now()
    who = {"studio_id": by.studio_id, "account_id": by.account_id, "token_hash": fingerprint(new_token())}
    with database.unit_of_work() as db:
        session = SignInSession(created_at=now, seen_at=now, proven_at=now, ends_at=now + timedelta(days=1), **who)
        db.add(session)
        db.flush()
        return replace(by, session_id=session.id)


def new_key(mode: str = "test", kind: str = "rk") -> str:
    return f"{kind}_{mode}_{secrets.token_hex(12)}"


@pytest.fixture
def desk(database: Database, cast: Cast, stand_in: RunningStandIn) -> Desk:
    return Desk(database, stand_in, proven(database, cast.olive), StripeSafe(SecretBox(KEY), stand_in.base))


def test_a_key_is_tried_kept_sealed_and_shown_by_its_last_four(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key, secret = new_key(), f"whsec_{secrets.token_hex(12)}"
    assert desk.save(key) == "Demo studio"
    desk.secret(secret)
    shown = desk.shown()
    assert (shown.account_name, shown.key_last4, shown.webhook_last4) == ("Demo studio", key[-4:], secret[-4:])
    assert shown.is_active
    assert not shown.problem
    assert desk.test() == ""
    with desk.database.reading() as db:
        facts = repr(db.exec(select(Fact)).all())
    told = "".join((repr(shown), repr(desk.row()), caplog.text, facts))
    assert "keys.saved" in told
    assert key not in told
    assert secret not in told
    assert key.rpartition("_")[2][:8] not in told


WRONG = {
    "a publishable key": ("pk_test_51Abcdefghij", "starts with"),
    "no key": ("", "starts with"),
    "a live key under test": ("rk_live_51Abcdefghij", "not a test key"),
    "a key nobody knows": ("rk_test_short", "does not accept"),
    "two lines": ("rk_test_51Abcdefghij\nrk_test_51Abcdefghij", "starts with"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_work_is_not_kept(desk: Desk, case: str) -> None:
    key, words = WRONG[case]
    with pytest.raises(InvalidInput, match=words) as refused:
        desk.save(key)
    assert refused.value.field == "secret_key"
    assert not key or key not in refused.value.sentence
    with desk.database.reading() as db:
        assert keys_of_studio(db, desk.by.studio_id) is None


def test_a_live_key_never_goes_to_a_pretend_service(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="pretend"):
        desk.save(new_key("live"), "live")


def test_a_key_that_may_do_too_little_is_told_what_is_missing(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="may not use: Charges and Refunds"):
        desk.save(new_key(), safe=OtherSafe(Locked(), desk.safe))


def test_another_accounts_key_is_refused_and_another_key_of_the_same_is_not(desk: Desk) -> None:
    key = new_key(kind="sk")
    desk.save(key)
    with pytest.raises(InvalidInput, match="belongs to Demo studio"):
        desk.save(new_key())
    assert desk.shown().key_last4 == key[-4:]
    desk.save(key.replace("sk_", "rk_", 1))
    desk.disconnect()
    desk.save(new_key())
    assert desk.shown().is_active


def test_keys_entered_at_the_machine_stand_for_their_account_too(till: Till, cast: Cast, desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="belongs to"):
        desk.save(new_key())
    till.pay(cast.carl)
    desk.disconnect()
    with pytest.raises(InvalidInput, match="belongs to"):
        desk.save(new_key())
    desk.save(till.account.key)
    assert desk.shown().is_active


def test_what_was_begun_with_keys_is_finished_when_they_take_no_more(till: Till, cast: Cast, desk: Desk) -> None:
    till.pay(cast.carl)
    till.stand_in.buyer(session=till.attempts[0].session_id)
    desk.disconnect()
    with desk.database.reading() as db:
        assert keys_of_studio(db, cast.harbor) is None
        assert keys_of_studio(db, cast.harbor, "test")
    till.sweep(now=utc_now() + timedelta(minutes=5))
    assert till.ledger == [("payment", 47757)]


def test_while_a_secret_is_replaced_both_count_for_a_day(desk: Desk) -> None:
    first, second, third = (f"whsec_{secrets.token_hex(12)}" for _ in range(3))
    desk.save(new_key())
    assert not desk.reads("")
    desk.secret(first)
    assert desk.reads(first)
    desk.secret(second)
    desk.secret(second)
    assert desk.reads(first)
    assert desk.reads(second)
    assert desk.shown().both_count_until
    assert not desk.reads(third)
    assert not desk.reads("")
    later = utc_now() + timedelta(hours=25)
    assert not desk.reads(first, at=later)
    assert desk.reads(second, at=later)


def test_a_new_installation_key_seals_all_three(desk: Desk) -> None:
    key, first, second = new_key(), "whsec_aaaaaaaa1111", "whsec_bbbbbbbb2222"
    desk.save(key)
    desk.secret(first)
    desk.secret(second)
    with desk.database.unit_of_work() as db:
        assert seal_anew(db, SecretBox(b"n" * 32, KEY)) == 3
    desk.safe = StripeSafe(SecretBox(b"n" * 32), desk.stand_in.base)
    assert desk.test() == ""
    assert desk.reads(first)
    assert desk.reads(second)


def test_who_may(desk: Desk, cast: Cast) -> None:
    looking = replace(desk.by, behind="Olive", behind_account_id=cast.olive.account_id)
    for by in (cast.pia, cast.carl, looking, proven(desk.database, cast.pia)):
        with pytest.raises(NotAllowed):
            desk.save(new_key(), by=by)
    with pytest.raises(NotProven):
        desk.save(new_key(), by=cast.olive)
    desk.save(new_key())
    other = Desk(desk.database, desk.stand_in, proven(desk.database, cast.omar), desk.safe)
    with desk.database.reading() as db:
        assert connecting.own_keys(db, other.by, now=utc_now()) == {}
    with pytest.raises(connecting.NoKeyYet):
        other.secret("whsec_abcdefgh1234")
    with pytest.raises(InvalidInput, match="whsec_"):
        desk.secret("rk_test_51Abcdefghij")


def test_the_test_button_says_in_words_why_they_do_not_work(desk: Desk) -> None:
    with pytest.raises(connecting.NoKeyYet):
        desk.test()
    desk.save(new_key())
    for gate, words in ((Locked(), "may not use"), (MemoryGateway(), "")):
        gate.checkout = gate.payment = lambda name: None
        assert words in desk.test(OtherSafe(gate, desk.safe))
        assert words in desk.shown().problem
    box = StripeSafe(SecretBox(b"x" * 32), desk.stand_in.base)
    assert "cannot be read" in desk.test(box)
    assert "cannot be read" in desk.shown().problem


@pytest.mark.proof("payments-01")
def test_15_switched_keys_send_no_ids_of_the_other_mode(till: Till, cast: Cast) -> None:
    """Live and test are two worlds: an id of one is never sent with the keys of the other."""
    from portal_app.domain.billing import cards

    units = till.database.unit_of_work
    made = cards.holder_of(units, till.gateway, cast.carl, now=utc_now())
    live = MemoryGateway(is_live=True)
    page = cards.open_card_page(units, live, cast.carl, base_url=BASE, back="/account/cards", now=utc_now())
    assert made not in page
    assert cards.own_cards(units, live, cast.carl) == []
    assert cards.holder_of(units, till.gateway, cast.carl, now=utc_now()) == made
    box = SecretBox(KEY)
    with till.database.unit_of_work() as db:
        connect_stripe(db, cast.harbor, "live", endpoint_token="l", secret_key_box=box.seal("x", "y"), webhook_secret_box=b"")
    with till.database.reading() as db:
        assert keys_of_studio(db, cast.harbor).mode == "live"
        assert keys_of_studio(db, cast.harbor, "test").mode == "test"
