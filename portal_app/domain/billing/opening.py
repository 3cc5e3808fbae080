"""What is due and yet keeps no listing closed: what payers owe whose payment opens nothing, and what a bank holds while it
has not decided. A studio may rather close a listing as soon as its payment is disputed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from portal_app.domain.billing.disputing import is_held
from portal_app.domain.billing.kinds import DisputeStatus, EntryKind, UnlockWhen
from portal_app.domain.billing.models import Dispute, LedgerEntry, PaymentPolicy, Share, Split
from portal_app.domain.billing.shares import others_due


def harmless_due(db: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """What of each order's due, in minor units, keeps its listing closed no longer."""
    return dict(Counter(others_due(db, order_ids)) + Counter(undecided(db, order_ids)))


def undecided(db: Session, order_ids: Sequence[int]) -> dict[int, int]:
    """What banks hold of each order, in one statement. Shares that open nothing are not counted: their due is no matter."""
    entry = LedgerEntry
    held = (
        select(entry.order_id, -func.sum(entry.amount_cents))
        .join(Dispute, is_held())
        .outerjoin(PaymentPolicy, col(PaymentPolicy.studio_id) == col(entry.studio_id))
        .outerjoin(Split, and_(col(Split.order_id) == col(entry.order_id), col(Split.unlock_when) == UnlockWhen.MAIN))
        .outerjoin(Share, col(Share.id) == col(entry.share_id))
        .where(
            col(entry.order_id).in_(order_ids),
            entry.kind == EntryKind.DISPUTE,
            Dispute.status == DisputeStatus.OPEN,
            func.coalesce(PaymentPolicy.relocks_on_dispute, False).is_(False),
            or_(col(Split.id).is_(None), col(Share.id).is_(None), col(Share.is_main)),
        )
        .group_by(col(entry.order_id))
    )
    return {order_id or 0: cents for order_id, cents in db.exec(held)}
