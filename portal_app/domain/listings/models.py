"""Listings: a property at an address, for one customer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant


class Listing(SQLModel, table=True):
    """A property being marketed. `street` carries the unit; `town` is `Carmel-by-the-Sea, CA 93923`.

    `extra_rounds` are requests for changes that the studio gave beside those of the order. Once archived it stands in no list.
    What ends with its files (warnings, putting away, deleting) is written by `delivery` alone.
    """

    __tablename__ = "listing"
    __table_args__ = (Index("ix_listing_newest", "studio_id", "created_at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    public_id: str = Field(unique=True)
    street: str
    town: str
    area: int | None = None
    cover_asset_id: int | None = None
    created_at: datetime = instant()
    extra_rounds: int = filled(0)
    archived_at: datetime | None = instant(default=None)
    kept_for_ever: bool = filled(False)
    warned_at: datetime | None = instant(default=None)
    warned_again_at: datetime | None = instant(default=None)
    put_away_at: datetime | None = instant(default=None)
    restored_at: datetime | None = instant(default=None)
    emptied_at: datetime | None = instant(default=None)
