"""A studio's payment keys, sealed: kept here, opened only where a gateway is made of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from portal_app.domain.billing.models import StripeAccount


@dataclass(frozen=True, slots=True)
class SealedKeys:
    """A studio's payment keys for one mode, still sealed."""

    studio_id: int
    mode: str
    secret_key_box: bytes
    webhook_secret_box: bytes


def connect_stripe(
    db: Session, studio_id: int, mode: str, *, endpoint_token: str, secret_key_box: bytes, webhook_secret_box: bytes
) -> StripeAccount:
    """Keep a studio's sealed keys for one mode, in place of those it had."""
    same = select(StripeAccount).where(StripeAccount.studio_id == studio_id, StripeAccount.mode == mode)
    account = db.exec(same.with_for_update()).first()
    if account is None:
        account = StripeAccount(studio_id=studio_id, mode=mode, endpoint_token="", secret_key_box=b"", webhook_secret_box=b"")
    account.secret_key_box, account.webhook_secret_box = secret_key_box, webhook_secret_box
    account.endpoint_token, account.is_active = endpoint_token, True
    db.add(account)
    db.flush()
    return account


def keys_of_studio(db: Session, studio_id: int, mode: str = "") -> SealedKeys | None:
    """A studio's own active keys: of one mode, or those it takes money with (live before test)."""
    rows = db.exec(
        select(StripeAccount)
        .where(StripeAccount.studio_id == studio_id, col(StripeAccount.is_active))
        .order_by(StripeAccount.mode)
    ).all()
    return next((_keys(row) for row in rows if mode in ("", row.mode)), None)


def keys_of_endpoint(db: Session, endpoint_token: str) -> SealedKeys | None:
    """The keys of a webhook's address. Also of keys no longer used: their last events still count."""
    row = db.exec(select(StripeAccount).where(StripeAccount.endpoint_token == endpoint_token)).first()
    return _keys(row) if row else None


def _keys(row: StripeAccount) -> SealedKeys:
    return SealedKeys(row.studio_id, row.mode, row.secret_key_box, row.webhook_secret_box)
