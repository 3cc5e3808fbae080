"""What customers ask to have changed: a request, and where on which photo."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant, one_of

WHOLE_SIDE = 10_000


class RevisionState(StrEnum):
    """See revision_steps.py for the allowed moves."""

    OPEN = "open"
    IN_WORK = "in_work"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    REOPENED = "reopened"


class Shape(StrEnum):
    """How a place on a photo is shown. WHOLE is the photo itself."""

    WHOLE = "whole"
    PIN = "pin"
    BOX = "box"


class RevisionRequest(SQLModel, table=True):
    """One wish of a customer about a delivered listing: about the photos its marks name, or about all of it.

    `number` counts those of the listing, and so the rounds that are used. `again` says what was still wrong when it was
    reopened last. The reference picture lies in the store, written anew; only the two sides of the listing see it.
    """

    __tablename__ = "revision_request"
    __table_args__ = (
        UniqueConstraint("listing_id", "number", name="uq_revision_request_number"),
        UniqueConstraint("listing_id", "request_key", name="uq_revision_request_key"),
        Index("ix_revision_request_state", "studio_id", "state", "changed_at"),
        one_of("state", RevisionState, "revision_request"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id")
    listing_id: int = Field(foreign_key="listing.id")
    order_id: int = Field(foreign_key="orders.id", index=True)
    number: int
    request_key: str
    state: str = RevisionState.OPEN
    wish: str
    reply: str = filled("")
    again: str = filled("")
    asked_by: str
    asked_email: str
    asked_account_id: int | None = Field(default=None, foreign_key="account.id")
    asked_at: datetime = instant()
    changed_at: datetime = instant()
    reference_sha256: str = filled("")
    reference_size: int = filled(0)


class RevisionMark(SQLModel, table=True):
    """One photo of a request: the version it is about, the place on it, and the version that came for it.

    Places are fractions of the picture, in ten-thousandths of its width and height from its top left corner.
    """

    __tablename__ = "revision_mark"
    __table_args__ = (
        UniqueConstraint("revision_id", "asset_id", name="uq_revision_mark_asset"),
        one_of("shape", Shape, "revision_mark"),
        CheckConstraint(
            f"x BETWEEN 0 AND {WHOLE_SIDE} AND y BETWEEN 0 AND {WHOLE_SIDE} AND width BETWEEN 0 AND {WHOLE_SIDE} - x"
            f" AND height BETWEEN 0 AND {WHOLE_SIDE} - y",
            name="ck_revision_mark_inside",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    revision_id: int = Field(foreign_key="revision_request.id", index=True)
    asset_id: int = Field(foreign_key="asset.id")
    after_asset_id: int | None = Field(default=None, foreign_key="asset.id")
    shape: str = Shape.WHOLE
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0
    note: str = ""
