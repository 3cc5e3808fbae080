"""How a studio takes money: its own rules, or the defaults where it has said nothing."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, select

from portal_app.core.viewer import Viewer
from portal_app.domain.billing.models import PaymentPolicy


def payment_policy(db: Session, studio_id: int) -> PaymentPolicy:
    """The studio's rules, to read."""
    found = db.exec(select(PaymentPolicy).where(PaymentPolicy.studio_id == studio_id)).first()
    return found or PaymentPolicy(studio_id=studio_id)


def takes_parts(db: Session, by: Viewer) -> bool:
    """Whether this studio takes a part of what is due."""
    return payment_policy(db, by.studio_id).takes_parts


def locked_policy(db: Session, studio_id: int) -> PaymentPolicy:
    """The studio's row, made when there was none, and locked: whoever asks next waits for this transaction."""
    row = PaymentPolicy(studio_id=studio_id).model_dump(exclude={"id"})
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    db.execute(insert(PaymentPolicy).values(row).on_conflict_do_nothing(index_elements=["studio_id"]))
    return db.exec(select(PaymentPolicy).where(PaymentPolicy.studio_id == studio_id).with_for_update()).one()
