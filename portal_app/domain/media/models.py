"""Assets, renditions and unfinished uploads."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant, one_of
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.renderer import MarkPlace


class AssetState(StrEnum):
    """RENDERING waits for its sizes; FAILED says why in `reason`; REMOVED keeps the row, the customer never sees it."""

    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"
    REMOVED = "removed"


class RenditionName(StrEnum):
    """THUMB 480, WEB 2048, MLS 1024x768; the MARKED ones carry the watermark in their pixels; SMALL is clean, at most 1024."""

    THUMB = "thumb"
    WEB = "web"
    MLS = "mls"
    SMALL = "small"
    WEB_MARKED = "web_marked"
    THUMB_MARKED = "thumb_marked"


class Asset(SQLModel, table=True):
    """One file as it came, stored content-addressed under its SHA-256, or one link, which has a `url` and no file.

    `supersedes_id` names the version it took the place of. `altered_how` says what was done to an altered photo, as words of
    alterations.py (empty: it is as it was taken), `alteration` what else in the studio's own words, and `altered_of_id` its
    original. `is_hidden` keeps it from everybody but the studio. `seconds` is a video's length, `pages` a document's.
    """

    __tablename__ = "asset"
    __table_args__ = (
        Index("ix_asset_order", "listing_id", "position", "id"),
        Index("ix_asset_hash", "studio_id", "listing_id", "sha256"),
        Index("ix_asset_known", "studio_id", "sha256"),
        Index("ix_asset_file", "sha256"),
        one_of("state", AssetState, "asset"),
        one_of("kind", AssetKind, "asset"),
        ForeignKeyConstraint(["supersedes_id"], ["asset.id"], name="fk_asset_supersedes"),
        ForeignKeyConstraint(["altered_of_id"], ["asset.id"], name="fk_asset_altered_of"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id")
    listing_id: int = Field(foreign_key="listing.id")
    public_id: str = Field(unique=True)
    state: str = AssetState.RENDERING
    reason: str = ""
    original_name: str
    media_type: str = "image/jpeg"
    size: int = Field(sa_type=BigInteger)
    sha256: str
    crc32: int = Field(sa_type=BigInteger)
    width: int = 0
    height: int = 0
    captured_at: datetime | None = instant(default=None)
    position: int = 0
    is_placed_by_hand: bool = False
    caption: str = ""
    received_at: datetime = instant()
    delivered_at: datetime | None = instant(default=None)
    kind: str = filled(AssetKind.PHOTO.value)
    url: str = filled("")
    room: str = filled("")
    is_hidden: bool = filled(False)
    seconds: int = filled(0)
    pages: int = filled(0)
    supersedes_id: int | None = None
    altered_of_id: int | None = None
    alteration: str = filled("")
    altered_how: str = filled("")


class OriginalsPage(SQLModel, table=True):
    """The public page of a listing on which each altered photo stands beside its original. `public_id` is its address:
    nobody can guess it, and it stays the same for good, because it is printed."""

    __tablename__ = "originals_page"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    listing_id: int = Field(foreign_key="listing.id", unique=True)
    public_id: str = Field(unique=True)
    made_at: datetime = instant()


class Rendition(SQLModel, table=True):
    """One size rendered from an asset; its file lies in the store under its own SHA-256.

    `mark` says which watermark is in a marked one's pixels (see marks.py), and is empty for one that is older than that.
    """

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint("asset_id", "name", name="uq_rendition_name"),
        Index("ix_rendition_file", "sha256"),
        one_of("name", RenditionName, "rendition"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    asset_id: int = Field(foreign_key="asset.id")
    name: str
    sha256: str
    crc32: int = Field(sa_type=BigInteger)
    size: int
    width: int
    height: int
    mark: str = filled("")


class Watermark(SQLModel, table=True):
    """What a studio draws into marked sizes: its words, or its logo, a PNG in the store. No `text`: the studio's name."""

    __tablename__ = "watermark"
    __table_args__ = (one_of("place", MarkPlace, "watermark"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", unique=True)
    text: str = ""
    uses_logo: bool = False
    logo_sha256: str = ""
    place: str = MarkPlace.TILED
    opacity: int = 47
    changed_at: datetime | None = instant(default=None)


class StoreClaim(SQLModel, table=True):
    """Somebody brought bytes that the store had already: for a day no sweep deletes that file, named by a row or not."""

    __tablename__ = "store_claim"

    file: str = Field(primary_key=True)
    claimed_at: datetime = instant(index=True)


class PresetFile(SQLModel, table=True):
    """One photo as a preset asks for it, or why it cannot be. Made once; `recipe` says by which rules."""

    __tablename__ = "preset_file"
    __table_args__ = (UniqueConstraint("asset_id", "preset", name="uq_preset_file"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    asset_id: int = Field(foreign_key="asset.id")
    preset: str
    recipe: str
    reason: str = ""
    sha256: str = ""
    crc32: int = Field(default=0, sa_type=BigInteger)
    size: int = 0
    width: int = 0
    height: int = 0
    quality: int = 0


class UploadState(StrEnum):
    """OPEN takes parts; DONE became an asset (or was a duplicate); REFUSED says why; SWEPT was abandoned."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    SWEPT = "swept"


class Upload(SQLModel, table=True):
    """A file on its way in. What arrived lies in a part file; its length is the offset to resume from."""

    __tablename__ = "upload"
    __table_args__ = (one_of("state", UploadState, "upload"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    listing_id: int = Field(foreign_key="listing.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    replaces_asset_id: int | None = Field(default=None, foreign_key="asset.id")
    file_name: str
    size: int = Field(sa_type=BigInteger)
    announced_hash: str = filled("")
    state: str = UploadState.OPEN
    reason: str = ""
    asset_id: int | None = Field(default=None, foreign_key="asset.id")
    is_duplicate: bool = False
    created_at: datetime = instant()
    touched_at: datetime = instant(index=True)
