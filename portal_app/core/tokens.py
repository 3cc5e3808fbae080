"""Secrets that travel, and what is kept of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_token() -> str:
    """256 random bits for a cookie or a secret link. Only its fingerprint is ever stored."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """SHA-256 of a token, hex: what the database keeps."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_public_id() -> str:
    """Sixteen letters and digits (79 bits) that name a thing in an address without counting it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


def new_code() -> str:
    """Six digits to type from a mail."""
    return f"{secrets.randbelow(1_000_000):06d}"


def is_same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
