"""Deliveries, those planned for later, the secret links that open them, who opened what, what was downloaded, and how
files are called."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import at_most_one, filled, instant, one_of
from portal_app.domain.delivery.naming import Naming
from portal_app.domain.delivery.publishing import AlteredRule


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


class PlanOutcome(StrEnum):
    """WAITING for its time; then DELIVERED, or FAILED with a problem in words; CANCELED before."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELED = "canceled"


class PlannedDelivery(SQLModel, table=True):
    """A delivery for later, as it was chosen. One waits for an order at most."""

    __tablename__ = "planned_delivery"
    __table_args__ = (
        one_of("outcome", PlanOutcome, "planned_delivery"),
        at_most_one("uq_planned_delivery_waiting", "order_id", where="ended_at IS NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    deliver_at: datetime = instant()
    request: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    by_account_id: int | None = Field(default=None, foreign_key="account.id")
    by_name: str = ""
    planned_at: datetime = instant()
    outcome: str = PlanOutcome.WAITING
    problem: str = ""
    ended_at: datetime | None = instant(default=None)


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


class Opened(StrEnum):
    """LINK: the secret address of a mail, in a browser. PAGE: the listing's page, alive on a screen."""

    LINK = "link"
    PAGE = "page"


class Opening(SQLModel, table=True):
    """That one person opened a listing, how often, first and last. Kept as long as the listing; never where from.

    `account_id` or `link_id` says who, `behind_account_id` which member looked through a customer's eyes, and `person` all
    of that in one word, as in `Download`.
    """

    __tablename__ = "opening"
    __table_args__ = (
        one_of("what", Opened, "opening"),
        UniqueConstraint("listing_id", "person", "what", name="uq_opening_person"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    listing_id: int = Field(foreign_key="listing.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    link_id: int | None = Field(default=None, foreign_key="access_link.id")
    behind_account_id: int | None = Field(default=None, foreign_key="account.id")
    person: str
    what: str
    first_at: datetime = instant()
    last_at: datetime = instant()
    count: int = 1


class SharedLink(SQLModel, table=True):
    """A customer's own link to some photos of a listing, for whoever they hand it to; only as far as its maker sees them.

    `asset_ids` are the chosen photos, `size` the largest that may be taken (a word of `Size`). It ends at `ends_at`, after
    `most_downloads` (None: as many as wanted), or when it is revoked. `token_box` is its secret, sealed, to hand on again.
    """

    __tablename__ = "shared_link"
    __table_args__ = (
        Index("ix_shared_link_listing", "listing_id", "id"),
        CheckConstraint("used >= 0 AND (most_downloads IS NULL OR used <= most_downloads)", name="ck_shared_link_used"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    listing_id: int = Field(foreign_key="listing.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    token_hash: str = Field(unique=True)
    token_box: bytes
    label: str = ""
    size: str
    asset_ids: list[int] = Field(default_factory=list, sa_type=JSON)
    most_downloads: int | None = None
    used: int = 0
    used_at: datetime | None = instant(default=None)
    created_at: datetime = instant()
    ends_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None)


class DeliveryPolicy(SQLModel, table=True):
    """How one studio hands its files over. A studio without a row has these defaults. Files stay `keep_months` after
    the last delivery, 0 for ever."""

    __tablename__ = "delivery_policy"
    __table_args__ = (
        one_of("naming", Naming, "delivery_policy"),
        one_of("altered_rule", AlteredRule, "delivery_policy"),
    )

    studio_id: int = Field(foreign_key="studio.id", primary_key=True)
    naming: str = Naming.ORIGINAL
    altered_rule: str = filled(AlteredRule.BY_PLACE.value)
    keep_months: int = 0


class Download(SQLModel, table=True):
    """What one person took of a listing: a file or a ZIP, in as many requests as it needed. Kept as long as the listing.

    `account_id` or `link_id` says who, `behind_account_id` which member looked through a customer's eyes, and `person` all
    of that in one word: one person has at most one unfinished download of the same bytes. What came by a customer's own
    link has a `shared_link_id`, and its `person` is this download alone; `bytes_sent` counts there what was promised too.
    `items` are
    the photos in it, `{"asset": id, "name": …, "sha256": …}` of the bytes that were sent. `spans` are the ranges sent so
    far, in order; when they are the whole `length`, it is finished. `is_whole`: everything there was, or everything new.
    """

    __tablename__ = "download"
    __table_args__ = (
        Index("ix_download_listing", "listing_id", "person", "id"),
        at_most_one("uq_download_open", "listing_id", "person", "etag", where="finished_at IS NULL"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    listing_id: int = Field(foreign_key="listing.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    link_id: int | None = Field(default=None, foreign_key="access_link.id")
    behind_account_id: int | None = Field(default=None, foreign_key="account.id")
    shared_link_id: int | None = Field(default=None, foreign_key="shared_link.id", index=True)
    person: str
    email: str
    name: str
    size: str
    is_archive: bool
    is_whole: bool
    etag: str
    length: int = Field(sa_type=BigInteger)
    bytes_sent: int = Field(default=0, sa_type=BigInteger)
    items: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    spans: list[list[int]] = Field(default_factory=list, sa_type=JSON)
    started_at: datetime = instant()
    touched_at: datetime = instant()
    finished_at: datetime | None = instant(default=None)
