"""Booking, holds that end, moving, canceling and paying in any order: nobody is in two places, and no cent is lost."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from itertools import combinations, count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import func, select

from portal_app.core.clock import local
from portal_app.core.errors import Problem
from portal_app.core.viewer import Viewer, system_viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.models import LedgerEntry
from portal_app.domain.billing.queries import balances
from portal_app.domain.billing.upfront import choose_time, settle_visits
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.changing import Why, postpone
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.service import accept
from portal_app.domain.scheduling.holding import release_over
from portal_app.domain.scheduling.models import Appointment, Purpose
from tests.conftest import NOW, fresh_database, make_cast
from tests.integration.paying_desk import Desk

pytestmark = [pytest.mark.proof("booking-09"), pytest.mark.proof("booking-11")]
ZONE = "America/Los_Angeles"
# Few times, half an hour apart, so that people meet.
TIMES = [NOW.replace(hour=17, minute=0) + timedelta(days=3, minutes=30 * step) for step in range(8)]
times, who, picks = st.sampled_from(TIMES), st.sampled_from(["carl", "tess"]), st.integers(0, 9)
there_are_orders = precondition(lambda machine: machine.numbers)
there_are_pages = precondition(lambda machine: machine.pages)
_serial = count(1)
WHY = Why("words", seen_fee_cents=10_000)


class Booking(RuleBasedStateMachine):
    """One photographer, two customers who want the same mornings, half of the price due at booking."""

    done: Counter[str] = Counter()
    request: pytest.FixtureRequest

    @initialize()
    def begin(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._made = fresh_database("sqlite", Path(self._folder.name), self.request)
        database = self._made.__enter__()
        self.cast = make_cast(database)
        self.desk = Desk(database, self.cast)
        self.desk.open(late_is_allowed=True, late_fee_cents=7500, change_hours=71, cancel_hours=71)
        self.now, self.numbers, self.pages = NOW, [], []

    def teardown(self) -> None:
        if hasattr(self, "_made"):
            for _, session in self.pages:
                self.desk.settle(session, now=self.now)
            assert self._taken_in() == self.desk.gateway.taken
            self._made.__exit__(None, None, None)
            self._folder.cleanup()

    def _try(self, name: str, verb, *args, **more):
        try:
            with self.desk.database.unit_of_work() as db:
                made = verb(db, *args, now=self.now, **more)
        except Problem:
            return None
        self.done[name] += 1
        return made

    def _taken_in(self) -> int:
        with self.desk.database.reading() as db:
            return db.exec(select(func.sum(LedgerEntry.amount_cents))).one() or 0

    def _order(self, pick: int) -> tuple[int, Viewer]:
        number, by = self.numbers[pick % len(self.numbers)]
        return number, getattr(self.cast, by)

    @rule(by=who, at=times)
    def book(self, by: str, at) -> None:
        wall = local(at, ZONE).replace(tzinfo=None)
        try:
            number = self.desk.book(getattr(self.cast, by), f"k{next(_serial)}", wall, now=self.now)
        except Problem:
            return
        self.done["book"] += 1
        self.numbers.append((number, by))

    @there_are_orders
    @rule(pick=picks, at=times)
    def reschedule(self, pick: int, at) -> None:
        number, by = self._order(pick)
        self._try("reschedule", choose_time, by, number, Purpose.VISIT, at, WHY)

    @there_are_orders
    @rule(pick=picks)
    def postpone(self, pick: int) -> None:
        number, by = self._order(pick)
        self._try("postpone", postpone, by, number, Purpose.VISIT, WHY)

    @there_are_orders
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        number, by = self._order(pick)
        self._try("cancel", cancel, by, number, WHY)

    @there_are_orders
    @rule(pick=picks)
    def accept(self, pick: int) -> None:
        self._try("accept", accept, self.cast.olive, self._order(pick)[0])

    @there_are_orders
    @rule(pick=picks)
    def go_to_pay(self, pick: int) -> None:
        number, by = self._order(pick)
        try:
            self.pages.append((number, self.desk.start(by, number, now=self.now)))
        except Problem:
            return

    @there_are_pages
    @rule(pick=picks)
    def pay(self, pick: int) -> None:
        self.done["pay"] += self.desk.gateway.pay(self.pages[pick % len(self.pages)][1])

    @there_are_pages
    @rule(pick=picks)
    def hear_of_it(self, pick: int) -> None:
        number, session = self.pages[pick % len(self.pages)]
        self.desk.settle(session, now=self.now)
        with self.desk.database.unit_of_work() as db:
            settle_visits(db, system_viewer(self.cast.harbor), self.desk.order(number).id, now=self.now)

    @rule(minutes=st.sampled_from([1, 7, 15]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        with self.desk.database.unit_of_work() as db:
            self.done["release"] += release_over(db, now=self.now)
        self.desk.sweep(now=self.now + timedelta(minutes=1))

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        if not hasattr(self, "desk"):
            return
        with self.desk.database.reading() as db:
            live = db.exec(select(Appointment).where(Appointment.status.in_(("held", "booked")))).all()
            for one, other in combinations(live, 2):
                if one.member_id == other.member_id:
                    assert one.blocked_until <= other.blocked_from or other.blocked_until <= one.blocked_from
            orders = [visit.order_id for visit in live]
            assert len(orders) == len(set(orders))

    @invariant()
    def no_cent_is_lost(self) -> None:
        if not hasattr(self, "desk"):
            return
        with self.desk.database.reading() as db:
            orders = db.exec(select(Order)).all()
            found = balances(db, [order.id for order in orders])
            assert sum(each.paid for each in found.values()) == self._taken_in() <= self.desk.gateway.taken
            assert all(min(each.due, each.over) == 0 for each in found.values())
            canceled = db.exec(select(Fact.order_id).where(Fact.kind == "order.canceled")).all()
            assert len(canceled) == len(set(canceled))


def test_nobody_is_doubled_and_no_cent_is_lost(request: pytest.FixtureRequest, *, full: bool) -> None:
    Booking.request, Booking.done = request, Counter()
    examples, steps = (25, 40) if full else (5, 20)
    run_state_machine_as_test(
        Booking,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=not full,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    wanted = {"book", "reschedule", "postpone", "cancel", "pay", "accept", "release"}
    assert not full or wanted <= set(+Booking.done), Booking.done
