"""The studio and the hosts it answers on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import instant


class Studio(SQLModel, table=True):
    """One photography business on this installation: the tenant."""

    __tablename__ = "studio"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    legal_name: str = ""
    place: str = ""
    phone: str = ""
    email: str = ""
    mark: str = "lighthouse"
    accent: str = "#17596a"
    zone: str = "America/Los_Angeles"
    currency: str = "USD"
    area_unit: str = "sq ft"
    next_order_number: int = 1001
    collect_payment: bool = True
    watermark: bool = True
    watermark_text: str = ""
    address: str = ""
    second_step_since: datetime | None = instant(default=None)
    is_demo: bool = False


class StudioHost(SQLModel, table=True):
    """A host name that shows this studio, and the full address under which links to it are built."""

    __tablename__ = "studio_host"
    __table_args__ = (UniqueConstraint("host", name="uq_studio_host_host"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    host: str
    address: str
    redirects: bool = False
