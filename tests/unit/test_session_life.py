"""How long a session and a proof are good for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal_app.domain.identity.session_life import asks_again, is_over
from tests.conftest import NOW

pytestmark = pytest.mark.proof("identity-05")


def days(count: float) -> timedelta:
    return timedelta(days=count)


@pytest.mark.parametrize(
    ("is_staff", "unused", "left", "over"),
    [
        (False, days(29.9), days(1), False),
        (False, days(30), days(1), True),
        (False, days(0), days(0.01), False),
        (False, days(0), days(0), True),
        (True, days(6.9), days(1), False),
        (True, days(7), days(1), True),
        (True, days(0), -days(1), True),
    ],
)
def test_a_session_ends_unused_or_at_its_end(is_staff, unused, left, over):
    assert is_over(seen_at=NOW - unused, ends_at=NOW + left, is_staff=is_staff, now=NOW) is over


@pytest.mark.parametrize(
    ("ago", "again"),
    [
        (timedelta(0), False),
        (timedelta(minutes=14, seconds=59), False),
        (timedelta(minutes=15), True),
        (days(2), True),
        (-timedelta(seconds=30), False),
        (-timedelta(hours=1), True),
        (None, True),
    ],
)
def test_a_proof_is_good_for_a_quarter_of_an_hour(ago, again):
    assert asks_again(None if ago is None else NOW - ago, now=NOW) is again
