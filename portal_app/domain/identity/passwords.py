"""Passwords: argon2id as OWASP advises (19 MiB, 2 passes, 1 lane), and what makes one too weak. Pure.

Hashing takes about 40 ms of one core on purpose: never call it while a transaction is open or on the event loop.
"""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 8, 128
COMMON_WORDS = (
    "password passw0rd password1 password12 password123 12345678 123456789 1234567890 11111111 00000000 87654321 "
    "qwertyui qwerty123 qwertyuiop 1q2w3e4r 1qaz2wsx iloveyou sunshine princess football baseball superman trustno1 "
    "letmein1 letmein123 welcome1 welcome123 admin123 administrator abcd1234 abc12345 abcdefgh changeme changeme1 "
    "photography realestate realtor1 listings"
)
COMMON = frozenset(COMMON_WORDS.split())

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of a password nobody has: checking it makes an unknown address take as long as a known one.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$M6lFCW+zKLmHe/oTjMtYPQ$H9GfmbMbkQemu7/Rbn7kMuCmWTPV77wkrYxyW4TIuAM"


def hash_password(password: str) -> str:
    """The argon2id hash to store, salted and with its own parameters inside."""
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password fits. An empty or foreign hash fits nothing, and takes as long."""
    try:
        return _HASHER.verify(password_hash or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def weakness(password: str, *own_words: str) -> str:
    """The sentence that says why a password will not do, or nothing. Any characters are welcome, also spaces."""
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words make a good one."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    plain = password.lower()
    if plain in COMMON or len(set(plain)) < 3 or any(plain == word.strip().lower() for word in own_words):
        return "This one is too easy to guess. Three or four words make a good one."
    return ""
