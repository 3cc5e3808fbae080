"""Whatever a browser may send instead of a passkey's answer is refused in words: never a fault, never a way in."""

from __future__ import annotations

import pytest

from portal_app.adapters.webauthn_authenticators import WebauthnAuthenticators
from portal_app.domain.identity.authenticators import Holder, PasskeyRefused, handle_of, party_of
from tests.authenticator import Device

pytestmark = pytest.mark.proof("identity-03")

HERE = "https://portal.harbor.example"
PARTY, LIBRARY, CHALLENGE = party_of("Harbor Light", HERE), WebauthnAuthenticators(), b"q" * 32
HOLDER = Holder(handle_of(1, 7), "carl@coastline.example", "Carl")
ODD = [None, "", 7, [], {}, "%%%", "A", "é", "\x00", "A" * 3000, "oWNmbXRk", "uQ__________", {"a": {"b": []}}]


def made_and_signed():
    device = Device(HERE)
    made = device.make(LIBRARY.to_add(PARTY, HOLDER, CHALLENGE, []))
    return made, LIBRARY.added(PARTY, made, CHALLENGE), device.sign(LIBRARY.to_enter(PARTY, CHALLENGE))


def mangled(answer, wrong):
    yield from ({**answer, name: wrong} for name in ("id", "rawId", "type", "response"))
    parts = answer["response"]
    yield from ({**answer, "response": {**parts, name: wrong}} for name in parts)
    yield from ({name: value for name, value in answer.items() if name != gone} for gone in ("id", "rawId", "response"))


@pytest.mark.parametrize("wrong", ODD, ids=lambda wrong: repr(wrong)[:20])
def test_mangled_answers_are_refused(wrong):
    made, kept, signed = made_and_signed()
    for answer in mangled(signed, wrong):
        with pytest.raises(PasskeyRefused):
            LIBRARY.challenge_in(answer)
            LIBRARY.credential_in(answer)
            LIBRARY.entered(PARTY, answer, CHALLENGE, kept.public_key, HOLDER.handle)
            pytest.fail(f"let in: {answer}")
    for answer in mangled(made, wrong):
        with pytest.raises(PasskeyRefused):
            LIBRARY.added(PARTY, answer, CHALLENGE)
            pytest.fail(f"kept: {answer}")


def test_true_answers_are_accepted():
    _, kept, signed = made_and_signed()
    assert LIBRARY.challenge_in(signed) == CHALLENGE
    assert LIBRARY.credential_in(signed) == kept.id
    assert LIBRARY.entered(PARTY, signed, CHALLENGE, kept.public_key, HOLDER.handle) == 1


def test_a_party_is_the_host_of_the_studios_own_address():
    assert (PARTY.id, PARTY.origin) == ("portal.harbor.example", HERE)
    demo = party_of("Bluebird", "http://bluebird.localhost:3000/")
    assert (demo.id, demo.origin) == ("bluebird.localhost", "http://bluebird.localhost:3000")
