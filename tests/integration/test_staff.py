"""The studio's own people: roles, switches, suspended, removed; at least one owner always remains. On both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import SWITCHES, Permission, Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.identity.models import Account, Membership, SignInSession
from portal_app.domain.identity.queries import MemberRow, members, staff_invitations
from portal_app.domain.identity.sessions import open_session, viewer_of
from portal_app.domain.identity.staff import (
    LastOwner,
    change_role,
    remove_member,
    restore_member,
    suspend_member,
    switch_permission,
)
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("identity-07")


def signed_in(database: Database, by: Viewer) -> str:
    with database.unit_of_work() as db:
        return open_session(db, db.get_one(Account, by.account_id), now=NOW)


def now_is(database: Database, cast: Cast, token: str) -> Viewer | None:
    with database.reading() as db:
        return viewer_of(db, cast.harbor, token, now=NOW)


def do(database: Database, verb, *args, **named) -> None:
    with database.unit_of_work() as db:
        verb(db, *args, **named, now=NOW)


def row(database: Database, by: Viewer, who: Viewer) -> MemberRow:
    with database.reading() as db:
        return next(each for each in members(db, by) if each.account_id == who.account_id)


def last_fact(database: Database) -> Fact:
    with database.reading() as db:
        fact = db.exec(select(Fact).order_by(Fact.id.desc())).first()
        db.expunge_all()
        return fact


def second_owner(database: Database, cast: Cast) -> Viewer:
    do(database, change_role, cast.olive, cast.pia.member_id, "owner")
    return replace(cast.pia, role=Role.OWNER)


def test_a_switch_holds_from_the_next_event_on_and_is_remembered_with_before_and_after(database, cast):
    token = signed_in(database, cast.pia)
    for permission in SWITCHES:
        do(database, switch_permission, cast.olive, cast.pia.member_id, permission, is_on=True)
        assert now_is(database, cast, token).may(permission)
        fact = last_fact(database)
        assert (fact.kind, fact.actor_name, fact.details["name"]) == ("member.switched", "Olive Marchetti", cast.pia.name)
        assert (fact.details["before"], fact.details["after"]) == ({permission: False}, {permission: True})
        do(database, switch_permission, cast.olive, cast.pia.member_id, permission, is_on=False)
        assert not now_is(database, cast, token).may(permission)


def test_a_switch_takes_from_an_admin_what_the_role_gives_and_gives_it_back(database, cast):
    do(database, change_role, cast.olive, cast.pia.member_id, "admin")
    do(database, switch_permission, cast.olive, cast.pia.member_id, "see_money", is_on=False)
    assert Permission.SEE_MONEY not in row(database, cast.olive, cast.pia).permissions
    do(database, switch_permission, cast.olive, cast.pia.member_id, "see_money", is_on=True)
    assert Permission.SEE_MONEY in row(database, cast.olive, cast.pia).permissions
    with database.reading() as db:
        member = db.get_one(Membership, cast.pia.member_id)
        assert (member.granted, member.withheld) == ("", "")


def test_the_same_switch_twice_is_one_fact_and_what_is_no_switch_is_refused(database, cast):
    do(database, switch_permission, cast.olive, cast.pia.member_id, "deliver", is_on=True)
    before = last_fact(database).id
    do(database, switch_permission, cast.olive, cast.pia.member_id, "deliver", is_on=True)
    assert last_fact(database).id == before
    for wrong in ("manage_staff", "see_orders", "x"):
        with pytest.raises(InvalidInput):
            do(database, switch_permission, cast.olive, cast.pia.member_id, wrong, is_on=True)
    with pytest.raises(Conflict):
        do(database, switch_permission, cast.olive, cast.olive.member_id, "deliver", is_on=False)


def test_another_role_forgets_the_old_switches_and_asks_for_a_new_sign_in(database, cast):
    do(database, switch_permission, cast.olive, cast.pia.member_id, "refund", is_on=True)
    token = signed_in(database, cast.pia)
    do(database, change_role, cast.olive, cast.pia.member_id, "editor")
    assert last_fact(database).details["before"] == {"role": "photographer", "refund": True}
    assert now_is(database, cast, token) is None
    after = now_is(database, cast, signed_in(database, cast.pia))
    assert (after.role, after.may(Permission.REFUND)) == (Role.EDITOR, False)
    with pytest.raises(InvalidInput):
        do(database, change_role, cast.olive, cast.pia.member_id, "customer")


def test_who_is_suspended_is_out_of_every_tab_until_restored(database, cast):
    token = signed_in(database, cast.pia)
    do(database, suspend_member, cast.olive, cast.pia.member_id)
    assert now_is(database, cast, token) is None
    assert row(database, cast.olive, cast.pia).is_suspended
    do(database, restore_member, cast.olive, cast.pia.member_id)
    assert now_is(database, cast, token) is None
    assert now_is(database, cast, signed_in(database, cast.pia)).role is Role.PHOTOGRAPHER


def test_who_is_removed_is_out_at_once_and_history_keeps_the_name(database, cast):
    token = signed_in(database, cast.pia)
    do(database, remove_member, cast.olive, cast.pia.member_id)
    assert now_is(database, cast, token) is None
    gone = row(database, cast.olive, cast.pia)
    assert (gone.name, gone.left_at, gone.role) == (cast.pia.name, NOW, "photographer")
    assert now_is(database, cast, signed_in(database, cast.pia)).role is Role.CUSTOMER
    with database.reading() as db:
        started = db.exec(select(Fact).where(Fact.kind == "session.started")).first()
        assert started.actor_name == cast.pia.name
    with pytest.raises(NotFound):
        do(database, remove_member, cast.olive, cast.pia.member_id)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda db, by, owner, now: change_role(db, by, owner, "admin", now=now),
        lambda db, by, owner, now: remove_member(db, by, owner, now=now),
    ],
    ids=["demoted", "removed"],
)
def test_the_last_owner_can_be_neither(database, cast, attempt):
    with pytest.raises(LastOwner), database.unit_of_work() as db:
        attempt(db, cast.olive, cast.olive.member_id, NOW)
    pia = second_owner(database, cast)
    do(database, suspend_member, cast.olive, cast.pia.member_id)
    with pytest.raises(LastOwner), database.unit_of_work() as db:
        attempt(db, cast.olive, cast.olive.member_id, NOW)
    do(database, restore_member, cast.olive, cast.pia.member_id)
    with database.unit_of_work() as db:
        attempt(db, pia, cast.olive.member_id, NOW)


def test_two_owners_demoting_each_other_at_once_leave_one(database, cast):
    pia = second_owner(database, cast)

    def demote(pair) -> bool:
        by, other = pair
        try:
            do(database, change_role, by, other.member_id, "admin")
        except LastOwner:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, [(cast.olive, pia), (pia, cast.olive)]))
    assert sorted(done) == [False, True]


@pytest.mark.parametrize("who", ["pia", "carl", "an admin", "through a customer's eyes"])
def test_only_owners_manage_staff(database, cast, who):
    by = {
        "pia": cast.pia,
        "carl": cast.carl,
        "an admin": replace(cast.pia, role=Role.ADMIN, granted=frozenset(Permission)),
        "through a customer's eyes": replace(cast.olive, behind="Pia", behind_account_id=cast.pia.account_id),
    }[who]
    for verb, more in (
        (change_role, ("editor",)), (suspend_member, ()), (restore_member, ()), (remove_member, ()),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            do(database, verb, by, cast.pia.member_id, *more)
    with pytest.raises(NotAllowed):
        do(database, switch_permission, by, cast.pia.member_id, "deliver", is_on=True)
    if who != "through a customer's eyes":
        with database.reading() as db:
            for query in (lambda: members(db, by), lambda: staff_invitations(db, by, now=NOW)):
                with pytest.raises(NotAllowed):
                    query()


def test_another_studios_people_are_not_found(database, cast):
    for verb in (suspend_member, restore_member, remove_member):
        with pytest.raises(NotFound):
            do(database, verb, cast.omar, cast.pia.member_id)


def test_the_list_says_who_was_here_when(database, cast):
    signed_in(database, cast.pia)
    with database.reading() as db:
        found = {each.name: each for each in members(db, cast.olive)}
    assert set(found) == {"Olive Marchetti", "Pia Okonkwo-Reyes"}
    assert found["Pia Okonkwo-Reyes"].seen_at == NOW
    assert found["Olive Marchetti"].seen_at is None
    assert (found["Olive Marchetti"].is_me, found["Pia Okonkwo-Reyes"].is_me) == (True, False)
    assert found["Olive Marchetti"].permissions == frozenset(Permission)


def test_a_suspended_photographer_is_not_sent_to_a_visit(database, cast):
    from tests.world import build  # the verbs of the main job, once

    do(database, suspend_member, cast.olive, cast.pia.member_id)
    build(database, cast)
    from portal_app.domain.scheduling.models import Appointment

    with database.reading() as db:
        assert {visit.member_id for visit in db.exec(select(Appointment)) if visit.member_id} == {cast.olive.member_id}
        assert db.exec(select(SignInSession)).first()
