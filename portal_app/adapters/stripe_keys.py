"""From a studio's sealed keys to a gateway that uses them."""

from __future__ import annotations

import re

from portal_app.adapters.secret_box import CannotOpen, SecretBox, context_of
from portal_app.adapters.stripe_gateway import StripeGateway, gateway_with
from portal_app.core.errors import InvalidInput, Unavailable
from portal_app.domain.billing.keys import SealedKeys
from portal_app.domain.billing.models import Mode


class KeysUnreadable(Unavailable):
    """PORTAL_SECRET_KEY is not the one that sealed them."""

    sentence = "The studio's payment keys cannot be read. Nothing was charged. Ask the studio to enter them again."


def mode_of(secret_key: str, webhook_secret: str) -> Mode:
    """Which of Stripe's two worlds a secret or restricted key belongs to. Raises InvalidInput for anything else."""
    found = re.fullmatch(r"(?:sk|rk)_(test|live)_\w+", secret_key)
    if not found:
        raise InvalidInput("secret_key", "A Stripe key starts with sk_live_, rk_live_, sk_test_ or rk_test_. Nothing was kept.")
    if not re.fullmatch(r"whsec_\S+", webhook_secret):
        raise InvalidInput("webhook_secret", "The endpoint's signing secret starts with whsec_. Nothing was kept.")
    return Mode(found[1])


def seal_keys(box: SecretBox, studio_id: int, mode: str, secret_key: str, webhook_secret: str) -> tuple[bytes, bytes]:
    """Both secrets as they are stored, bound to their studio and mode."""
    return (
        box.seal(secret_key, context_of(studio_id, mode, "secret_key")),
        box.seal(webhook_secret, context_of(studio_id, mode, "webhook_secret")),
    )


def open_gateway(keys: SealedKeys, box: SecretBox, api_base: str) -> StripeGateway:
    """The gateway of one studio and mode. Raises KeysUnreadable."""
    try:
        secret_key = box.open(keys.secret_key_box, context_of(keys.studio_id, keys.mode, "secret_key"))
        webhook_secret = box.open(keys.webhook_secret_box, context_of(keys.studio_id, keys.mode, "webhook_secret"))
    except CannotOpen as error:
        raise KeysUnreadable() from error
    return gateway_with(secret_key, webhook_secret, api_base)
