"""The second step on both databases: set up, asked for, used once, lost and recovered, required by the owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from portal_app.adapters.secret_box import CannotOpen, SecretBox
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.identity import passwords
from portal_app.domain.identity.enrolling import begin_app, confirm_app, make_spare_codes, turn_off
from portal_app.domain.identity.limits import TooManyTries
from portal_app.domain.identity.models import Account, Membership, Passkey, RecoveryCode, SignInSession, Waits
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.identity.proving import NotProven, prove_again
from portal_app.domain.identity.second_step import context_of, require_second_step
from portal_app.domain.identity.service import sign_in
from portal_app.domain.identity.sessions import open_session, viewer_of
from portal_app.domain.identity.stepping import pass_on, take_step, waiting
from tests.conftest import NOW

pytestmark = pytest.mark.proof("identity-03")

SEAL = SecretBox(b"k" * 32)
WORDS = "three quiet lighthouses"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    """The parameters are shown elsewhere; ten spare codes at full strength take a second."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def pia(database, cast) -> Viewer:
    """Pia, who just signed in with her password."""
    for by in (cast.pia, cast.olive, cast.carl):
        with database.unit_of_work() as db:
            db.get(Account, by.account_id).password_hash = hash_password(WORDS)
    return who(database, cast.harbor, password_of(database, cast.pia))


def password_of(database, by, now=NOW) -> str:
    """The token of a session after the right password."""
    return sign_in(database.unit_of_work, by.studio_id, by.email, WORDS, now=now)


def who(database, studio_id, token, now=NOW) -> Viewer | None:
    with database.reading() as db:
        return viewer_of(db, studio_id, token, now=now)


def waits(database, studio_id, token, now=NOW):
    with database.reading() as db:
        return waiting(db, studio_id, token, now=now)


def set_up(database, by, now=NOW) -> str:
    """Turn the second step on; returns the secret as it is typed into an app."""
    with database.unit_of_work() as db:
        key = begin_app(db, SEAL, by, now=now).key.replace(" ", "")
    confirm_app(database.unit_of_work, SEAL, by, pyotp.TOTP(key).at(now), now=now)
    return key


def take(database, studio_id, token, code, now=NOW) -> str:
    return take_step(database.unit_of_work, SEAL, studio_id, token, code, now=now)


def require(database, by, *, required=True) -> None:
    with database.unit_of_work() as db:
        require_second_step(db, by, required, now=NOW)


def add_key(database, by) -> None:
    with database.unit_of_work() as db:
        own = {"studio_id": by.studio_id, "account_id": by.account_id}
        db.add(Passkey(credential_id=by.name, public_key=b"x", name="A key", created_at=NOW, **own))


def facts(database) -> list[str]:
    with database.reading() as db:
        return list(db.exec(select(Fact.kind).order_by(Fact.id)))


LATER = NOW + timedelta(minutes=2)


def test_after_the_password_nobody_is_there_until_the_code_came(database, cast, pia):
    key = set_up(database, pia)
    token = password_of(database, cast.pia, LATER)
    assert who(database, cast.harbor, token, LATER) is None
    found = waits(database, cast.harbor, token, LATER)
    assert (found.waits_for, found.by.account_id, found.has_app) == (Waits.SECOND_STEP, pia.account_id, True)
    fresh = take(database, cast.harbor, token, pyotp.TOTP(key).at(LATER), LATER)
    assert fresh != token
    assert who(database, cast.harbor, fresh, LATER).account_id == pia.account_id
    assert who(database, cast.harbor, token, LATER) is None
    assert waits(database, cast.harbor, fresh, LATER) is None
    assert {"second_step.turned_on", "second_step.taken"} <= set(facts(database))


def test_a_code_counts_once_and_not_those_before_it(database, cast, pia):
    key = set_up(database, pia)
    code = pyotp.TOTP(key).at(LATER)
    take(database, cast.harbor, password_of(database, cast.pia, LATER), code, LATER)
    token = password_of(database, cast.pia, LATER)
    for old in (code, pyotp.TOTP(key).at(LATER, counter_offset=-1), pyotp.TOTP(key).at(NOW)):
        with pytest.raises(InvalidInput):
            take(database, cast.harbor, token, old, LATER)
    assert take(database, cast.harbor, token, pyotp.TOTP(key).at(LATER, counter_offset=1), LATER)


