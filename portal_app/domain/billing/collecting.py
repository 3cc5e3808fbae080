"""What the pay button of an invoice collects: what is left of it, of the bill behind it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from portal_app.core.errors import NotFound
from portal_app.core.money import least_charge
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.amounts import Part
from portal_app.domain.billing.attempts import arriving
from portal_app.domain.billing.bills import BillName, bills_named, for_payer
from portal_app.domain.billing.invoices import settled_of, visible
from portal_app.domain.billing.models import Invoice, InvoiceStatus
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.orders.models import Order


@dataclass(frozen=True, slots=True)
class Collected:
    """The part of a bill that paying an invoice asks for, in minor units; 0 when nothing can be paid."""

    part: Part
    cents: int
    is_on_its_way: bool


def collected_by(db: Session, by: Viewer, public_id: str) -> Collected:
    """An order's invoice takes what is left of it of the order, where the studio takes parts and what stays is not too
    little for a card; else all that is due. One that stands alone takes all of itself. Raises NotFound."""
    invoice = db.exec(visible(by).where(Invoice.public_id == public_id)).first()
    if invoice is None:
        raise NotFound
    order = db.get_one(Order, invoice.order_id).number if invoice.order_id else 0
    name = BillName(order=order) if order else BillName(invoice=public_id)
    if invoice.status != InvoiceStatus.OPEN:
        return Collected(Part(name), 0, is_on_its_way=False)
    (bill,) = for_payer(db, bills_named(db, by, [name]))
    left = settled_of(db, [invoice])[invoice.id or 0].left
    due, on_its_way = bill.due_cents, bool(arriving(db, [bill]))
    if not left or left >= due or due - left < least_charge(bill.currency):
        return Collected(Part(name), due if left else 0, on_its_way)
    if left < least_charge(bill.currency) or not payment_policy(db, bill.studio_id).takes_parts:
        return Collected(Part(name), due, on_its_way)
    return Collected(Part(name, left), left, on_its_way)
