"""The journal of a studio in full swing, read by beancount: it balances, and says what the ledger and the payouts say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Transaction
from sqlalchemy import event
from sqlmodel import Session, select

from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.stripe_keys import seal_keys
from portal_app.cli import main
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import Viewer, system_viewer
from portal_app.db import Database, upgrade_to_head
from portal_app.domain.billing import invoicing
from portal_app.domain.billing.afterwards import reconcile_payment
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.books import books
from portal_app.domain.billing.crediting import give_credit, use_credit
from portal_app.domain.billing.invoices import invoice_balances
from portal_app.domain.billing.invoicing import TypedLine
from portal_app.domain.billing.journal_text import Form
from portal_app.domain.billing.journaling import journal
from portal_app.domain.billing.keys import connect_stripe
from portal_app.domain.billing.models import Invoice, LedgerEntry
from portal_app.domain.billing.offline import record_offline_payment, take_back_offline
from portal_app.domain.billing.queries import balances
from portal_app.domain.billing.statements import statement_paper
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio
from portal_app.settings import read_settings
from tests.conftest import NOW, Cast
from tests.integration.payments.conftest import RunningStandIn, Till, open_till, page_request
from tests.integration.payments.office import Office
from tests.journal_reader import Read, read_hledger

pytestmark = pytest.mark.proof("payments-12")


class Desk(Office):
    """Olive's desk, with a till for cards beside it and the ledger open."""

    till: Till
    step: int = 0

    def card(self, *bills: int | str) -> str:
        """Carl pays bills by card; the payment's name."""
        self.till.pay(self.cast.carl, *bills)
        attempt = self.till.attempts[-1]
        self.till.stand_in.buyer(session=attempt.session_id)
        assert self.till.reconcile(attempt.public_id) == "paid"
        return self.till.attempts[-1].payment_id

    def look(self, payment: str) -> None:
        """Ask what became of a payment."""
        unit_of_work = self.database.unit_of_work
        assert reconcile_payment(unit_of_work, self.till.gateway, self.cast.harbor, payment, now=utc_now())

    def write(self, kind: str, source: str, cents: int, about: str = "", **more: Any) -> None:
        """An entry of the ledger; about a payment, it names its bill and method."""
        with self.database.unit_of_work() as db:
            paid = db.exec(select(LedgerEntry).where(LedgerEntry.source_id == about)).first() if about else None
            self.step += 1
            row = {"method": "card", "mode": "test", "currency": "USD", "at": NOW + timedelta(minutes=self.step)}
            if paid:
                row |= {"order_id": paid.order_id, "invoice_id": paid.invoice_id, "about_id": paid.id, "method": paid.method}
            db.add(LedgerEntry(studio_id=self.cast.harbor, kind=kind, source_id=source, amount_cents=cents, **row | more))

    def change(self, order: Order, **fields: Any) -> None:
        with self.database.unit_of_work() as db:
            row = db.get_one(Order, order.id)
            for name, value in fields.items():
                setattr(row, name, value)

    def text(self, form: Form, by: Viewer | None = None, **days: date) -> str:
        viewer = by or system_viewer(self.cast.harbor)
        gateway_for = lambda _, mode: self.till.gateway if mode == "test" else None  # noqa: E731
        return journal(self.database.reading, gateway_for, viewer, form, now=utc_now(), **days)


@pytest.fixture
def desk(database: Database, cast: Cast, stand_in: RunningStandIn) -> Desk:
    made = Desk(database, cast)
    made.till = open_till(database, stand_in, cast.harbor, "Harbor Light")
    return made


def bill_everything(desk: Desk) -> None:
    """Orders on paper and beside it, in every state; a standalone invoice with taxes, and one that was made void."""
    invoiced, plain = desk.order(1001), desk.order(1002, 20_000, "accepted")
    canceled = desk.order(1003, 10_000, "accepted")
    desk.order(1004, 99_900, "pending")
    desk.charge(invoiced, "discount", "WELCOME", 3_890)
    desk.finalize(desk.draft(1001))
    desk.add(invoiced, "2D floor plan", 14_500)
    desk.charge(plain, "tip", "Tip", 3_000)
    desk.finalize(desk.alone(TypedLine('Album "gold"; 3 | 4', price="80"), is_taxed=True))
    void = desk.draft(1002)
    desk.finalize(void)
    desk.do(invoicing.void_invoice, desk.cast.olive, void, "Wrong name")
    desk.charge(canceled, "late", "Late cancellation", 7_500)
    desk.pay(1003, 10_000, "third")
    desk.change(canceled, status="canceled", canceled_at=NOW)


