"""Coupons in words, and what stands in their editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.core.clock import day_words, utc_now
from portal_app.core.money import money_words
from portal_app.domain.catalog.couponing import CouponRow, TypedCoupon
from portal_app.domain.catalog.models import AmountKind
from portal_app.domain.catalog.typed import cents_typed, day_typed, share_typed


@dataclass(frozen=True)
class CouponCard:
    """One coupon in the list."""

    id: str
    code: str
    takes: str
    uses: str
    rules: str


@dataclass(frozen=True)
class EditCoupon:
    """What the editor begins with. `key` changes whenever it opens."""

    id: str = ""
    key: str = ""
    title: str = ""
    code: str = ""
    kind: str = "percent"
    amount: str = ""
    minimum: str = ""
    most_uses: str = ""
    most_per_customer: str = ""
    first_day: str = ""
    last_day: str = ""
    who: str = "all"
    use: str = "on"


@dataclass(frozen=True)
class Tick:
    """A service the coupon is good for."""

    id: str
    name: str
    is_on: bool


def coupon_card(row: CouponRow, currency: str, zone: str) -> CouponCard:
    """`AUTUMN10`, `10% off`, `Used 4 of 50 times`."""
    is_share = row.kind == AmountKind.PERCENT
    takes = f"{share_typed(row.amount)}% off" if is_share else f"{money_words(row.amount, currency)} off"
    uses = (
        f"Used {row.uses} time{'' if row.uses == 1 else 's'}"
        if row.most_uses is None
        else f"Used {row.uses} of {row.most_uses} times"
    )
    said = [
        "" if row.is_active else "Turned off",
        f"From {money_words(row.minimum_cents, currency)}" if row.minimum_cents else "",
        "First orders only" if row.new_customers_only else "",
        f"{row.most_per_customer} per customer" if row.most_per_customer else "",
        f"{len(row.services)} service{'' if len(row.services) == 1 else 's'}" if row.services else "",
        f"from {day_words(row.starts_at, zone)}" if row.starts_at and row.starts_at > utc_now() else "",
        "Ended" if row.ends_at and row.ends_at <= utc_now() else "",
    ]
    return CouponCard(row.public_id, row.code, takes, uses, " · ".join(filter(None, said)))


def edit_coupon(row: CouponRow | None, key: str, currency: str, zone: str) -> EditCoupon:
    """The editor of a coupon, or of a new one."""
    if row is None:
        return EditCoupon(key=key, title="New coupon")
    return EditCoupon(
        id=row.public_id,
        key=key,
        title=f"Coupon {row.code}",
        code=row.code,
        kind=row.kind,
        amount=share_typed(row.amount) if row.kind == AmountKind.PERCENT else cents_typed(row.amount, currency),
        minimum=cents_typed(row.minimum_cents, currency) if row.minimum_cents else "",
        most_uses="" if row.most_uses is None else str(row.most_uses),
        most_per_customer="" if row.most_per_customer is None else str(row.most_per_customer),
        first_day=day_typed(row.starts_at, zone),
        last_day=day_typed(row.ends_at, zone, days=1),
        who="new" if row.new_customers_only else "all",
        use="on" if row.is_active else "off",
    )


def typed_coupon(form: Mapping[str, Any], services: list[str]) -> TypedCoupon:
    """The form as the verb reads it."""
    text = {name: str(form.get(name, "")) for name in TypedCoupon.__slots__}
    return TypedCoupon(
        **{name: text[name] for name in ("code", "kind", "amount", "minimum", "most_uses", "most_per_customer")},
        first_day=text["first_day"],
        last_day=text["last_day"],
        services=tuple(services),
        new_customers_only=form.get("who") == "new",
        is_active=form.get("use") != "off",
    )
