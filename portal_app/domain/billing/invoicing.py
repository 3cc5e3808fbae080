"""Writing invoices: a draft of an order or alone, its number when it is finalized, and void when it must not be paid.

Numbers have no gaps: the next one stands in the studio's row, which is locked from taking it until the invoice is
committed. What is finalized keeps its lines, taxes, brand and names; only its memo and due date may still change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, exists
from sqlmodel import Session, col, select

from portal_app.core.clock import local
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.tokens import fingerprint, new_public_id, new_token
from portal_app.core.viewer import Permission, Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.billing.bills import locked_order
from portal_app.domain.billing.invoices import lines_of, paid_of, parties_of, settled_of, unprinted, visible
from portal_app.domain.billing.models import Invoice, InvoiceLine, InvoiceStatus
from portal_app.domain.billing.parties import invoice_name, issuer_of, kept
from portal_app.domain.billing.policies import locked_policy, payment_policy
from portal_app.domain.billing.printed import LINE, Printed, alone
from portal_app.domain.catalog.queries import terms
from portal_app.domain.catalog.typed import read_cents, read_count, read_name
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import visible as customers_visible
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.studios.models import Studio

MAIL_INVOICE = "mail_invoice"
LINES_AT_MOST = 60
MEMO_AT_MOST = 1000


class NothingToInvoice(Conflict):
    """Its invoices say all that it costs, or it costs nothing."""

    sentence = "Everything on this order stands on an invoice already."


class NotAcceptedYet(Conflict):
    """A pending order may still change in everything."""

    sentence = "Accept the order first. Its invoice is written from what you agreed on."


class InvoiceIsOpen(Conflict):
    """A customer has one paper to pay for an order, not two."""

    sentence = "An invoice of this order is waiting to be paid. Void it first if it should say something else."


class NotADraft(Conflict):
    """It has a number, and somebody may have it in hand."""

    sentence = "This invoice is finalized: only its memo and due date change. Void it and write another for anything else."


class NothingOnIt(Conflict):
    """A number is for something."""

    sentence = "Put at least one line on the invoice before you finalize it."


class MoneyOnIt(Conflict):
    """What was paid must not lose its paper."""

    sentence = "Money was paid on this invoice. Refund it first, then void the invoice."


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as typed."""

    name: str
    detail: str = ""
    quantity: str = "1"
    price: str = ""


def draft_of_order(db: Session, by: Viewer, order_number: int, seal: SecretSeal, *, now: datetime) -> str:
    """An invoice of what the order costs, less what its earlier ones say; the draft there is already, if any.

    Returns its public id. Raises NotAllowed, NotFound, NotAcceptedYet, InvoiceIsOpen, NothingToInvoice.
    """
    _require(by)
    order = locked_order(db, by, order_number)
    mine = visible(by).where(Invoice.order_id == order.id)
    if draft := db.exec(mine.where(Invoice.status == InvoiceStatus.DRAFT)).first():
        return draft.public_id
    if order.status == OrderStatus.PENDING:
        raise NotAcceptedYet
    if _waits(db, db.exec(mine.where(Invoice.status == InvoiceStatus.OPEN)).all()):
        raise InvoiceIsOpen
    total = sum(line.amount_cents for line in unprinted(db, order))
    if total <= 0:
        raise NothingToInvoice
    invoice = _draft(db, by, order.customer_id, order.currency, seal, now)
    invoice.order_id, invoice.total_cents = order.id, total
    _tell(db, by, invoice, "drafted", now, order_number=order.number)
    return invoice.public_id


def draft_alone(db: Session, by: Viewer, customer_id: int, seal: SecretSeal, *, now: datetime) -> str:
    """An empty invoice to one of the studio's customers, the one there is already, if any. Returns its public id.

    Raises NotAllowed, NotFound.
    """
    _require(by)
    customer = db.exec(customers_visible(by).where(Customer.id == customer_id).with_for_update()).first()
    if customer is None:
        raise NotFound
    if empty := _empty_draft(db, by, customer_id):
        return empty
    currency = db.exec(select(Studio.currency).where(Studio.id == by.studio_id)).one()
    invoice = _draft(db, by, customer_id, currency, seal, now)
    _tell(db, by, invoice, "drafted", now)
    return invoice.public_id


def _empty_draft(db: Session, by: Viewer, customer_id: int) -> str | None:
    """A standalone draft of this customer's that nothing was written on yet."""
    lines = exists().where(col(InvoiceLine.invoice_id) == col(Invoice.id))
    alone = visible(by).where(Invoice.customer_id == customer_id, col(Invoice.order_id).is_(None))
    found = alone.where(Invoice.status == InvoiceStatus.DRAFT, ~lines).with_only_columns(Invoice.public_id)
    return db.exec(found.order_by(col(Invoice.id).desc())).first()


