"""What stands on an invoice, and how it stands: pure rules, values in and values out.

An invoice of an order prints what the order costs. A second one prints only what joined since: line by line what the
order costs now, less what its earlier invoices say. Money that came for an order pays its invoices oldest first.

| paid | totals, oldest first | paid of each |
|---|---|---|
| 0 | 389.00, 145.00 | 0, 0 |
| 389.00 | 389.00, 145.00 | 389.00, 0 |
| 400.00 | 389.00, 145.00 | 389.00, 11.00 |
| 600.00 | 389.00, 145.00 | 389.00, 145.00 |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from portal_app.domain.billing.kinds import InvoiceStatus
from portal_app.domain.catalog.pricing import Charge, ChargeKind, Rate, taxes

LINE = "line"


class Standing(StrEnum):
    """How an invoice stands today. Only draft, open and void are stored; the rest follows from money and the day."""

    DRAFT = "draft"
    OPEN = "open"
    PARTLY = "partly"
    PAID = "paid"
    OVERDUE = "overdue"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Printed:
    """One line on paper, minor units. A discount is negative, so that the lines add up to the total."""

    kind: str
    name: str
    amount_cents: int
    detail: str = ""
    quantity: int = 1
    unit_cents: int = 0
    basis_points: int = 0
    base_cents: int = 0


def charged(charges: Iterable[Charge]) -> list[Printed]:
    """Discounts, fees, taxes and tips as they are printed."""
    return [
        Printed(
            kind=one.kind,
            name=one.name,
            amount_cents=-one.amount_cents if one.kind == ChargeKind.DISCOUNT else one.amount_cents,
            basis_points=one.basis_points,
            base_cents=one.base_cents,
        )
        for one in charges
    ]


def alone(lines: Sequence[Printed], rates: tuple[Rate, ...], step: int = 1) -> list[Printed]:
    """A standalone invoice: its lines, and the taxes on their sum by the same rule that prices orders."""
    return [*lines, *charged(taxes([(sum(line.amount_cents for line in lines), rates)], step))]


def still_to_print(wanted: Sequence[Printed], printed: Iterable[Printed]) -> list[Printed]:
    """What the order costs now, less what its earlier invoices say; the sums differ by exactly what is returned."""
    left: dict[tuple[str, str, int, int], Printed] = {}
    for line in wanted:
        key = _key(line)
        left[key] = _plus(left[key], line, 1) if key in left else line
    for line in printed:
        key = _key(line)
        nothing = replace(line, quantity=0, amount_cents=0, base_cents=0)
        left[key] = _plus(left.get(key, nothing), line, -1)
    return [line for line in left.values() if line.amount_cents]


def spread(paid_cents: int, totals: Sequence[int]) -> list[int]:
    """What was paid of each total, oldest first. More than all of them together belongs to none."""
    left, parts = max(0, paid_cents), []
    for total in totals:
        parts.append(min(left, max(0, total)))
        left -= parts[-1]
    return parts


def standing_of(status: str, total_cents: int, paid_cents: int, due_on: date | None, today: date) -> Standing:
    """How an invoice stands: its status, and when it is open what was paid of it by which day."""
    if status != InvoiceStatus.OPEN:
        return Standing(status)
    if paid_cents >= total_cents:
        return Standing.PAID
    if due_on is not None and due_on < today:
        return Standing.OVERDUE
    return Standing.PARTLY if paid_cents else Standing.OPEN


def _key(line: Printed) -> tuple[str, str, int, int]:
    return line.kind, line.name, line.unit_cents, line.basis_points


def _plus(one: Printed, other: Printed, sign: int) -> Printed:
    return replace(
        one,
        quantity=one.quantity + sign * other.quantity if one.kind == LINE else 1,
        amount_cents=one.amount_cents + sign * other.amount_cents,
        base_cents=one.base_cents + sign * other.base_cents,
    )
