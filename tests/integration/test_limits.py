"""Guessing is slowed down: per account, per place and both, by everybody together, on both databases."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import func, select

from portal_app.core.errors import InvalidInput
from portal_app.db import Database
from portal_app.domain.customers import entering, joining
from portal_app.domain.customers.accepting import accept_invitation
from portal_app.domain.customers.joining import SignUp
from portal_app.domain.identity import inviting
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.limits import (
    Limit,
    TooManyTries,
    code_limits,
    count_try,
    forgive,
    passkey_limits,
    second_step_limits,
    sign_in_limits,
)
from portal_app.domain.identity.models import Account, Attempt
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.identity.service import sign_in
from portal_app.domain.identity.sessions import clean_sessions, open_session
from tests.conftest import NOW

pytestmark = pytest.mark.proof("identity-08")

WORDS = "three quiet lighthouses"
HERE, ELSEWHERE = "203.0.113.0/24", "198.51.100.0/24"
SECOND = timedelta(seconds=1)


def attempt(database, studio_id, limits, now=NOW) -> int:
    """One try: 0 when it may, else how many seconds to wait."""
    try:
        with database.unit_of_work() as db:
            count_try(db, studio_id, limits, now=now)
    except TooManyTries as slowed:
        return slowed.wait_seconds
    return 0


@pytest.mark.parametrize(
    ("tries", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 30), (11, 30), (500, 30), (10**6, 30)]
)
def test_a_few_tries_are_free_and_then_each_waits_twice_as_long_up_to_a_longest_wait(tries, seconds):
    assert Limit("in:nina@here", 5, timedelta(minutes=15)).wait_after(tries) == seconds * SECOND


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (1, "Too many tries. Wait 1 second, then try again."),
        (30, "Too many tries. Wait 30 seconds, then try again."),
        (91, "Too many tries. Wait 2 minutes, then try again."),
        (600, "Too many tries. Wait 10 minutes, then try again."),
    ],
)
def test_a_refusal_says_how_long_to_wait(seconds, sentence):
    assert TooManyTries(seconds).sentence == sentence


def test_whoever_waits_as_told_may_try_again_and_nobody_ever_waits_longer_than_half_a_minute(database, cast):
    limits, now, waited = sign_in_limits("nina@coastline.example", HERE), NOW, []
    for _ in range(14):
        if seconds := attempt(database, cast.harbor, limits, now):
            assert attempt(database, cast.harbor, limits, now + (seconds - 1) * SECOND) == 1
            now += seconds * SECOND
            assert attempt(database, cast.harbor, limits, now) == 0
        waited.append(seconds)
    assert waited == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert attempt(database, cast.harbor, limits, now + timedelta(minutes=16)) == 0


def test_a_try_that_is_refused_is_not_counted(database, cast):
    limits = sign_in_limits("nina@coastline.example", HERE)
    for _ in range(25):
        attempt(database, cast.harbor, limits)
    with database.reading() as db:
        assert db.exec(select(func.count()).select_from(Attempt)).one() == 5 * len(limits)
    assert attempt(database, cast.harbor, limits) == 1


def test_who_proves_right_is_forgiven_and_the_place_forgets_only_that_try(database, cast):
    for person in ("nina", "carl", "tess"):
        for _ in range(3):
            assert attempt(database, cast.harbor, sign_in_limits(f"{person}@coastline.example", HERE)) == 0
    with database.unit_of_work() as db:
        forgive(db, cast.harbor, sign_in_limits("nina@coastline.example", HERE))
    with database.reading() as db:
        counted = dict(db.exec(select(Attempt.key, func.count()).group_by(Attempt.key)).all())
    assert counted[f"in:@{HERE}"] == 8
    assert not any("nina" in key for key in counted)


def test_studios_count_apart(database, cast):
    limits = sign_in_limits("nina@coastline.example", HERE)
    for _ in range(6):
        attempt(database, cast.harbor, limits)
    assert attempt(database, cast.harbor, limits)
    assert attempt(database, cast.bluebird, limits) == 0


@pytest.mark.parametrize("at_once", [50])
def test_fifty_at_once_get_as_many_tries_as_one_by_one(database, cast, full, at_once):
    for round_ in range(10 if full else 1):
        limits = sign_in_limits(f"nina{round_}@coastline.example", f"10.0.{round_}.0/24")
        with ThreadPoolExecutor(12) as threads:
            passed = list(threads.map(lambda _: attempt(database, cast.harbor, limits) == 0, range(at_once)))  # noqa: B023
        assert sum(passed) == 5


PROCESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
import portal_app.domain.tables
from portal_app.db import Database
from portal_app.domain.identity.limits import TooManyTries, count_try, sign_in_limits

url, studio, now = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
database, limits = Database(url), sign_in_limits("nina@coastline.example", "203.0.113.0/24")

def attempt(_):
    try:
        with database.unit_of_work() as db:
            count_try(db, studio, limits, now=now)
    except TooManyTries:
        return 0
    return 1

sys.stdin.readline()
with ThreadPoolExecutor(5) as threads:
    print(sum(threads.map(attempt, range(20))))
"""


def test_processes_count_together_and_a_restart_forgets_nothing(database, cast):
    url = database.url.render_as_string(hide_password=False)
    run = [sys.executable, "-c", PROCESS, url, str(cast.harbor), NOW.isoformat()]
    both = [subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for each in both:
        each.stdin.write("go\n")
        each.stdin.flush()
    assert sum(int(each.communicate(timeout=60)[0]) for each in both) == 5
    again = Database(url)
    assert attempt(again, cast.harbor, sign_in_limits("nina@coastline.example", HERE)) == 1
    again.close()


def test_the_right_person_elsewhere_still_gets_in(database, cast):
    give_password(database, cast.carl.account_id)
    here, elsewhere = Caller(address="203.0.113.7"), Caller(address="198.51.100.9")
    for _ in range(5):
        with pytest.raises(InvalidInput):
            sign_in(database.unit_of_work, cast.harbor, cast.carl.email, "not this one", caller=here, now=NOW)
    with pytest.raises(TooManyTries):
        sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, caller=here, now=NOW)
    assert sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, caller=elsewhere, now=NOW)