def save_lines(
    db: Session, by: Viewer, public_id: str, typed: Sequence[TypedLine], *, is_taxed: bool, now: datetime
) -> int:  # fmt: skip
    """The lines of a standalone draft, with the studio's default taxes on their sum when it is taxed. Returns the total.

    Raises NotAllowed, NotFound, NotADraft, InvalidInput for `name-0`, `price-0`, `quantity-0`.
    """
    invoice, order = _locked(db, by, public_id)
    if invoice.status != InvoiceStatus.DRAFT or order is not None:
        raise NotADraft
    if len(typed) > LINES_AT_MOST:
        raise InvalidInput("lines", f"An invoice has at most {LINES_AT_MOST} lines.")
    lines = [_read_line(line, place, invoice.currency) for place, line in enumerate(typed)]
    added = terms(db, by)
    _write_lines(db, invoice, alone(lines, added.rates if is_taxed else (), added.step))
    _tell(db, by, invoice, "changed", now)
    return invoice.total_cents


def save_words(db: Session, by: Viewer, public_id: str, memo: str, due_on: str, *, now: datetime) -> None:
    """The memo and the day by which it is to be paid: of a draft, and of an open invoice too. The same changes nothing.

    Raises NotAllowed, NotFound, InvalidInput("memo"), InvalidInput("due_on"), and NotADraft for a void one.
    """
    invoice, _ = _locked(db, by, public_id)
    if invoice.status == InvoiceStatus.VOID:
        raise NotADraft("This invoice is void and stays as it is.")
    words, day = _read_memo(memo), _read_due(due_on)
    if (words, day) == (invoice.memo, invoice.due_on):
        return
    invoice.memo, invoice.due_on, invoice.pdf_digest = words, day, ""
    _tell(db, by, invoice, "changed", now)


