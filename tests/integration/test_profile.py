"""What people say about themselves, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.customers.copies import own_copies, set_own_copies
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.profile import Profile, change_profile, own_profile
from portal_app.domain.customers.readdressing import cancel_new_email, confirm_new_email, pending_email, request_new_email
from portal_app.domain.identity.codes import issue_code
from portal_app.domain.identity.models import Account, MailedCode
from portal_app.domain.identity.service import hash_password
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("identity-12")

WORDS = "three quiet lighthouses"
RENAMED = Profile("Carla Nakamura", "(831) 555-0170", "Coastline Realty")


def own(database: Database, by: Viewer) -> Profile:
    with database.reading() as db:
        return own_profile(db, replace(by, name=db.get_one(Account, by.account_id).name))


def change(database: Database, by: Viewer, typed: Profile) -> None:
    with database.unit_of_work() as db:
        change_profile(db, by, typed, now=NOW)


def test_a_customer_goes_by_another_name_from_now_on(database: Database, cast: Cast) -> None:
    change(database, cast.carl, RENAMED)
    assert own(database, cast.carl) == RENAMED
    with database.reading() as db:
        records = db.exec(select(Customer).where(Customer.account_id == cast.carl.account_id)).all()
        assert {(record.name, record.phone, record.company) for record in records} == {tuple(vars_of(RENAMED))}
        assert [fact.actor_name for fact in db.exec(select(Fact).where(Fact.kind == "account.profile_changed"))] == [
            cast.carl.name
        ]


def test_a_member_has_a_name_and_no_record_to_order_under(database: Database, cast: Cast) -> None:
    change(database, cast.olive, Profile("Olive Marsh", "(831) 555-0142"))
    assert own(database, cast.olive) == Profile("Olive Marsh")
    with database.reading() as db:
        assert db.exec(select(Customer).where(Customer.account_id == cast.olive.account_id)).all() == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Profile(" "), "name"),
        (Profile("\x00\x1b"), "name"),
        (Profile("x" * 121), "name"),
        (Profile("Carl", phone="5" * 41), "phone"),
        (Profile("Carl", company="c" * 121), "company"),
    ],
)
def test_what_does_not_fit_changes_nothing(database: Database, cast: Cast, typed: Profile, field: str) -> None:
    before = own(database, cast.carl)
    with pytest.raises(InvalidInput) as refused:
        change(database, cast.carl, typed)
    assert refused.value.field == field
    assert own(database, cast.carl) == before


def test_a_name_is_one_line_whatever_was_typed(database: Database, cast: Cast) -> None:
    change(database, cast.carl, Profile("Carl\r\nBcc: all@coastline.example\x1b[2J"))
    assert own(database, cast.carl).name == "Carl Bcc: all@coastline.example [2J"


def test_nobody_changes_the_profile_of_whom_they_look_as(database: Database, cast: Cast) -> None:
    through = replace(cast.carl, behind="Olive", behind_account_id=cast.olive.account_id)
    with pytest.raises(NotAllowed):
        change(database, through, RENAMED)
    assert own(database, cast.carl).name != RENAMED.name


def vars_of(typed: Profile) -> tuple[str, str, str]:
    return typed.name, typed.phone, typed.company


def test_another_address_can_be_thought_better_of(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        db.get_one(Account, cast.carl.account_id).password_hash = hash_password(WORDS)
    request_new_email(database.unit_of_work, cast.carl, "carl@elsewhere.example", WORDS, now=NOW)
    with database.unit_of_work() as db:
        assert pending_email(db, cast.carl, now=NOW) == "carl@elsewhere.example"
        code = issue_code(db, db.exec(select(MailedCode).where(MailedCode.new_email != "")).one().id, now=NOW)
        with pytest.raises(NotAllowed):
            cancel_new_email(db, replace(cast.carl, behind="Olive", behind_account_id=cast.olive.account_id), now=NOW)
        cancel_new_email(db, cast.carl, now=NOW)
        assert pending_email(db, cast.carl, now=NOW) == ""
    with pytest.raises(InvalidInput):
        confirm_new_email(database.unit_of_work, cast.carl, code, now=NOW)


def test_whoever_reads_along_is_set_for_every_record_of_ones_own(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        set_own_copies(db, cast.carl, ["ann@coastline.example", "ann@coastline.example"], now=NOW)
        assert own_copies(db, cast.carl) == ["ann@coastline.example"]
        with pytest.raises(InvalidInput) as refused:
            set_own_copies(db, cast.carl, ["not an address"], now=NOW)
        assert refused.value.field == "copies"
