"""What a studio sells today."""

from __future__ import annotations

from collections import defaultdict

from sqlmodel import Session, select

from portal_app.core.viewer import Viewer
from portal_app.domain.catalog.models import Kind, PackagePart, Service, Tier
from portal_app.domain.catalog.pricing import Offer, PriceTier

SHELF = {Kind.PACKAGE: 0, Kind.SERVICE: 1, Kind.ADD_ON: 2}


def visible(by: Viewer):
    """The active services of the viewer's own studio."""
    return select(Service).where(Service.studio_id == by.studio_id, Service.is_active)


def offers(db: Session, by: Viewer) -> list[Offer]:
    """Everything that can be ordered: packages first, then services, then add-ons. Three statements."""
    services = db.exec(visible(by).order_by(Service.position, Service.id)).all()
    ids = [service.id for service in services]
    tiers, parts = _tiers(db, ids), _parts(db, ids)
    made = [
        Offer(
            id=service.id,
            public_id=service.public_id,
            kind=service.kind,
            name=service.name,
            detail=service.detail,
            tiers=tuple(tiers[service.id]),
            parts=tuple(parts[service.id]),
        )
        for service in services
        if tiers[service.id]
    ]
    return sorted(made, key=lambda offer: SHELF[Kind(offer.kind)])


def _tiers(db: Session, ids: list[int]) -> dict[int, list[PriceTier]]:
    found: dict[int, list[PriceTier]] = defaultdict(list)
    for tier in db.exec(select(Tier).where(Tier.service_id.in_(ids))):
        found[tier.service_id].append(PriceTier(tier.up_to, tier.price_cents, tier.minutes))
    return found


def _parts(db: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = db.exec(
        select(PackagePart.package_id, Service.public_id)
        .join(Service, Service.id == PackagePart.service_id)
        .where(PackagePart.package_id.in_(ids))
        .order_by(Service.position)
    )
    for package_id, public_id in rows:
        found[package_id].append(public_id)
    return found
