"""What its customer is told when the studio changes what an order is for, and so what it costs."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.money import money_words
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.queries import balance
from portal_app.domain.notifications.letters import Button, Letter, OrderWords, Row
from portal_app.domain.notifications.writing import order_of, words_for_customer, write_to_all


def mail_items_changed(db: Session, fact: Fact, *, now: datetime) -> None:
    """To the customer: what joined or went, and the new total. Nothing when the total stayed, or the studio keeps it quiet."""
    details = fact.details
    if fact.order_id is None or details.get("quiet") or details["before_cents"] == details["total_cents"]:
        return
    order, studio = order_of(db, fact.order_id)
    words = words_for_customer(db, order, studio, now=now)
    kept = balance(db, fact.order_id)
    letter = items_changed(
        words, str(details["what"]), before_cents=details["before_cents"], due_cents=kept.due, over_cents=kept.over
    )
    write_to_all(db, studio, letter, "items_changed", fact.id or 0, order, is_secret=bool(words.link), now=now)


def items_changed(order: OrderWords, what: str, *, before_cents: int, due_cents: int, over_cents: int) -> Letter:
    """The order as it is now, what it cost before, and what follows."""
    total = order.total.amount
    follows = f"Still due: {money_words(due_cents, order.currency)}." if due_cents else "Nothing more is due."
    if over_cents:
        over = money_words(over_cents, order.currency)
        follows = f"You paid {over} more than it costs now. The studio gives it back, or keeps it as your credit."
    return Letter(
        subject=f"Order {order.number} changed: now {total}",
        preheader=f"{what}. The total is {total} now.",
        title=f"Your order is {total} now",
        paragraphs=(f"{order.studio} changed order {order.number}, {order.street}, {order.town}: {what}.", follows),
        rows=(*order.rows, Row("Total before", money_words(before_cents, order.currency))),
        total=Row("Total now", total),
        button=Button(f"See order {order.number}", order.page),
        closing=("Questions? Answer this mail.",),
    )
