"""A studio connects its own payment account: the key is tried before it is kept, and only its last four are ever shown.

Everything at the payment service belongs to one account: once payments or cards are there, a key of another is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, PaymentProblem, Problem, Unavailable
from portal_app.core.tokens import new_token
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.gateway import AccountNow, KeysRefused, PaymentGateway
from portal_app.domain.billing.keys import SealedKeys, locked_account, new_account, sealed_keys
from portal_app.domain.billing.models import CardHolder, Mode, PaymentAttempt, StripeAccount, WebhookEvent
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.identity.proving import check_proven
from portal_app.domain.units import UnitOfWork

# So long the payment service goes on signing with a secret that was replaced there, at most.
BOTH_COUNT = timedelta(hours=24)
NOBODY = "none0"
# What an endpoint at the payment service has to send. Each is only a hint: whatever is missed is found by asking.
EVENTS = (
    "checkout.session.completed", "checkout.session.expired", "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed", "payment_intent.succeeded", "charge.refunded", "refund.created", "refund.updated",
    "refund.failed", "charge.dispute.created", "charge.dispute.closed",
)  # fmt: skip


class KeySafe(Protocol):
    """Seals a studio's secrets, and makes a gateway of them."""

    def mode_of(self, secret_key: str) -> Mode:
        """Which of the two worlds a key belongs to. Raises InvalidInput("secret_key") for what is no key."""
        ...

    def gateway(self, secret_key: str) -> PaymentGateway:
        """To try a key before it is kept. Raises InvalidInput("secret_key") where it must not be used."""
        ...

    def opened(self, keys: SealedKeys) -> PaymentGateway:
        """Raises Unavailable when they cannot be read."""
        ...

    def seal(self, studio_id: int, mode: str, field: str, secret: str) -> bytes: ...


class NoKeyYet(Conflict):
    """A webhook secret belongs to a key."""

    sentence = "Enter the key first. Its address for events is shown then."


@dataclass(frozen=True, slots=True)
class KeysRow:
    """One mode's keys as their owner sees them. `problem` says why they did not work when last tried; `endpoint` is the
    path that the payment service sends events to."""

    mode: str
    account_name: str
    account_ref: str
    key_last4: str
    webhook_last4: str
    endpoint: str
    is_active: bool
    problem: str
    checked_at: datetime | None
    both_count_until: datetime | None
    last_event_at: datetime | None


def own_keys(db: Session, by: Viewer, *, now: datetime) -> dict[str, KeysRow]:
    """The studio's keys by mode, in two statements; nothing for a mode without any. Raises NotAllowed."""
    require_settings(by)
    newest = select(WebhookEvent.mode, func.max(WebhookEvent.received_at)).where(WebhookEvent.studio_id == by.studio_id)
    events = dict(db.exec(newest.group_by(WebhookEvent.mode)).all())
    rows = db.exec(select(StripeAccount).where(StripeAccount.studio_id == by.studio_id)).all()
    return {row.mode: _keys_row(row, events.get(row.mode), now) for row in rows}


def save_key(unit_of_work: UnitOfWork, safe: KeySafe, by: Viewer, mode: str, secret_key: str, *, now: datetime) -> str:
    """Keep a key that was tried and works. Returns the name of its account.

    Raises NotAllowed, NotProven, InvalidInput("secret_key") for one that is no key of this mode, does not work, lets too
    little be done, or belongs to another account; Unavailable.
    """
    with unit_of_work() as db:
        _require_owner(db, by, now)
    if safe.mode_of(secret_key) != mode:
        raise InvalidInput("secret_key", f"This is not a {mode} key. Enter it under the other heading. Nothing was kept.")
    account = _tried(safe.gateway(secret_key))
    stands_for = _account_behind(unit_of_work, safe, by, mode)
    with unit_of_work() as db:
        row = locked_account(db, by.studio_id, mode) or new_account(by.studio_id, mode, new_token())
        _check_same_account(db, row, stands_for, account)
        row.secret_key_box = safe.seal(by.studio_id, mode, "secret_key", secret_key)
        row.account_ref, row.account_name, row.key_last4 = account.id, account.name[:200], secret_key[-4:]
        row.is_active, row.checked_at, row.problem = True, now, _reservation(account)
        db.add(row)
        db.flush()
        record(db, by, "keys.saved", now=now, details={"what": _what(row, row.key_last4)})
    return account.name


def save_webhook_secret(db: Session, safe: KeySafe, by: Viewer, mode: str, secret: str, *, now: datetime) -> None:
    """Keep the secret that events are signed with. While it replaces another, both count for a day.

    Raises NotAllowed, NotProven, NoKeyYet, InvalidInput("webhook_secret").
    """
    _require_owner(db, by, now)
    if not secret.startswith("whsec_") or len(secret) < 12 or not secret.isascii() or not secret.isprintable():
        raise InvalidInput("webhook_secret", "The endpoint's signing secret starts with whsec_. Nothing was kept.")
    row = locked_account(db, by.studio_id, mode)
    if row is None:
        raise NoKeyYet
    if row.webhook_secret_box and row.webhook_last4 != secret[-4:]:
        row.old_webhook_secret_box, row.old_secret_until = row.webhook_secret_box, now + BOTH_COUNT
    row.webhook_secret_box = safe.seal(by.studio_id, mode, "webhook_secret", secret)
    row.webhook_last4 = secret[-4:]
    db.add(row)
    record(db, by, "keys.webhook_saved", now=now, details={"what": _what(row, row.webhook_last4)})


