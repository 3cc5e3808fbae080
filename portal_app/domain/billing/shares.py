"""Reading splits: what each payer of an order owes and paid, what keeps a listing closed, who holds the link of a share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from portal_app.core.errors import NotFound
from portal_app.core.money import step
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.billing.balance import COUNTS, Balance
from portal_app.domain.billing.models import AttemptStatus, LedgerEntry, PaymentAttempt, PaymentLine, Share, Split, UnlockWhen
from portal_app.domain.billing.queries import balances, orders_to_pay
from portal_app.domain.billing.splitting import WHOLE, Measure, Owes, amounts, owes
from portal_app.domain.orders.models import Order, OrderStatus

AGREED = frozenset({OrderStatus.ACCEPTED, OrderStatus.COMPLETED})
NOTHING = Owes(part=0, paid=0, due=0, over=0)


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer of a split order, and how they stand today. `public_id` names the share, `is_main` whose payment may open
    the listing, `is_first` who ordered."""

    id: int
    public_id: str
    name: str
    email: str
    measure: Measure
    owes: Owes
    is_main: bool
    is_first: bool
    is_on_its_way: bool = False


@dataclass(frozen=True, slots=True)
class SplitCard:
    """How an order is split; no payers when it is not."""

    unlock_when: str = UnlockWhen.ALL
    payers: tuple[Payer, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldShare:
    """What whoever holds the link of a share may know: for what, how much, and how it stands. `has_ended` when the order
    is not split like that anymore."""

    public_id: str
    order_number: int
    status: str
    street: str
    town: str
    ordered_by: str
    name: str
    currency: str
    owes: Owes = NOTHING
    has_ended: bool = False
    is_on_its_way: bool = False


def viewer_of_share(db: Session, studio_id: int, token: str) -> Viewer | None:
    """Whoever holds this link at this studio: they see one payer's part, and may pay it. None for one that opens nothing."""
    held = select(Share).where(Share.token_hash == fingerprint(token), Share.studio_id == studio_id)
    share = db.exec(held).first()
    if share is None:
        return None
    return Viewer(
        studio_id, Role.LINK, name=share.name, email=share.email, share_id=share.id, about_order_id=share.order_id
    )  # fmt: skip


def split_of(db: Session, by: Viewer, order_number: int) -> SplitCard:
    """How an order is split, for its customer and those of the studio who see money. Raises NotFound."""
    order = db.exec(orders_to_pay(by).where(Order.number == order_number)).first()
    if order is None or by.role is Role.LINK:
        raise NotFound
    payers = payers_of(db, [order.id or 0]).get(order.id or 0, [])
    unlock = db.exec(select(Split.unlock_when).where(Split.order_id == order.id)).first()
    return SplitCard(unlock or UnlockWhen.ALL, tuple(payers))


def held_share(db: Session, by: Viewer) -> HeldShare:
    """The share whose link brought this viewer. Raises NotFound."""
    found = db.execute(
        select(Share, Order)
        .join(Order, col(Order.id) == col(Share.order_id))
        .where(Share.id == (by.share_id or 0), Share.studio_id == by.studio_id)
    ).first()
    if by.role is not Role.LINK or found is None:
        raise NotFound
    share, order = found
    payers = [] if share.ended_at else payers_of(db, [share.order_id])[share.order_id]
    mine = next((one for one in payers if one.id == share.id), None)
    return HeldShare(
        public_id=share.public_id,
        order_number=order.number,
        status=order.status,
        street=order.street,
        town=order.town,
        ordered_by=order.customer_name,
        name=share.name,
        currency=order.currency,
        owes=mine.owes if mine else NOTHING,
        has_ended=mine is None,
        is_on_its_way=mine is not None and mine.is_on_its_way,
    )


def payers_of(db: Session, order_ids: Sequence[int]) -> dict[int, list[Payer]]:
    """The payers of those of these orders that are split, who ordered first. A constant number of statements."""
    if not order_ids:
        return {}
    shares: dict[int, list[Share]] = defaultdict(list)
    agreed = select(Share).where(col(Share.order_id).in_(order_ids), col(Share.ended_at).is_(None))
    for share in db.exec(agreed.order_by(col(Share.order_id), col(Share.position))):
        shares[share.order_id].append(share)
    if not shares:
        return {}
    owed, paid, arriving = balances(db, list(shares)), _paid_on(db, list(shares)), _arriving_on(db, list(shares))
    orders = db.execute(select(Order.id, Order.status, Order.currency).where(col(Order.id).in_(shares)))
    return {
        order_id: _stand(shares[order_id], status, currency, owed[order_id], paid, arriving)
        for order_id, status, currency in orders
    }


def first_dues(db: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """What is due from who ordered, of those of these orders that several people pay."""
    return {order_id: payers[0].owes.due for order_id, payers in payers_of(db, order_ids).items()}


def others_due(db: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """What of each order's due keeps its listing closed no longer: where the main payer opens it, what the others owe."""
    main_opens = select(Split.order_id).where(col(Split.order_id).in_(order_ids), Split.unlock_when == UnlockWhen.MAIN)
    by_order = payers_of(db, list(db.exec(main_opens)))
    return {order_id: sum(one.owes.due for one in several if not one.is_main) for order_id, several in by_order.items()}


def _stand(
    shares: Sequence[Share], status: str, currency: str, owed: Balance, paid: dict[int, int], arriving: set[int]
) -> list[Payer]:  # fmt: skip
    """What is owed before the order is accepted, and after it was canceled, is for who ordered."""
    agreed = [Measure(share.basis_points, share.amount_cents) for share in shares]
    measures = agreed if status in AGREED else [Measure(WHOLE), *(Measure(0) for _ in shares[1:])]
    parts = amounts(owed.paid + owed.due - owed.over, measures, of=step(currency))
    by_each = [paid.get(share.id or 0, 0) for share in shares]
    standing = owes(parts, by_each, owed.paid - sum(by_each))
    return [
        Payer(
            id=share.id or 0,
            public_id=share.public_id,
            name=share.name,
            email=share.email,
            measure=agreed[place],
            owes=one,
            is_main=share.is_main,
            is_first=place == 0,
            is_on_its_way=share.id in arriving,
        )
        for place, (share, one) in enumerate(zip(shares, standing, strict=True))
    ]


def _paid_on(db: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """What was paid on each share. What is about a payment (a refund, a dispute) belongs to the payer who made it."""
    payment = aliased(LedgerEntry)
    whose = func.coalesce(LedgerEntry.share_id, payment.share_id)
    found = (
        select(whose, func.sum(LedgerEntry.amount_cents))
        .outerjoin(payment, col(payment.id) == col(LedgerEntry.about_id))
        .where(col(LedgerEntry.order_id).in_(order_ids), col(LedgerEntry.kind).in_(COUNTS))
        .group_by(whose)
    )
    return {share_id: int(cents) for share_id, cents in db.execute(found) if share_id is not None}


def _arriving_on(db: Session, order_ids: Sequence[int]) -> set[int]:
    """The shares that a bank debit was accepted for."""
    lines = (
        select(PaymentLine.share_id)
        .join(PaymentAttempt, col(PaymentAttempt.id) == col(PaymentLine.attempt_id))
        .where(col(PaymentLine.order_id).in_(order_ids), PaymentAttempt.status == AttemptStatus.PROCESSING)
    )
    return {share_id for share_id in db.exec(lines) if share_id}
