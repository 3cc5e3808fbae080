"""Every file a studio's rows name is read and hashed again; then every file that no row names is listed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Column
from sqlmodel import Session, col, select

from portal_app.core.viewer import Viewer
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, Rendition
from portal_app.domain.media.queries import visible
from portal_app.domain.media.references import AT_ONCE, few_at_a_time, reference_columns, unnamed
from portal_app.domain.media.store import Kept, Store
from portal_app.domain.units import UnitOfWork

OWN_WORDS = {Asset.__tablename__, Rendition.__tablename__}


class Verdict(StrEnum):
    """SOUND is what was put there; DAMAGED has other bytes; MISSING has none."""

    SOUND = "sound"
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Named:
    """A file as a row names it. `where` says which listing and asset, or which other row; `what` is the rendition."""

    sha256: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one file; bytes read."""

    file: Named
    verdict: Verdict
    size: int


def verify(reading: UnitOfWork, store: Store, by: Viewer) -> Iterator[Checked]:
    """Read and hash every file of the viewer's studio, a megabyte at a time. Raises Unavailable when the store is away."""
    for named in _named_files(reading, by):
        yield _checked(store, named)


def unknown(reading: UnitOfWork, store: Store) -> Iterator[Kept]:
    """Files that no row of any studio names."""
    for some in few_at_a_time(store.everything()):
        with reading() as db:
            names = unnamed(db, [kept.sha256 for kept in some])
        yield from (kept for kept in some if kept.sha256 in names)


def _checked(store: Store, named: Named) -> Checked:
    found, size = hashlib.sha256(), 0
    try:
        for piece in store.read(named.sha256):
            found.update(piece)
            size += len(piece)
    except KeyError:
        return Checked(named, Verdict.MISSING, 0)
    return Checked(named, Verdict.SOUND if found.hexdigest() == named.sha256 else Verdict.DAMAGED, size)


def _named_files(reading: UnitOfWork, by: Viewer) -> Iterator[Named]:
    last = 0
    while True:
        with reading() as db:
            last, some = _some_assets(db, by, last)
        if not some:
            break
        yield from some
    for column in reference_columns():
        if column.table.name not in OWN_WORDS:
            yield from _other_rows(reading, by, column)


def _some_assets(db: Session, by: Viewer, after: int) -> tuple[int, list[Named]]:
    """The next assets, removed ones too, each with its renditions; a rendition of the same bytes is named once."""
    assets = db.exec(visible(by).where(col(Asset.id) > after).order_by(col(Asset.id)).limit(AT_ONCE)).all()
    made: dict[int, dict[str, str]] = {asset.id: {} for asset in assets}
    for each in db.exec(select(Rendition).where(col(Rendition.asset_id).in_(made))):
        made[each.asset_id].setdefault(each.sha256, each.name)
    asked = select(Listing).where(col(Listing.id).in_({asset.listing_id for asset in assets}))
    listings = {listing.id: listing for listing in db.exec(asked)}
    named: list[Named] = []
    for asset in assets:
        listing = listings[asset.listing_id]
        where = f"{listing.street} (listing {listing.public_id}), {asset.original_name} (asset {asset.public_id})"
        files = made[asset.id] | ({asset.sha256: "original"} if asset.sha256 else {})
        named += [Named(sha256, where, what) for sha256, what in files.items()]
    return (assets[-1].id if assets else after), named


def _other_rows(reading: UnitOfWork, by: Viewer, column: Column[str]) -> Iterator[Named]:
    table, last = column.table, 0
    while True:
        asked = select(table.c.id, column).where(table.c.studio_id == by.studio_id, table.c.id > last, column != "")
        with reading() as db:
            rows = db.exec(asked.order_by(table.c.id).limit(AT_ONCE)).all()
        for row_id, sha256 in rows:
            yield Named(sha256, f"{table.name} {row_id}", column.name)
        if not rows:
            return
        last = rows[-1][0]
