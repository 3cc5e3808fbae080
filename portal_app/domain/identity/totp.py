"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds), and the spare ones. Pure.

A spare code is twelve letters: the first four find its row, the other eight (39 bits) are hashed like a password.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP

from portal_app.core.tokens import ALPHABET, is_same

STEP_SECONDS, DRIFT = 30, 1
SPARE_CODES, LEAD, SPARE_LENGTH = 10, 4, 12


def new_secret() -> str:
    """160 random bits in the letters that people type into an app."""
    return random_base32()


def fitting_step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """The time step whose code this is, later than `after`, at most one step from now; None when there is none."""
    totp, current = TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    fitting = None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if is_same(totp.generate_otp(step), code) and step > after:
            fitting = step
    return fitting


def enrolling_address(secret: str, *, studio: str, email: str) -> str:
    """What the square picture says to the app: `otpauth://totp/…`."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=studio)


def key_in_words(secret: str) -> str:
    """The secret in groups of four, for those who type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_spare_code() -> str:
    """Twelve letters and digits that cannot be mistaken for one another."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SPARE_LENGTH))


def spare_code_in_words(code: str) -> str:
    """As it is written down: `abcd-efgh-jkmn`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed_code(typed: str) -> str:
    """What was typed without spaces and dashes, in small letters; nothing when it is neither kind of code."""
    code = "".join(letter for letter in typed[:60].lower() if letter in "0123456789" + ALPHABET)
    return code if is_app_code(code) or len(code) == SPARE_LENGTH else ""


def is_app_code(code: str) -> bool:
    """Whether it is a code of the app, and not a spare one."""
    return len(code) == 6 and code.isdecimal()
