"""When a customer may still change a visit: the table of the rule, run as it stands there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.scheduling import changing
from portal_app.domain.scheduling.changing import Change, Free, Late, Refused, may_change
from portal_app.domain.scheduling.models import BookingPolicy

pytestmark = pytest.mark.proof("booking-11")
PACIFIC = "America/Los_Angeles"
MONTHS = {"Mar": 3, "Oct": 10, "Nov": 11}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (changing.__doc__ or "").splitlines()
    if re.match(r"\| \d", line)
]


def wall(words: str) -> datetime:
    """`Sun 1 Nov 1:30 again`, in 2026 on the Pacific coast."""
    _, day, month, clock, *again = words.split()
    hour, minute = clock.split(":")
    there = datetime(2026, MONTHS[month], int(day), int(hour), int(minute), tzinfo=ZoneInfo(PACIFIC), fold=bool(again))
    return there.astimezone(UTC)


def policy(**given: object) -> BookingPolicy:
    return BookingPolicy(**{"studio_id": 1, "change_hours": 24, "cancel_hours": 24, "most_moves": 3} | given)


@pytest.mark.parametrize("row", ROWS, ids=[" ".join(row) for row in ROWS])
@pytest.mark.parametrize("change", Change)
def test_the_table(row: list[str], change: Change) -> None:
    hours, days, minute, visit, now, late, verdict = row
    clock = minute.split(":") if minute else ("0", "0")
    found = may_change(
        policy(
            change_hours=int(hours), cancel_hours=int(hours), cutoff_days=int(days) if days else None,
            cutoff_minute=int(clock[0]) * 60 + int(clock[1]),
            late_is_allowed=bool(late), late_fee_cents=int(late.strip("$") or 0) * 100,
        ),
        change, starts_at=wall(visit), moves=0, now=wall(now), zone=PACIFIC,
    )  # fmt: skip
    assert {Free: "free", Late: late, Refused: "refused"}[type(found)] == verdict


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 14


def test_changing_and_canceling_have_windows_of_their_own() -> None:
    starts = wall("Thu 26 Nov 9:30")
    rules = policy(change_hours=6, cancel_hours=48)
    now = starts - timedelta(hours=24)
    assert may_change(rules, Change.MOVE, starts_at=starts, moves=0, now=now, zone=PACIFIC) == Free(starts - timedelta(hours=6))
    assert may_change(rules, Change.POSTPONE, starts_at=starts, moves=0, now=now, zone=PACIFIC) == Free(
        starts - timedelta(hours=6)
    )
    refused = may_change(rules, Change.CANCEL, starts_at=starts, moves=0, now=now, zone=PACIFIC)
    assert refused == Refused("This visit could be canceled until Tue 24 Nov, 9:30 am.")


@pytest.mark.parametrize(
    ("most", "moves", "is_free"), [(3, 2, True), (3, 3, False), (1, 1, False), (0, 0, False), (None, 99, True)]
)
def test_a_visit_is_moved_so_often_and_can_still_be_canceled(most: int | None, moves: int, is_free: bool) -> None:
    starts = wall("Thu 26 Nov 9:30")
    rules, now = policy(most_moves=most), starts - timedelta(days=5)
    for change in (Change.MOVE, Change.POSTPONE):
        assert isinstance(may_change(rules, change, starts_at=starts, moves=moves, now=now, zone=PACIFIC), Free) == is_free
    assert isinstance(may_change(rules, Change.CANCEL, starts_at=starts, moves=moves, now=now, zone=PACIFIC), Free)


def test_while_nobody_is_booked_everything_is_free() -> None:
    rules = policy(late_is_allowed=True, late_fee_cents=7500)
    for change in Change:
        assert may_change(rules, change, starts_at=None, moves=0, now=wall("Thu 26 Nov 9:30"), zone=PACIFIC) == Free()


def test_a_late_change_without_a_fee_is_free() -> None:
    starts = wall("Thu 26 Nov 9:30")
    rules = policy(late_is_allowed=True, late_fee_cents=0)
    assert may_change(rules, Change.MOVE, starts_at=starts, moves=0, now=starts - timedelta(minutes=1), zone=PACIFIC) == Free(
        starts
    )


@given(
    starts=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    hours=st.integers(0, 96),
    days=st.none() | st.integers(0, 7),
    minute=st.integers(0, 1439),
    zone=st.sampled_from([PACIFIC, "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]),
    early=st.integers(0, 20_000),
    later=st.integers(0, 20_000),
)
def test_waiting_never_makes_a_change_freer(
    starts: datetime, hours: int, days: int | None, minute: int, zone: str, early: int, later: int
) -> None:
    rules = policy(change_hours=hours, cutoff_days=days, cutoff_minute=minute, late_is_allowed=True, late_fee_cents=100)
    at = starts.replace(tzinfo=UTC)
    first = at - timedelta(minutes=early + later)
    order = {Free: 0, Late: 1, Refused: 2}
    before, after = (
        order[type(may_change(rules, Change.MOVE, starts_at=at, moves=0, now=now, zone=zone))]
        for now in (first, first + timedelta(minutes=later))
    )
    assert before <= after
