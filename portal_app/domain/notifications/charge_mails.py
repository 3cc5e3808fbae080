"""The mail that asks a cardholder to pay on a page, because their bank wants to hear from them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.money import money_words
from portal_app.domain.billing.queries import due
from portal_app.domain.customers.copies import addressees
from portal_app.domain.notifications.money_letters import ask_to_confirm
from portal_app.domain.notifications.service import write_mail
from portal_app.domain.notifications.writing import order_of
from portal_app.domain.orders.links import link_of_order


def mail_cardholder(db: Session, order_id: int, fact_id: int, *, now: datetime) -> None:
    """To the person of the order alone, with a link that pays without signing in. Nothing when nothing is due by now."""
    order, studio = order_of(db, order_id)
    owed = due(db, [order_id]).get(order_id, 0)
    if owed <= 0:
        return
    person = addressees(db, order.customer_id)[0]
    link = f"{studio.address}/status/{link_of_order(db, order, now=now)}"
    letter = ask_to_confirm(
        studio.name, f"Order {order.number}, {order.street}", amount=money_words(owed, order.currency), link=link
    )  # fmt: skip
    write_mail(
        db, studio, letter, kind="charge_confirm", once_key=f"charge_confirm:{fact_id}", to_email=person.email,
        to_name=person.name, order=order, is_secret=True, now=now,
    )  # fmt: skip
