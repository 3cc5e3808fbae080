"""The studio writes how it takes money: every rule at once, or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.kinds import CancelRefund
from portal_app.domain.billing.models import Invoice, PaymentPolicy
from portal_app.domain.billing.policies import locked_policy, payment_policy
from portal_app.domain.catalog.shelf import require_settings

SWITCHES = ("relocks_on_dispute", "takes_parts", "keeps_cards")
# Words and the most letters of each.
WORDS = {"invoice_prefix": 12, "invoice_memo": 1_000, "tax_id": 60, "payable_to": 500}
SEVERAL_LINES = frozenset({"invoice_memo", "payable_to"})
HIGHEST = 9_999_999


def own_payment_policy(db: Session, by: Viewer) -> PaymentPolicy:
    """A copy of the rules as the studio edits them, to be read after the session is over. Raises NotAllowed."""
    require_settings(by)
    return PaymentPolicy(**payment_policy(db, by.studio_id).model_dump())


def save_payment_policy(db: Session, by: Viewer, typed: Mapping[str, str], *, now: datetime) -> None:
    """Write the rules as typed, each by the name of its column. What is finalized or paid stays as it is.

    The next invoice's number is never one that was used. Raises NotAllowed, InvalidInput naming the field.
    """
    require_settings(by)
    policy = locked_policy(db, by.studio_id)
    read: dict[str, object] = {name: typed.get(name, "") == "on" for name in SWITCHES}
    read |= {name: _words(typed.get(name, ""), name, longest) for name, longest in WORDS.items()}
    if typed.get("cancel_refund", "") not in set(CancelRefund):
        raise InvalidInput("cancel_refund", "Choose one of these.")
    read["cancel_refund"] = CancelRefund(typed["cancel_refund"])
    read["invoice_due_days"] = _number(typed, "invoice_due_days", 0, 365)
    read["next_invoice_number"] = _next_number(db, by, typed)
    before = {name: getattr(policy, name) for name in read}
    for name, value in read.items():
        setattr(policy, name, value)
    db.add(policy)
    changed = sorted(name for name, value in read.items() if before[name] != value)
    if changed:
        what = ", ".join(name.replace("_", " ") for name in changed)
        record(db, by, "payment_policy.changed", now=now, details={"what": what})


def _next_number(db: Session, by: Viewer, typed: Mapping[str, str]) -> int:
    number = _number(typed, "next_invoice_number", 1, HIGHEST)
    used = db.exec(select(func.max(Invoice.number)).where(Invoice.studio_id == by.studio_id)).one() or 0
    if number <= used:
        raise InvalidInput("next_invoice_number", f"Number {used} is used already. The next one is {used + 1} or higher.")
    return number


def _number(typed: Mapping[str, str], field: str, least: int, most: int) -> int:
    text = typed.get(field, "").strip()
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise InvalidInput(field, f"Type a whole number from {least} to {most}.")
    return int(text)


def _words(typed: str, field: str, longest: int) -> str:
    text = typed.replace("\r\n", "\n").strip()
    plain = text.replace("\n", " ") if field in SEVERAL_LINES else text
    if len(text) > longest:
        raise InvalidInput(field, f"This is too long. Keep to {longest} letters.")
    if not plain.isprintable():
        raise InvalidInput(field, "Type words and numbers only.")
    return text
