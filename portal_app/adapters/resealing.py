"""Every secret kept at rest, sealed anew: what a new installation key asks for before the old one may go."""

from __future__ import annotations

from sqlmodel import Session, col, select

from portal_app.adapters.secret_box import SecretBox, context_of
from portal_app.domain.billing.dividing import share_context
from portal_app.domain.billing.invoicing import link_context
from portal_app.domain.billing.models import Invoice, Share, StripeAccount
from portal_app.domain.delivery.models import SharedLink
from portal_app.domain.delivery.sharing import shared_context
from portal_app.domain.identity import second_step
from portal_app.domain.identity.models import Account
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.writing import entry_context


def seal_anew(db: Session, box: SecretBox) -> int:
    """Open with any key, seal with the first; returns how many. Raises CannotOpen, which must undo it all."""
    count = 0
    for keys in db.exec(select(StripeAccount).with_for_update()):
        for field in ("secret_key", "webhook_secret"):
            context = context_of(keys.studio_id, keys.mode, field)
            if sealed := getattr(keys, f"{field}_box"):
                setattr(keys, f"{field}_box", box.seal(box.open(sealed, context), context))
                count += 1
        if keys.old_webhook_secret_box:
            context = context_of(keys.studio_id, keys.mode, "webhook_secret")
            keys.old_webhook_secret_box = box.seal(box.open(keys.old_webhook_secret_box, context), context)
            count += 1
    for account in db.exec(select(Account).where(col(Account.totp_box).is_not(None)).with_for_update()):
        context = second_step.context_of(account.id or 0)
        account.totp_box = box.seal(box.open(account.totp_box or b"", context), context)
        count += 1
    for order in db.exec(select(Order).where(col(Order.entry_code_box).is_not(None)).with_for_update()):
        context = entry_context(order.id or 0)
        order.entry_code_box = box.seal(box.open(order.entry_code_box or b"", context), context)
        count += 1
    for invoice in db.exec(select(Invoice).with_for_update()):
        context = link_context(invoice.public_id)
        invoice.token_box = box.seal(box.open(invoice.token_box, context), context)
        count += 1
    for share in db.exec(select(Share).with_for_update()):
        context = share_context(share.public_id)
        share.token_box = box.seal(box.open(share.token_box, context), context)
        count += 1
    for link in db.exec(select(SharedLink).with_for_update()):
        context = shared_context(link.public_id)
        link.token_box = box.seal(box.open(link.token_box, context), context)
        count += 1
    return count