def test_guessers_all_over_the_world_do_not_slow_down_who_signed_in_from_here_before(database, cast):
    give_password(database, cast.carl.account_id)
    with database.unit_of_work() as db:
        open_session(db, db.get(Account, cast.carl.account_id), place=HERE, now=NOW - timedelta(days=20))
    guessed(database, cast.harbor, f"in:{cast.carl.email}", 60)
    at_home, abroad = Caller(address="203.0.113.7"), Caller(address="198.51.100.9")
    with pytest.raises(TooManyTries) as slowed:
        sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, caller=abroad, now=NOW)
    assert slowed.value.wait_seconds == 10
    assert sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, caller=at_home, now=NOW)


def test_whoever_only_claims_an_address_is_not_known_there(database, cast):
    squatter = SignUp("Not Carl", cast.carl.email, WORDS)
    joining.sign_up(database.unit_of_work, cast.harbor, squatter, caller=Caller(address="203.0.113.7"), now=NOW)
    guessed(database, cast.harbor, f"in:{cast.carl.email}", 30)
    assert attempt(database, cast.harbor, sign_in_limits(cast.carl.email, HERE)) > 0


def test_one_place_that_tries_everybody_is_slowed_down(database, cast):
    guessed(database, cast.harbor, f"in:@{HERE}", 98)
    waits = [attempt(database, cast.harbor, sign_in_limits(f"agent{n}@coastline.example", HERE)) for n in range(4)]
    assert waits == [0, 0, 1, 1]
    assert attempt(database, cast.harbor, sign_in_limits("agent200@coastline.example", ELSEWHERE)) == 0


def test_old_tries_are_forgotten_by_time(database, cast):
    attempt(database, cast.harbor, sign_in_limits("nina@coastline.example", HERE))
    with database.unit_of_work() as db:
        clean_sessions(db, now=NOW + timedelta(hours=2))
        assert db.exec(select(func.count()).select_from(Attempt)).one() == 3
        clean_sessions(db, now=NOW + timedelta(days=1, seconds=1))
        assert db.exec(select(func.count()).select_from(Attempt)).one() == 0


def guessed(database, studio_id, key, times):
    """So many tries were counted under a key just now."""
    with database.unit_of_work() as db:
        db.add_all(Attempt(studio_id=studio_id, key=key, at=NOW) for _ in range(times))


def give_password(database, account_id):
    with database.unit_of_work() as db:
        db.get(Account, account_id).password_hash = hash_password(WORDS)


def doors(database, cast, caller):
    """Every door at which something can be guessed or a mail be caused, as a call that tries it once."""
    unit, harbor, email = database.unit_of_work, cast.harbor, "nina@coastline.example"

    def within(verb, *args, **kwargs):
        with unit() as db:
            verb(db, *args, **kwargs)

    return {
        "sign-in": lambda: sign_in(unit, harbor, email, "not this one", caller=caller, now=NOW),
        "sign-up": lambda: joining.sign_up(unit, harbor, SignUp("Nina", email, WORDS), caller=caller, now=NOW),
        "asking for a reset": lambda: within(joining.request_reset, harbor, email, caller=caller, now=NOW),
        "a code for a new password": lambda: joining.reset_password(unit, harbor, email, "000000", WORDS, caller=caller, now=NOW),
        "a code for a mailbox": lambda: joining.prove_mailbox(unit, cast.carl, "000000", caller=caller, now=NOW),
        "asking for a magic link": lambda: within(entering.request_link, harbor, email, caller=caller, now=NOW),
        "a magic link": lambda: entering.enter_by_link(unit, harbor, "made up", caller=caller, now=NOW),
        "the link of an invitation": lambda: accept_invitation(unit, harbor, None, "made up", caller=caller, now=NOW),
        "an invitation": lambda: within(
            inviting.invite, cast.olive, email="new@harbor.example", name="New", role="editor", now=NOW
        ),
    }


@pytest.mark.parametrize("door", sorted(doors(type("", (), {"unit_of_work": None}), type("", (), {"harbor": 0}), None)))
def test_every_door_slows_down(database, cast, monkeypatch, door):
    monkeypatch.setattr("portal_app.domain.identity.passwords.hash_password", lambda password: "cheap")
    monkeypatch.setattr("portal_app.domain.identity.passwords.matches", lambda stored, password: False)
    knock = doors(database, cast, Caller(address="203.0.113.7"))[door]
    for _ in range(70):
        try:
            knock()
        except TooManyTries as slowed:
            assert slowed.wait_seconds > 0
            assert slowed.status == 429
            return
        except Exception as refused:
            assert type(refused).__name__ in {"InvalidInput", "Conflict", "NotFound"}, refused
    pytest.fail("nobody was slowed down")


@pytest.mark.parametrize(
    ("limits", "free"),
    [
        (code_limits("nina@coastline.example", HERE), 10),
        (second_step_limits("nina@coastline.example", HERE), 5),
        (passkey_limits(HERE), 60),
    ],
    ids=["codes", "second step", "passkeys"],
)
def test_each_kind_of_proof_has_its_own_count(database, cast, limits, free):
    assert [attempt(database, cast.harbor, limits) for _ in range(free + 1)] == [0] * free + [1]
    assert attempt(database, cast.harbor, sign_in_limits("nina@coastline.example", HERE)) == 0
