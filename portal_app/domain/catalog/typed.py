"""What the studio types about prices: names, shares, amounts, days. Each refusal names its field. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from portal_app.core.clock import at_wall_time, local
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_example, read_money
from portal_app.core.words import one_line
from portal_app.domain.catalog.models import AmountKind

MOST_CENTS = 10_000_000


def read_name(typed: str, field: str = "name", longest: int = 80, *, called: str = "a name") -> str:
    """One line of words. Raises InvalidInput for none, or too many."""
    name = one_line(typed, longest + 1)
    if not name or len(name) > longest:
        raise InvalidInput(field, f"Type {called}, up to {longest} letters.")
    return name


def read_share(typed: str, field: str) -> int:
    """`7.25` or `7.25%` in basis points. Raises InvalidInput outside 0 to 100 percent."""
    text = typed.strip().removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text, re.ASCII) or Decimal(text) > 100:
        raise InvalidInput(field, "Type a percentage from 0 to 100, for example 10 or 7.25.")
    return int(Decimal(text) * 100)


def share_typed(basis_points: int) -> str:
    """725 → `7.25`, as it is typed."""
    return f"{Decimal(basis_points) / 100:f}".rstrip("0").rstrip(".") if basis_points % 100 else str(basis_points // 100)


def read_cents(typed: str, field: str, currency: str) -> int:
    """An amount in minor units; empty means none. Raises InvalidInput."""
    cents = read_money(typed, currency) if typed.strip() else 0
    if cents is None or cents > MOST_CENTS:
        raise InvalidInput(field, f"Type an amount, {money_example(currency)}.")
    return cents


def read_amount(kind: str, typed: str, currency: str) -> tuple[AmountKind, int]:
    """A share or a fixed amount, above 0. Raises InvalidInput for `kind` or `amount`."""
    if kind not in set(AmountKind):
        raise InvalidInput("kind", "Choose a percentage or a fixed amount.")
    is_share = kind == AmountKind.PERCENT
    amount = read_share(typed, "amount") if is_share else read_cents(typed, "amount", currency)
    if amount == 0:
        raise InvalidInput("amount", "Type how much, more than 0.")
    return AmountKind(kind), amount


def read_count(typed: str, field: str, *, least: int = 1, most: int = 100_000) -> int | None:
    """A whole number; empty means no limit. Raises InvalidInput."""
    text = typed.strip().replace(",", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise InvalidInput(field, f"Type a whole number from {least:,} to {most:,}, or leave it empty.")
    return int(text[:9])


def read_day(typed: str, field: str, zone: str, *, days: int = 0) -> datetime | None:
    """Midnight of a typed day (`days` later) in the studio's zone; None for empty. Raises InvalidInput."""
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
        return at_wall_time(datetime.combine(day + timedelta(days=days), time()), zone)
    except (ValueError, OverflowError) as wrong:
        raise InvalidInput(field, "Choose a day.") from wrong


def day_typed(at: datetime | None, zone: str, *, days: int = 0) -> str:
    """The day as a date field holds it."""
    return (local(at, zone).date() - timedelta(days=days)).isoformat() if at else ""
