"""What the orders of a listing promised against what is there, read and insisted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.catalog.models import Kind, PackagePart, Service
from portal_app.domain.delivery.promises import COLUMNS, Promise, Row, checklist, gap_words
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.orders.models import Order, OrderLine, OrderStatus
from portal_app.domain.orders.queries import visible


class Incomplete(Conflict):
    """Something the order promises is not there; the sentence names it."""


def checklist_of(db: Session, by: Viewer, order_number: int) -> list[Row]:
    """The checklist of one order. Raises NotFound, NotAllowed."""
    order = db.exec(visible(by).where(Order.number == order_number)).first()
    if order is None or not by.is_staff:
        raise NotFound
    if not by.may(Permission.UPLOAD):
        raise NotAllowed
    return rows_of(db, order)


def refuse_gaps(db: Session, order: Order) -> None:
    """Raises Incomplete while something promised is missing."""
    if gaps := gap_words(rows_of(db, order)):
        raise Incomplete(f"This order promises more than is here: {gaps} missing. Add it, or say that you deliver without it.")


def rows_of(db: Session, order: Order) -> list[Row]:
    """What this order and those completed here before promise together. Hidden assets do not count. Three statements."""
    counted = db.execute(
        select(Asset.kind, func.count())
        .where(Asset.listing_id == order.listing_id, Asset.state == AssetState.READY, col(Asset.is_hidden).is_(False))
        .group_by(Asset.kind)
    ).all()
    return checklist(_promises(db, order), {row[0]: row[1] for row in counted})


def _promises(db: Session, order: Order) -> list[Promise]:
    counts = or_(col(Order.id) == order.id, col(Order.status) == OrderStatus.COMPLETED)
    lines = db.execute(
        select(OrderLine, Service)
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .join(Service, col(Service.id) == col(OrderLine.service_id))
        .where(Order.listing_id == order.listing_id, counts)
        .order_by(col(OrderLine.order_id), col(OrderLine.position))
    ).all()
    parts = _parts(db, [service.id for _, service in lines if service.kind == Kind.PACKAGE])
    return [_promise(service, line.name, line.quantity, parts.get(service.id, ())) for line, service in lines]


def _parts(db: Session, package_ids: Sequence[int | None]) -> dict[int, tuple[Promise, ...]]:
    found: dict[int, list[Promise]] = defaultdict(list)
    asked = select(PackagePart.package_id, Service).join(Service, col(Service.id) == col(PackagePart.service_id))
    for package_id, service in db.execute(asked.where(col(PackagePart.package_id).in_(package_ids))):
        found[package_id].append(_promise(service, service.name))
    return {package_id: tuple(several) for package_id, several in found.items()}


def _promise(service: Service, name: str, quantity: int = 1, parts: tuple[Promise, ...] = ()) -> Promise:
    said = {kind: getattr(service, column) for kind, column in COLUMNS.items()}
    return Promise(name, service.detail, said, quantity, service.kind == Kind.ADD_ON, parts)
