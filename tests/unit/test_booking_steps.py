"""The steps of booking: which one an address may open, where Continue leads, and a month of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from portal_app.domain.catalog.offering import Offer, Part, PriceTier
from portal_app.domain.catalog.questions import Asked
from portal_app.domain.scheduling.asking import DayOpenings, Reason, Start
from portal_app.domain.scheduling.terms import BookingTerms
from portal_app.ui.public.booking.cards import QuoteCard, add_on_cards, promise_words, shelf_cards, tip_choices, toggled
from portal_app.ui.public.booking.checks import wrong_with
from portal_app.ui.public.booking.month import month_card, month_of, span_of, times_of, whys
from portal_app.ui.public.booking.steps import STEPS, allowed, looks, onward, step_of

pytestmark = pytest.mark.proof("booking-03")

TIERS = (PriceTier(None, 10_000, 30),)


def offer(id: int, kind: str = "service", name: str = "", **more) -> Offer:  # noqa: A002
    name = name or f"s{id}"
    return Offer(
        id=id, public_id=name, kind=kind, name=name, detail="", tiers=TIERS, service_public_id=more.pop("of", name), **more
    )


PHOTOS, PLAN = offer(1, name="photos"), offer(2, name="plan")
FEW, MANY = offer(5, name="few", of="set", variant="few"), offer(5, name="many", of="set", variant="many")
BUNDLE = offer(3, "package", "bundle", inside=(Part(1, "photos"), Part(2, "plan")))
OTHER = offer(6, "package", "other", inside=(Part(2, "plan"),))
TWILIGHT = offer(4, "add_on", "sky", goes_with=frozenset({"photos"}))
SHELF = [BUNDLE, OTHER, PHOTOS, PLAN, FEW, MANY, TWILIGHT]


@pytest.mark.parametrize(
    ("wanted", "done", "opens"),
    [
        ("", [], "address"),
        ("", list(STEPS[:3]), "address"),
        ("review", [], "address"),
        ("review", ["address"], "services"),
        ("time", ["address", "services"], "time"),
        ("address", ["address", "services"], "address"),
        ("review", ["address", "services", "time", "details"], "review"),
        ("details", ["address", "services", "details"], "time"),
        ("../admin", ["address"], "address"),
    ],
)
def test_an_address_opens_no_step_before_its_time(wanted: str, done: list[str], opens: str) -> None:
    assert allowed(wanted, done) == opens


def test_continue_skips_what_is_done() -> None:
    assert onward("address", ["address", "services", "details"]) == "time"
    assert onward("time", ["address", "services", "time", "details"]) == "review"
    assert looks("time", ["address", "details"]) == {
        "address": "done", "services": "later", "time": "now", "details": "done", "review": "later",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "step"),
    [("town", "address"), ("services", "services"), ("twilight_at", "time"), ("answer_q1", "details"), ("coupon", "details")],
)
def test_a_refusal_opens_its_step(field: str, step: str) -> None:
    assert step_of(field) == step


@pytest.mark.parametrize(
    ("chosen", "click", "then"),
    [
        ({}, "photos", {"photos": 1}),
        ({"photos": 2}, "photos", {}),
        ({"photos": 1, "plan": 1}, "bundle", {"bundle": 1}),
        ({"bundle": 1}, "other", {"other": 1}),
        ({"bundle": 1}, "plan", {"plan": 1}),
        ({"few": 1}, "many", {"many": 1}),
        ({"photos": 1, "sky": 1}, "photos", {}),
        ({"photos": 1, "sky": 1}, "bundle", {"bundle": 1, "sky": 1}),
        ({"photos": 1}, "sky", {"photos": 1, "sky": 1}),
        ({}, "sky", {}),
        ({"gone": 1}, "made up", {}),
    ],
)
def test_one_click_keeps_the_choice_orderable(chosen: dict[str, int], click: str, then: dict[str, int]) -> None:
    assert toggled(SHELF, chosen, click) == then


def test_add_ons_come_with_what_they_go_along_with() -> None:
    words = (None, {"photos": 1}, "USD", "sq ft")
    assert [card.id for card in add_on_cards(SHELF, *words)] == ["sky"]
    assert add_on_cards(SHELF, None, {"plan": 1}, "USD", "sq ft") == []
    assert [shelf.title for shelf in shelf_cards(SHELF, *words)] == ["Packages", "Services"]


def test_a_tip_is_none_a_share_or_an_own_amount() -> None:
    assert tip_choices("1000 1550") == [("", "No tip"), ("1000", "10%"), ("1550", "15.5%"), ("own", "Other")]


def opened(day: date, *hours: int, refused: dict | None = None) -> DayOpenings:
    starts = tuple(Start(datetime(day.year, day.month, day.day, hour, tzinfo=UTC), ()) for hour in hours)
    refused = refused or {}
    return DayOpenings(day, starts, refused, len(starts) + sum(refused.values()), len(starts))


def test_a_month_has_its_days_in_weeks_and_says_which_are_free() -> None:
    days = [opened(date(2026, 12, 3), 18), opened(date(2026, 12, 4))]
    times = times_of(days, "America/Los_Angeles")
    assert times == {"2026-12-03": [("2026-12-03T10:00", "10:00 am")]}
    card = month_card(date(2026, 12, 1), times, date(2026, 11, 23), date(2027, 1, 20))
    assert (card.title, card.earlier, card.later) == ("December 2026", "November", "January")
    assert [cell.number for cell in card.weeks[0]] == ["", "1", "2", "3", "4", "5", "6"]
    assert [(cell.label, cell.is_free) for cell in card.weeks[0][3:5]] == [
        ("Thursday 3 December", True),
        ("Friday 4 December, no free times", False),
    ]


def test_a_month_is_asked_for_from_today_to_the_horizon() -> None:
    assert span_of(date(2026, 11, 1), date(2026, 11, 23), date(2027, 1, 20)) == (date(2026, 11, 23), date(2026, 11, 30))
    assert span_of(date(2027, 1, 1), date(2026, 11, 23), date(2027, 1, 20)) == (date(2027, 1, 1), date(2027, 1, 20))
    assert [month_of(date(2026, 11, 23), step) for step in (-11, 1, 2)] == [
        date(2025, 12, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]


@pytest.mark.proof("booking-08")
def test_full_days_in_a_row_share_one_sentence() -> None:
    first = date(2026, 12, 1)
    refused = [{Reason.BUSY: 2}, {Reason.BUSY: 2}, {}, {Reason.HOURS: 2}]
    days = [opened(first + timedelta(days=at), refused=one) for at, one in enumerate(refused)]
    days[2] = opened(first + timedelta(days=2), 18)
    assert [why.days for why in whys(days)] == ["Tue 1 – Wed 2 Dec", "Fri 4 Dec"]
    assert "booked" in whys(days)[0].sentence


@pytest.mark.parametrize(
    ("terms", "total", "is_taken", "said"),
    [
        (BookingTerms(), 40_000, False, "The studio confirms the time or calls you. Nothing is charged today."),
        (BookingTerms(pay_basis_points=10_000), 40_000, False, "The studio confirms the time or calls you. Nothing is charged today."),
        (BookingTerms(), 40_000, True, "The time is yours as soon as you place the order. Nothing is charged today."),
        (BookingTerms(member_confirms=True), 40_000, True, "The time is kept for you, and your photographer confirms it. Nothing is charged today."),
        (BookingTerms(pay_basis_points=2_500), 40_001, True, "The time is kept for you for 15 minutes while you pay $100.00. The rest is due later."),
        (BookingTerms(pay_basis_points=10_000), 40_000, True, "The time is kept for you for 15 minutes while you pay $400.00."),
        (BookingTerms(pay_basis_points=10_000), 0, True, "The time is yours as soon as you place the order. Nothing is charged today."),
        (BookingTerms(pay_basis_points=100), 4_000, True, "The time is yours as soon as you place the order. Nothing is charged today."),
    ],
)  # fmt: skip
def test_the_last_step_says_what_becomes_of_the_time_and_the_money(terms, total, is_taken, said) -> None:
    assert promise_words(terms, total, "USD", is_taken=is_taken) == said
    assert "This is a request" in promise_words(terms, total, "USD", is_taken=False, is_outside=True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "starts_at"),
        ({"at": "2026-12-01T10:00"}, ""),
        ({"day": "2026-12-01"}, "starts_at"),
        ({"takes": False}, "day"),
        ({"takes": False, "day": "2026-12-01"}, "time"),
        ({"takes": False, "day": "2026-12-01", "at": "2026-12-01T10:00"}, ""),
        ({"takes": False, "wish": "soon"}, ""),
    ],
)
def test_a_time_that_is_missing_is_marked_where_it_is_asked_for(change: dict, field: str) -> None:
    typed = {"wish": "exact", "takes": True, "at": "", "dusk": "", "day": ""}
    wrong = wrong_with("time", SimpleNamespace(**typed | change), [])
    assert (wrong.field if wrong else "") == field


@pytest.mark.proof("booking-01")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, ""),
        ({"answers": {"keys": "yes", "rooms": "3"}, "tip": "own", "own_tip": "20"}, ""),
        ({"answers": {}}, "answer_keys"),
        ({"answers": {"keys": "perhaps"}}, "answer_keys"),
        ({"answers": {"keys": "no", "rooms": "many"}}, "answer_rooms"),
        ({"summary": QuoteCard(coupon_problem="Gone.")}, "coupon"),
        ({"tip": "own", "own_tip": "much"}, "own_tip"),
        ({"tip": "", "own_tip": "much"}, ""),
    ],
)
def test_what_does_not_fit_the_details_is_said_there_and_not_at_the_end(change: dict, field: str) -> None:
    asked = [
        Asked("keys", None, "Keys?", "", "yes_no", 0, is_required=True),
        Asked("rooms", None, "Rooms", "", "number", 0, is_required=False),
    ]
    typed = {
        "me": SimpleNamespace(is_customer=True), "studio": SimpleNamespace(currency="USD"), "summary": QuoteCard(),
        "phone": "", "entry": "", "tip": "", "own_tip": "", "answers": {"keys": "no"},
    }  # fmt: skip
    wrong = wrong_with("details", SimpleNamespace(**typed | change), asked)
    assert (wrong.field if wrong else "") == field
