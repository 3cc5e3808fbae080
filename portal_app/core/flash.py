"""What a native form says after its redirect, sealed so that nobody else can put words on our pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Flash:
    """The refusal (or note) of one form: which form, which field, the sentence, and the address that was typed."""

    form: str
    field: str = ""
    sentence: str = ""
    email: str = ""
    name: str = ""


def sealed(flash: Flash, key: bytes) -> str:
    """The flash as a cookie value."""
    body = base64.urlsafe_b64encode(json.dumps(asdict(flash), ensure_ascii=False).encode()).decode().rstrip("=")
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
