"""Sessions end: unused, at their end, from the list, and with the rights they stood for. On both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import func, select

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Role
from portal_app.domain.activity.models import Fact
from portal_app.domain.identity import staff
from portal_app.domain.identity.models import Account, Attempt, Challenge, MailedCode, Membership, Purpose, SignInSession
from portal_app.domain.identity.queries import sessions_of
from portal_app.domain.identity.session_life import asks_again
from portal_app.domain.identity.sessions import (
    clean_sessions,
    end_all_sessions,
    end_other_sessions,
    end_own_session,
    open_session,
    prove_session,
    proven_at,
    touch_session,
    viewer_of,
)
from tests.conftest import NOW

pytestmark = pytest.mark.proof("identity-05")

DAY = timedelta(days=1)
PIXEL = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
LAPTOP = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0"


def opened(database, by, *, device="", place="", now=NOW) -> str:
    with database.unit_of_work() as db:
        return open_session(db, db.get(Account, by.account_id), device=device, place=place, now=now)


def seen_as(database, by, token, now=NOW):
    with database.reading() as db:
        return viewer_of(db, by.studio_id, token, now=now)


def do(database, verb, *args, **kwargs):
    with database.unit_of_work() as db:
        return verb(db, *args, **kwargs)


@pytest.mark.parametrize(("who", "idle", "longest"), [("carl", 30, 90), ("pia", 7, 30), ("olive", 7, 30)])
def test_staff_are_forgotten_sooner_than_customers(database, cast, who, idle, longest):
    by = getattr(cast, who)
    token = opened(database, by)
    assert seen_as(database, by, token, NOW + (idle - 0.1) * DAY)
    assert seen_as(database, by, token, NOW + idle * DAY) is None
    session_id = seen_as(database, by, token).session_id
    for day in range(1, longest):
        do(database, touch_session, session_id, now=NOW + day * DAY)
    assert seen_as(database, by, token, NOW + (longest - 0.1) * DAY)
    assert seen_as(database, by, token, NOW + longest * DAY) is None


def test_the_list_names_device_place_and_time_and_only_ones_own(database, cast):
    phone = opened(database, cast.carl, device=PIXEL, place="203.0.113.0/24", now=NOW)
    opened(database, cast.carl, device=LAPTOP, place="198.51.100.0/24", now=NOW + DAY)
    opened(database, cast.pia, device="curl/8.5.0", now=NOW)
    here = seen_as(database, cast.carl, phone)
    with database.reading() as db:
        listed = sessions_of(db, here)
    assert [(row.device, row.place, row.seen_at, row.is_this) for row in listed] == [
        ("Firefox on Mac", "198.51.100.0/24", NOW + DAY, False),
        ("Chrome on Android", "203.0.113.0/24", NOW, True),
    ]


def test_one_browser_is_signed_out_from_the_list_and_nobody_elses(database, cast):
    phone, laptop = opened(database, cast.carl), opened(database, cast.carl)
    here, other = seen_as(database, cast.carl, laptop), seen_as(database, cast.carl, phone)
    for stranger in (cast.omar, cast.olive, cast.ollie):
        with pytest.raises(NotFound):
            do(database, end_own_session, stranger, other.session_id, now=NOW)
    with pytest.raises(NotAllowed):
        do(database, end_own_session, replace(here, behind_account_id=cast.olive.account_id), other.session_id, now=NOW)
    assert seen_as(database, cast.carl, phone)
    do(database, end_own_session, here, other.session_id, now=NOW)
    do(database, end_own_session, here, other.session_id, now=NOW)
    assert seen_as(database, cast.carl, phone) is None
    assert seen_as(database, cast.carl, laptop)


def test_every_other_browser_is_signed_out_at_once(database, cast):
    tokens = [opened(database, cast.carl) for _ in range(3)]
    pia = opened(database, cast.pia)
    here = seen_as(database, cast.carl, tokens[1])
    with pytest.raises(NotAllowed):
        do(database, end_other_sessions, replace(here, behind_account_id=cast.olive.account_id), now=NOW)
    assert do(database, end_other_sessions, here, now=NOW) == 2
    assert [seen_as(database, cast.carl, token) is not None for token in tokens] == [False, True, False]
    assert seen_as(database, cast.pia, pia)


def test_an_end_is_a_fact_that_names_the_sessions(database, cast):
    first, second = (seen_as(database, cast.carl, opened(database, cast.carl)).session_id for _ in range(2))
    do(database, end_all_sessions, cast.carl.account_id, by=cast.olive, now=NOW)
    assert do(database, end_all_sessions, cast.carl.account_id, now=NOW) == 0
    with database.reading() as db:
        fact = db.exec(select(Fact).where(Fact.kind == "session.ended")).one()
        assert fact.details == {"account_id": cast.carl.account_id, "session_ids": [first, second]}
        assert fact.actor_name == "Olive Marchetti"


def test_ending_all_but_one_leaves_that_one(database, cast):
    kept, gone = opened(database, cast.carl), opened(database, cast.carl)
    do(database, end_all_sessions, cast.carl.account_id, but=seen_as(database, cast.carl, kept).session_id, now=NOW)
    assert seen_as(database, cast.carl, kept)
    assert seen_as(database, cast.carl, gone) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda db, cast: staff.change_role(db, cast.olive, cast.pia.member_id, "editor", now=NOW),
        lambda db, cast: staff.suspend_member(db, cast.olive, cast.pia.member_id, now=NOW),
        lambda db, cast: staff.remove_member(db, cast.olive, cast.pia.member_id, now=NOW),
    ],
    ids=["another role", "suspended", "removed"],
)
def test_a_change_of_rights_is_felt_at_the_next_event(database, cast, change):
    token = opened(database, cast.pia)
    assert seen_as(database, cast.pia, token).role is Role.PHOTOGRAPHER
    with database.unit_of_work() as db:
        change(db, cast)
    assert seen_as(database, cast.pia, token) is None


def test_a_switch_is_felt_at_the_next_event(database, cast):
    token = opened(database, cast.pia)
    assert not seen_as(database, cast.pia, token).may(Permission.DELIVER)
    for is_on in (True, False):
        do(database, staff.switch_permission, cast.olive, cast.pia.member_id, "deliver", is_on=is_on, now=NOW)
        assert seen_as(database, cast.pia, token).may(Permission.DELIVER) is is_on


def test_somebody_put_back_stays_signed_out_until_they_sign_in(database, cast):
    token = opened(database, cast.pia)
    do(database, staff.suspend_member, cast.olive, cast.pia.member_id, now=NOW)
    do(database, staff.restore_member, cast.olive, cast.pia.member_id, now=NOW)
    assert seen_as(database, cast.pia, token) is None


def test_a_proof_belongs_to_the_session_that_gave_it(database, cast):
    phone, laptop = opened(database, cast.carl), opened(database, cast.carl)
    later = NOW + timedelta(minutes=20)
    at_phone, at_laptop = seen_as(database, cast.carl, phone), seen_as(database, cast.carl, laptop)
    do(database, prove_session, at_phone, now=later)
    with database.reading() as db:
        assert not asks_again(proven_at(db, at_phone), now=later)
        assert asks_again(proven_at(db, at_laptop), now=later)
        assert asks_again(proven_at(db, cast.carl), now=later)


def test_what_is_over_is_forgotten_by_time_and_nothing_else(database, cast):
    old, idle, fresh = opened(database, cast.carl), opened(database, cast.pia), opened(database, cast.olive, now=NOW + 8 * DAY)
    codes = {
        "studio_id": cast.harbor,
        "account_id": cast.carl.account_id,
        "email_key": "x",
        "code_hash": "x",
        "purpose": Purpose.VERIFY,
    }
    with database.unit_of_work() as db:
        for at in (NOW, NOW + 8 * DAY):
            db.add(MailedCode(created_at=at, ends_at=at + timedelta(minutes=15), **codes))
            db.add(Challenge(studio_id=cast.harbor, challenge_hash=str(at), created_at=at, ends_at=at + timedelta(minutes=5)))
            db.add(Attempt(studio_id=cast.harbor, key="in:x", at=at))
    do(database, clean_sessions, now=NOW + 8 * DAY)
    with database.reading() as db:
        for table in (MailedCode, Challenge, Attempt):
            assert db.exec(select(func.count()).select_from(table)).one() == 1, table
        ended = {row.account_id: row.ended_at is not None for row in db.exec(select(SignInSession))}
    assert ended == {cast.carl.account_id: False, cast.pia.account_id: True, cast.olive.account_id: False}
    do(database, clean_sessions, now=NOW + 31 * DAY)
    do(database, clean_sessions, now=NOW + 95 * DAY)
    with database.reading() as db:
        assert [row.account_id for row in db.exec(select(SignInSession))] == [cast.olive.account_id]
        assert db.exec(select(func.count()).select_from(Membership)).one()
    assert (seen_as(database, cast.carl, old), seen_as(database, cast.pia, idle)) == (None, None)
    assert fresh
