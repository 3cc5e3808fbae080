"""From a studio's sealed keys to a gateway that uses them."""

from __future__ import annotations

import re

from portal_app.adapters.secret_box import CannotOpen, SecretBox, context_of
from portal_app.adapters.stripe_gateway import LiveKeyAtStandIn, StripeGateway, gateway_with
from portal_app.core.errors import InvalidInput, Unavailable
from portal_app.domain.billing.keys import SealedKeys
from portal_app.domain.billing.models import Mode

NO_KEY = "A Stripe key starts with sk_live_, rk_live_, sk_test_ or rk_test_. Nothing was kept."
PRETENDED = "This installation shows a pretend Stripe, where a live key never goes. Nothing was kept."


class KeysUnreadable(Unavailable):
    """PORTAL_SECRET_KEY is not the one that sealed them."""

    sentence = "The studio's payment keys cannot be read. Nothing was charged. Ask the studio to enter them again."


class StripeSafe:
    """The billing rooms' way to sealed keys, and from a typed key to a gateway that tries it."""

    def __init__(self, box: SecretBox, api_base: str) -> None:
        self._box, self._api_base = box, api_base

    def mode_of(self, secret_key: str) -> Mode:
        """Which of Stripe's two worlds it belongs to. Raises InvalidInput for what is no key."""
        return mode_of_key(secret_key)

    def gateway(self, secret_key: str) -> StripeGateway:
        """To try a key before it is kept. Raises InvalidInput for a live one where a stand-in answers."""
        try:
            return StripeGateway(secret_key, "", api_base=self._api_base)
        except LiveKeyAtStandIn as error:
            raise InvalidInput("secret_key", PRETENDED) from error

    def opened(self, keys: SealedKeys) -> StripeGateway:
        """Raises KeysUnreadable."""
        return open_gateway(keys, self._box, self._api_base)

    def seal(self, studio_id: int, mode: str, field: str, secret: str) -> bytes:
        """Bound to its studio, its mode and what it is."""
        return self._box.seal(secret, context_of(studio_id, mode, field))


def mode_of_key(secret_key: str) -> Mode:
    """Which of Stripe's two worlds a secret or restricted key belongs to. Raises InvalidInput for anything else."""
    found = re.fullmatch(r"(?:sk|rk)_(test|live)_\w+", secret_key, re.ASCII)
    if not found:
        raise InvalidInput("secret_key", NO_KEY)
    return Mode(found[1])


def mode_of(secret_key: str, webhook_secret: str) -> Mode:
    """Which of Stripe's two worlds these belong to. Raises InvalidInput for what is no key, or no signing secret."""
    mode = mode_of_key(secret_key)
    if not re.fullmatch(r"whsec_\S+", webhook_secret):
        raise InvalidInput("webhook_secret", "The endpoint's signing secret starts with whsec_. Nothing was kept.")
    return mode


def seal_keys(box: SecretBox, studio_id: int, mode: str, secret_key: str, webhook_secret: str) -> tuple[bytes, bytes]:
    """Both secrets as they are stored, bound to their studio and mode."""
    return (
        box.seal(secret_key, context_of(studio_id, mode, "secret_key")),
        box.seal(webhook_secret, context_of(studio_id, mode, "webhook_secret")),
    )


def open_gateway(keys: SealedKeys, box: SecretBox, api_base: str) -> StripeGateway:
    """The gateway of one studio and mode. Raises KeysUnreadable."""
    context = context_of(keys.studio_id, keys.mode, "webhook_secret")
    try:
        secret_key = box.open(keys.secret_key_box, context_of(keys.studio_id, keys.mode, "secret_key"))
        webhook_secret, old_secret = (
            box.open(sealed, context) if sealed else "" for sealed in (keys.webhook_secret_box, keys.old_webhook_secret_box)
        )
    except CannotOpen as error:
        raise KeysUnreadable() from error
    return gateway_with(secret_key, webhook_secret, old_secret, api_base)
