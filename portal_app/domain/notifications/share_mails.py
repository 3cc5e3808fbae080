"""The mail that brings a payer the link to their part of an order."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.money import money_words
from portal_app.domain.billing.dividing import path_of
from portal_app.domain.billing.models import Share
from portal_app.domain.billing.shares import payers_of
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.notifications import letters
from portal_app.domain.notifications.service import write_mail
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio


def mail_share(db: Session, share_id: int, fact_id: int, seal: SecretSeal, *, now: datetime) -> None:
    """To one payer, with their own link. Nothing when they pay no more of it, or nothing is due from them by now."""
    share = db.get_one(Share, share_id)
    payers = [] if share.ended_at else payers_of(db, [share.order_id])[share.order_id]
    mine = next((one for one in payers if one.id == share_id), None)
    if mine is None or not mine.owes.due or not share.email:
        return
    order, studio = db.get_one(Order, share.order_id), db.get_one(Studio, share.studio_id)
    words = letters.ShareWords(
        studio=studio.name,
        ordered_by="" if mine.is_first else order.customer_name,
        number=order.number,
        street=order.street,
        due=money_words(mine.owes.due, order.currency),
        link=f"{studio.address}{path_of(share, seal)}",
    )
    write_mail(
        db, studio, letters.share(words), kind="share", once_key=f"share:{share_id}:{fact_id}", to_email=share.email,
        to_name=share.name, order=order, is_secret=True, now=now,
    )  # fmt: skip
