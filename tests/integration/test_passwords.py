"""What a password costs: the parameters in the stored hash, and a rush of sign-ins that costs time and not memory."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import Type, extract_parameters
from sqlmodel import select

from portal_app.core.errors import InvalidInput
from portal_app.domain.customers.joining import SignUp, sign_up
from portal_app.domain.identity import passwords
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.service import sign_in
from tests.conftest import NOW, fresh_database, make_cast

pytestmark = pytest.mark.proof("identity-01")

WORDS = "three quiet lighthouses"
MIB = 1024 * 1024


def test_a_stored_hash_has_the_parameters_owasp_advises(database, cast):
    sign_up(database.unit_of_work, cast.harbor, SignUp("Nina Ortega", "nina@coastline.example", WORDS), now=NOW)
    with database.reading() as db:
        stored = db.exec(select(Account.password_hash).where(Account.email_key == "nina@coastline.example")).one()
    used = extract_parameters(stored)
    assert (used.type, used.memory_cost, used.time_cost, used.parallelism) == (Type.ID, 19 * 1024, 2, 1)
    assert (used.salt_len, used.hash_len) >= (16, 32)
    assert extract_parameters(passwords.NOBODY) == used


def test_the_list_of_common_passwords_is_long_enough():
    assert sum(len(word) >= passwords.SHORTEST for word in passwords.COMMON) >= 3000


def peak() -> int:
    """The most memory this process has held since it was last asked, in bytes."""
    held = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text()).group(1)
    Path("/proc/self/clear_refs").write_text("5")
    return int(held) * 1024


def test_fifty_sign_ins_at_once_hash_one_per_core_and_stay_under_the_memory_cap(tmp_path, request, monkeypatch):
    with fresh_database("sqlite", tmp_path, request) as database:
        cast, running, most, lock = make_cast(database), 0, 0, threading.Lock()
        hasher = passwords._HASHER

        class Counted:
            def verify(self, stored: str, typed: str) -> bool:
                nonlocal running, most
                with lock:
                    running, most = running + 1, max(most, running + 1)
                try:
                    return hasher.verify(stored, typed)
                finally:
                    with lock:
                        running -= 1

        monkeypatch.setattr(passwords, "_HASHER", Counted())

        def guess(number: int) -> None:
            with pytest.raises(InvalidInput):
                sign_in(
                    database.unit_of_work, cast.harbor, f"p{number}@x.example", WORDS, caller=Caller(f"10.0.{number}.1"), now=NOW
                )

        peak()
        before = peak()
        with ThreadPoolExecutor(50) as threads:
            list(threads.map(guess, range(50)))
        assert most <= passwords.AT_ONCE
        assert peak() - before < (passwords.AT_ONCE * 19 + 60) * MIB