def move_everything(desk: Desk) -> str:
    """Every way money comes and goes at the payment service; the name of a payment for two bills, of which one part was given back."""
    bank, dashboard = desk.till.stand_in.bank, desk.till.stand_in.dashboard
    both = desk.card(1001, 1002)
    dashboard(refund=both, amount=7_757)
    taken = desk.card(next(row.public_id for row in desk.rows() if not row.order_number and row.name))
    bank(dispute=taken)
    desk.order(1005, 30_000)
    won = desk.card(1005)
    dispute = bank(dispute=won)["id"]
    desk.look(won)
    bank(dispute=dispute, status="won")
    desk.order(1006, 40_000)
    back = desk.card(1006)
    dashboard(refund=back, amount=4_000)
    failed = dashboard(refund=back, amount=1_000)["id"]
    desk.look(back)
    bank(refund=failed, status="failed")
    for payment in (both, taken, won, back):
        desk.look(payment)
    return both


def write_everything(desk: Desk) -> None:
    """What the payment service knows nothing of, and money that fitted nowhere."""
    desk.write("payment", "deposit", 50_000, method="check", mode="live", order_id=4)
    desk.write("payment", "cash:1", 2_000, method="cash", mode="live", order_id=1)
    desk.write("refund", "cash:2", -500, about="cash:1", mode="live")
    desk.write("unallocated", "pi_elsewhere", 700, at=NOW)
    desk.write("unallocated", "pi_elsewhere", -300, part=1, at=NOW + timedelta(hours=1))
    desk.write("payment", "pi_elsewhere", 300, part=2, at=NOW + timedelta(hours=1), order_id=2)
    olive, order = desk.cast.olive, BillName(order=desk.order(1007, 25_000).number)
    desk.do(give_credit, olive, desk.cast.carl_customer, 2_500, 'For "the rain"; sorry', "gift")
    desk.do(use_credit, olive, order, "use")
    desk.do(give_credit, olive, desk.cast.carl_customer, 1_000, "Again", "again")
    desk.do(record_offline_payment, olive, order, 900, "", "wrong", method="other")
    [wrong] = [entry.id for entry in desk.till.rows(LedgerEntry) if entry.source_id == "offline:wrong"]
    desk.do(take_back_offline, olive, wrong, "It was for another order")


def loaded(text: str) -> list[Transaction]:
    """By beancount's own parser, with all of its checks."""
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    return [entry for entry in entries if isinstance(entry, Transaction)]


def sums(transactions: list[Transaction]) -> dict[str, int]:
    """What beancount finds in each account, in cents."""
    found: dict[str, int] = defaultdict(int)
    for entry in transactions:
        assert sum(posting.units.number for posting in entry.postings) == Decimal(0)
        for posting in entry.postings:
            found[posting.account] += in_cents(posting)
    return found


