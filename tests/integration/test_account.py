"""Changing how one signs in, leaving, and whose orders are whose, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func
from sqlmodel import select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, Problem
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.customers import queries as customers
from portal_app.domain.customers.entering import LINK_OVER, answer_link, enter_by_link, link_card, request_link
from portal_app.domain.customers.joining import SignUp, answer_reset, prove_mailbox, reset_password, sign_up
from portal_app.domain.customers.leaving import TELL_CLOSED, close_account
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.readdressing import (
    TELL_OLD_ADDRESS,
    confirm_new_email,
    pending_email,
    request_new_email,
    resend_new_email,
)
from portal_app.domain.customers.service import open_guest
from portal_app.domain.identity import passwords
from portal_app.domain.identity.codes import issue_code
from portal_app.domain.identity.models import Account, MailedCode, Passkey, Purpose, SignInSession
from portal_app.domain.identity.service import change_password, hash_password, sign_in
from portal_app.domain.identity.sessions import viewer_of
from portal_app.domain.notifications.account_mails import mail_code
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.queries import visible as visible_orders
from tests.conftest import NOW
from tests.integration.builders import make_order

WORDS, OTHERS = "three quiet lighthouses", "another quiet lighthouse"
NINA = "nina@coastline.example"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


def arrive(database, cast, email=NINA, password=WORDS, name="Nina Ortega") -> Viewer:
    token = sign_up(database.unit_of_work, cast.harbor, SignUp(name, email, password), now=NOW)
    return at(database, cast, token)


def at(database, cast, token, now=NOW) -> Viewer | None:
    with database.reading() as db:
        return viewer_of(db, cast.harbor, token, now=now)


def again(database, by: Viewer) -> Viewer | None:
    """The same session as its next event finds it."""
    with database.reading() as db:
        kept, account = db.get_one(SignInSession, by.session_id), db.get_one(Account, by.account_id)
        if kept.ended_at or account.closed_at:
            return None
        return replace(by, email=account.email, name=account.name, is_verified=account.verified_at is not None)


def mailed(database, purpose, now=NOW) -> str:
    """The newest code or link of this kind, as its mail says it."""
    with database.unit_of_work() as db:
        asked = select(MailedCode).where(MailedCode.purpose == purpose).order_by(MailedCode.id.desc())
        return issue_code(db, db.exec(asked).first().id, now=now)


def proven(database, cast, email=NINA, password=WORDS, name="Nina Ortega") -> Viewer:
    by = arrive(database, cast, email, password, name)
    prove_mailbox(database.unit_of_work, by, mailed(database, Purpose.VERIFY), now=NOW)
    return again(database, by)


def orders(database, by: Viewer) -> set[int]:
    with database.reading() as db:
        return {order.number for order in db.exec(visible_orders(by))}


def guest_order(database, cast, email=NINA, number=2001) -> int:
    """Somebody ordered by phone: the studio keeps it under the address."""
    with database.unit_of_work() as db:
        guest = open_guest(db, cast.olive, "N. Ortega", email, now=NOW).id
    make_order(database, cast.harbor, guest, number=number)
    return guest


def place(database, cast, by: Viewer, key: str) -> int:
    request = OrderRequest(key, "12 Cypress Way", "Carmel", "1800", [cast.photos], (NOW + timedelta(days=9)).replace(tzinfo=None))
    with database.unit_of_work() as db:
        return place_order(db, by, request, now=NOW)


def kinds(database) -> list[str]:
    with database.reading() as db:
        return list(db.exec(select(Fact.kind).order_by(Fact.id)))


def rows(database, *tables) -> list[str]:
    with database.reading() as db:
        return [repr(row) for table in tables for row in db.execute(select(table.__table__).order_by(table.id)).all()]


@pytest.mark.proof("identity-01")
def test_another_password_ends_every_other_session_and_this_one_goes_on_under_a_new_token(database, cast):
    nina = proven(database, cast)
    elsewhere = sign_in(database.unit_of_work, cast.harbor, NINA, WORDS, now=NOW)
    with database.unit_of_work() as db:
        answer_reset(db, cast.harbor, NINA, now=NOW)
    stolen = mailed(database, Purpose.RESET)
    for current, wanted, field in ((OTHERS, OTHERS, "current"), (WORDS, "nina12345", "password"), (WORDS, "short", "password")):
        with pytest.raises(InvalidInput) as refused:
            change_password(database.unit_of_work, nina, current, wanted, now=NOW)
        assert refused.value.field == field
    assert at(database, cast, elsewhere)
    token = change_password(database.unit_of_work, nina, WORDS, OTHERS, now=NOW)
    assert at(database, cast, token).account_id == nina.account_id
    assert at(database, cast, elsewhere) is None
    assert again(database, nina) is None
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.harbor, NINA, WORDS, now=NOW)
    with pytest.raises(InvalidInput):
        reset_password(database.unit_of_work, cast.harbor, NINA, stolen, WORDS, now=NOW)
    assert sign_in(database.unit_of_work, cast.harbor, NINA, OTHERS, now=NOW)
    assert "account.password_changed" in kinds(database)


@pytest.mark.proof("identity-01")
def test_whoever_looks_through_anothers_eyes_changes_nothing_of_how_they_sign_in(database, cast):
    nina = proven(database, cast)
    seen = replace(nina, behind="Olive Marchetti", behind_account_id=cast.olive.account_id)
    verbs = (
        lambda: change_password(database.unit_of_work, seen, WORDS, OTHERS, now=NOW),
        lambda: request_new_email(database.unit_of_work, seen, "n@x.example", WORDS, now=NOW),
        lambda: confirm_new_email(database.unit_of_work, seen, "123456", now=NOW),
        lambda: close_account(database.unit_of_work, seen, WORDS, "delete", now=NOW),
        lambda: prove_mailbox(database.unit_of_work, seen, "123456", now=NOW),
    )
    before = rows(database, Account, MailedCode)
    for verb in verbs:
        with pytest.raises(NotAllowed):
            verb()
    with pytest.raises(NotAllowed), database.unit_of_work() as db:
        resend_new_email(db, seen, now=NOW)
    assert rows(database, Account, MailedCode) == before


@pytest.mark.proof("identity-01", "identity-04")
def test_another_address_counts_once_its_code_is_typed_and_brings_what_is_kept_under_it(database, cast):
    nina = proven(database, cast)
    mine = place(database, cast, nina, "k1")
    elsewhere = sign_in(database.unit_of_work, cast.harbor, NINA, WORDS, now=NOW)
    guest_order(database, cast, "nina@new.example", 2002)
    squatter = arrive(database, cast, "nina@new.example", OTHERS, "Not Nina")
    theirs = place(database, cast, squatter, "k2")

    with pytest.raises(InvalidInput) as refused:
        request_new_email(database.unit_of_work, nina, "Nina@new.example", OTHERS, now=NOW)
    assert refused.value.field == "password"
    request_new_email(database.unit_of_work, nina, "Nina@new.example", WORDS, now=NOW)
    with database.unit_of_work() as db:
        assert pending_email(db, nina, now=NOW) == "Nina@new.example"
        resend_new_email(db, nina, now=NOW)
    code = mailed(database, Purpose.CHANGE_EMAIL)
    with pytest.raises(InvalidInput):
        confirm_new_email(database.unit_of_work, nina, "000000" if code != "000000" else "111111", now=NOW)
    assert again(database, nina).email == NINA
    assert orders(database, nina) == {mine}

    confirm_new_email(database.unit_of_work, nina, code, now=NOW)
    moved = again(database, nina)
    assert (moved.email, moved.is_verified) == ("Nina@new.example", True)
    assert orders(database, moved) == {mine, 2002, theirs}
    assert at(database, cast, elsewhere) is None
    assert again(database, squatter) is None
    with database.reading() as db:
        assert {row.email_key for row in db.exec(select(Customer).where(Customer.account_id == nina.account_id))} == {
            "nina@new.example"
        }
        told = db.exec(select(Work).where(Work.kind == TELL_OLD_ADDRESS)).one()
        assert told.payload["email"] == NINA
        assert pending_email(db, moved, now=NOW) == ""
    assert sign_in(database.unit_of_work, cast.harbor, "nina@new.example", WORDS, now=NOW)
    for password in (WORDS, OTHERS):
        with pytest.raises(InvalidInput):
            sign_in(database.unit_of_work, cast.harbor, NINA, password, now=NOW)
    assert proven(database, cast).account_id != nina.account_id


@pytest.mark.proof("identity-01")
def test_an_address_that_has_an_account_is_not_given_to_another_and_only_its_owner_learns_why(database, cast):
    nina = proven(database, cast)
    request_new_email(database.unit_of_work, nina, cast.carl.email, WORDS, now=NOW)
    with database.unit_of_work() as db:
        asked = db.exec(select(MailedCode).where(MailedCode.purpose == Purpose.CHANGE_EMAIL)).one()
        mail_code(db, asked.id, now=NOW)
        mail = db.exec(select(Mail)).one()
        assert (mail.to_email, mail.subject) == (cast.carl.email, "You already have an account at Harbor Light")
        assert asked.code_hash == ""
    with pytest.raises(InvalidInput):
        confirm_new_email(database.unit_of_work, nina, "", now=NOW)
    request_new_email(database.unit_of_work, nina, "late@x.example", WORDS, now=NOW)
    code = mailed(database, Purpose.CHANGE_EMAIL)
    proven(database, cast, "late@x.example", OTHERS, "Late Lou")
    with pytest.raises(Conflict):
        confirm_new_email(database.unit_of_work, nina, code, now=NOW)
    assert again(database, nina).email == NINA


def test_who_mistyped_their_address_corrects_it_and_goes_on(database, cast):
    typo = arrive(database, cast, "nina@coastlin.example")
    number = place(database, cast, typo, "k1")
    request_new_email(database.unit_of_work, typo, NINA, WORDS, now=NOW)
    confirm_new_email(database.unit_of_work, typo, mailed(database, Purpose.CHANGE_EMAIL), now=NOW)
    assert again(database, typo).is_verified
    assert orders(database, typo) == {number}
    with database.reading() as db:
        assert not db.exec(select(Work).where(Work.kind == TELL_OLD_ADDRESS)).all()


@pytest.mark.proof("identity-01")
def test_a_deleted_account_leaves_its_orders_and_nothing_to_sign_in_with(database, cast):
    nina = proven(database, cast)
    number = place(database, cast, nina, "k1")
    with database.unit_of_work() as db:
        db.add(
            Passkey(
                studio_id=cast.harbor,
                account_id=nina.account_id,
                credential_id="c",
                public_key=b"k",
                name="Phone",
                created_at=NOW,
            )
        )
        answer_link(db, cast.harbor, NINA, now=NOW)
    link = mailed(database, Purpose.ENTER)
    for password, word, field in ((OTHERS, "delete", "password"), (WORDS, "yes", "word")):
        with pytest.raises(InvalidInput) as refused:
            close_account(database.unit_of_work, nina, password, word, now=NOW)
        assert refused.value.field == field
    close_account(database.unit_of_work, nina, WORDS, " DELETE ", now=NOW)
    assert again(database, nina) is None
    with database.reading() as db:
        row = db.get_one(Account, nina.account_id)
        assert (row.name, row.email, row.email_key, row.password_hash) == ("", "", "", "")
        assert db.exec(select(func.count()).select_from(Passkey)).one() == 0
        assert not db.exec(select(MailedCode).where(MailedCode.used_at.is_(None))).all()
        assert db.exec(select(Work).where(Work.kind == TELL_CLOSED)).one().payload["email"] == NINA
        assert db.exec(select(Customer.account_id).join(Order).where(Order.number == number)).one() is None
    with pytest.raises(InvalidInput):
        enter_by_link(database.unit_of_work, cast.harbor, link, now=NOW)
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.harbor, NINA, WORDS, now=NOW)
    assert number in orders(database, cast.olive)
    back = arrive(database, cast)
    assert orders(database, back) == set()
    prove_mailbox(database.unit_of_work, back, mailed(database, Purpose.VERIFY), now=NOW)
    assert orders(database, back) == {number}


def test_staff_do_not_delete_themselves(database, cast):
    with database.unit_of_work() as db:
        db.get(Account, cast.olive.account_id).password_hash = hash_password(WORDS)
    with pytest.raises(NotAllowed):
        close_account(database.unit_of_work, cast.olive, WORDS, "delete", now=NOW)


@pytest.mark.proof("identity-03")
def test_a_link_signs_in_once_within_a_quarter_of_an_hour_and_looking_at_it_does_nothing(database, cast):
    nina = proven(database, cast)
    guest_order(database, cast)
    with database.unit_of_work() as db:
        answer_link(db, cast.harbor, NINA, "/orders", now=NOW)
    first = mailed(database, Purpose.ENTER)
    assert len(first) == 43
    with database.unit_of_work() as db:
        answer_link(db, cast.harbor, NINA, "/orders", now=NOW)
    token = mailed(database, Purpose.ENTER)
    with database.reading() as db:
        assert fingerprint(token) in db.exec(select(MailedCode.code_hash)).all()
        assert token not in repr(rows(database, MailedCode, Fact, Work))
        for _ in range(3):
            assert link_card(db, cast.harbor, token, now=NOW).email == NINA
        assert link_card(db, cast.bluebird, token, now=NOW) is None
        assert link_card(db, cast.harbor, first, now=NOW) is None
    for studio, used, now in (
        (cast.harbor, first, NOW),
        (cast.bluebird, token, NOW),
        (cast.harbor, token, NOW + timedelta(minutes=15)),
        (cast.harbor, "", NOW),
    ):
        with pytest.raises(InvalidInput) as refused:
            enter_by_link(database.unit_of_work, studio, used, now=now)
        assert refused.value.sentence == LINK_OVER
    entered = enter_by_link(database.unit_of_work, cast.harbor, token, now=NOW)
    assert at(database, cast, entered).account_id == nina.account_id
    assert orders(database, nina) == {2001}
    with pytest.raises(InvalidInput):
        enter_by_link(database.unit_of_work, cast.harbor, token, now=NOW)


@pytest.mark.proof("identity-03", "identity-01")
def test_a_link_is_mailed_to_proven_customers_only_and_asking_is_the_same_for_everybody(database, cast):
    arrive(database, cast, "unproven@x.example")
    proven(database, cast, "out@x.example")
    with database.unit_of_work() as db:
        db.exec(select(Account).where(Account.email_key == "out@x.example")).one().suspended_at = NOW
    before = kinds(database).count("account.code_requested")
    everybody = (cast.olive.email, "unproven@x.example", "out@x.example", "nobody@x.example", cast.ollie.email, cast.carl.email)
    for count, email in enumerate(everybody, 1):
        with database.unit_of_work() as db:
            request_link(db, cast.harbor, email, now=NOW)
            assert len(db.exec(select(Work).where(Work.kind == "answer_enter")).all()) == count
    assert kinds(database).count("account.code_requested") == before
    for email in everybody:
        with database.unit_of_work() as db:
            answer_link(db, cast.harbor, email, now=NOW)
    assert kinds(database).count("account.code_requested") == before + 1


@pytest.mark.proof("identity-02")
def test_an_unproven_person_orders_at_once_sees_nothing_earlier_and_touches_no_past_record(database, cast):
    guest_order(database, cast)
    owner = proven(database, cast, "gus@coastline.example", OTHERS, "Gus")
    past = place(database, cast, owner, "past")
    before = rows(database, Customer, Order, Account)
    for email, key in ((NINA, "k1"), ("gus@coastline.example", "k2")):
        by = arrive(database, cast, email)
        assert (by.is_verified, orders(database, by)) == (False, set())
        number = place(database, cast, by, key)
        assert orders(database, by) == {number}
        assert number in orders(database, cast.olive)
    after = rows(database, Customer, Order, Account)
    assert set(before) <= set(after)
    assert orders(database, owner) == {past}


@pytest.mark.proof("identity-04")
def test_a_claim_drops_the_unproven_password_and_its_sessions_and_keeps_what_was_ordered(database, cast):
    guest_order(database, cast)
    squatter = arrive(database, cast, name="Not Nina")
    theirs = place(database, cast, squatter, "k1")
    nina = arrive(database, cast, password=OTHERS)
    mine = place(database, cast, nina, "k2")
    assert orders(database, nina) == {mine}
    prove_mailbox(database.unit_of_work, nina, mailed(database, Purpose.VERIFY), now=NOW)
    assert again(database, squatter) is None
    assert orders(database, nina) == {2001, theirs, mine}
    assert orders(database, squatter) == set()
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.harbor, NINA, WORDS, now=NOW)
    assert sign_in(database.unit_of_work, cast.harbor, NINA, OTHERS, now=NOW)
    with database.reading() as db:
        assert db.get_one(Account, squatter.account_id).password_hash == ""


@pytest.mark.proof("identity-04")
def test_who_proves_an_address_that_had_an_account_goes_on_in_that_one(database, cast):
    carl = cast.carl
    visitor = arrive(database, cast, carl.email, name="Carl in a hurry")
    number = place(database, cast, visitor, "k1")
    with database.unit_of_work() as db:
        asked = db.exec(select(MailedCode).order_by(MailedCode.id.desc())).first()
        mail_code(db, asked.id, now=NOW)
        assert db.exec(select(Mail)).one().subject == "You already have an account at Harbor Light"
    proof = prove_mailbox(database.unit_of_work, visitor, mailed(database, Purpose.VERIFY), now=NOW)
    assert at(database, cast, proof.token).account_id == carl.account_id
    assert again(database, visitor) is None
    assert number in orders(database, carl)
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.harbor, carl.email, WORDS, now=NOW)


@pytest.mark.parametrize("more", ["staff", "second step", "suspended"])
@pytest.mark.proof("identity-04")
def test_an_account_that_asks_for_more_than_a_mailbox_is_not_opened_by_a_code(database, cast, more):
    email = cast.olive.email if more == "staff" else cast.carl.email
    with database.unit_of_work() as db:
        account = db.get(Account, cast.carl.account_id)
        account.totp_since = NOW if more == "second step" else None
        account.suspended_at = NOW if more == "suspended" else None
    visitor = arrive(database, cast, email, name="Somebody")
    proof = prove_mailbox(database.unit_of_work, visitor, mailed(database, Purpose.VERIFY), now=NOW)
    assert (proof.token, proof.must_sign_in) == ("", True)
    assert again(database, visitor) is None


@pytest.mark.proof("identity-04")
def test_two_who_prove_the_same_mailbox_at_once_end_in_one_account(database, cast):
    guest_order(database, cast)
    both = [arrive(database, cast), arrive(database, cast)]
    with database.unit_of_work() as db:
        codes = [
            issue_code(db, db.exec(select(MailedCode.id).where(MailedCode.account_id == by.account_id)).one(), now=NOW)
            for by in both
        ]
    gate, outcomes = threading.Barrier(2), []

    def prove(by, code):
        gate.wait()
        try:
            outcomes.append(prove_mailbox(database.unit_of_work, by, code, now=NOW))
        except Problem as problem:
            outcomes.append(problem)

    threads = [threading.Thread(target=prove, args=pair) for pair in zip(both, codes, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as db:
        left = db.exec(select(Account.id, Account.verified_at).where(Account.email_key == NINA)).all()
    assert [verified_at for _, verified_at in left] == [NOW]
    assert len(outcomes) == 2
    owner = next(by for by in both if by.account_id == left[0][0])
    assert orders(database, owner) == {2001}
    assert sum(again(database, by) is not None for by in both) == 1


def test_a_member_of_the_studio_is_no_customer_of_the_door(database, cast):
    assert cast.olive.role is Role.OWNER
    with database.reading() as db:
        assert db.exec(customers.own_ids(cast.olive)).all() == []
