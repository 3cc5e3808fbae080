"""The studio writes its tax groups and its fees. Orders keep the taxes and fees they were placed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.models import Fee, Service, TaxGroup, TaxRate
from portal_app.domain.catalog.ordering import put_elsewhere
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.catalog.typed import read_amount, read_name, read_share
from portal_app.domain.studios.models import Studio

MOST = 50
Row = TypeVar("Row", TaxGroup, Fee)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A tax group with its rates as (name, basis points)."""

    public_id: str
    name: str
    is_default: bool
    rates: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A fee; `tax_group` is a public id, empty for a fee that is not taxed."""

    public_id: str
    name: str
    kind: str
    amount: int
    tax_group: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class TypedFee:
    """A fee as typed."""

    name: str
    kind: str
    amount: str
    tax_group: str = ""
    is_active: bool = True


def tax_groups(db: Session, by: Viewer) -> list[GroupRow]:
    """Every tax group in its order. Two statements. Raises NotAllowed."""
    require_settings(by)
    groups = _groups(db, by)
    rates: dict[int, list[tuple[str, int]]] = {}
    inside = select(TaxRate).where(col(TaxRate.tax_group_id).in_([group.id for group in groups]))
    for rate in db.exec(inside.order_by(col(TaxRate.position), col(TaxRate.id))):
        rates.setdefault(rate.tax_group_id, []).append((rate.name, rate.basis_points))
    return [GroupRow(one.public_id, one.name, one.is_default, tuple(rates.get(one.id or 0, ()))) for one in groups]


def fees(db: Session, by: Viewer) -> list[FeeRow]:
    """Every fee in its order. Raises NotAllowed."""
    require_settings(by)
    asked = select(Fee, TaxGroup.public_id).outerjoin(TaxGroup, col(TaxGroup.id) == col(Fee.tax_group_id))
    found = db.execute(asked.where(Fee.studio_id == by.studio_id).order_by(col(Fee.position), col(Fee.id)))
    return [FeeRow(fee.public_id, fee.name, fee.kind, fee.amount, group or "", fee.is_active) for fee, group in found]


def save_tax_group(
    db: Session, by: Viewer, public_id: str, name: str, rates: str, *, is_default: bool, now: datetime
) -> str:  # fmt: skip
    """Write a tax group, or change it; an empty id means a new one. `rates` is one per line: `State tax 6.25`.

    The first group is the default, and there is always one. Raises NotAllowed, NotFound, InvalidInput.
    """
    _lock(db, by)
    known = _groups(db, by)
    group = _named(known, public_id) if public_id else TaxGroup(studio_id=by.studio_id, public_id=new_public_id(), name="")
    if not public_id and len(known) >= MOST:
        raise InvalidInput("name", f"{MOST} tax groups are as many as fit here.")
    called, read = read_name(name), _rates(rates)
    old = next((each for each in known if each.is_default), None)
    if group is old and not is_default:
        raise InvalidInput("is_default", "One group is the usual one. Make another the usual one instead.")
    if old is not None and is_default and old is not group:
        old.is_default = False
        db.flush()
    group.name, group.is_default = called, is_default or old is None
    if not public_id:
        group.position = max((each.position for each in known), default=-1) + 1
    db.add(group)
    db.flush()
    db.execute(delete(TaxRate).where(col(TaxRate.tax_group_id) == group.id))
    db.add_all(
        TaxRate(tax_group_id=group.id or 0, name=words, basis_points=share, position=place)
        for place, (words, share) in enumerate(read)
    )
    record(db, by, "tax_group.changed" if public_id else "tax_group.added", now=now, details={"name": group.name})
    return group.public_id


def remove_tax_group(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Forget a group nothing is taxed by. Raises NotAllowed, NotFound, Conflict."""
    _lock(db, by)
    group = _named(_groups(db, by), public_id)
    used = [db.exec(select(model.id).where(model.tax_group_id == group.id)).first() for model in (Service, Fee)]
    if group.is_default or any(each is not None for each in used):
        raise Conflict(f"{group.name} is in use: it is the usual group, or something in the catalog or a fee is taxed by it.")
    db.execute(delete(TaxRate).where(col(TaxRate.tax_group_id) == group.id))
    db.delete(group)
    record(db, by, "tax_group.removed", now=now, details={"name": group.name})


