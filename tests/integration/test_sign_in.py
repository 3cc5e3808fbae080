"""Signing in, signing up, proving a mailbox and resetting a password, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Role
from portal_app.domain.activity.models import Fact
from portal_app.domain.customers import queries as customers
from portal_app.domain.customers.joining import (
    SignUp,
    answer_reset,
    prove_mailbox,
    request_reset,
    resend_code,
    reset_password,
    sign_up,
)
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.service import customer_for, open_guest
from portal_app.domain.identity import passwords
from portal_app.domain.identity.callers import Caller, email_key
from portal_app.domain.identity.codes import issue_code
from portal_app.domain.identity.limits import TooManyTries
from portal_app.domain.identity.models import Account, MailedCode, Purpose, SignInSession
from portal_app.domain.identity.queries import live_session, sessions_of
from portal_app.domain.identity.service import WRONG_PASSWORD, hash_password, sign_in
from portal_app.domain.identity.sessions import end_own_session, end_session, touch_session, viewer_of
from tests.conftest import NOW

WORDS = "three quiet lighthouses"
NINA = SignUp(name="Nina Ortega", email="Nina@Coastline.example", password=WORDS, phone="(831) 555-0101")


def viewer(database, studio_id, token, now=NOW):
    with database.reading() as db:
        return viewer_of(db, studio_id, token, now=now)


def newest_code(database, purpose, now=NOW) -> str:
    """What the worker would write into the mail."""
    with database.unit_of_work() as db:
        asked = select(MailedCode).where(MailedCode.purpose == purpose).order_by(MailedCode.id.desc())
        return issue_code(db, db.exec(asked).first().id, now=now)


def ask_reset(database, studio_id, email) -> None:
    """Somebody asks, and the worker answers."""
    with database.unit_of_work() as db:
        request_reset(db, studio_id, email, now=NOW)
    with database.unit_of_work() as db:
        answer_reset(db, studio_id, email_key(email), now=NOW)


def facts(database, kind) -> list[Fact]:
    with database.unit_of_work() as db:
        return list(db.exec(select(Fact).where(Fact.kind == kind)))


def give_password(database, by, password=WORDS):
    with database.unit_of_work() as db:
        db.get(Account, by.account_id).password_hash = hash_password(password)


def sign_nina_up(database, cast) -> str:
    return sign_up(database.unit_of_work, cast.harbor, NINA, now=NOW)


@pytest.mark.proof("main-job-06")
def test_signing_in_opens_a_session_of_which_only_the_fingerprint_is_kept(database, cast):
    give_password(database, cast.olive)
    token = sign_in(database.unit_of_work, cast.harbor, " Olive@harbor.example ", WORDS, now=NOW)
    found = viewer(database, cast.harbor, token)
    assert (found.role, found.name, found.account_id) == (Role.OWNER, "Olive Marchetti", cast.olive.account_id)
    with database.unit_of_work() as db:
        kept = db.exec(select(SignInSession)).one()
    assert kept.token_hash == fingerprint(token)
    assert facts(database, "session.started")


@pytest.mark.proof("main-job-06")
def test_what_stands_before_every_event_reads_the_same_as_a_session_of_the_database(database, cast):
    """The short way past the session gives the same viewer and instants, and sees what was just committed."""
    for by in (cast.olive, cast.carl):
        give_password(database, by)
        token = sign_in(database.unit_of_work, cast.harbor, by.email, WORDS, now=NOW)
        for _ in range(12):
            short = live_session(database.glance.first, cast.harbor, token, now=NOW)
        assert short.viewer == viewer(database, cast.harbor, token)
        assert short.seen_at == NOW
        assert live_session(database.glance.first, cast.bluebird, token, now=NOW) is None
        with database.unit_of_work() as db:
            end_session(db, cast.harbor, token, now=NOW)
        assert live_session(database.glance.first, cast.harbor, token, now=NOW) is None


@pytest.mark.proof("main-job-06")
def test_a_session_counts_at_its_own_studio_only(database, cast):
    give_password(database, cast.carl)
    token = sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, now=NOW)
    assert viewer(database, cast.bluebird, token) is None
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.bluebird, cast.carl.email, WORDS, now=NOW)


@pytest.mark.parametrize(
    ("later", "counts"),
    [(timedelta(days=29), True), (timedelta(days=31), False), (timedelta(days=91), False)],
    ids=["29 days", "31 days unused", "past its end"],
)
def test_a_session_lasts_thirty_idle_days(database, cast, later, counts):
    give_password(database, cast.carl)
    token = sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, now=NOW)
    assert (viewer(database, cast.harbor, token, NOW + later) is not None) is counts


def test_use_prolongs_a_session_up_to_its_end(database, cast):
    give_password(database, cast.carl)
    token = sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, now=NOW)
    session_id = viewer(database, cast.harbor, token).session_id
    for days in (25, 50, 75):
        with database.unit_of_work() as db:
            touch_session(db, session_id, now=NOW + timedelta(days=days))
    assert viewer(database, cast.harbor, token, NOW + timedelta(days=89))
    assert viewer(database, cast.harbor, token, NOW + timedelta(days=90)) is None


@pytest.mark.proof("main-job-06")
def test_signing_out_ends_it_at_once_and_another_browser_can_be_signed_out(database, cast):
    give_password(database, cast.carl)
    phone, laptop = (sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, now=NOW) for _ in range(2))
    at_laptop = viewer(database, cast.harbor, laptop)
    with database.reading() as db:
        other = next(row for row in sessions_of(db, at_laptop) if not row.is_this)
    with pytest.raises(NotFound), database.unit_of_work() as db:
        end_own_session(db, cast.omar, other.id, now=NOW)
    assert viewer(database, cast.harbor, phone)
    with database.unit_of_work() as db:
        end_own_session(db, at_laptop, other.id, now=NOW)
    assert viewer(database, cast.harbor, phone) is None
    with database.unit_of_work() as db:
        end_session(db, cast.harbor, laptop, now=NOW)
    assert viewer(database, cast.harbor, laptop) is None


def test_a_suspended_account_is_out_and_cannot_come_back(database, cast):
    give_password(database, cast.carl)
    token = sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, now=NOW)
    with database.unit_of_work() as db:
        db.get(Account, cast.carl.account_id).suspended_at = NOW
    assert viewer(database, cast.harbor, token) is None
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, now=NOW)


@pytest.mark.proof("main-job-06")
def test_guessing_is_slowed_down_per_person_and_place(database, cast):
    give_password(database, cast.carl)
    here, elsewhere = Caller(address="203.0.113.7"), Caller(address="198.51.100.9")
    for _ in range(5):
        with pytest.raises(InvalidInput):
            sign_in(database.unit_of_work, cast.harbor, cast.carl.email, "not this one", caller=here, now=NOW)
    with pytest.raises(TooManyTries):
        sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, caller=here, now=NOW)
    assert sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, caller=elsewhere, now=NOW)
    assert sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, caller=here, now=NOW + timedelta(minutes=16))


@pytest.mark.proof("main-job-06")
@pytest.mark.parametrize("email", ["carl@coastline.example", "nobody@coastline.example"])
def test_an_unknown_address_costs_the_same_work_and_answers_the_same(database, cast, monkeypatch, email):
    give_password(database, cast.carl)
    checked = []
    monkeypatch.setattr(passwords, "matches", lambda stored, typed: checked.append(stored) or False)
    with pytest.raises(InvalidInput) as refused:
        sign_in(database.unit_of_work, cast.harbor, email, "not this one", now=NOW)
    assert len(checked) == 1
    assert (refused.value.field, refused.value.sentence) == ("password", WRONG_PASSWORD)


def test_the_hash_of_nobody_costs_what_a_real_one_costs():
    assert not passwords.is_outdated(passwords.NOBODY)
    assert not passwords.matches("", WORDS)


def test_an_old_hash_is_renewed_at_sign_in(database, cast):
    from argon2 import PasswordHasher

    with database.unit_of_work() as db:
        db.get(Account, cast.carl.account_id).password_hash = PasswordHasher(time_cost=1, memory_cost=8192).hash(WORDS)
    sign_in(database.unit_of_work, cast.harbor, cast.carl.email, WORDS, now=NOW)
    with database.reading() as db:
        renewed = db.get(Account, cast.carl.account_id).password_hash
    assert "m=19456,t=2,p=1" in renewed
    assert passwords.matches(renewed, WORDS)


@pytest.mark.proof("main-job-09")
def test_a_new_customer_is_signed_in_and_in_the_studios_list_at_once(database, cast):
    token = sign_nina_up(database, cast)
    nina = viewer(database, cast.harbor, token)
    assert (nina.role, nina.is_verified) == (Role.CUSTOMER, False)
    with database.reading() as db:
        listed = {row.name: row for row in customers.customer_rows(db, cast.olive)}
        assert (listed["Nina Ortega"].has_account, listed["Nina Ortega"].is_verified) == (True, False)
        assert [row.name for row in customers.customer_rows(db, cast.olive, search="NINA")] == ["Nina Ortega"]
        assert "Nina Ortega" not in {row.name for row in customers.customer_rows(db, cast.omar)}
    with database.unit_of_work() as db:
        assert customer_for(db, nina, now=NOW).name == "Nina Ortega"
    assert [fact.kind for fact in facts(database, "account.created")] == ["account.created"]
    asked = facts(database, "account.code_requested")[0]
    assert asked.details["purpose"] == "verify"
    assert not any(key.startswith("code_") for key in asked.details)


@pytest.mark.proof("main-job-09")
def test_earlier_guest_records_are_claimed_by_the_code_and_not_before(database, cast):
    with database.unit_of_work() as db:
        guest_id = open_guest(db, cast.olive, "N. Ortega", "nina@coastline.example", now=NOW).id
    nina = viewer(database, cast.harbor, sign_nina_up(database, cast))
    with database.reading() as db:
        assert guest_id not in db.exec(customers.own_ids(nina)).all()
    code = newest_code(database, Purpose.VERIFY)
    with pytest.raises(InvalidInput):
        prove_mailbox(database.unit_of_work, nina, "000000" if code != "000000" else "111111", now=NOW)
    with database.reading() as db:
        assert guest_id not in db.exec(customers.own_ids(nina)).all()
    prove_mailbox(database.unit_of_work, nina, f"{code[:3]} {code[3:]}", now=NOW)
    with database.reading() as db:
        assert guest_id in db.exec(customers.own_ids(nina)).all()
        assert db.get(Account, nina.account_id).verified_at == NOW
    assert len(facts(database, "account.verified")) == 1


def test_a_guest_of_another_studio_is_not_claimed(database, cast):
    with database.unit_of_work() as db:
        foreign = open_guest(db, cast.omar, "N. Ortega", "nina@coastline.example", now=NOW).id
    nina = viewer(database, cast.harbor, sign_nina_up(database, cast))
    prove_mailbox(database.unit_of_work, nina, newest_code(database, Purpose.VERIFY), now=NOW)
    with database.reading() as db:
        assert db.get(Customer, foreign).account_id is None


@pytest.mark.proof("main-job-09")
def test_a_code_has_five_tries_a_quarter_of_an_hour_and_one_use(database, cast):
    nina = viewer(database, cast.harbor, sign_nina_up(database, cast))
    code = newest_code(database, Purpose.VERIFY)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(InvalidInput):
            prove_mailbox(database.unit_of_work, nina, wrong, now=NOW)
    with pytest.raises(InvalidInput):
        prove_mailbox(database.unit_of_work, nina, code, now=NOW)
    with database.unit_of_work() as db:
        resend_code(db, nina, now=NOW)
    second = newest_code(database, Purpose.VERIFY)
    with pytest.raises(InvalidInput):
        prove_mailbox(database.unit_of_work, nina, second, now=NOW + timedelta(minutes=16))
    prove_mailbox(database.unit_of_work, nina, second, now=NOW + timedelta(minutes=14))
    with pytest.raises(InvalidInput):
        prove_mailbox(database.unit_of_work, nina, second, now=NOW + timedelta(minutes=14))


@pytest.mark.proof("main-job-09", "identity-01")
def test_signing_up_with_a_known_address_is_the_same_and_changes_nothing_of_it(database, cast):
    give_password(database, cast.carl, "the real Carl")
    again = SignUp(name="Not Carl", email=cast.carl.email.upper(), password="somebody else entirely")
    other = viewer(database, cast.harbor, sign_up(database.unit_of_work, cast.harbor, again, now=NOW))
    assert (other.role, other.is_verified) == (Role.CUSTOMER, False)
    assert other.account_id != cast.carl.account_id
    with database.reading() as db:
        carl = db.get(Account, cast.carl.account_id)
        assert carl.name == "Carl Nakamura"
        assert passwords.matches(carl.password_hash, "the real Carl")
        assert cast.carl_customer not in db.exec(customers.own_ids(other)).all()
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.harbor, cast.carl.email, "somebody else entirely", now=NOW)
    assert sign_in(database.unit_of_work, cast.harbor, cast.carl.email, "the real Carl", now=NOW)


@pytest.mark.proof("main-job-09")
def test_the_owner_of_the_mailbox_takes_an_unproven_account_over(database, cast):
    squatter = sign_nina_up(database, cast)
    ask_reset(database, cast.harbor, NINA.email)
    code = newest_code(database, Purpose.RESET)
    token = reset_password(database.unit_of_work, cast.harbor, NINA.email, code, "mine and only mine", now=NOW)
    assert viewer(database, cast.harbor, squatter) is None
    assert viewer(database, cast.harbor, token).is_verified
    with pytest.raises(InvalidInput):
        sign_in(database.unit_of_work, cast.harbor, NINA.email, WORDS, now=NOW)
    assert facts(database, "account.password_reset")


def test_a_code_for_one_purpose_or_person_is_no_good_for_another(database, cast):
    nina = viewer(database, cast.harbor, sign_nina_up(database, cast))
    verify = newest_code(database, Purpose.VERIFY)
    ask_reset(database, cast.harbor, cast.carl.email)
    reset = newest_code(database, Purpose.RESET)
    for email, code in ((NINA.email, reset), (NINA.email, verify), (cast.carl.email, verify)):
        if verify != reset:
            with pytest.raises(InvalidInput):
                reset_password(database.unit_of_work, cast.harbor, email, code, "mine and only mine", now=NOW)
    prove_mailbox(database.unit_of_work, nina, verify, now=NOW)


@pytest.mark.proof("identity-01")
def test_asking_for_a_reset_is_the_same_work_for_unknown_addresses(database, cast):
    """Whether the address is known is looked up by the worker: asking writes the same rows for both."""
    asked = []
    for email in ("nobody@coastline.example", cast.carl.email):
        with database.unit_of_work() as db:
            assert request_reset(db, cast.harbor, email, now=NOW) is None
            asked.append(sorted((type(row).__name__, getattr(row, "kind", "")) for row in db.identity_map.values()))
    assert asked[0] == asked[1]
    assert not facts(database, "account.code_requested")
    for email in ("nobody@coastline.example", cast.carl.email):
        with database.unit_of_work() as db:
            answer_reset(db, cast.harbor, email, now=NOW)
    assert len(facts(database, "account.code_requested")) == 1
    for _ in range(5):
        with database.unit_of_work() as db:
            request_reset(db, cast.harbor, "nobody@coastline.example", now=NOW)
    with pytest.raises(TooManyTries), database.unit_of_work() as db:
        request_reset(db, cast.harbor, "nobody@coastline.example", now=NOW)


@pytest.mark.proof("identity-01")
@pytest.mark.parametrize(
    "password",
    ["short", "password123", "aaaaaaaaaa", "nina@coastline.example", "Nina Ortega", "x" * 129, "Trustno1", "sunshine!24",
     "harborlight", "Harbor Light 7", "ninaortega1990", "coastline!!", "Photography1"],
)  # fmt: skip
def test_a_weak_password_is_refused_with_a_sentence(database, cast, password):
    weak = SignUp(name=NINA.name, email=NINA.email, password=password)
    with pytest.raises(InvalidInput) as refused:
        sign_up(database.unit_of_work, cast.harbor, weak, now=NOW)
    assert refused.value.field == "password"
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize("password", [WORDS, "x7 lighthouse quartz", "Nina likes harbors", "пароль из слов", "correct horse 12"])
def test_a_long_or_odd_one_is_welcome(password):
    assert passwords.weakness(password, "Harbor Light", NINA.name, NINA.email) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "a,b@x.example",
        'a"b@x.example',
        "a<b>@x.example",
        "(a)@x.example",
        "jos\u00e9@x.example",
        "a@x",
        "a@-x.example",
        "a..b@x.example",
    ],
)
def test_an_address_no_mail_can_carry_is_refused_beside_its_field(typed):
    with pytest.raises(InvalidInput) as refused:
        email_key(typed)
    assert refused.value.field == "email"


def test_usual_addresses_are_taken():
    for typed in ("a@x.example", "o'brien+mls@mail.x-y.example", "a.b_c@1x.example", "N@X.EXAMPLE"):
        assert email_key(typed) == typed.lower()
