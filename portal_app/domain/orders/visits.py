"""An order's visits as the calendar is asked about them."""

from __future__ import annotations

from sqlmodel import Session, col, select

from portal_app.domain.catalog.models import PackagePart, Service
from portal_app.domain.orders.models import OrderLine
from portal_app.domain.scheduling.models import Purpose


def services_of(db: Session, order_id: int) -> dict[Purpose, frozenset[int]]:
    """What is done on the visit by day and on the one at dusk, by the ids of services; those inside packages too."""
    found: dict[Purpose, set[int]] = {Purpose.VISIT: set(), Purpose.TWILIGHT: set()}
    lines = select(OrderLine.service_id, OrderLine.is_twilight).where(
        OrderLine.order_id == order_id, col(OrderLine.service_id).is_not(None)
    )
    parts = (
        select(Service.id, Service.is_twilight)
        .join(PackagePart, col(PackagePart.service_id) == Service.id)
        .join(OrderLine, col(OrderLine.service_id) == PackagePart.package_id)
        .where(OrderLine.order_id == order_id)
    )
    for service_id, is_twilight in (*db.execute(lines), *db.execute(parts)):
        found[Purpose.TWILIGHT if is_twilight else Purpose.VISIT].add(service_id)
    return {purpose: frozenset(ids) for purpose, ids in found.items()}
