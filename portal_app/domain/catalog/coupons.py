"""When a coupon takes something off, in words when it does not, and counting its uses so that the last one wins once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, update
from sqlmodel import Session, col

from portal_app.core.clock import day_words
from portal_app.core.money import money_words, step
from portal_app.domain.catalog.models import Coupon
from portal_app.domain.catalog.pricing import Discount, taken_off

CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9_-]{0,22}[A-Z0-9])?")
UNKNOWN = "We do not know this code. Check the spelling, or leave it empty."
WHO_ARE_YOU = "This code counts for each customer: use it signed in, with your email address confirmed, or order without it."
USED_UP = "This code was used as often as it can be. Place the order without it, or ask the studio."


@dataclass(frozen=True, slots=True)
class CouponRule:
    """A coupon as the rule needs it. `service_ids` None: good for every line."""

    id: int
    code: str
    kind: str
    amount: int
    minimum_cents: int = 0
    new_customers_only: bool = False
    most_uses: int | None = None
    most_per_customer: int | None = None
    uses: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_active: bool = True
    service_ids: frozenset[int] | None = None

    @property
    def discount(self) -> Discount:
        """What it takes off."""
        return Discount(f"Coupon {self.code}", self.kind, self.amount, self.service_ids)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether this customer never ordered before, and how often they used this coupon.

    `is_known`: they have shown that their address is theirs. Nobody learns by typing one what was ordered under it.
    """

    is_new: bool = True
    uses: int = 0
    is_known: bool = True


def clean_code(typed: str) -> str:
    """`autumn10 ` → `AUTUMN10`; letters, digits, dash and underscore, at most 24. Empty for what can be no code."""
    code = typed.strip().upper()
    return code if CODE.fullmatch(code) else ""


def refusal(
    rule: CouponRule, standing: Standing, lines: Sequence[tuple[int, int | None]], *, now: datetime, currency: str, zone: str
) -> str:
    """Why it takes nothing off these (minor units, service) lines; empty when it does. The first reason that applies."""
    if not rule.is_active:
        return UNKNOWN
    if rule.starts_at and now < rule.starts_at:
        return f"This code is good from {day_words(rule.starts_at, zone)} on."
    if rule.ends_at and now >= rule.ends_at:
        return "This code has ended. Place the order without it, or ask the studio for another."
    if rule.most_uses is not None and rule.uses >= rule.most_uses:
        return USED_UP
    if (rule.new_customers_only or rule.most_per_customer is not None) and not standing.is_known:
        return WHO_ARE_YOU
    if rule.new_customers_only and not standing.is_new:
        return "This code is for a first order. Place the order without it."
    if rule.most_per_customer is not None and standing.uses >= rule.most_per_customer:
        return "You used this code as often as one customer can. Place the order without it."
    if sum(cents for cents, _ in lines) < rule.minimum_cents:
        return f"This code is good for orders of {money_words(rule.minimum_cents, currency)} or more, before tax and fees."
    if not any(taken_off(lines, rule.discount, step(currency))):
        return "This code is good for other services than those you chose."
    return ""


def count_use(db: Session, coupon_id: int, *, now: datetime) -> bool:
    """Count one use, if there is one left: one conditional statement, so that of many at once only so many succeed."""
    left = or_(col(Coupon.most_uses).is_(None), col(Coupon.uses) < col(Coupon.most_uses))
    began = or_(col(Coupon.starts_at).is_(None), col(Coupon.starts_at) <= now)
    lasts = or_(col(Coupon.ends_at).is_(None), col(Coupon.ends_at) > now)
    mine = update(Coupon).where(col(Coupon.id) == coupon_id, col(Coupon.is_active), left, began, lasts)
    counted = db.execute(mine.values(uses=Coupon.uses + 1).execution_options(synchronize_session=False))
    return counted.rowcount == 1


def uncount_use(db: Session, coupon_id: int) -> None:
    """Take one counted use back."""
    mine = update(Coupon).where(col(Coupon.id) == coupon_id, col(Coupon.uses) > 0)
    db.execute(mine.values(uses=Coupon.uses - 1).execution_options(synchronize_session=False))
