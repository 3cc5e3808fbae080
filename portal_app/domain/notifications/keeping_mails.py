"""Mails about whose a listing is, and how long its files are kept."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.domain.customers.copies import addressees
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.service import make_link
from portal_app.domain.listings.models import Listing
from portal_app.domain.notifications import keeping_letters as letters
from portal_app.domain.notifications.service import is_written, write_mail
from portal_app.domain.notifications.writing import order_of, order_words


def mail_transfer(db: Session, listing_id: int, fact_id: int, *, now: datetime) -> None:
    """To who has it now, once, with a link of their own; nothing before a delivery."""
    listing = db.get_one(Listing, listing_id)
    delivery = db.exec(select(Delivery).where(Delivery.listing_id == listing_id).order_by(col(Delivery.id).desc())).first()
    if delivery is None or delivery.id is None:
        return
    order, studio = order_of(db, delivery.order_id)
    for to in addressees(db, listing.customer_id):
        once_key = f"transferred:{fact_id}:{to.email.lower()}"
        if is_written(db, once_key):
            continue
        token = make_link(db, delivery.id, to.email, now=now)
        letter = letters.transferred(order_words(db, order, studio), f"{studio.address}/l/{token}")
        write_mail(
            db, studio, letter, kind="transferred", once_key=once_key, to_email=to.email, to_name=to.name, order=order,
            is_secret=True, now=now,
        )  # fmt: skip


def mail_keeping(db: Session, listing_id: int, fact_id: int, kind: str, until: str, *, now: datetime) -> None:
    """To its customer, with a link of their own, and to the studio, each once."""
    listing = db.get_one(Listing, listing_id)
    delivery = db.exec(select(Delivery).where(Delivery.listing_id == listing_id).order_by(col(Delivery.id).desc())).first()
    if delivery is None or delivery.id is None:
        return
    order, studio = order_of(db, delivery.order_id)
    words, say = order_words(db, order, studio), letters.put_away if kind == "listing.put_away" else letters.ends_soon
    people = [(to.name, to.email, False) for to in addressees(db, listing.customer_id)]
    for name, email, is_studio in (*people, (studio.name, studio.email, True)):
        once_key = f"{kind}:{fact_id}:{'studio' if is_studio else email.lower()}"
        if not email or is_written(db, once_key):
            continue
        way = f"admin/listings/{listing.public_id}" if is_studio else f"l/{make_link(db, delivery.id, email, now=now)}"
        write_mail(
            db, studio, say(words, until, f"{studio.address}/{way}", is_studio=is_studio), kind="keeping", once_key=once_key,
            to_email=email, to_name=name, order=order, is_secret=not is_studio, now=now,
        )  # fmt: skip
