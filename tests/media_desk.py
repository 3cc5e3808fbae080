"""A photographer's desk for tests: a listing, a store, a renderer, and files handed in the way the upload route does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, select

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.listings.models import Listing
from portal_app.domain.media import queries, service
from portal_app.domain.media.models import Asset


@dataclass
class Desk:
    """Everything `receive` and `render_asset` need, around one listing."""

    database: Database
    store: DiskStore
    renderer: PillowRenderer
    listing_id: int
    folder: Path
    by: Viewer
    now: datetime
    sent: int = field(default=0)

    def hand_in(self, content: bytes, name: str = "front.jpg", *, replaces: str | None = None) -> service.UploadCard:
        """Begin, deliver the bytes, receive."""
        with self.database.unit_of_work() as db:
            card = service.begin_upload(db, self.by, self.listing_id, name, len(content), replaces=replaces, now=self.now)
        part = service.part_path(self.folder, card.public_id)
        part.write_bytes(content)
        return self.receive(card.public_id)

    def receive(self, public_id: str) -> service.UploadCard:
        part = service.part_path(self.folder, public_id)
        card = queries.upload_card(self.database.glance.first, self.by, public_id)
        return service.receive(self.database.unit_of_work, self.store, self.renderer, self.by, card, part, now=self.now)

    def render(self, asset_id: int) -> None:
        service.render_asset(self.database.unit_of_work, self.store, self.renderer, asset_id, now=self.now)

    def hand_in_ready(self, content: bytes, name: str = "front.jpg", **more) -> service.UploadCard:
        """Received and rendered."""
        card = self.hand_in(content, name, **more)
        self.render(card.asset_id)
        return card

    def cards(self, *, are_removed: bool = False) -> list[queries.PhotoCard]:
        with self.database.reading() as db:
            return queries.photos(db, self.by, self.listing_id, are_removed=are_removed)

    def names(self) -> list[str]:
        return [card.name for card in self.cards()]

    def rendition(self, asset_id: int, name: str) -> queries.RenditionFile | None:
        with self.database.reading() as db:
            return queries.rendition(db, asset_id, name)

    def facts(self) -> list[str]:
        with self.database.reading() as db:
            return list(db.exec(select(Fact.kind).where(Fact.listing_id == self.listing_id).order_by(Fact.id)))

    def work(self) -> list[dict]:
        with self.database.reading() as db:
            return list(db.exec(select(Work.payload).where(Work.kind == "render_asset").order_by(Work.id)))

    def asset(self, asset_id: int) -> Asset:
        with self.database.reading() as db:
            asset = db.exec(select(Asset).where(Asset.id == asset_id)).one()
            db.expunge(asset)
            return asset

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.unit_of_work() as db:
            yield db


def open_listing(database: Database, studio_id: int, customer_id: int, now: datetime, street: str = "12 Ocean Ave") -> int:
    """A bare property."""
    with database.unit_of_work() as db:
        listing = Listing(
            studio_id=studio_id,
            customer_id=customer_id,
            public_id=new_public_id(),
            street=street,
            town="Carmel-by-the-Sea, CA 93923",
            created_at=now,
        )
        db.add(listing)
        db.flush()
        return listing.id
