"""A customer's account over some days: what they owed before, what was charged and paid, what they owe after.

opening + charged − paid = closing, to the cent. A charge is an invoice on the day it was finalized, and what an order
costs beside its invoices on the day it was accepted, or canceled with a late fee. What was paid are the entries of the
ledger, on the days they were written down. So the closing balance of today is what is due, less what was paid too much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, or_, select

from portal_app.core.clock import at_wall_time, date_words, local
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.money import money_words
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.balance import COUNTS
from portal_app.domain.billing.kinds import EntryKind, Method
from portal_app.domain.billing.models import Invoice, InvoiceStatus, LedgerEntry
from portal_app.domain.billing.papers import bill_to_lines, ink_of, issuer_lines, printed_at, sheet_of
from portal_app.domain.billing.parties import BillTo, bill_to_now, invoice_name, issuer_now, issuer_of
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.billing.printing import Paper, PaperRow
from portal_app.domain.billing.queries import late_cents
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import MINE, own_ids
from portal_app.domain.customers.queries import visible as customers_visible
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.studios.models import Studio

LONGEST_DAYS = 3 * 366
METHOD_WORDS = {
    Method.CARD: "by card",
    Method.BANK_DEBIT: "by bank debit",
    Method.CASH: "in cash",
    Method.CHECK: "by check",
    Method.TRANSFER: "by transfer",
    Method.CREDIT: "from credit",
}
KIND_WORDS = {
    EntryKind.PAYMENT: "Payment",
    EntryKind.CREDIT: "Credit",
    EntryKind.REFUND: "Refund",
    EntryKind.REFUND_RETURNED: "Refund that came back",
    EntryKind.DISPUTE: "Payment taken back by the bank",
    EntryKind.DISPUTE_WON: "Payment given back by the bank",
}
# What lowers what was paid although its kind raises it: a mistake's opposite, and what became credit.
TAKEN_BACK = {EntryKind.PAYMENT: "Taken back: payment", EntryKind.CREDIT: "Kept as credit"}


@dataclass(frozen=True, slots=True)
class Movement:
    """One thing that changed what is owed: charged +, paid −."""

    on: date
    words: str
    detail: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Statement:
    """The account from the first day to the last, both counted, in one currency."""

    first: date
    last: date
    currency: str
    opening_cents: int
    rows: tuple[Movement, ...]

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + sum(row.amount_cents for row in self.rows)


def added_up(movements: Sequence[Movement], first: date, last: date, currency: str) -> Statement:
    """Cut an account to some days: everything before is the opening balance. Pure."""
    kept = sorted((one for one in movements if one.on <= last), key=lambda one: one.on)
    opening = sum(one.amount_cents for one in kept if one.on < first)
    return Statement(first, last, currency, opening, tuple(one for one in kept if one.on >= first))


def read_days(first: str, last: str, today: date) -> tuple[date, date]:
    """The days as typed; without a last one up to today. Raises InvalidInput."""
    try:
        begins = date.fromisoformat(first.strip()) if first.strip() else today - timedelta(days=90)
        ends = date.fromisoformat(last.strip()) if last.strip() else today
    except ValueError as wrong:
        raise InvalidInput("first", "Choose a first and a last day.") from wrong
    if not timedelta(0) <= ends - begins <= timedelta(days=LONGEST_DAYS):
        raise InvalidInput("last", "Choose a last day after the first, within three years.")
    return begins, ends


def statement_paper(
    db: Session, by: Viewer, first: str, last: str, *, customer_id: int = 0, now: datetime
) -> Paper:  # fmt: skip
    """The statement of a customer as it is printed: their own, or for the studio that of `customer_id`.

    Raises NotFound, InvalidInput.
    """
    studio = db.get_one(Studio, by.studio_id)
    begins, ends = read_days(first, last, local(now, studio.zone).date())
    customer, ids = _whose(db, by, customer_id)
    found = added_up(_movements(db, studio, ids), begins, ends, studio.currency)
    issuer = issuer_now(studio, payment_policy(db, by.studio_id))
    return Paper(
        title="Statement",
        language="en",
        sheet=sheet_of(studio.zone),
        accent=ink_of(issuer),
        mark=issuer.mark,
        issuer=issuer_lines(issuer),
        bill_to_label="Account of",
        bill_to=bill_to_lines(bill_to_now(customer, None) if customer else BillTo(by.name, "", by.email)),
        facts=(("From", date_words(begins)), ("To", date_words(ends)), ("Printed", date_words(local(now, studio.zone).date()))),
        heads=("What", "Date", "Charged", "Paid", "Balance"),
        rows=_rows(found),
        sums=_sums(found),
        notes=(("How to pay", issuer.payable_to),) if issuer.payable_to else (),
        page_words="Page {page} of {pages}",
        at=printed_at(at_wall_time(datetime.combine(ends, time()), studio.zone)),
    )


def _whose(db: Session, by: Viewer, customer_id: int) -> tuple[Customer | None, list[int]]:
    """The records whose account it is: a person's own outside teams, also those they claimed, or one record of a team."""
    if by.is_customer:
        ids = list(db.exec(own_ids(by, MINE)))
        return None, [each for each in ids if each]
    if not by.may(Permission.SEE_MONEY):
        raise NotFound
    customer = db.exec(customers_visible(by).where(Customer.id == customer_id)).first()
    if customer is None:
        raise NotFound
    same = select(Customer.id).where(Customer.studio_id == by.studio_id, Customer.account_id == customer.account_id)
    ids = list(db.exec(same.where(col(Customer.team_id).is_(None)))) if customer.account_id and not customer.team_id else []
    return customer, [each for each in ids if each] or [customer.id or 0]


