"""Writing mails, always in the transaction of their cause. The worker sends them (`sending.py`)."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, select

from portal_app.core.tokens import new_public_id
from portal_app.domain.activity.service import enqueue
from portal_app.domain.notifications.dressing import brand_of, dress
from portal_app.domain.notifications.letters import Letter
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio

SEND_MAIL = "send_mail"
SOON = 40
TRIES = 20


def write_mail(
    db: Session,
    studio: Studio,
    letter: Letter,
    *,
    kind: str,
    once_key: str,
    to_email: str,
    now: datetime,
    to_name: str = "",
    reply_to: str = "",
    order: Order | None = None,
    is_secret: bool = False,
) -> Mail | None:
    """Put one message to one recipient into the outbox. None when this cause (`once_key`) already wrote it.

    `is_secret` wipes its words from the database once it was handed over: it carries a code or a secret link.
    """
    if not to_email or is_written(db, once_key):
        return None
    text, html = dress(letter, brand_of(studio))
    mail = Mail(
        studio_id=studio.id,
        order_id=order.id if order else None,
        kind=kind,
        once_key=once_key,
        to_name=to_name,
        to_email=to_email,
        from_name=studio.name,
        reply_to=reply_to or studio.email,
        subject=letter.subject,
        text=text,
        html=html,
        message_id=_mail_name(studio, f"{kind}-{new_public_id()}"),
        thread=_mail_name(studio, f"order-{order.number}") if order else "",
        is_secret=is_secret,
        created_at=now,
    )
    db.add(mail)
    db.flush()
    enqueue(db, SEND_MAIL, {"mail_id": mail.id}, now=now, studio_id=studio.id, priority=SOON, max_tries=TRIES)
    return mail


def is_written(db: Session, once_key: str) -> bool:
    """Whether this cause already mailed this person."""
    return db.exec(select(Mail.id).where(Mail.once_key == once_key)).first() is not None


def _mail_name(studio: Studio, what: str) -> str:
    """`<order-1042.harbor@portal.example.com>`: RFC 5322, unique in the world by the studio's own host."""
    host = urlsplit(studio.address).hostname or "localhost"
    return f"<{what}.{studio.slug}@{host}>"
