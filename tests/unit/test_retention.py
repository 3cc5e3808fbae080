"""How long files are kept, as tables: the same rows as the module's first lines."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal_app.domain.delivery.retention import Kept, Step, kept_until, months_after, next_step, restorable_until

pytestmark = pytest.mark.proof("delivery-10")

SINCE = date(2026, 1, 31)
LAST = date(2026, 7, 31)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_so_many_months_after(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


def ago(days: int) -> date:
    return LAST - timedelta(days=days)


W, A = {"warned": ago(30)}, {"warned": ago(30), "warned_again": ago(7)}
AWAY = A | {"put_away": ago(-1)}


@pytest.mark.parametrize(
    ("done", "today", "step"),
    [
        ({}, ago(31), Step.NOTHING),
        ({}, ago(30), Step.WARN),
        (W, ago(30), Step.NOTHING),
        (W, ago(8), Step.NOTHING),
        (W, ago(7), Step.WARN_AGAIN),
        (A, ago(7), Step.NOTHING),
        (A, ago(0), Step.NOTHING),
        (A, ago(-1), Step.PUT_AWAY),
        (AWAY, ago(-1), Step.NOTHING),
        (AWAY, ago(-31), Step.NOTHING),
        (AWAY, ago(-32), Step.EMPTY),
        # nobody looked for weeks, or the rule is new: still 30 and 7 days
        ({}, ago(-400), Step.WARN),
        ({"warned": ago(-400)}, ago(-422), Step.NOTHING),
        ({"warned": ago(-400)}, ago(-423), Step.WARN_AGAIN),
        (W, ago(-90), Step.WARN_AGAIN),
        (W | {"warned_again": ago(-90)}, ago(-97), Step.NOTHING),
        (W | {"warned_again": ago(-90)}, ago(-98), Step.PUT_AWAY),
        # a rule that got longer, or a new delivery
        ({"warned": ago(60)}, ago(40), Step.FORGET),
        ({"months": 12, **A}, ago(0), Step.FORGET),
        # for ever
        ({"months": 0}, ago(-400), Step.NOTHING),
        ({"is_for_ever": True}, ago(-400), Step.NOTHING),
        ({"is_for_ever": True, **A}, ago(0), Step.FORGET),
        ({"months": 0, **AWAY}, ago(-32), Step.BRING_BACK),
        ({"is_for_ever": True, **AWAY}, ago(-5), Step.BRING_BACK),
    ],
)
def test_what_comes_next(done: dict, today: date, step: Step) -> None:
    kept = Kept(SINCE, **({"months": 6} | done))
    assert next_step(kept, today) is step


def test_the_day_that_is_shown_is_the_last_one_they_are_there() -> None:
    assert kept_until(Kept(SINCE, 6)) == LAST
    assert kept_until(Kept(SINCE, 6, warned=ago(-10))) == ago(-40)
    assert kept_until(Kept(SINCE, 0)) is None
    assert kept_until(Kept(SINCE, 6, is_for_ever=True)) is None
    assert restorable_until(LAST) == ago(-30)