def disconnect(db: Session, by: Viewer, mode: str, *, now: datetime) -> None:
    """Take no more payments with these keys. What was paid stays, and the last events still count.

    Raises NotAllowed, NotProven. Without keys in use nothing changes.
    """
    _require_owner(db, by, now)
    row = locked_account(db, by.studio_id, mode)
    if row is None or not row.is_active:
        return
    row.is_active = False
    db.add(row)
    record(db, by, "keys.disconnected", now=now, details={"what": _what(row, row.key_last4)})


def try_keys(unit_of_work: UnitOfWork, safe: KeySafe, by: Viewer, mode: str, *, now: datetime) -> str:
    """Ask the payment service with the keys that are kept. Returns why they do not work, in words, or nothing.

    Raises NotAllowed, NoKeyYet.
    """
    require_settings(by)
    with unit_of_work() as db:
        keys = _kept(db, by, mode)
    if keys is None:
        raise NoKeyYet
    try:
        account = _tried(safe.opened(keys))
        problem = _reservation(account)
    except (InvalidInput, Unavailable) as wrong:
        account, problem = None, wrong.sentence
    with unit_of_work() as db:
        row = locked_account(db, by.studio_id, mode)
        if row is not None:
            row.checked_at, row.problem = now, problem
            if account is not None:
                row.account_ref, row.account_name = row.account_ref or account.id, account.name[:200]
            db.add(row)
    return problem


def _tried(gateway: PaymentGateway) -> AccountNow:
    """Whose key it is, after harmless reads of what Foyer does with it. Raises InvalidInput("secret_key"), Unavailable."""
    try:
        account = gateway.account()
    except KeysRefused as error:
        words = "The payment service does not accept this key. Copy it again, whole. Nothing was kept."
        raise InvalidInput("secret_key", words) from error
    reads: dict[str, Callable[[], object]] = {
        "Checkout Sessions": lambda: gateway.checkout(f"cs_{NOBODY}"),
        "Customers and PaymentMethods": lambda: gateway.cards(f"cus_{NOBODY}"),
        "PaymentIntents": lambda: gateway.payment(f"pi_{NOBODY}"),
        "Charges and Refunds": lambda: gateway.refunds_of(f"pi_{NOBODY}"),
        "Disputes": lambda: gateway.disputes_of(f"pi_{NOBODY}"),
    }
    missing = [name for name, read in reads.items() if not _may(read)]
    if missing:
        words = f"This key may not use: {', '.join(missing)}. Allow it at the payment service, then enter it again."
        raise InvalidInput("secret_key", words)
    return account


def _may(read: Callable[[], object]) -> bool:
    """A key without the permission is refused before anything is looked up; that nothing is there is an answer."""
    try:
        read()
    except KeysRefused:
        return False
    except Unavailable:
        raise
    except Problem:
        return True
    return True


def _account_behind(unit_of_work: UnitOfWork, safe: KeySafe, by: Viewer, mode: str) -> tuple[str, str]:
    """Id and name of the account of the keys that are kept already; where nobody asked before, it is asked now."""
    with unit_of_work() as db:
        row = locked_account(db, by.studio_id, mode)
        if row is None or row.account_ref or not row.secret_key_box:
            return (row.account_ref, row.account_name) if row else ("", "")
        keys = sealed_keys(row)
    try:
        account = safe.opened(keys).account()
    except (PaymentProblem, Unavailable):
        return "", ""
    return account.id, account.name


def _check_same_account(db: Session, row: StripeAccount, stands_for: tuple[str, str], account: AccountNow) -> None:
    known, name = stands_for
    if not known or known == account.id:
        return
    if not row.is_active and not _has_dealt(db, row):
        return
    words = f"This key belongs to {account.name}, and payments here are at {name}. Enter a key of that one. Nothing was kept."
    raise InvalidInput("secret_key", words)


def _has_dealt(db: Session, row: StripeAccount) -> bool:
    """Whether payments or cards of this mode are at the payment service."""
    paid = select(PaymentAttempt.id).where(PaymentAttempt.studio_id == row.studio_id, PaymentAttempt.mode == row.mode)
    held = select(CardHolder.id).where(CardHolder.studio_id == row.studio_id, CardHolder.mode == row.mode)
    return (
        db.exec(paid.limit(1)).first() is not None
        or db.exec(held.where(col(CardHolder.stripe_id).is_not(None)).limit(1)).first() is not None
    )


def _kept(db: Session, by: Viewer, mode: str) -> SealedKeys | None:
    row = db.exec(select(StripeAccount).where(StripeAccount.studio_id == by.studio_id, StripeAccount.mode == mode)).first()
    return sealed_keys(row) if row and row.secret_key_box else None


def _require_owner(db: Session, by: Viewer, now: datetime) -> None:
    """Where money goes is changed only by whoever has just shown who they are."""
    require_settings(by)
    check_proven(db, by, now=now)


def _reservation(account: AccountNow) -> str:
    return "" if account.takes_charges else "The account takes no charges yet. Finish its setup at the payment service."


def _what(row: StripeAccount, last4: str) -> str:
    return f"{row.mode}, {row.account_name or 'account not asked yet'}, ending in {last4 or '?'}"


def _keys_row(row: StripeAccount, last_event_at: datetime | None, now: datetime) -> KeysRow:
    both = row.old_secret_until if row.old_secret_until and now < row.old_secret_until else None
    return KeysRow(
        mode=row.mode,
        account_name=row.account_name,
        account_ref=row.account_ref,
        key_last4=row.key_last4,
        webhook_last4=row.webhook_last4 or ("????" if row.webhook_secret_box else ""),
        endpoint=f"/webhooks/stripe/{row.endpoint_token}",
        is_active=row.is_active,
        problem=row.problem,
        checked_at=row.checked_at,
        both_count_until=both,
        last_event_at=last_event_at,
    )
