"""Passkeys on both databases: made, named, removed, signed in with; and every answer that is not what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.adapters.webauthn_authenticators import WebauthnAuthenticators
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.identity import passkeys
from portal_app.domain.identity.authenticators import PasskeyRefused, party_of
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.models import Account, Challenge, Passkey
from portal_app.domain.identity.passkeys import (
    MOST_PASSKEYS,
    add_passkey,
    ask_to_add,
    ask_to_enter,
    enter,
    remove_passkey,
    rename_passkey,
)
from portal_app.domain.identity.proving import NotProven
from portal_app.domain.identity.sessions import open_session, viewer_of
from portal_app.domain.notifications.models import Mail
from portal_app.jobs.reactions import REACTIONS
from tests.authenticator import PRESENT, Device
from tests.conftest import NOW

pytestmark = pytest.mark.proof("identity-03")

HERE = "http://localhost:3000"
PARTY = party_of("Harbor Light", HERE)
LIBRARY = WebauthnAuthenticators()


@pytest.fixture
def carl(database, cast) -> Viewer:
    """Carl, who just signed in."""
    return signed_in(database, cast.carl)


def signed_in(database, by: Viewer, now=NOW) -> Viewer:
    with database.unit_of_work() as db:
        token = open_session(db, db.get(Account, by.account_id), now=now)
        return viewer_of(db, by.studio_id, token, now=now)


def asked_to_add(database, by, now=NOW, party=PARTY) -> dict:
    with database.unit_of_work() as db:
        return ask_to_add(db, LIBRARY, party, by, now=now)


def asked_to_enter(database, studio_id, now=NOW, party=PARTY) -> dict:
    with database.unit_of_work() as db:
        return ask_to_enter(db, LIBRARY, party, studio_id, caller=Caller(), now=now)


def add(database, by, device, *, now=NOW, answer=None) -> None:
    answer = answer or device.make(asked_to_add(database, by, now))
    add_passkey(database.unit_of_work, LIBRARY, PARTY, by, answer, "Blue phone", now=now)


def come_in(database, studio_id, answer, now=NOW, party=PARTY) -> str:
    return enter(database.unit_of_work, LIBRARY, party, studio_id, answer, caller=Caller("10.0.0.1", "a phone"), now=now)


def kept(database) -> list[Passkey]:
    with database.unit_of_work() as db:
        return list(db.exec(select(Passkey)))


def facts(database) -> list[str]:
    with database.reading() as db:
        return list(db.exec(select(Fact.kind).order_by(Fact.id)))


def test_a_passkey_is_made_and_signs_in_without_anything_typed(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    token = come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))
    with database.reading() as db:
        found = viewer_of(db, cast.harbor, token, now=NOW)
    assert (found.account_id, found.name) == (carl.account_id, carl.name)
    assert [(row.name, row.sign_count, row.used_at) for row in kept(database)] == [("Blue phone", 1, NOW)]
    assert "passkey.added" in facts(database)


def test_the_browser_is_asked_for_a_key_of_the_studio_and_a_check_of_the_person(database, cast, carl):
    options = asked_to_add(database, carl)
    assert options["rp"] == {"id": "localhost", "name": "Harbor Light"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert carl.email not in options["user"]["id"]
    device = Device(HERE)
    add(database, carl, device)
    assert len(asked_to_add(database, carl)["excludeCredentials"]) == 1
    asked = asked_to_enter(database, cast.harbor)
    assert (asked["rpId"], asked["userVerification"], asked["allowCredentials"]) == ("localhost", "required", [])


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://evil.example"}, {"origin": "http://localhost:3001"}, {"origin": "https://localhost:3000"},
        {"party": "evil.example"}, {"party": "bluebird.localhost"}, {"flags": PRESENT}, {"flags": 0},
    ],
    ids=str,
)  # fmt: skip
def test_another_origin_another_party_or_an_unchecked_person_is_refused(database, cast, carl, lie):
    device = Device(HERE)
    add(database, carl, device)
    for name, value in lie.items():
        setattr(device, name, value)
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))
    second = Device(HERE)
    for name, value in lie.items():
        setattr(second, name, value)
    with pytest.raises(PasskeyRefused):
        add(database, carl, second)
    assert len(kept(database)) == 1


def test_a_question_is_answered_once(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    answer = device.sign(asked_to_enter(database, cast.harbor))
    come_in(database, cast.harbor, answer)
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, answer)
    made = Device(HERE).make(asked_to_add(database, carl))
    add(database, carl, None, answer=made)
    with pytest.raises(PasskeyRefused):
        add(database, carl, None, answer=made)


def test_a_wrong_answer_spends_its_question(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    asked = asked_to_enter(database, cast.harbor)
    stranger = Device(HERE, credential_id=device.credential_id, handle=device.handle)
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, stranger.sign(asked))
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked))
    assert come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))


def test_a_question_we_never_asked_or_asked_long_ago_is_refused(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    asked = asked_to_enter(database, cast.harbor)
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked), now=NOW + timedelta(minutes=5))
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked | {"challenge": "A" * 43}))


def test_a_question_of_one_kind_studio_or_person_is_no_other(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    to_add = asked_to_add(database, carl)
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(to_add | {"rpId": "localhost"}))
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.bluebird)))
    pia = signed_in(database, cast.pia)
    with pytest.raises(PasskeyRefused):
        add(database, pia, None, answer=Device(HERE).make(asked_to_add(database, carl)))
    assert [row.account_id for row in kept(database)] == [carl.account_id]


def test_a_key_of_one_studio_opens_no_other(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    there = party_of("Bluebird", "http://bluebird.localhost:3000")
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.bluebird, device.sign(asked_to_enter(database, cast.bluebird)))
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.bluebird, device.sign(asked_to_enter(database, cast.bluebird, party=there)), party=there)


def test_the_answer_names_the_account_it_was_made_for(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    other = Device(HERE)
    add(database, signed_in(database, cast.pia), other)
    device.handle = other.handle
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))


def test_a_device_that_counts_backwards_is_refused_and_its_owner_told(database, cast, carl):
    device = Device(HERE, count=7)
    add(database, carl, device)
    come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))
    device.count = 4
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))
    assert "passkey.counted_back" in facts(database)
    assert kept(database)[0].sign_count == 8


def test_its_owner_reads_by_mail_what_happened_to_their_keys(database, cast, carl):
    add(database, carl, Device(HERE))
    with database.unit_of_work() as db:
        fact = db.exec(select(Fact).where(Fact.kind == "passkey.added")).one()
        for reaction in REACTIONS[fact.kind]:
            reaction(db, fact, now=NOW)
        mail = db.exec(select(Mail)).one()
    assert (mail.to_email, "passkey" in mail.subject) == (carl.email, True)
    assert {"passkey.removed", "passkey.counted_back", "second_step.turned_off", "recovery_code.used"} <= set(REACTIONS)


def test_a_device_that_never_counts_is_welcome(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    for _ in range(2):
        device.count = -1
        assert come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))


def test_after_a_passkey_no_second_step_is_asked(database, cast):
    """The device has checked its person: that is something held and something known in one."""
    device = Device(HERE)
    add(database, signed_in(database, cast.pia), device)
    with database.unit_of_work() as db:
        db.get(Account, cast.pia.account_id).totp_since = NOW
    with database.unit_of_work() as db:
        by_password = open_session(db, db.get(Account, cast.pia.account_id), now=NOW)
    by_passkey = come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))
    with database.reading() as db:
        assert viewer_of(db, cast.harbor, by_password, now=NOW) is None
        assert viewer_of(db, cast.harbor, by_passkey, now=NOW).account_id == cast.pia.account_id


@pytest.mark.parametrize("column", ["suspended_at", "closed_at"])
def test_a_suspended_or_closed_account_is_opened_by_no_key(database, cast, carl, column):
    device = Device(HERE)
    add(database, carl, device)
    with database.unit_of_work() as db:
        setattr(db.get(Account, carl.account_id), column, NOW)
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))


def test_a_key_is_added_only_by_its_owner_lately_proven_with_a_proven_mailbox(database, cast, carl):
    with pytest.raises(NotProven):
        asked_to_add(database, carl, NOW + timedelta(minutes=16))
    with pytest.raises(NotAllowed):
        asked_to_add(database, replace(carl, is_verified=False))
    with pytest.raises(NotAllowed):
        asked_to_add(database, replace(carl, behind="Olive", behind_account_id=cast.olive.account_id))
    with pytest.raises(NotProven):
        asked_to_add(database, replace(carl, session_id=None))


def test_there_is_an_end_to_how_many_and_the_same_device_is_kept_once(database, carl, monkeypatch):
    device = Device(HERE)
    add(database, carl, device)
    with pytest.raises(Conflict):
        add(database, carl, device)
    monkeypatch.setattr(passkeys, "MOST_PASSKEYS", 1)
    with pytest.raises(Conflict):
        asked_to_add(database, carl)
    assert MOST_PASSKEYS > 1


def test_a_key_is_renamed_and_removed_by_its_owner_alone(database, cast, carl):
    device = Device(HERE)
    add(database, carl, device)
    passkey_id = kept(database)[0].id
    for stranger in (cast.pia, cast.olive, cast.omar):
        for verb in (rename_passkey, remove_passkey):
            more = ("Mine",) if verb is rename_passkey else ()
            with pytest.raises(NotFound), database.unit_of_work() as db:
                verb(db, stranger, passkey_id, *more, now=NOW)
    with database.unit_of_work() as db:
        rename_passkey(db, carl, passkey_id, "  Kitchen\u202e tablet\n", now=NOW)
    assert kept(database)[0].name == "Kitchen tablet"
    with pytest.raises(InvalidInput), database.unit_of_work() as db:
        rename_passkey(db, carl, passkey_id, " ", now=NOW)
    with pytest.raises(NotProven), database.unit_of_work() as db:
        remove_passkey(db, carl, passkey_id, now=NOW + timedelta(hours=1))
    with database.unit_of_work() as db:
        remove_passkey(db, carl, passkey_id, now=NOW)
    assert kept(database) == []
    with pytest.raises(PasskeyRefused):
        come_in(database, cast.harbor, device.sign(asked_to_enter(database, cast.harbor)))


def test_only_the_hash_of_a_question_is_kept_and_old_ones_are_swept_away(database, cast):
    asked = asked_to_enter(database, cast.harbor)
    with database.reading() as db:
        assert asked["challenge"] not in repr(db.exec(select(Challenge)).all())
    asked_to_enter(database, cast.harbor, NOW + timedelta(minutes=11))
    with database.reading() as db:
        assert len(db.exec(select(Challenge)).all()) == 1
