"""What whoever has a customer's link sees and takes by it: its photos, up to its size, as often as it says.

It never shows more than its maker sees at this moment, nor more than the gate lets a customer see; both are asked at
every request. A download is counted when it begins, under the link's lock, and gets an address of its own: what is
asked for there, in as many ranges as it needs, is that one download and no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from portal_app.core.clock import date_words, local
from portal_app.core.errors import Conflict, NotAllowed, NotFound, Problem
from portal_app.core.tokens import fingerprint, new_public_id
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.delivery.archive import safe_name
from portal_app.domain.delivery.files import ServedArchive, ServedFile, archive_to_serve, file_to_serve
from portal_app.domain.delivery.gate import Locked, Sight, Size
from portal_app.domain.delivery.models import Download, SharedLink
from portal_app.domain.delivery.pictures import Renditions, renditions_of, size_words
from portal_app.domain.delivery.seeing import gate_of, visible
from portal_app.domain.delivery.sharing import SIZE_WORDS, shareable
from portal_app.domain.delivery.spans import are_whole, with_span
from portal_app.domain.delivery.standing import Standing, may_send, standing_of
from portal_app.domain.delivery.taking import Taking
from portal_app.domain.identity.models import Account
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.alterations import note_beside
from portal_app.domain.media.models import Asset, Rendition
from portal_app.domain.studios.models import Studio

ASCENDING = tuple(SIZE_WORDS)
PRESSED_TWICE = timedelta(minutes=1)


class LinkIsOver(Problem):
    """Revoked, out of time, or its maker does not see the listing anymore."""

    sentence = "This link has ended. Ask whoever sent it to you for a new one."
    status = 410


class AllTaken(Problem):
    """Every download it allows was begun, or this one was sent already."""

    sentence = "All downloads of this link are used. Ask whoever sent it to you for a new one."
    status = 410


class TooLarge(NotAllowed):
    """A larger size than it was made for."""

    sentence = "This link does not give photos that large. Go back and take the size it offers."


class PhotosChanged(Conflict):
    """What a download was begun of is not what is there now."""

    sentence = "These photos changed since the download began. Open the link again, then download."


@dataclass(frozen=True, slots=True)
class SharedPhoto:
    """One photo of a link; its picture is small, and marked while the listing waits for payment."""

    public_id: str
    name: str
    alt: str
    size_words: str
    note: str


@dataclass(frozen=True, slots=True)
class SharedView:
    """What a link shows. `sizes` are (word, what it is called, how heavy all are), the largest first; none while locked."""

    label: str
    photos: list[SharedPhoto]
    sizes: list[tuple[str, str, str]]
    is_locked: bool
    is_used_up: bool
    left: int | None
    until_words: str


@dataclass(frozen=True, slots=True)
class Going:
    """A download that was counted, and what it is of now."""

    row: int
    found: ServedFile | ServedArchive


def shared_view(db: Session, studio_id: int, token: str, *, now: datetime) -> SharedView:
    """What the link shows now. Raises NotFound, LinkIsOver."""
    link = _open(db, studio_id, token, now)
    photos, gate = _photos(db, link), gate_of(db, link.listing_id)
    renditions = renditions_of(db, [photo.id for photo in photos])
    is_locked, largest = gate.sight is not Sight.OPEN, Size(link.size)
    return SharedView(
        label=link.label,
        photos=[_shown(photo, renditions, "" if is_locked else largest) for photo in photos],
        sizes=[] if is_locked else [_size_of_all(photos, renditions, size) for size in _allowed(link)],
        is_locked=is_locked,
        is_used_up=standing_of(link, now) is Standing.USED_UP,
        left=None if link.most_downloads is None else link.most_downloads - link.used,
        until_words=date_words(local(link.ends_at, db.get_one(Studio, studio_id).zone).date()),
    )


def shared_picture(db: Session, studio_id: int, token: str, asset_public_id: str, *, now: datetime) -> ServedFile:
    """The small picture of one of its photos. Raises NotFound, LinkIsOver."""
    link = _open(db, studio_id, token, now)
    _of(_photos(db, link), asset_public_id)
    return file_to_serve(db, _holder(link), asset_public_id, Size.THUMB)


def take_shared(db: Session, studio_id: int, token: str, photo: str, size: Size, once: str, *, now: datetime) -> str:
    """Begin a download of one photo, or of all of them: it is counted, and its own name is returned.

    A press that comes twice within a minute, known by `once`, is one. Raises NotFound, Locked, LinkIsOver, AllTaken,
    TooLarge.
    """
    link = _open(db, studio_id, token, now, for_update=True)
    photos = _photos(db, link)
    if size not in _allowed(link):
        raise TooLarge if size in ASCENDING else NotFound
    taking = _found(db, link, [_of(photos, photo)] if photo else photos, size, is_one=bool(photo)).taking_of(size)
    person = f"shared {link.id} {once}"
    asked = select(Download).where(Download.listing_id == link.listing_id, Download.person == person)
    before = db.exec(asked.where(Download.etag == taking.etag)).first()
    if before is not None and before.finished_at is None and before.started_at > now - PRESSED_TWICE:
        return before.public_id
    if standing_of(link, now) is Standing.USED_UP:
        raise AllTaken
    link.used, link.used_at = link.used + 1, now
    kept = _kept(db, link, taking, "" if before else person, now)
    told = {"label": link.label, "size": size, "photo_count": len(taking.items), "shared_link": link.public_id}
    record(db, _holder(link), "shared_link.used", now=now, listing_id=link.listing_id, details=told)
    return kept.public_id


def shared_download(db: Session, studio_id: int, token: str, name: str, *, now: datetime) -> Going:
    """What a counted download sends. Raises NotFound, Locked, LinkIsOver, PhotosChanged."""
    link = _open(db, studio_id, token, now)
    row = db.exec(select(Download).where(Download.public_id == name, Download.shared_link_id == link.id)).first()
    if row is None:
        raise NotFound
    asset_ids = {item["asset"] for item in row.items}
    photos = [photo for photo in _photos(db, link) if photo.id in asset_ids]
    if len(photos) < len(asset_ids):
        raise PhotosChanged
    found = _found(db, link, photos, Size(row.size), is_one=not row.is_archive)
    if found.taking_of(row.size).etag != row.etag:
        raise PhotosChanged
    return Going(row.id, found.served)


def promise_bytes(db: Session, row: int, start: int, stop: int, *, now: datetime) -> None:
    """[start, stop) of a counted download is about to leave. Raises AllTaken for what would be a second copy."""
    kept = db.exec(select(Download).where(Download.id == row).with_for_update()).one()
    if not may_send(kept.length, kept.bytes_sent, stop - start):
        raise AllTaken
    kept.bytes_sent += stop - start
    kept.touched_at = now


def keep_shared(db: Session, row: int, span: tuple[int, int], unsent: int, *, now: datetime) -> None:
    """`span` of it was sent, and `unsent` bytes that were promised were not."""
    kept = db.exec(select(Download).where(Download.id == row).with_for_update()).one()
    kept.bytes_sent -= unsent
    kept.spans = with_span(kept.spans, *span)
    kept.touched_at = now
    if kept.finished_at is None and are_whole(kept.spans, kept.length):
        kept.finished_at = now


def still_opens(db: Session, studio_id: int, token: str, *, now: datetime) -> bool:
    """Whether a download that is running may go on."""
    try:
        return gate_of(db, _open(db, studio_id, token, now).listing_id).sight is Sight.OPEN
    except (NotFound, LinkIsOver):
        return False


@dataclass(frozen=True, slots=True)
class _Found:
    served: ServedFile | ServedArchive

    def taking_of(self, size: str) -> Taking:
        return self.served.taking(size) if isinstance(self.served, ServedFile) else self.served.taking


def _open(db: Session, studio_id: int, token: str, now: datetime, *, for_update: bool = False) -> SharedLink:
    asked = select(SharedLink).where(SharedLink.token_hash == fingerprint(token), SharedLink.studio_id == studio_id)
    link = db.exec(asked.with_for_update() if for_update else asked).first()
    if link is None:
        raise NotFound("This link is not known here. Check that all of it was copied.")
    if standing_of(link, now) in {Standing.REVOKED, Standing.OVER} or not _maker_sees(db, link):
        raise LinkIsOver
    return link


def _maker_sees(db: Session, link: SharedLink) -> bool:
    """Whether who made it still is somebody here and sees the listing: not after leaving the team, nor once it is another's."""
    maker = db.get_one(Account, link.account_id)
    if maker.closed_at is not None or maker.suspended_at is not None:
        return False
    eyes = Viewer(studio_id=link.studio_id, role=Role.CUSTOMER, account_id=link.account_id)
    return db.exec(visible(eyes).where(Listing.id == link.listing_id)).first() is not None


