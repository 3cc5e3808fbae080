"""Services and packages with tiers by area."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import one_of


class Kind(StrEnum):
    """A package is a bundle whose parts cost more when bought one by one."""

    SERVICE = "service"
    PACKAGE = "package"
    ADD_ON = "add_on"


class Service(SQLModel, table=True):
    """What can be ordered. Price and minutes come from the tier that covers the property's area."""

    __tablename__ = "service"
    __table_args__ = (one_of("kind", Kind, "service"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    kind: str = Kind.SERVICE
    name: str
    detail: str = ""
    position: int = 0
    is_active: bool = True


class Tier(SQLModel, table=True):
    """Price in minor units and minutes on site for properties up to an area; no upper end means any size above."""

    __tablename__ = "tier"
    __table_args__ = (
        UniqueConstraint("service_id", "up_to", name="uq_tier_area"),
        CheckConstraint("price_cents >= 0 AND minutes >= 0", name="ck_tier_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id", index=True)
    up_to: int | None = None
    price_cents: int
    minutes: int


class PackagePart(SQLModel, table=True):
    """A service inside a package, so that the saving can be shown."""

    __tablename__ = "package_part"

    package_id: int = Field(foreign_key="service.id", primary_key=True)
    service_id: int = Field(foreign_key="service.id", primary_key=True)
