"""The studio's desk where invoices are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal_app.adapters.secret_box import SecretBox
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.billing import invoices, invoicing
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.invoicing import TypedLine
from portal_app.domain.billing.service import record_offline_payment
from portal_app.domain.orders.models import Order, OrderCharge, OrderLine
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order

SEAL = SecretBox(b"k" * 32)
TODAY = NOW.date()


@dataclass
class Office:
    """Olive at her desk, Carl's orders before her."""

    database: Database
    cast: Cast

    def do(self, verb: Callable[..., Any], by: Viewer, *args: Any, **more: Any) -> Any:
        with self.database.unit_of_work() as db:
            return verb(db, by, *args, now=NOW, **more)

    def order(self, number: int = 1001, cents: int = 38_900, status: str = "completed") -> Order:
        order = make_order(
            self.database, self.cast.harbor, self.cast.carl_customer, number=number, status=status, total_cents=cents
        )
        with self.database.unit_of_work() as db:
            db.add(self._line(order, 0, "Signature photos", cents))
        return order

    def add(self, order: Order, name: str, cents: int, position: int = 1) -> None:
        with self.database.unit_of_work() as db:
            row = db.get_one(Order, order.id)
            row.subtotal_cents, row.total_cents = row.subtotal_cents + cents, row.total_cents + cents
            db.add_all([row, self._line(order, position, name, cents)])

    def charge(self, order: Order, kind: str, name: str, cents: int) -> None:
        column = {"discount": "discount_cents", "tip": "tip_cents", "late": "fees_cents"}[kind]
        sign = -1 if kind == "discount" else 1
        with self.database.unit_of_work() as db:
            row = db.get_one(Order, order.id)
            setattr(row, column, getattr(row, column) + cents)
            row.total_cents += sign * cents
            db.add(row)
            db.add(OrderCharge(studio_id=row.studio_id, order_id=row.id, position=9, kind=kind, name=name, amount_cents=cents))

    def draft(self, number: int = 1001) -> str:
        return self.do(invoicing.draft_of_order, self.cast.olive, number, SEAL)

    def alone(self, *lines: TypedLine, is_taxed: bool = False) -> str:
        made = self.do(invoicing.draft_alone, self.cast.olive, self.cast.carl_customer, SEAL)
        self.do(invoicing.save_lines, self.cast.olive, made, lines or (TypedLine("Album", price="80"),), is_taxed=is_taxed)
        return made

    def finalize(self, invoice: str) -> str:
        return self.do(invoicing.finalize, self.cast.olive, invoice)

    def pay(self, number: int, cents: int, key: str = "key") -> None:
        self.do(record_offline_payment, self.cast.olive, BillName(order=number), cents, "check", key)

    def page(self, invoice: str, by: Viewer | None = None, today: date = TODAY) -> invoices.InvoicePage:
        with self.database.reading() as db:
            return invoices.invoice_page(db, by or self.cast.olive, invoice, today=today)

    def rows(self, by: Viewer | None = None) -> list[invoices.InvoiceRow]:
        with self.database.reading() as db:
            return invoices.invoice_rows(db, by or self.cast.olive, today=TODAY)

    def _line(self, order: Order, position: int, name: str, cents: int) -> OrderLine:
        return OrderLine(
            studio_id=order.studio_id,
            order_id=order.id,
            position=position,
            name=name,
            unit_cents=cents,
            total_cents=cents,
            minutes=60,
        )
