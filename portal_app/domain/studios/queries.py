"""Which studio answers on a host, and what its brand looks like."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, select

from portal_app.core.errors import NotFound
from portal_app.domain.studios.models import Studio, StudioHost


@dataclass(frozen=True, slots=True)
class StudioCard:
    """What every page may know about a studio."""

    id: int
    slug: str
    name: str
    legal_name: str
    place: str
    phone: str
    email: str
    mark: str
    accent: str
    zone: str
    currency: str
    address: str
    area_unit: str


def host_name(host: str) -> str:
    """A Host header as it is looked up: lower case, no port, no trailing dot."""
    name = host.strip().lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].rstrip(".")


def studio_by_host(db: Session, host: str, default_slug: str) -> StudioCard | None:
    """The studio answering on this host, else the default one (outside production), else None."""
    row = db.exec(select(Studio).join(StudioHost).where(StudioHost.host == host_name(host))).first()
    if row is None and default_slug:
        row = db.exec(select(Studio).where(Studio.slug == default_slug)).first()
    return _card(row) if row else None


def studio_by_slug(db: Session, slug: str) -> StudioCard:
    """A studio by its short name. Raises NotFound."""
    row = db.exec(select(Studio).where(Studio.slug == slug)).first()
    if row is None:
        raise NotFound(f"There is no studio called {slug} here.")
    return _card(row)


def all_slugs(db: Session) -> list[str]:
    """The short name of every studio here, in order: for whoever runs the machine."""
    return list(db.exec(select(Studio.slug).order_by(Studio.slug)).all())


def moved_to(db: Session, host: str) -> str | None:
    """The address an old host name has moved to, or None while it is in use."""
    found = select(StudioHost.address).where(StudioHost.host == host_name(host), StudioHost.redirects)
    return db.exec(found).first()


def _card(row: Studio) -> StudioCard:
    return StudioCard(**{name: getattr(row, name) for name in StudioCard.__slots__})