def test_two_at_once_with_one_code_let_one_in(database, cast, pia):
    key = set_up(database, pia)
    tokens = [password_of(database, cast.pia, LATER) for _ in range(2)]
    code = pyotp.TOTP(key).at(LATER)

    def outcome(token):
        try:
            return take(database, cast.harbor, token, code, LATER)
        except InvalidInput:
            return ""

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(outcome, tokens))
    assert len([token for token in found if token]) == 1


def test_guessing_is_slowed_down_and_every_try_counts(database, cast, pia):
    key = set_up(database, pia)
    token = password_of(database, cast.pia, LATER)
    with pytest.raises(TooManyTries):
        for guess in range(40):
            with pytest.raises(InvalidInput):
                take(database, cast.harbor, token, f"{guess:06d}", LATER)
    with pytest.raises(TooManyTries):
        take(database, cast.harbor, token, pyotp.TOTP(key).at(LATER), LATER)
    assert "second_step.refused" in facts(database)
    much_later = LATER + timedelta(minutes=50)
    assert take(database, cast.harbor, token, pyotp.TOTP(key).at(much_later), much_later)


def test_a_spare_code_lets_in_once_and_only_hashes_are_kept(database, cast, pia):
    set_up(database, pia)
    codes = make_spare_codes(database.unit_of_work, pia, now=NOW)
    assert len(set(codes)) == 10
    with database.unit_of_work() as db:
        kept = [row.code_hash for row in db.exec(select(RecoveryCode))]
    assert all("$argon2id$" in code_hash for code_hash in kept)
    assert not any(code.replace("-", "") in code_hash for code in codes for code_hash in kept)
    token = password_of(database, cast.pia, LATER)
    assert take(database, cast.harbor, token, codes[3].upper(), LATER)
    again = password_of(database, cast.pia, LATER)
    for wrong in (codes[3], codes[0][:-1] + "x", "%%%%-%%%%-%%%%", ""):
        with pytest.raises(InvalidInput):
            take(database, cast.harbor, again, wrong, LATER)
    assert take(database, cast.harbor, again, codes[4], LATER)
    assert "recovery_code.used" in facts(database)


def test_new_spare_codes_end_the_old_ones(database, cast, pia):
    set_up(database, pia)
    old = make_spare_codes(database.unit_of_work, pia, now=NOW)
    make_spare_codes(database.unit_of_work, pia, now=NOW)
    with pytest.raises(InvalidInput):
        take(database, cast.harbor, password_of(database, cast.pia, LATER), old[0], LATER)


def test_a_spare_code_of_somebody_else_lets_nobody_in(database, cast, pia):
    set_up(database, pia)
    olive = who(database, cast.harbor, password_of(database, cast.olive))
    set_up(database, olive)
    codes = make_spare_codes(database.unit_of_work, olive, now=NOW)
    with pytest.raises(InvalidInput):
        take(database, cast.harbor, password_of(database, cast.pia, LATER), codes[0], LATER)


def test_the_secret_is_sealed_and_opens_for_its_account_alone(database, cast, pia):
    key = set_up(database, pia)
    with database.unit_of_work() as db:
        box = db.get(Account, pia.account_id).totp_box
    assert key.encode() not in box
    assert SEAL.open(box, context_of(pia.account_id)) == key
    with pytest.raises(CannotOpen):
        SEAL.open(box, context_of(cast.olive.account_id))


def test_nothing_is_on_until_a_code_came_back(database, cast, pia):
    with database.unit_of_work() as db:
        begin_app(db, SEAL, pia, now=NOW)
    with pytest.raises(InvalidInput):
        confirm_app(database.unit_of_work, SEAL, pia, "000000", now=NOW)
    assert who(database, cast.harbor, password_of(database, cast.pia, LATER), LATER)
    set_up(database, pia)
    with pytest.raises(Conflict):
        set_up(database, pia)


def test_who_may_not_set_one_up(database, cast, pia):
    for by, refusal in (
        (replace(pia, behind="Olive", behind_account_id=1), NotAllowed),
        (who(database, cast.harbor, password_of(database, cast.carl)), NotAllowed),
        (replace(pia, session_id=None), NotProven),
    ):
        with pytest.raises(refusal), database.unit_of_work() as db:
            begin_app(db, SEAL, by, now=NOW)
    with pytest.raises(NotProven), database.unit_of_work() as db:
        begin_app(db, SEAL, pia, now=NOW + timedelta(minutes=20))
    with pytest.raises(InvalidInput):
        prove_again(database.unit_of_work, pia, "not this one", now=NOW + timedelta(minutes=20))
    prove_again(database.unit_of_work, pia, WORDS, now=NOW + timedelta(minutes=20))
    assert set_up(database, pia, NOW + timedelta(minutes=21))


