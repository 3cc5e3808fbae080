"""A customer's coupon: whether it is good for them, counting it when they book, giving it back when the order is canceled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Viewer
from portal_app.domain.catalog.coupons import (
    UNKNOWN,
    USED_UP,
    CouponRule,
    Standing,
    clean_code,
    count_use,
    refusal,
    uncount_use,
)
from portal_app.domain.catalog.queries import coupon_rule
from portal_app.domain.customers.models import Customer
from portal_app.domain.orders.models import CouponUse, Order, OrderStatus
from portal_app.domain.studios.models import Studio

Lines = Sequence[tuple[int, int | None]]


def coupon_for(
    db: Session, by: Viewer, code: str, lines: Lines, *, customer: Customer | None = None, now: datetime
) -> tuple[CouponRule | None, str]:
    """The coupon of a typed code for these (minor units, service) lines, or why it takes nothing off.

    Without a customer it is asked for the viewer themselves. For a guest, and for who has not confirmed their address,
    nothing is looked up: where it matters who somebody is, they are asked to show it.
    """
    if not code.strip():
        return None, ""
    rule = coupon_rule(db, by, code) if clean_code(code) else None
    if rule is None:
        return None, UNKNOWN
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id)).one()
    standing = _standing(db, by, rule, customer)
    problem = refusal(rule, standing, lines, now=now, currency=studio.currency, zone=studio.zone)
    return (None, problem) if problem else (rule, "")


def use_coupon(db: Session, rule: CouponRule, *, now: datetime) -> None:
    """Count a use, before the order is written. Raises InvalidInput when others were faster."""
    if not count_use(db, rule.id, now=now):
        raise InvalidInput("coupon", USED_UP)


def keep_use(db: Session, order: Order, coupon_id: int, *, now: datetime) -> None:
    """Write down which order used it."""
    db.add(
        CouponUse(
            studio_id=order.studio_id, coupon_id=coupon_id, order_id=order.id or 0, customer_id=order.customer_id, at=now
        )
    )  # fmt: skip


def give_back(db: Session, order_id: int, now: datetime) -> None:
    """The order is canceled: its coupon may be used again. A second time changes nothing."""
    use = db.exec(select(CouponUse).where(CouponUse.order_id == order_id)).first()
    if use is None:
        return
    mine = update(CouponUse).where(col(CouponUse.id) == use.id, col(CouponUse.given_back_at).is_(None))
    given = db.execute(mine.values(given_back_at=now).execution_options(synchronize_session=False))
    if given.rowcount:
        uncount_use(db, use.coupon_id)


def _standing(db: Session, by: Viewer, rule: CouponRule, customer: Customer | None) -> Standing:
    """One person is every record of their account and of their address: teams and guest bookings do not make them new."""
    if not (by.is_customer and by.is_verified):
        return Standing(is_known=False)
    account_id = customer.account_id if customer else by.account_id
    key = customer.email_key if customer else by.email.strip().lower()
    theirs = or_(col(Customer.account_id) == (account_id or 0), col(Customer.email_key) == key)
    records = select(Customer.id).where(Customer.studio_id == by.studio_id, theirs)
    kept = select(Order.id).where(col(Order.customer_id).in_(records), Order.status != OrderStatus.CANCELED)
    uses = select(func.count()).select_from(CouponUse).where(
        CouponUse.coupon_id == rule.id, col(CouponUse.customer_id).in_(records), col(CouponUse.given_back_at).is_(None)
    )  # fmt: skip
    return Standing(is_new=db.exec(kept.limit(1)).first() is None, uses=db.exec(uses).one())
