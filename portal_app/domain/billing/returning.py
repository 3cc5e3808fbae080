"""The way back from the payment page for who came by a secret address: there is no session to tell them by, so the page's
own address does, as long as it can be paid and an hour more. What is stored names no secret: a status page gets a new
address at each return, those of an invoice and of a payer's part are sealed with them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.billing.dividing import path_of
from portal_app.domain.billing.invoicing import link_context
from portal_app.domain.billing.models import Invoice, PaymentAttempt, PaymentLine, Share
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.orders.links import link_of_order
from portal_app.domain.orders.models import Order

# What an attempt keeps as its way back, without the secret at the end: the last two with the public id of what they show.
STATUS_PAGE, INVOICE_PAGE, SHARE_PAGE = "/status", "/invoice/", "/pay/"
SPEAKS_FOR = timedelta(hours=1)


def way_kept(db: Session, by: Viewer) -> str:
    """What an attempt of this viewer's keeps as its way back; empty for who came by no secret address of one thing."""
    if by.role is not Role.LINK:
        return ""
    if by.invoice_id:
        return f"{INVOICE_PAGE}{db.get_one(Invoice, by.invoice_id).public_id}"
    if by.share_id:
        return f"{SHARE_PAGE}{db.get_one(Share, by.share_id).public_id}"
    return STATUS_PAGE if by.order_id else ""


def mode_of_guests(db: Session, by: Viewer, attempt_public_id: str, *, now: datetime) -> str:
    """Live or test, of an attempt that began on such a page not long ago; empty for any other."""
    attempt = _attempt(db, by, attempt_public_id, now)
    return attempt.mode if attempt else ""


def way_back(db: Session, by: Viewer, attempt_public_id: str, seal: SecretSeal, *, now: datetime) -> str:
    """The path of the page the attempt began on, for whoever comes back. Raises NotFound like any other page."""
    attempt = _attempt(db, by, attempt_public_id, now)
    if attempt is None:
        raise NotFound
    line = db.exec(select(PaymentLine).where(PaymentLine.attempt_id == attempt.id).order_by(col(PaymentLine.id))).first()
    path = _page_of(db, attempt.return_to, line, seal, now) if line else ""
    if not path:
        raise NotFound
    return path


def _page_of(db: Session, return_to: str, line: PaymentLine, seal: SecretSeal, now: datetime) -> str:
    """Only a page of what was paid: the way back was named by a browser."""
    public_id = return_to.rpartition("/")[2]
    if return_to.startswith(SHARE_PAGE):
        share = db.exec(select(Share).where(Share.public_id == public_id, Share.id == line.share_id)).first()
        return path_of(share, seal) if share else ""
    if return_to.startswith(INVOICE_PAGE):
        is_paid = (col(Invoice.id) == line.invoice_id) | (col(Invoice.order_id) == line.order_id)
        invoice = db.exec(select(Invoice).where(Invoice.public_id == public_id, is_paid)).first()
        return f"{INVOICE_PAGE}{seal.open(invoice.token_box, link_context(public_id))}" if invoice else ""
    return f"{STATUS_PAGE}/{link_of_order(db, db.get_one(Order, line.order_id), now=now)}" if line.order_id else ""


def _attempt(db: Session, by: Viewer, public_id: str, now: datetime) -> PaymentAttempt | None:
    own = select(PaymentAttempt).where(PaymentAttempt.studio_id == by.studio_id, PaymentAttempt.public_id == public_id)
    back = col(PaymentAttempt.return_to)
    by_address = (back == STATUS_PAGE) | back.startswith(INVOICE_PAGE) | back.startswith(SHARE_PAGE)
    return db.exec(own.where(by_address, col(PaymentAttempt.expires_at) > now - SPEAKS_FOR)).first()