def _holder(link: SharedLink) -> Viewer:
    """Whoever has it. Only for what was looked up among its photos: by itself it names the whole listing."""
    return Viewer(link.studio_id, Role.LINK, name=link.label or "By a shared link", listing_id=link.listing_id)


def _allowed(link: SharedLink) -> list[Size]:
    """The sizes up to its own, the largest first."""
    return list(reversed(ASCENDING[: ASCENDING.index(Size(link.size)) + 1]))


def _photos(db: Session, link: SharedLink) -> list[Asset]:
    """Its photos as they are there now; a newer version stands for the one that was chosen."""
    there = shareable(db, link.listing_id)
    before = dict(db.exec(select(Asset.id, Asset.supersedes_id).where(Asset.listing_id == link.listing_id)).all())
    return [photo for photo in there if _versions(photo.id, before) & set(link.asset_ids)]


def _versions(asset_id: int, before: dict[int, int | None]) -> set[int]:
    found: set[int] = set()
    earlier: int | None = asset_id
    while earlier is not None and earlier not in found:
        found.add(earlier)
        earlier = before.get(earlier)
    return found


def _of(photos: Sequence[Asset], public_id: str) -> Asset:
    for photo in photos:
        if photo.public_id == public_id:
            return photo
    raise NotFound


def _found(db: Session, link: SharedLink, photos: Sequence[Asset], size: Size, *, is_one: bool) -> _Found:
    holder = _holder(link)
    if not photos:
        raise NotFound
    if is_one:
        found = file_to_serve(db, holder, photos[0].public_id, size)
        if found.is_locked:
            raise Locked
        return _Found(found)
    listing = db.get_one(Listing, link.listing_id)
    found = archive_to_serve(db, holder, listing.public_id, size, chosen=[photo.public_id for photo in photos])
    name = safe_name(f"{link.label or 'Photos'}.zip", otherwise="Photos.zip")
    return _Found(replace(found, name=name, taking=replace(found.taking, name=name, is_whole=False)))


