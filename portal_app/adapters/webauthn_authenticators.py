"""Passkeys by the WebAuthn standard. Discoverable, and the device always checks its person: finger, face or PIN."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal_app.domain.identity.authenticators import Answer, Credential, Holder, Options, Party, PasskeyRefused

MILLISECONDS = 5 * 60 * 1000
LONGEST_ID = 1400  # letters of base64url: 1023 bytes, what the standard allows


class WebauthnAuthenticators:
    """The `webauthn` library behind our port."""

    def to_add(self, party: Party, holder: Holder, challenge: bytes, known: Sequence[str]) -> Options:
        """Ask for a passkey that signs in by itself, on a device that has none for this account yet."""
        options = webauthn.generate_registration_options(
            rp_id=party.id,
            rp_name=party.name,
            user_id=holder.handle,
            user_name=holder.email,
            user_display_name=holder.name,
            challenge=challenge,
            timeout=MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
        )
        return json.loads(webauthn.options_to_json(options))

    def to_enter(self, party: Party, challenge: bytes) -> Options:
        """Ask for any passkey of this party: who it is comes with the answer."""
        options = webauthn.generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            timeout=MILLISECONDS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return json.loads(webauthn.options_to_json(options))

    def challenge_in(self, answer: Answer) -> bytes:
        """What the browser says it was asked."""
        with _refusals():
            return parse_client_data_json(base64url_to_bytes(answer["response"]["clientDataJSON"])).challenge

    def credential_in(self, answer: Answer) -> str:
        """The id in its one spelling, whatever padding it came with."""
        with _refusals():
            return bytes_to_base64url(base64url_to_bytes(answer["rawId"][:LONGEST_ID]))

    def added(self, party: Party, answer: Answer, challenge: bytes) -> Credential:
        """Checks type, question, origin, party, presence, the check of the person, and the key itself."""
        with _refusals():
            found = webauthn.verify_registration_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
                require_user_verification=True,
            )
        return Credential(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)

    def entered(self, party: Party, answer: Answer, challenge: bytes, public_key: bytes, handle: bytes) -> int:
        """The same for a signature. The count is compared by whoever keeps it, in the transaction that changes it."""
        with _refusals():
            found = webauthn.verify_authentication_response(
                credential=dict(answer),
                expected_challenge=challenge,
                expected_rp_id=party.id,
                expected_origin=party.origin,
                credential_public_key=public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
            if base64url_to_bytes(answer["response"]["userHandle"]) != handle:
                raise PasskeyRefused
        return found.new_sign_count


@contextmanager
def _refusals() -> Iterator[None]:
    """Whatever a browser can send that is not a passkey's answer: the library meets it with errors of many kinds."""
    try:
        yield
    except (WebAuthnException, KeyError, TypeError, ValueError, AttributeError, RecursionError) as wrong:
        raise PasskeyRefused from wrong
