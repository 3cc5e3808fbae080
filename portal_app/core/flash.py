"""What a native form says after its redirect, sealed so that nobody else can put words on our pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from dataclasses import field as _field

from portal_app.core.tokens import new_token

ARRIVED = "arrived"


@dataclass(frozen=True, slots=True)
class Flash:
    """What one form said: whether it refused, beside which field, the sentence, and what was typed but for secrets.

    `id` is new each time it is sealed: a page that was loaded again tells what it told already from the same refusal again.
    """

    form: str
    field: str = ""
    sentence: str = ""
    email: str = ""
    name: str = ""
    phone: str = ""
    refused: bool = False
    id: str = _field(default="", compare=False)


def sealed(flash: Flash, key: bytes) -> str:
    """The flash as a cookie value."""
    body = (
        base64.urlsafe_b64encode(json.dumps(asdict(flash) | {"id": new_token()[:8]}, ensure_ascii=False).encode())
        .decode()
        .rstrip("=")
    )
    return f"{body}.{_seal(body, key)}"


def opened(value: str, key: bytes) -> Flash | None:
    """The flash of a cookie value, or None when the seal is not ours."""
    body, _, seal = value.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(body, key).encode()):
        return None
    try:
        return Flash(**json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (binascii.Error, ValueError, TypeError):
        return None


def _seal(body: str, key: bytes) -> str:
    return hmac.new(key, b"flash:" + body.encode(), hashlib.sha256).hexdigest()