def discard_draft(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """A draft that is not wanted. It had no number, so none is missing. Raises NotAllowed, NotFound, NotADraft."""
    invoice, _ = _locked(db, by, public_id)
    if invoice.status != InvoiceStatus.DRAFT:
        raise NotADraft
    _tell(db, by, invoice, "discarded", now)
    db.exec(delete(InvoiceLine).where(col(InvoiceLine.invoice_id) == invoice.id))
    db.delete(invoice)
    db.flush()


def finalize(db: Session, by: Viewer, public_id: str, *, now: datetime) -> str:
    """Give the draft its number and keep a copy of everything on it. Again changes nothing. Returns the name.

    Raises NotAllowed, NotFound, NothingOnIt, NotADraft for a void one.
    """
    invoice, order = _locked(db, by, public_id)
    if invoice.status == InvoiceStatus.VOID:
        raise NotADraft("This invoice is void and stays as it is.")
    if invoice.status == InvoiceStatus.OPEN:
        return invoice_name(issuer_of(invoice.issuer).prefix, invoice.number)
    lines = lines_of(db, invoice, order)
    if not lines or sum(line.amount_cents for line in lines) <= 0:
        raise NothingOnIt
    policy = locked_policy(db, invoice.studio_id)
    issuer, bill_to = parties_of(db, invoice, db.get_one(Customer, invoice.customer_id), order)
    if order is not None:
        _write_lines(db, invoice, lines)
    invoice.number, policy.next_invoice_number = policy.next_invoice_number, policy.next_invoice_number + 1
    invoice.status, invoice.finalized_at = InvoiceStatus.OPEN, now
    invoice.issuer, invoice.bill_to = kept(issuer), kept(bill_to)
    if invoice.due_on is None:
        invoice.due_on = local(now, issuer.zone).date() + timedelta(days=policy.invoice_due_days)
    db.add(policy)
    _tell(db, by, invoice, "finalized", now, name=invoice_name(issuer.prefix, invoice.number))
    return invoice_name(issuer.prefix, invoice.number)


def issue(db: Session, by: Viewer, public_id: str, *, now: datetime) -> str:
    """Finalize the draft and mail its address, in one. Again changes nothing. Returns the name.

    Raises NotAllowed, NotFound, NothingOnIt, NotADraft for a void one.
    """
    invoice, _ = _locked(db, by, public_id)
    was_draft = invoice.status == InvoiceStatus.DRAFT
    name = finalize(db, by, public_id, now=now)
    if was_draft:
        send_invoice(db, by, public_id, now=now)
    return name


def send_invoice(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Mail its address to the customer. Raises NotAllowed, NotFound, NotADraft for what is not open."""
    invoice, _ = _locked(db, by, public_id)
    if invoice.status != InvoiceStatus.OPEN:
        raise NotADraft("Only an open invoice is mailed. Finalize the draft first.")
    fact = _tell(db, by, invoice, "sent", now, name=invoice_name(issuer_of(invoice.issuer).prefix, invoice.number))
    enqueue(db, MAIL_INVOICE, {"invoice_id": invoice.id, "fact_id": fact}, now=now, studio_id=invoice.studio_id, priority=50)


def void_invoice(db: Session, by: Viewer, public_id: str, reason: str, *, now: datetime) -> None:
    """It must not be paid anymore, and its number stays used. Again changes nothing.

    Raises NotAllowed, NotFound, InvalidInput("reason"), MoneyOnIt, NotADraft for a draft.
    """
    invoice, _ = _locked(db, by, public_id)
    if invoice.status == InvoiceStatus.VOID:
        return
    if invoice.status == InvoiceStatus.DRAFT:
        raise NotADraft("A draft is discarded, not voided.")
    why = one_line(reason, 200)
    if not why:
        raise InvalidInput("reason", "Say in a few words why, for whoever looks at the books later.")
    if paid_of(db, [invoice])[invoice.id or 0]:
        raise MoneyOnIt
    _void(db, by, invoice, why, now)


def void_unpaid(db: Session, by: Viewer, order_id: int, reason: str, *, now: datetime) -> None:
    """After an order was canceled: nobody is asked to pay for it by an earlier paper. What has money on it stays."""
    db.exec(select(Order.id).where(Order.id == order_id).with_for_update()).one()
    mine = select(Invoice).where(Invoice.order_id == order_id).order_by(col(Invoice.id)).with_for_update()
    invoices = db.exec(mine).all()
    paid = paid_of(db, invoices)
    for invoice in invoices:
        if invoice.status == InvoiceStatus.OPEN and not paid[invoice.id or 0]:
            _void(db, by, invoice, reason, now)


def link_context(public_id: str) -> str:
    """What the sealed address of an invoice is bound to."""
    return f"invoice:{public_id}"


def address_of(db: Session, by: Viewer, public_id: str, seal: SecretSeal) -> str:
    """The path of its public page, for those of the studio who may hand it on. Raises NotAllowed, NotFound, CannotOpen."""
    _require(by)
    invoice = db.exec(visible(by).where(Invoice.public_id == public_id)).first()
    if invoice is None:
        raise NotFound
    return f"/invoice/{seal.open(invoice.token_box, link_context(public_id))}"


def _require(by: Viewer) -> None:
    if by.is_customer or not by.may(Permission.SEE_MONEY):
        raise NotAllowed


def _locked(db: Session, by: Viewer, public_id: str) -> tuple[Invoice, Order | None]:
    """Always the order first, then its invoice, then the studio's rules: nobody waits crosswise."""
    _require(by)
    mine = visible(by).where(Invoice.public_id == public_id)
    order_id = db.exec(mine.with_only_columns(Invoice.order_id)).first()
    order = db.exec(select(Order).where(Order.id == order_id).with_for_update()).one() if order_id else None
    invoice = db.exec(mine.with_for_update()).first()
    if invoice is None:
        raise NotFound
    return invoice, order


def _waits(db: Session, invoices: Sequence[Invoice]) -> bool:
    return any(each.left > 0 for each in settled_of(db, invoices).values())


def _draft(db: Session, by: Viewer, customer_id: int, currency: str, seal: SecretSeal, now: datetime) -> Invoice:
    token, public_id = new_token(), new_public_id()
    invoice = Invoice(
        public_id=public_id,
        studio_id=by.studio_id,
        customer_id=customer_id,
        currency=currency,
        memo=payment_policy(db, by.studio_id).invoice_memo,
        token_hash=fingerprint(token),
        token_box=seal.seal(token, link_context(public_id)),
        created_at=now,
    )
    db.add(invoice)
    return invoice


def _write_lines(db: Session, invoice: Invoice, lines: Sequence[Printed]) -> None:
    db.exec(delete(InvoiceLine).where(col(InvoiceLine.invoice_id) == invoice.id))
    here = {"studio_id": invoice.studio_id, "invoice_id": invoice.id or 0}
    for position, line in enumerate(lines):
        same = {name: getattr(line, name) for name in Printed.__slots__}
        db.add(InvoiceLine(position=position, **here, **same))
    invoice.total_cents = sum(line.amount_cents for line in lines)


def _void(db: Session, by: Viewer, invoice: Invoice, reason: str, now: datetime) -> None:
    invoice.status, invoice.voided_at, invoice.void_reason = InvoiceStatus.VOID, now, reason
    name = invoice_name(issuer_of(invoice.issuer).prefix, invoice.number)
    _tell(db, by, invoice, "voided", now, name=name, reason=reason)


def _read_line(typed: TypedLine, place: int, currency: str) -> Printed:
    name = read_name(typed.name, f"name-{place}")
    quantity = read_count(typed.quantity, f"quantity-{place}", most=9999) or 1
    unit = read_cents(typed.price, f"price-{place}", currency)
    return Printed(LINE, name, unit * quantity, one_line(typed.detail, 200), quantity, unit)


def _read_memo(typed: str) -> str:
    memo = "\n".join(one_line(line) for line in typed.strip().splitlines())
    if len(memo) > MEMO_AT_MOST:
        raise InvalidInput("memo", f"Up to {MEMO_AT_MOST:,} letters fit on the invoice.")
    return memo


def _read_due(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError as wrong:
        raise InvalidInput("due_on", "Choose a day.") from wrong


def _tell(db: Session, by: Viewer, invoice: Invoice, what: str, now: datetime, **details: object) -> int:
    db.add(invoice)
    db.flush()
    told = {"invoice": invoice.public_id, "amount_cents": invoice.total_cents, "currency": invoice.currency, **details}
    fact = record(
        db, by, f"invoice.{what}", now=now, order_id=invoice.order_id, customer_id=invoice.customer_id, details=told
    )  # fmt: skip
    return fact.id or 0
