"""Secrets at rest: AES-256-GCM, bound to where they belong.

A sealed secret is `format (1) · key id (8) · nonce (12) · ciphertext and tag`. The context (studio, mode, field) is
authenticated with it, so a secret moved to another row does not open.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal_app.core.errors import Conflict

FORMAT = b"\x01"
ID_LENGTH, NONCE_LENGTH = 8, 12


class CannotOpen(Conflict):
    """The key is gone, or the secret was moved or changed."""

    sentence = "This cannot be opened anymore: the key it was sealed with is gone. Ask the studio for it again."


class SecretBox:
    """Seals with the first key and opens with any: a key is rotated by putting the new one first."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = {_key_id(key): AESGCM(key) for key in keys}
        self._current = _key_id(keys[0])

    def seal(self, secret: str, context: str) -> bytes:
        """The secret, unreadable without the key and useless in any other context."""
        nonce = secrets.token_bytes(NONCE_LENGTH)
        return FORMAT + self._current + nonce + self._keys[self._current].encrypt(nonce, secret.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """The secret. Raises CannotOpen."""
        key_id, rest = sealed[1 : 1 + ID_LENGTH], sealed[1 + ID_LENGTH :]
        if sealed[:1] != FORMAT or key_id not in self._keys:
            raise CannotOpen
        try:
            return self._keys[key_id].decrypt(rest[:NONCE_LENGTH], rest[NONCE_LENGTH:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error


def context_of(studio_id: int, mode: str, field: str) -> str:
    """What a studio's payment secret is bound to."""
    return f"stripe:{studio_id}:{mode}:{field}"


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"foyer key id" + key).digest()[:ID_LENGTH]
