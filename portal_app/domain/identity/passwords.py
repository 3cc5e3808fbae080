"""Passwords: argon2id as OWASP advises (19 MiB, 2 passes, 1 lane), and what makes one too weak. Pure.

Hashing takes about 40 ms of one core on purpose: never call it while a transaction is open or on the event loop. At most
one hash per core runs at a time in a process, so that a rush of sign-ins costs time and not memory.
"""

from __future__ import annotations

import os
import re
import string
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # pyright: ignore[reportMissingTypeStubs]

SHORTEST, LONGEST = 8, 128
TOO_EASY = "This one is too easy to guess. Three or four words make a good one."
# The words of this trade, and the passwords people choose most, from published leaks.
TRADE = "foyer photos photography photographer realestate realtor realtors broker listing listings openhouse homesforsale"
COMMON = frozenset([*TRADE.split(), *FREQUENCY_LISTS["passwords"]])
_EDGES = string.digits + string.punctuation + string.whitespace
_MOST_EDGES, _SHORTEST_WORD = 4, 3

AT_ONCE = os.cpu_count() or 1
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of a password nobody has: checking it makes an unknown address take as long as a known one.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$M6lFCW+zKLmHe/oTjMtYPQ$H9GfmbMbkQemu7/Rbn7kMuCmWTPV77wkrYxyW4TIuAM"


# Threads of their own, and few: each keeps the memory of its last hash (fifty sign-ins on fifty threads: 370 MiB).
_hashing = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hash")


def hash_password(password: str) -> str:
    """The argon2id hash to store, salted and with its own parameters inside."""
    return _hashing.submit(lambda: _HASHER.hash(password)).result()


def matches(password_hash: str, password: str) -> bool:
    """Whether the password fits. An empty or foreign hash fits nothing, and takes as long."""
    try:
        return _hashing.submit(lambda: _HASHER.verify(password_hash or NOBODY, password)).result()
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def weakness(password: str, *own_words: str) -> str:
    """The sentence that says why a password will not do, or nothing. Any characters are welcome, also spaces.

    Too easy is what many people choose, with or without a few digits around it, and what anybody knows of this person:
    `own_words` are their name and address and the studio's name, whole or in parts.
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters. Three or four words make a good one."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    plain = password.lower()
    core = plain.strip(_EDGES)
    is_dressed_up = core in COMMON and len(plain) - len(core) <= _MOST_EDGES
    if plain in COMMON or is_dressed_up or len(set(plain)) < 3 or _is_own(plain, core, own_words):
        return TOO_EASY
    return ""


def _is_own(plain: str, core: str, own_words: tuple[str, ...]) -> bool:
    known: set[str] = set()
    for word in own_words:
        parts = [part for part in re.split(r"[\W_]+", word.lower()) if part]
        known.update({word.strip().lower(), "".join(parts), "".join(parts[:2]), *parts})
    return any(len(word) >= _SHORTEST_WORD and word in {plain, core} for word in known)


def _anew() -> None:
    """A forked process has none of its parent's threads."""
    global _hashing
    _hashing = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hash")


os.register_at_fork(after_in_child=_anew)