def _movements(db: Session, studio: Studio, customer_ids: Sequence[int]) -> list[Movement]:
    """Everything that was ever charged to these records or paid for them, in three statements."""
    charged = db.execute(
        select(Invoice, Order.street)
        .outerjoin(Order, col(Order.id) == col(Invoice.order_id))
        .where(Invoice.studio_id == studio.id, col(Invoice.customer_id).in_(customer_ids))
        .where(Invoice.status == InvoiceStatus.OPEN, Invoice.currency == studio.currency)
        .order_by(col(Invoice.number))
    ).all()
    entries = db.execute(
        select(LedgerEntry, Order.number, Invoice.number)
        .outerjoin(Order, col(Order.id) == col(LedgerEntry.order_id))
        .outerjoin(Invoice, col(Invoice.id) == col(LedgerEntry.invoice_id))
        .where(LedgerEntry.studio_id == studio.id, LedgerEntry.currency == studio.currency)
        .where(col(LedgerEntry.kind).in_(COUNTS))
        .where(or_(col(Order.customer_id).in_(customer_ids), col(Invoice.customer_id).in_(customer_ids)))
        .order_by(col(LedgerEntry.id))
    )
    found = [_charge(invoice, street or "", studio.zone) for invoice, street in charged]
    found += _beside_invoices(db, studio, customer_ids, [invoice for invoice, _ in charged])
    return [*found, *(_payment(entry, order, invoice, studio.zone) for entry, order, invoice in entries)]


def _beside_invoices(db: Session, studio: Studio, customer_ids: Sequence[int], told: Sequence[Invoice]) -> list[Movement]:
    """What each order costs and no invoice of it says."""
    mine = Order.studio_id == studio.id, col(Order.customer_id).in_(customer_ids), Order.currency == studio.currency
    orders = db.execute(select(Order, late_cents()).where(*mine, Order.status != OrderStatus.PENDING).order_by(col(Order.id)))
    invoiced: dict[int | None, int] = defaultdict(int)
    for invoice in told:
        invoiced[invoice.order_id] += invoice.total_cents
    found = []
    for order, late in orders:
        is_canceled = order.status == OrderStatus.CANCELED
        cents = (late if is_canceled else order.total_cents) - invoiced[order.id]
        since = (order.canceled_at if is_canceled else order.accepted_at) or order.placed_at
        words = f"Order {order.number}, {'late fee' if is_canceled else 'not on an invoice'}"
        if cents:
            found.append(Movement(local(since, studio.zone).date(), words, order.street, cents))
    return found


def _charge(invoice: Invoice, street: str, zone: str) -> Movement:
    name = invoice_name(issuer_of(invoice.issuer).prefix, invoice.number)
    on = local(invoice.finalized_at or invoice.created_at, zone).date()
    return Movement(on, f"Invoice {name}", street, invoice.total_cents)


def _payment(entry: LedgerEntry, order_number: int | None, invoice_number: int | None, zone: str) -> Movement:
    words = KIND_WORDS.get(EntryKind(entry.kind), "Payment")
    if entry.amount_cents < 0:
        words = TAKEN_BACK.get(EntryKind(entry.kind), words)
    how = METHOD_WORDS.get(Method(entry.method), "") if entry.kind == EntryKind.PAYMENT else ""
    about = f"Order {order_number}" if order_number else f"Invoice {invoice_number or ''}".strip()
    return Movement(local(entry.at, zone).date(), f"{words} {how}".strip(), about, -entry.amount_cents)


def _rows(found: Statement) -> tuple[PaperRow, ...]:
    balance, rows = found.opening_cents, []
    for row in found.rows:
        balance += row.amount_cents
        amount = money_words(abs(row.amount_cents), found.currency)
        sides = (amount, "") if row.amount_cents > 0 else ("", amount)
        rows.append(PaperRow((row.words, date_words(row.on), *sides, money_words(balance, found.currency)), row.detail))
    return tuple(rows)


def _sums(found: Statement) -> tuple[tuple[str, str], ...]:
    charged = sum(row.amount_cents for row in found.rows if row.amount_cents > 0)
    paid = sum(row.amount_cents for row in found.rows if row.amount_cents < 0)
    return (
        (f"Balance on {date_words(found.first)}", money_words(found.opening_cents, found.currency)),
        ("Charged", money_words(charged, found.currency)),
        ("Paid", money_words(paid, found.currency)),
        (f"Balance on {date_words(found.last)}", money_words(found.closing_cents, found.currency)),
    )
