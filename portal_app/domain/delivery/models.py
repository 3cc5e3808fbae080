"""Deliveries and the secret links that open them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant


class Delivery(SQLModel, table=True):
    """One handing over of ready assets. It may happen again; the newest one's policy holds for the listing.

    `released_at`: somebody of the studio opened it although money is due, and said why.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_listing", "listing_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    listing_id: int = Field(foreign_key="listing.id")
    order_id: int = Field(foreign_key="orders.id", index=True)
    delivered_at: datetime = instant()
    message: str = ""
    collect_payment: bool
    watermark: bool
    photo_count: int
    new_count: int
    copy_to: list[str] = Field(default_factory=list, sa_type=JSON)
    released_at: datetime | None = instant(default=None)
    released_by: str = filled("")
    release_reason: str = filled("")


class AccessLink(SQLModel, table=True):
    """A secret address for one listing: opens, pays and downloads without signing in. Revocable; only its hash is kept."""

    __tablename__ = "access_link"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    listing_id: int = Field(foreign_key="listing.id", index=True)
    delivery_id: int | None = Field(default=None, foreign_key="delivery.id")
    token_hash: str = Field(unique=True)
    email: str
    created_at: datetime = instant()
    ends_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None)