def _kept(db: Session, link: SharedLink, taking: Taking, person: str, now: datetime) -> Download:
    public_id = new_public_id()
    kept = Download(
        public_id=public_id, studio_id=link.studio_id, listing_id=link.listing_id, shared_link_id=link.id,
        person=person or f"shared {link.id} {public_id}", email="", name=taking.name, size=taking.size,
        is_archive=not taking.asset, is_whole=False, etag=taking.etag, length=taking.length,
        items=[{"asset": one.asset_id, "name": one.name, "sha256": one.sha256} for one in taking.items],
        started_at=now, touched_at=now,
    )  # fmt: skip
    db.add(kept)
    db.flush()
    return kept


def _shown(photo: Asset, renditions: Renditions, size: str) -> SharedPhoto:
    heavy = _weight(photo, renditions, Size(size)) if size else 0
    return SharedPhoto(
        photo.public_id,
        photo.original_name,
        photo.caption or photo.original_name,
        size_words(heavy) if heavy else "",
        note_beside(photo.altered_how, photo.alteration),
    )


def _size_of_all(photos: Sequence[Asset], renditions: Renditions, size: Size) -> tuple[str, str, str]:
    return str(size), SIZE_WORDS[size], size_words(sum(_weight(photo, renditions, size) for photo in photos))


def _weight(photo: Asset, renditions: Renditions, size: Size) -> int:
    made: Rendition | None = renditions.get((photo.id, size))
    return photo.size if size is Size.ORIGINAL else made.size if made else 0