def test_turning_off_asks_for_the_password(database, cast, pia):
    set_up(database, pia)
    make_spare_codes(database.unit_of_work, pia, now=NOW)
    with pytest.raises(InvalidInput):
        turn_off(database.unit_of_work, pia, "not this one", now=NOW)
    turn_off(database.unit_of_work, pia, WORDS, now=NOW)
    with database.unit_of_work() as db:
        assert db.get(Account, pia.account_id).totp_box is None
        assert db.exec(select(RecoveryCode)).all() == []
    assert who(database, cast.harbor, password_of(database, cast.pia, LATER), LATER)


def test_only_the_owner_requires_it_and_sets_up_their_own_first(database, cast, pia):
    for by in (pia, cast.carl, replace(cast.olive, behind="x", behind_account_id=1)):
        with pytest.raises(NotAllowed):
            require(database, by)
    with pytest.raises(Conflict):
        require(database, cast.olive)
    add_key(database, cast.olive)
    require(database, cast.olive)
    assert "second_step.required" in facts(database)


def test_required_it_stops_open_sessions_at_once_and_new_ones_until_it_is_set_up(database, cast, pia):
    olive, carl = (password_of(database, by) for by in (cast.olive, cast.carl))
    pias = password_of(database, cast.pia)
    add_key(database, cast.olive)
    require(database, cast.olive)
    assert who(database, cast.harbor, pias) is None
    assert who(database, cast.harbor, olive)
    assert who(database, cast.harbor, carl)
    token = password_of(database, cast.pia, LATER)
    found = waits(database, cast.harbor, token, LATER)
    assert found.waits_for is Waits.SET_UP
    with pytest.raises(NotAllowed):
        take(database, cast.harbor, token, "123456", LATER)
    key = set_up(database, found.by, LATER)
    assert waits(database, cast.harbor, pias, LATER).waits_for is Waits.SECOND_STEP
    with database.unit_of_work() as db:
        fresh = pass_on(db, cast.harbor, token, "set up", now=LATER)
    assert who(database, cast.harbor, fresh, LATER).account_id == pia.account_id
    with pytest.raises(Conflict):
        turn_off(database.unit_of_work, who(database, cast.harbor, fresh, LATER), WORDS, now=LATER)
    assert key


def test_made_optional_again_those_who_waited_to_set_up_go_on(database, cast, pia):
    token = password_of(database, cast.pia)
    add_key(database, cast.olive)
    require(database, cast.olive)
    assert who(database, cast.harbor, token) is None
    require(database, cast.olive, required=False)
    assert who(database, cast.harbor, token)


def test_a_passkey_is_a_second_step_where_one_is_required(database, cast, pia):
    add_key(database, cast.olive)
    assert who(database, cast.harbor, password_of(database, cast.olive))
    require(database, cast.olive)
    token = password_of(database, cast.olive, LATER)
    found = waits(database, cast.harbor, token, LATER)
    assert (found.waits_for, found.has_app, found.has_passkey) == (Waits.SECOND_STEP, False, True)
    with database.unit_of_work() as db:
        strong = open_session(db, db.get(Account, cast.olive.account_id), waits=Waits.NOTHING, now=LATER)
    assert who(database, cast.harbor, strong, LATER)


@pytest.mark.parametrize("change", ["ended", "suspended", "closed", "another studio", "too late", "not waiting"])
def test_what_no_longer_waits_is_passed_by_no_code(database, cast, pia, change):
    key = set_up(database, pia)
    token = password_of(database, cast.pia, LATER)
    studio, now = cast.harbor, LATER
    with database.unit_of_work() as db:
        session = db.exec(select(SignInSession).order_by(SignInSession.id.desc())).first()
        account = db.get(Account, pia.account_id)
        if change == "ended":
            session.ended_at = LATER
        if change == "suspended":
            account.suspended_at = LATER
        if change == "closed":
            account.closed_at = LATER
        if change == "not waiting":
            session.waits_for = ""
    if change == "another studio":
        studio = cast.bluebird
    if change == "too late":
        now = LATER + timedelta(hours=1)
    with pytest.raises(NotAllowed):
        take(database, studio, token, pyotp.TOTP(key).at(now), now)


def test_somebody_who_left_the_studio_needs_none_unless_they_have_one(database, cast, pia):
    add_key(database, cast.olive)
    require(database, cast.olive)
    with database.unit_of_work() as db:
        db.exec(select(Membership).where(Membership.account_id == pia.account_id)).one().left_at = NOW
    assert who(database, cast.harbor, password_of(database, cast.pia, LATER), LATER)
