"""A studio's payment keys, sealed: kept here, opened only where a gateway is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.domain.billing.models import StripeAccount


@dataclass(frozen=True, slots=True)
class SealedKeys:
    """A studio's payment keys for one mode, still sealed. The webhook secrets are empty until they are entered; the old
    one counts for a while after it was replaced."""

    studio_id: int
    mode: str
    secret_key_box: bytes
    webhook_secret_box: bytes
    old_webhook_secret_box: bytes = b""


def connect_stripe(
    db: Session,
    studio_id: int,
    mode: str,
    *,
    endpoint_token: str,
    secret_key_box: bytes,
    webhook_secret_box: bytes,
    last4: tuple[str, str] = ("", ""),
) -> StripeAccount:
    """Keep a studio's sealed keys for one mode, in place of those it had. `last4` are the ends of key and secret."""
    account = locked_account(db, studio_id, mode) or new_account(studio_id, mode, endpoint_token)
    account.secret_key_box, account.webhook_secret_box = secret_key_box, webhook_secret_box
    account.old_webhook_secret_box = account.old_secret_until = None
    account.account_ref = account.account_name = account.problem = ""
    account.key_last4, account.webhook_last4 = last4
    account.endpoint_token, account.is_active, account.checked_at = endpoint_token, True, None
    db.add(account)
    db.flush()
    return account


def locked_account(db: Session, studio_id: int, mode: str) -> StripeAccount | None:
    """A studio's keys of one mode, locked until the unit ends."""
    same = select(StripeAccount).where(StripeAccount.studio_id == studio_id, StripeAccount.mode == mode)
    return db.exec(same.with_for_update()).first()


def new_account(studio_id: int, mode: str, endpoint_token: str) -> StripeAccount:
    """Keys to be filled in."""
    return StripeAccount(
        studio_id=studio_id, mode=mode, endpoint_token=endpoint_token, secret_key_box=b"", webhook_secret_box=b""
    )


def keys_of_studio(db: Session, studio_id: int, mode: str = "") -> SealedKeys | None:
    """The keys a studio takes money with, live before test; or those of one mode, also when it takes no more with them:
    what was begun with them is finished with them."""
    own = select(StripeAccount).where(StripeAccount.studio_id == studio_id, StripeAccount.secret_key_box != b"")
    own = own.where(StripeAccount.mode == mode) if mode else own.where(col(StripeAccount.is_active))
    row = db.exec(own.order_by(StripeAccount.mode)).first()
    return sealed_keys(row) if row else None


def keys_of_endpoint(db: Session, endpoint_token: str, *, now: datetime) -> SealedKeys | None:
    """The keys of a webhook's address. Also of keys no longer used: their last events still count."""
    row = db.exec(select(StripeAccount).where(StripeAccount.endpoint_token == endpoint_token)).first()
    return sealed_keys(row, now) if row else None


def sealed_keys(row: StripeAccount, now: datetime | None = None) -> SealedKeys:
    """As they are kept. Asked at a time, the webhook secret that was in use before is among them while it counts."""
    counts = now is not None and row.old_secret_until is not None and now < row.old_secret_until
    old = (row.old_webhook_secret_box or b"") if counts else b""
    return SealedKeys(row.studio_id, row.mode, row.secret_key_box, row.webhook_secret_box, old)
