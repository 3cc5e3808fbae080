"""Codes of an authenticator app: the standard's own examples, drift, once per step, and the spare ones."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from portal_app.domain.identity import totp

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", the secret of RFC 6238's examples
NOW = datetime(2026, 11, 23, 17, 0, 10, tzinfo=UTC)

pytestmark = pytest.mark.proof("identity-03")


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_examples_of_the_standard_fit(seconds, code):
    assert totp.fitting_step(SECRET, code, after=0, now=datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps, fits):
    code = pyotp.TOTP(SECRET).at(NOW, counter_offset=steps)
    assert (totp.fitting_step(SECRET, code, after=0, now=NOW) is not None) is fits


def test_a_step_that_was_used_and_those_before_it_no_longer_fit():
    code = pyotp.TOTP(SECRET).at(NOW)
    step = totp.fitting_step(SECRET, code, after=0, now=NOW)
    assert totp.fitting_step(SECRET, code, after=step, now=NOW) is None
    before = pyotp.TOTP(SECRET).at(NOW - timedelta(seconds=30))
    assert totp.fitting_step(SECRET, before, after=step, now=NOW) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (" 123 456 ", "123456"), ("ABCD-efgh-jkmn", "abcdefghjkmn"), ("abcd efgh jkmn", "abcdefghjkmn"), ("12345", ""), ("", ""),
        ("1234567", ""), ("９８７６５４", ""), ("%%%%:%%%%%%%", ""), ("a" * 5000, ""),
    ],
)  # fmt: skip
def test_what_people_type_becomes_a_code_or_nothing(typed, code):
    assert totp.typed_code(typed) == code


def test_a_spare_code_reads_in_groups_and_reads_back():
    code = totp.new_spare_code()
    assert totp.typed_code(totp.spare_code_in_words(code)) == code
    assert len({totp.new_spare_code() for _ in range(100)}) == 100


def test_the_app_is_told_studio_and_person():
    address = totp.enrolling_address(SECRET, studio="Harbor Light", email="olive@harbor.example")
    assert address.startswith("otpauth://totp/Harbor%20Light:olive%40harbor.example?secret=")
    assert totp.key_in_words(SECRET).replace(" ", "") == SECRET