def receivables(transactions: list[Transaction]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for entry in transactions:
        for posting in entry.postings:
            if posting.account == "Assets:Receivable":
                found[posting.meta["bill"]] += in_cents(posting)
    return found


def in_cents(posting: Any) -> int:
    return int(posting.units.number.scaleb(2))


def owed(db: Session, studio_id: int) -> dict[str, int]:
    """What the portal says of each bill: due less what was paid too much. A deposit of a pending order is paid, not due."""
    orders = db.exec(select(Order).where(Order.studio_id == studio_id)).all()
    alone = db.exec(
        select(Invoice).where(Invoice.studio_id == studio_id, Invoice.order_id.is_(None), Invoice.status == "open")
    ).all()
    by_order = balances(db, [order.id for order in orders])
    found = {
        f"order-{order.number}": -by_order[order.id].paid
        if order.status == "pending"
        else by_order[order.id].due - by_order[order.id].over
        for order in orders
    }
    by_invoice = invoice_balances(db, [invoice.id for invoice in alone])
    return found | {f"invoice-{one.number:04d}": by_invoice[one.id].due - by_invoice[one.id].over for one in alone}


def test_beancount_reads_what_the_ledger_and_the_payouts_say(desk: Desk) -> None:
    bill_everything(desk)
    both_bills = move_everything(desk)
    write_everything(desk)
    desk.till.stand_in.bank(payout=desk.till.account.key)
    text = desk.text(Form.BEANCOUNT)
    found = loaded(text)
    with desk.database.reading() as db:
        expected = owed(db, desk.cast.harbor)
        late = max(utc_now(), NOW) + timedelta(days=1)
        closing = statement_paper(db, desk.cast.olive, "", "", customer_id=desk.cast.carl_customer, now=late).sums[-1][1]
    by_account = sums(found)
    assert {bill: cents for bill, cents in receivables(found).items() if cents} == {b: c for b, c in expected.items() if c}
    assert len(expected) == 8
    assert sum(expected.values()) == read_words(closing) == by_account["Assets:Receivable"]

    (payout,) = desk.till.gateway.payouts(date(2020, 1, 1), utc_now().date())
    hosted = [
        entry for entry in desk.till.rows(LedgerEntry) if entry.mode == "test" and entry.source_id not in ("pi_elsewhere", "used")
    ]
    assert {entry.kind for entry in hosted} == {"payment", "refund", "refund_returned", "dispute", "dispute_won", "unallocated"}
    gross, fees = sum(line.gross_cents for line in payout.lines), sum(line.fee_cents for line in payout.lines)
    assert gross == sum(entry.amount_cents for entry in hosted)
    assert fees > 1_500
    assert (by_account["Assets:Test:Bank"], by_account["Expenses:Payment-fees"]) == (payout.amount_cents, fees)
    assert by_account["Assets:Test:Stripe"] == 700, "what the payout does not hold yet"
    assert by_account["Assets:Cash"] == 1_500
    assert by_account["Assets:Checks"] == 50_000
    assert by_account["Liabilities:Unallocated"] == 7_757 - 400
    assert by_account["Liabilities:Customer-credit"] == -1_000
    assert by_account["Income:Credits-given"] == 3_500
    assert by_account["Assets:Other-payments"] == 10_000, "what was taken back is not there"
    assert "Payment, taken back, order 1007" in {entry.narration for entry in found}
    assert by_account["Income:Late-fees"] == -7_500
    assert by_account["Income:Tips"] == -3_000
    assert by_account["Income:Discounts"] == 3_890
    assert not [account for account in by_account if account.startswith("Equity:")]
    [both] = [entry for entry in found if both_bills in entry.links and "Payment" in entry.narration]
    assert both.payee == "Carl Nakamura"
    assert {entry.payee for entry in found if "Assets:Receivable" in str(entry)} == {"Carl Nakamura"}
    assert [posting.meta.get("bill") for posting in both.postings] == [None, "order-1001", "order-1002"]


def read_words(words: str) -> int:
    """`−$1,234.50` as cents."""
    cents = int("".join(letter for letter in words if letter.isdigit()))
    return -cents if words.startswith("−") else cents


def test_both_languages_say_the_same_and_say_it_again_byte_by_byte(desk: Desk) -> None:
    bill_everything(desk)
    desk.card(1001, 1002)
    write_everything(desk)
    desk.till.stand_in.bank(payout=desk.till.account.key)
    texts = {form: desk.text(form) for form in Form}
    assert texts == {form: desk.text(form) for form in Form}
    by_beancount = sorted(loaded(texts[Form.BEANCOUNT]), key=lambda entry: entry.meta["lineno"])
    by_hledger: list[Read] = read_hledger(texts[Form.HLEDGER])
    assert [postings_of(entry) for entry in by_beancount] == [
        (each.on, [(account, amount, bill) for account, amount, _, bill in each.postings]) for each in by_hledger
    ]
    assert {each.payee for each in by_hledger} == {entry.payee or entry.narration for entry in by_beancount}
    assert 'For "the rain", sorry' in texts[Form.HLEDGER]
    assert 'For \\"the rain\\"; sorry' in texts[Form.BEANCOUNT]


def postings_of(entry: Transaction) -> tuple[date, list[tuple[str, Decimal, str]]]:
    return entry.date, [(each.account, each.units.number, each.meta.get("bill", "")) for each in entry.postings]


def test_days_are_the_studios_and_both_ends_count(desk: Desk) -> None:
    desk.order()
    desk.write(
        "payment", "night", 100, method="cash", mode="live", order_id=1, at=datetime.fromisoformat("2026-11-24T07:59+00:00")
    )
    desk.write(
        "payment", "morning", 10, method="cash", mode="live", order_id=1, at=datetime.fromisoformat("2026-11-24T08:01+00:00")
    )
    day = date(2026, 11, 24)
    assert sums(loaded(desk.text(Form.BEANCOUNT, until=day - timedelta(days=1))))["Assets:Cash"] == 100
    assert sums(loaded(desk.text(Form.BEANCOUNT, since=day, until=day)))["Assets:Cash"] == 10
    assert loaded(desk.text(Form.BEANCOUNT, since=day + timedelta(days=1), until=day + timedelta(days=2))) == []


def test_a_month_on_invoices_stays_when_an_order_changes_later(desk: Desk) -> None:
    order = desk.order()
    paper = desk.draft()
    desk.finalize(paper)
    before = desk.text(Form.BEANCOUNT, until=NOW.date())
    assert sums(loaded(before))["Income:Services"] == -38_900
    with desk.database.unit_of_work() as db:
        invoicing.void_invoice(db, desk.cast.olive, paper, "Wrong name", now=NOW + timedelta(days=9))
    desk.add(order, "2D floor plan", 14_500)
    assert desk.text(Form.BEANCOUNT, until=NOW.date()) == before
    later = sums(loaded(desk.text(Form.BEANCOUNT, until=NOW.date() + timedelta(days=9))))
    assert (later["Income:Services"], later["Assets:Receivable"]) == (-53_400, 53_400)


def test_a_charge_of_another_shop_is_not_taken_from_what_customers_paid(desk: Desk) -> None:
    desk.order()
    ours = desk.card(1001)
    elsewhere = desk.till.gateway.create_checkout(page_request(amount_cents=1000))
    desk.till.stand_in.buyer(session=elsewhere.id)
    desk.till.stand_in.bank(payout=desk.till.account.key)
    by_account = sums(loaded(desk.text(Form.BEANCOUNT)))
    assert ours
    assert (by_account["Assets:Test:Stripe"], by_account["Equity:Not-in-this-portal"]) == (0, -1000)


def test_only_who_sees_all_the_money_sees_the_books(desk: Desk) -> None:
    bill_everything(desk)
    cast = desk.cast
    assert "Carl" in desk.text(Form.HLEDGER, cast.olive)
    for by in (cast.pia, cast.carl, cast.tess):
        with pytest.raises(NotAllowed):
            desk.text(Form.HLEDGER, by)
    assert "Carl" not in desk.text(Form.HLEDGER, cast.omar)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []
    heard = lambda _c, _u, statement, *_: seen.append(statement)  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", heard)
    yield seen
    event.remove(database.engine, "before_cursor_execute", heard)


def test_as_many_statements_for_ten_orders_as_for_one(desk: Desk) -> None:
    counts = []
    for numbers in (range(1, 2), range(2, 11)):
        for number in numbers:
            desk.order(number)
            desk.pay(number, 100, f"key{number}")
        desk.finalize(desk.draft(numbers[-1]))
        with counted(desk.database) as seen, desk.database.reading() as db:
            assert len(books(db, system_viewer(desk.cast.harbor)).moves) == numbers[-1]
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


@pytest.fixture
def home(tmp_path, monkeypatch: pytest.MonkeyPatch, stand_in: RunningStandIn) -> Iterator[Database]:
    """An installation of its own whose studio takes cards at the stand-in."""
    monkeypatch.setenv("PORTAL_ENV", "development")
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORTAL_STRIPE_API_BASE", stand_in.base)
    settings = read_settings()
    database = Database(settings.database_url)
    upgrade_to_head(database)
    account = stand_in.open_account("Harbor Light", "")
    with database.unit_of_work() as db:
        db.add(Studio(slug="harbor", name="Harbor Light", address="https://portal.example.com"))
        db.flush()
        key, secret = seal_keys(SecretBox(*settings.keys), 1, "test", account.key, account.webhook_secret)
        connect_stripe(db, 1, "test", endpoint_token="e", secret_key_box=key, webhook_secret_box=secret)
        entry = {"kind": "unallocated", "mode": "test", "source_id": "pi_x", "currency": "USD", "amount_cents": 700}
        db.add(LedgerEntry(studio_id=1, at=utc_now() - timedelta(days=1), **entry))
    yield database
    database.close()


def test_it_is_printed_at_the_machine(home: Database, stand_in: RunningStandIn, capsys, monkeypatch) -> None:
    assert main(["journal", "--studio", "harbor", "--format", "beancount"]) == 0
    assert sums(loaded(capsys.readouterr().out)) == {"Assets:Test:Stripe": 700, "Liabilities:Unallocated": -700}
    assert main(["journal", "--studio", "harbor", "--format", "hledger", "--since", "2031-01-01"]) == 0
    assert read_hledger(capsys.readouterr().out) == []
    assert main(["journal", "--studio", "nobody", "--format", "hledger"]) == 1
    assert "no studio called nobody" in capsys.readouterr().err
    for wrong in (["--format", "xlsx"], ["--format", "hledger", "--since", "soon"]):
        with pytest.raises(SystemExit):
            main(["journal", "--studio", "harbor", *wrong])
    stand_in.break_(method="GET", path="/v1/payouts", kind="401")
    assert main(["journal", "--studio", "harbor", "--format", "beancount"]) == 1
    said = capsys.readouterr()
    assert "does not accept the studio's key" in said.err
    assert "option" not in said.out, "half a journal would be believed"
    stand_in.break_(method="GET", path="/v1/payouts", kind="401")
    assert main(["journal", "--studio", "harbor", "--format", "beancount", "--without-payouts"]) == 0
    assert "Assets:Test:Stripe" in capsys.readouterr().out
