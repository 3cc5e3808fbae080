"""Orders, items added later, payments, refunds, disputes, credits, splits and money noted by hand, in any order: every
balance is the sum of its entries, nothing opens while money is due unless a person opens it, and no cent is lost."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, col, func, select

from portal_app.adapters.secret_box import SecretBox
from portal_app.core.errors import Problem
from portal_app.domain.billing import crediting, offline, service
from portal_app.domain.billing.afterwards import reconcile_payment
from portal_app.domain.billing.agreeing import TypedPayer
from portal_app.domain.billing.balance import COUNTS
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.books import books
from portal_app.domain.billing.dividing import split_order, undo_split
from portal_app.domain.billing.journal import CREDITS_OWED, UNEXPLAINED, clearing, money_of, sales_of
from portal_app.domain.billing.models import CreditEntry, Dispute, LedgerEntry
from portal_app.domain.billing.paying import Part
from portal_app.domain.billing.queries import balances
from portal_app.domain.billing.refunding import refund
from portal_app.domain.billing.shares import payers_of
from portal_app.domain.delivery.gate import Sight
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.queries import gates_of
from portal_app.domain.delivery.releasing import lock_again, release
from portal_app.domain.listings.models import Listing
from portal_app.domain.orders import adding
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.models import Order, OrderLine, OrderStatus
from portal_app.domain.orders.service import accept, complete
from tests.conftest import NOW, fresh_database, make_cast
from tests.integration.memory_gateway import GIVEN_UP
from tests.integration.paying_desk import BASE, Desk

pytestmark = [pytest.mark.proof("payments-02"), pytest.mark.proof("payments-12")]

SEAL = SecretBox(b"k" * 32)
picks, amounts = st.integers(0, 9), st.sampled_from([1, 49, 50, 333, 2_500, 10_001, 40_125])
_serial = count(1)


def one_of(things: list, pick: int) -> list:
    return [things[pick % len(things)]] if things else []


there_are = {
    name: precondition(lambda machine, name=name: getattr(machine, name, None)) for name in ("numbers", "pages", "listings")
}


class Money(RuleBasedStateMachine):
    """Carl orders, Olive keeps the books, a payment service in memory says what really happened."""

    done: Counter[str] = Counter()
    request: pytest.FixtureRequest

    @initialize(pays=st.sampled_from(["nothing", "all", "too much"]), has_credit=st.booleans())
    def begin(self, pays: str, has_credit: bool) -> None:
        """Most of what can happen needs a payment or credit, so most stories begin with one."""
        self._folder = tempfile.TemporaryDirectory()
        self._made = fresh_database("sqlite", Path(self._folder.name), self.request)
        database = self._made.__enter__()
        self.cast = make_cast(database)
        self.desk = Desk(database, self.cast)
        self.now, self.numbers, self.pages, self.listings, self.given = NOW, [], [], {}, 0
        self.book_and_accept()
        self.book_and_accept()
        if pays != "nothing":
            self.go_to_pay(0, None, is_all=False, pays=False)
            if pays == "too much":
                self.note_a_check(0, 10_001)
            self._pay(self.pages[-1], hears=True)
        if has_credit:
            self.give_credit(5_000)

    def teardown(self) -> None:
        if hasattr(self, "_made"):
            self._hear_of_everything()
            self._the_books_are_what_happened()
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

    def _leave(self, name: str, verb, *args) -> None:
        try:
            verb(self.desk.database.unit_of_work, lambda *_: self.desk.gateway, *args, now=self.now)
        except Problem:
            return
        self.done[name] += 1

    def _number(self, pick: int) -> int:
        return self.numbers[pick % len(self.numbers)]

    def _rows(self, table: type) -> list:
        with self.desk.database.reading() as db:
            rows = list(db.exec(select(table).order_by(table.id)).all())
            db.expunge_all()
            return rows

    def _entry(self, pick: int, *kinds: str, mode: str = "live") -> int | None:
        found = [each.id for each in self._rows(LedgerEntry) if each.kind in kinds and each.mode == mode]
        return found[pick % len(found)] if found else None

    @rule()
    def book_and_accept(self) -> None:
        if len(self.numbers) < 3:
            number = self.desk.book(self.cast.carl, f"k{next(_serial)}", None, now=self.now, wish="soon")
            self._try("accept", accept, self.cast.olive, number)
            self.numbers.append(number)

    @there_are["numbers"]
    @rule(pick=picks, collects=st.booleans())
    def deliver(self, pick: int, collects: bool) -> None:
        order = self.desk.order(self._number(pick))
        if order.status == OrderStatus.CANCELED or order.listing_id in self.listings:
            return
        with self.desk.database.unit_of_work() as db:
            complete(db, self.cast.olive, db.get_one(Order, order.id), now=self.now)
            delivered = {"delivered_at": self.now, "watermark": True, "photo_count": 1, "new_count": 1}
            here = {"studio_id": order.studio_id, "listing_id": order.listing_id, "order_id": order.id}
            db.add(Delivery(collect_payment=collects, **delivered, **here))
            name = db.get_one(Listing, order.listing_id).public_id
        self.listings[order.listing_id] = [name, not collects]

    @there_are["listings"]
    @rule(pick=picks, opens=st.booleans())
    def a_person_opens_or_locks_it(self, pick: int, opens: bool) -> None:
        listing = list(self.listings.values())[pick % len(self.listings)]
        args = (release, self.cast.olive, listing[0], "A good customer") if opens else (lock_again, self.cast.olive, listing[0])
        with self.desk.database.reading() as db:
            is_collected = db.exec(select(Delivery).join(Listing).where(Listing.public_id == listing[0])).one().collect_payment
        self._try("release" if opens else "lock again", *args)
        listing[1] = opens or not is_collected

    @there_are["numbers"]
    @rule(pick=picks, price=st.sampled_from(["0.01", "49.99", "120"]), is_taxed=st.booleans())
    def add(self, pick: int, price: str, is_taxed: bool) -> None:
        self._try("add", adding.add_own, self.cast.olive, self._number(pick), "Rush", price, "1", is_taxed=is_taxed)

    @there_are["numbers"]
    @rule(pick=picks, position=st.integers(0, 3), quantity=st.integers(0, 3))
    def count_anew(self, pick: int, position: int, quantity: int) -> None:
        self._try("count anew", adding.set_quantity, self.cast.olive, self._number(pick), position, quantity)

    @there_are["numbers"]
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        if pick > 2:  # a canceled order ends the story, so most go on
            return
        self._try("cancel", cancel, self.cast.carl, self._number(pick), Why("words", seen_fee_cents=10_000))

    @there_are["numbers"]
    @rule(pick=picks, cents=st.none() | amounts, is_all=st.booleans(), pays=st.booleans())
    def go_to_pay(self, pick: int, cents: int | None, is_all: bool, pays: bool) -> None:
        numbers = self.numbers if is_all else [self._number(pick)]
        parts = [Part(BillName(order=number), None if is_all else cents) for number in numbers]
        unit, gateway = self.desk.database.unit_of_work, self.desk.gateway
        try:
            url = service.start_checkout(unit, gateway, self.cast.carl, parts, base_url=BASE, return_to="/orders", now=self.now)
        except Problem:
            return
        self.pages.append(url.removeprefix("/pay/"))
        if pays:
            self._pay(self.pages[-1], hears=True)

    @there_are["pages"]
    @rule(pick=picks, hears=st.booleans())
    def pay(self, pick: int, hears: bool) -> None:
        self._pay(self.pages[pick % len(self.pages)], hears=hears)

    def _pay(self, session: str, *, hears: bool) -> None:
        self.done["pay"] += self.desk.gateway.pay(session)
        if hears:
            self.desk.settle(session, now=self.now)

    @rule(pick=picks, cents=amounts)
    def refund_here(self, pick: int, cents: int) -> None:
        if entry := self._entry(pick, "payment", mode="test"):
            self._leave("refund", refund, self.cast.olive, entry, cents, "Sorry", f"r{next(_serial)}")

    @rule(pick=picks, cents=amounts)
    def refund_there(self, pick: int, cents: int) -> None:
        gateway = self.desk.gateway
        for payment in one_of(list(gateway.payments.values()), pick):
            back = sum(each.amount_cents for each in gateway.refunds_of(payment.id) if each.status not in GIVEN_UP)
            if not gateway.disputes_of(payment.id) and back + cents <= payment.received_cents:
                gateway.give_back(payment.id, cents)
                self.done["refund there"] += 1

    @rule(pick=picks, status=st.sampled_from(["failed", "canceled"]))
    def a_refund_comes_back(self, pick: int, status: str) -> None:
        gateway = self.desk.gateway
        for name, each in one_of(list(gateway.refunds.items()), pick):
            if each.status not in GIVEN_UP:
                gateway.move_refund(name, status)
                self.done["refund back"] += 1

    @rule(pick=picks, status=st.sampled_from(["won", "lost"]))
    def dispute(self, pick: int, status: str) -> None:
        gateway = self.desk.gateway
        for payment in one_of(list(gateway.payments), pick):
            known = gateway.disputes_of(payment)
            if not known or known[0].status == "open":
                gateway.dispute(payment, status=status if known else "open")
                self.done[f"dispute {status if known else 'open'}"] += 1

    @rule(pick=picks)
    def hear_of_a_payment(self, pick: int) -> None:
        for payment in one_of(list(self.desk.gateway.payments), pick):
            reconcile_payment(
                self.desk.database.unit_of_work, self.desk.gateway, self.cast.harbor, payment, now=self.now
            )  # fmt: skip

    @there_are["numbers"]
    @rule(pick=picks, cents=amounts)
    def note_a_check(self, pick: int, cents: int) -> None:
        args = (self.cast.olive, BillName(order=self._number(pick)), cents, "Check", f"o{next(_serial)}")
        self._try("check", service.record_offline_payment, *args, method="check")

    @rule(pick=picks, cents=amounts)
    def give_cash_back(self, pick: int, cents: int) -> None:
        if entry := self._entry(pick, "payment"):
            self._try("cash back", offline.refund_offline, self.cast.olive, entry, cents, "Sorry", f"b{next(_serial)}")

    @rule(pick=picks)
    def take_a_mistake_back(self, pick: int) -> None:
        if entry := self._entry(pick, "payment", "refund"):
            self._try("mistake", offline.take_back_offline, self.cast.olive, entry, "Typed twice")

    @rule(cents=st.sampled_from([-5_000, -1, 1, 49, 5_000, 60_000]))
    def give_credit(self, cents: int) -> None:
        args = (self.cast.olive, self.cast.carl_customer, cents, "Late", f"g{next(_serial)}")
        if self._try("credit", crediting.give_credit, *args) is not None:
            self.given += cents

    @there_are["numbers"]
    @rule(pick=picks)
    def use_credit(self, pick: int) -> None:
        bill = BillName(order=self._number(pick))
        self._try("use credit", crediting.use_credit, self.cast.carl, bill, f"u{next(_serial)}")

    @there_are["numbers"]
    @rule(pick=picks)
    def keep_what_is_over(self, pick: int) -> None:
        for number in (self._number(pick), *self.numbers):
            bill = BillName(order=number)
            self._try("keep", crediting.keep_as_credit, self.cast.olive, bill, f"v{next(_serial)}")

    @rule(pick=picks, cents=amounts)
    def return_credit(self, pick: int, cents: int) -> None:
        if entry := self._entry(pick, "credit"):
            self._try("return", crediting.return_credit, self.cast.olive, entry, cents, "Sorry", f"c{next(_serial)}")

    @there_are["numbers"]
    @rule(pick=picks, value=st.sampled_from(["33.33", "50", "60"]))
    def split(self, pick: int, value: str) -> None:
        typed = [TypedPayer("rest"), TypedPayer("percent", value, "Ann", "ann@x.example")]
        self._leave("split", split_order, self.cast.olive, self._number(pick), typed, "all", SEAL)

    @there_are["numbers"]
    @rule(pick=picks)
    def pay_alone_again(self, pick: int) -> None:
        self._leave("undo split", undo_split, self.cast.olive, self._number(pick))

    @rule(minutes=st.sampled_from([1, 90, 200]))
    def wait_and_sweep(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.desk.sweep(now=self.now)

    @invariant()
    def every_balance_is_the_sum_of_its_entries(self) -> None:
        orders, entries = self._orders()
        with self.desk.database.reading() as db:
            found = balances(db, [order.id for order in orders])
            payers = payers_of(db, [order.id for order in orders])
        lines = Counter[int]()
        for line in self._rows(OrderLine) if orders else ():
            lines[line.order_id] += line.total_cents
        for order in orders:
            kept = found[order.id]
            assert kept.paid == sum(each.amount_cents for each in entries if each.order_id == order.id and each.kind in COUNTS)
            owed = order.total_cents if order.status != OrderStatus.CANCELED else 0
            assert (kept.due - kept.over, min(kept.due, kept.over)) == (owed - kept.paid, 0)
            assert order.subtotal_cents == lines[order.id]
            if order.id in payers:
                assert sum(each.owes.part for each in payers[order.id]) == owed
                assert sum(each.owes.due for each in payers[order.id]) >= kept.due

    @invariant()
    def credit_is_never_below_zero_and_none_is_lost(self) -> None:
        if not hasattr(self, "desk"):
            return
        credit, used, running = self._rows(CreditEntry), self._rows(LedgerEntry), 0
        for each in credit:
            running += each.amount_cents
            assert running >= 0
        assert running + sum(each.amount_cents for each in used if each.kind == "credit") == self.given

    @invariant()
    def nothing_is_open_while_money_is_due(self) -> None:
        if not getattr(self, "listings", None):
            return
        orders, _ = self._orders()
        with self.desk.database.reading() as db:
            gates = gates_of(db, list(self.listings))
            due = {each.listing_id: balances(db, [each.id])[each.id].due for each in orders}
            held = {each.listing_id: self._undecided(db, each) for each in orders}
        for listing, (_, is_released) in self.listings.items():
            assert (gates[listing].sight is Sight.OPEN) == (is_released or due[listing] <= held[listing])

    def _undecided(self, db: Session, order: Order) -> int:
        """What a bank holds until it has decided keeps nothing closed."""
        names = [each.stripe_id for each in db.exec(select(Dispute).where(Dispute.status == "open"))]
        held = select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(LedgerEntry.order_id == order.id)
        return -int(db.exec(held.where(col(LedgerEntry.source_id).in_(names))).one())

    def _orders(self) -> tuple[list[Order], list[LedgerEntry]]:
        return (self._rows(Order), self._rows(LedgerEntry)) if getattr(self, "numbers", None) else ([], [])

    def _hear_of_everything(self) -> None:
        for session in self.pages:
            self.desk.settle(session, now=self.now)
        for payment in self.desk.gateway.payments:
            reconcile_payment(self.desk.database.unit_of_work, self.desk.gateway, self.cast.harbor, payment, now=self.now)

    def _the_books_are_what_happened(self) -> None:
        gateway = self.desk.gateway
        came = sum(each.received_cents for each in gateway.payments.values())
        back = sum(each.amount_cents for each in gateway.refunds.values() if each.status not in GIVEN_UP)
        taken = sum(each.amount_cents for each in gateway.disputes.values() if each.status != "won")
        online = select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(LedgerEntry.mode == "test")
        with self.desk.database.reading() as db:
            assert db.exec(online.where(LedgerEntry.kind != "credit")).one() == came - back - taken
        self.every_balance_is_the_sum_of_its_entries()
        self._the_journal_says_the_same(came - back - taken)

    def _the_journal_says_the_same(self, online_cents: int) -> None:
        orders, _ = self._orders()
        with self.desk.database.reading() as db:
            kept, found = books(db, self.cast.olive), balances(db, [order.id for order in orders])
        sums = Counter[str]()
        for each in [*sales_of(kept.sales), *money_of(kept.moves, kept.credits)]:
            assert sum(posting.weight for posting in each.postings) == 0
            for posting in each.postings:
                sums[posting.bill or posting.account] += posting.cents
        for order in orders:
            owed = found[order.id]
            is_asked = order.status != OrderStatus.PENDING
            assert sums[f"order-{order.number}"] == (owed.due - owed.over if is_asked else -owed.paid)
        assert (sums[clearing("test")], sums[UNEXPLAINED]) == (online_cents, 0)
        assert sums[CREDITS_OWED] == -sum(each.amount_cents for each in self._rows(CreditEntry))


def test_every_cent_is_where_it_should_be(request: pytest.FixtureRequest, *, full: bool) -> None:
    Money.request, Money.done = request, Counter()
    examples, steps = (120, 60) if full else (4, 25)
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=not full,
            phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    wanted = {
        "accept", "add", "count anew", "cancel", "pay", "refund", "refund there", "refund back", "dispute open", "dispute won",
        "dispute lost", "check", "cash back", "mistake", "credit", "use credit", "keep", "return", "split", "undo split", "release",
    }  # fmt: skip
    assert not full or wanted <= set(+Money.done), wanted - set(+Money.done)