def save_fee(db: Session, by: Viewer, public_id: str, typed: TypedFee, *, now: datetime) -> str:
    """Write a fee that joins every order, or change it; an empty id means a new one. Raises InvalidInput."""
    studio = _lock(db, by)
    known = _fees(db, by)
    fee = _named(known, public_id) if public_id else Fee(studio_id=by.studio_id, public_id=new_public_id(), name="", amount=0)
    if not public_id and len(known) >= MOST:
        raise InvalidInput("name", f"{MOST} fees are as many as fit here. Remove one first.")
    name = read_name(typed.name)
    kind, amount = read_amount(typed.kind, typed.amount, studio.currency)
    fee.tax_group_id = _tax_group(db, by, typed.tax_group)
    fee.name, fee.kind, fee.amount, fee.is_active = name, kind, amount, typed.is_active
    if not public_id:
        fee.position = max((each.position for each in known), default=-1) + 1
    db.add(fee)
    record(db, by, "fee.changed" if public_id else "fee.added", now=now, details={"name": fee.name})
    return fee.public_id


def remove_fee(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Forget a fee. Raises NotAllowed, NotFound."""
    _lock(db, by)
    fee = _named(_fees(db, by), public_id)
    db.delete(fee)
    record(db, by, "fee.removed", now=now, details={"name": fee.name})


def move_fee(db: Session, by: Viewer, public_id: str, by_places: int, *, now: datetime) -> tuple[int, int]:
    """Earlier (below 0) or later on every order. Returns where it stands now, from 1, and of how many.

    Raises NotAllowed, NotFound.
    """
    _lock(db, by)
    rows = _fees(db, by)
    fee = _named(rows, public_id)
    place = put_elsewhere(rows, fee, by_places)
    record(db, by, "fee.moved", now=now, details={"name": fee.name})
    return place, len(rows)


def move_tax_group(db: Session, by: Viewer, public_id: str, by_places: int, *, now: datetime) -> tuple[int, int]:
    """Earlier (below 0) or later wherever a group is chosen. Returns where it stands now, from 1, and of how many.

    Raises NotAllowed, NotFound.
    """
    _lock(db, by)
    rows = _groups(db, by)
    group = _named(rows, public_id)
    place = put_elsewhere(rows, group, by_places)
    record(db, by, "tax_group.moved", now=now, details={"name": group.name})
    return place, len(rows)


def _groups(db: Session, by: Viewer) -> list[TaxGroup]:
    mine = select(TaxGroup).where(TaxGroup.studio_id == by.studio_id).order_by(col(TaxGroup.position), col(TaxGroup.id))
    return list(db.exec(mine.execution_options(populate_existing=True)))


def _fees(db: Session, by: Viewer) -> list[Fee]:
    mine = select(Fee).where(Fee.studio_id == by.studio_id).order_by(col(Fee.position), col(Fee.id))
    return list(db.exec(mine.execution_options(populate_existing=True)))


def _lock(db: Session, by: Viewer) -> Studio:
    require_settings(by)
    return db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()


def _named(rows: list[Row], public_id: str) -> Row:
    found = next((row for row in rows if row.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


def _tax_group(db: Session, by: Viewer, public_id: str) -> int | None:
    if not public_id:
        return None
    mine = select(TaxGroup.id).where(TaxGroup.studio_id == by.studio_id, TaxGroup.public_id == public_id)
    with db.no_autoflush:
        found = db.exec(mine).first()
    if found is None:
        raise InvalidInput("tax_group", "This tax group is gone. Choose another.")
    return found


def _rates(typed: str) -> list[tuple[str, int]]:
    read = []
    for line in (line.strip() for line in typed.splitlines() if line.strip()):
        words, _, share = line.removesuffix("%").strip().rpartition(" ")
        if not words.strip():
            raise InvalidInput("rates", "Write one rate per line, its name then its percentage: State tax 6.25")
        read.append((read_name(words, "rates", 60), read_share(share, "rates")))
    if len(read) > 6:
        raise InvalidInput("rates", "Six rates are as many as fit on an order.")
    return read
