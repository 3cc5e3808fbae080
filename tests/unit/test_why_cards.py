"""A day of refusals in words: every start is listed, and the numbers add up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from portal_app.domain.orders.explaining import Told
from portal_app.domain.scheduling.asking import DayOpenings, Reason, Start, Verdicts
from portal_app.domain.scheduling.models import Purpose
from portal_app.domain.scheduling.queries import DayTold
from portal_app.ui.admin.why.cards import day_card

pytestmark = pytest.mark.proof("booking-08")

NAMES = {7: "Pia", 8: "Dan"}
NINE = datetime(2026, 11, 26, 9, tzinfo=UTC)


def told(*answers: tuple[Reason | None, Reason | None], names: dict[int, str] = NAMES, arrival: str = "") -> Told:
    starts = tuple(
        Verdicts(NINE + timedelta(minutes=30 * number), arrival, dict(zip(names, each, strict=True)))
        for number, each in enumerate(answers)
    )
    every = [reason for each in answers for reason in each]
    refused = {reason: every.count(reason) for reason in every if reason}
    able = tuple(Start(each.at, ()) for each in starts if None in each.by_member.values())
    day = DayOpenings(date(2026, 11, 26), able, refused, len(every), every.count(None))
    return Told(DayTold(day, starts, names), Purpose.VISIT, (Purpose.VISIT,), 90, "UTC", has_place=True)


H, B = Reason.HOURS, Reason.BUSY


def test_starts_in_a_row_that_share_their_answers_are_one_line_that_names_each() -> None:
    card = day_card(told((H, H), (H, H), (None, B), (B, H)))
    assert [(line.when, line.verdict) for line in card.starts] == [
        ("9:00 am – 9:30 am", "Does not work then, or not long enough"),
        ("10:00 am", "Free: Pia"),
        ("10:30 am", "1 × does not work then, or not long enough; 1 × has another visit then"),
    ]
    assert card.starts[0].starts == "2 starts: 9:00 am, 9:30 am"
    assert [(each.name, each.words) for each in card.starts[1].members] == [("Pia", "Free"), ("Dan", "Has another visit then")]


def test_the_numbers_add_up_to_all_candidates() -> None:
    card = day_card(told((H, H), (H, H), (None, B), (B, H)))
    assert (card.title, card.asked, card.sum_words) == (
        "Thursday 26 November",
        "By day, 1 h 30 min on site",
        "4 starts × 2 photographers",
    )
    assert [int(each.count) for each in card.counts] == [1, 5, 2]
    assert sum(int(each.count) for each in card.counts) == int(card.total) == 8
    assert card.sentence == "1 time free"


def test_without_hours_or_a_sunset_it_says_what_is_lacking() -> None:
    assert day_card(told(names={})).lack == "hours"
    assert day_card(told()).lack == "sunset"
    assert day_card(told((H, H))).lack == ""
