"""What a canceled order gives back of what was paid for it: a rule of the studio, done once and by itself.

| policy | paid | late fee | goes back | then due |
|---|---|---|---|---|
| none | 477.57 | 0 | 0 | 0 |
| none | 477.57 | 75.00 | 0 | 0 |
| minus_fee | 477.57 | 0 | 477.57 | 0 |
| minus_fee | 477.57 | 75.00 | 402.57 | 0 |
| minus_fee | 50.00 | 75.00 | 0 | 25.00 |
| full | 477.57 | 75.00 | 477.57 | 75.00 |
| full | 0 | 0 | 0 | 0 |

`none` leaves it to a person; with `full` a late fee is asked for by itself. What came by a payment service goes back the
way it came, the newest payment first, then what was paid from credit is credit again; cash and checks wait for a person.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import enqueue
from portal_app.domain.billing.bills import Bill, BillName, bills_named, lock_bills
from portal_app.domain.billing.crediting import credit_again
from portal_app.domain.billing.keys import keys_of_studio
from portal_app.domain.billing.kinds import CancelRefund, EntryKind
from portal_app.domain.billing.models import LedgerEntry, Refund
from portal_app.domain.billing.offline import is_written, left_of
from portal_app.domain.billing.paid import locked_paid, paid
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.billing.queries import balance, orders_to_pay
from portal_app.domain.billing.refunding import plan, refund_name
from portal_app.domain.orders.models import Order, OrderStatus

SEND_REFUND = "send_refund"
REASON = "The order was canceled."


def goes_back(policy: str, paid_cents: int, fee_cents: int) -> int:
    """The table above, in minor units."""
    if policy == CancelRefund.NONE:
        return 0
    return max(0, paid_cents - (fee_cents if policy == CancelRefund.MINUS_FEE else 0))


def would_go_back(db: Session, by: Viewer, number: int, fee_cents: int = 0) -> int:
    """What a cancellation with this late fee would send back the way it came, in minor units. Raises NotFound."""
    order = db.exec(orders_to_pay(by).where(Order.number == number)).first()
    if order is None:
        raise NotFound
    came = _payments(db, order.id or 0)
    policy = payment_policy(db, order.studio_id).cancel_refund
    whole = goes_back(policy, balance(db, order.id or 0).paid, fee_cents)
    left = 0
    for mode in {entry.mode for entry in came}:
        of = paid(db, order.studio_id, mode, {entry.source_id for entry in came if entry.mode == mode})
        left += sum(of[e.source_id].left_of(e.id or 0) for e in came if e.mode == mode and not of[e.source_id].is_disputed)
    return min(whole, left + sum(left_of(db, _credits(db, order.id or 0)).values()))


def give_back_canceled(db: Session, by: Viewer, order_id: int, *, now: datetime) -> int:
    """Store the refunds that follow from an order's cancellation, and the work that sends them. Done again it changes
    nothing. Returns what goes back."""
    order = db.get_one(Order, order_id)
    policy = payment_policy(db, order.studio_id).cancel_refund
    if order.status != OrderStatus.CANCELED or policy == CancelRefund.NONE:
        return 0
    came = _payments(db, order_id)
    _lock(db, order, {entry.source_id for entry in came})
    owed = balance(db, order_id)
    whole = left = goes_back(policy, owed.paid, owed.paid - owed.over + owed.due)
    for entry in came:
        left -= _planned(db, by, entry, left, now)
    (bill,) = bills_named(db, by, [BillName(order=order.number)])
    for entry in _credits(db, order_id):
        left -= _credited_again(db, by, bill, entry, left, now)
    return whole - left


def _planned(db: Session, by: Viewer, entry: LedgerEntry, most: int, now: datetime) -> int:
    """What of one payment goes back."""
    of = locked_paid(db, entry.studio_id, entry.mode, entry.source_id)
    name = refund_name(entry.studio_id, f"canceled:{entry.order_id}:{entry.id}")
    if before := db.exec(select(Refund.amount_cents).where(Refund.public_id == name)).first():
        return before
    cents = min(most, of.left_of(entry.id or 0)) if of and not of.is_disputed else 0
    if of is None or cents <= 0 or keys_of_studio(db, entry.studio_id, entry.mode) is None:
        return 0
    plan(db, by, of, entry, cents, REASON, name, now)
    asked = {"refund": name, "studio_id": entry.studio_id, "mode": entry.mode}
    enqueue(db, SEND_REFUND, asked, now=now, studio_id=entry.studio_id, once_key=f"refund:{name}", priority=20)
    return cents


def _credited_again(db: Session, by: Viewer, bill: Bill, entry: LedgerEntry, most: int, now: datetime) -> int:
    """What of the credit that paid an order is credit again."""
    cents, source = min(most, left_of(db, [entry])[entry.id or 0]), f"credit-returned:canceled:{entry.id}"
    if cents <= 0 or is_written(db, by.studio_id, source):
        return 0
    credit_again(db, by, bill, entry, cents, REASON, source, now=now)
    return cents


def _credits(db: Session, order_id: int) -> list[LedgerEntry]:
    """What an order was paid from credit, newest first."""
    used = select(LedgerEntry).where(
        LedgerEntry.order_id == order_id, LedgerEntry.kind == EntryKind.CREDIT, LedgerEntry.amount_cents > 0
    )
    return list(db.exec(used.order_by(col(LedgerEntry.id).desc())).all())


def _payments(db: Session, order_id: int) -> list[LedgerEntry]:
    """What came for an order by a payment service, newest first."""
    came = select(LedgerEntry).where(
        LedgerEntry.order_id == order_id, LedgerEntry.kind == EntryKind.PAYMENT, col(LedgerEntry.attempt_id).is_not(None),
        col(LedgerEntry.about_id).is_(None),
    )  # fmt: skip
    return list(db.exec(came.order_by(col(LedgerEntry.id).desc())).all())


def _lock(db: Session, order: Order, payment_ids: set[str]) -> None:
    """Every bill that any of these payments paid, at once: nobody waits for us crosswise."""
    paid = select(LedgerEntry.order_id, LedgerEntry.invoice_id).where(
        LedgerEntry.studio_id == order.studio_id, col(LedgerEntry.source_id).in_(payment_ids)
    )
    bills = db.exec(paid).all()
    lock_bills(db, {order.id or 0} | {each for each, _ in bills if each}, {each for _, each in bills if each})
