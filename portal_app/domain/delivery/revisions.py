"""Reading requests for changes: those of a listing for both sides, what waits at the desk, and their pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, func, select

from portal_app.core.clock import when_words
from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.delivery.files import ServedFile, jpeg_name
from portal_app.domain.delivery.gate import Sight, Size, served, sight_for
from portal_app.domain.delivery.pictures import Renditions, picture_url, renditions_of, version
from portal_app.domain.delivery.revising import requests_to_see, rounds_of, used_words
from portal_app.domain.delivery.revision_models import WHOLE_SIDE, RevisionMark, RevisionRequest, RevisionState
from portal_app.domain.delivery.revision_steps import STATE_WORDS, UNFINISHED
from portal_app.domain.delivery.seeing import gate_of, visible
from portal_app.domain.delivery.versions import Versions, versions_of
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.alterations import note_beside
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset, AssetState, Rendition
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio

SEEN = (Size.THUMB, Size.WEB)
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class MarkCard:
    """One photo of a request. Places in percent of the picture. `now` is the photo that stands there today, empty when
    it was taken out; addresses are empty where there is no picture for this viewer."""

    asset: str
    now: str
    number: str
    name: str
    shape: str
    left: float
    top: float
    width: float
    height: float
    note: str
    before_url: str
    after_url: str
    is_making: bool
    before_altered: str = ""
    after_altered: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A photo that a request could be about."""

    asset: str
    number: str
    name: str
    thumb_url: str
    web_url: str


@dataclass(frozen=True, slots=True)
class RevisionCard:
    """One request as a viewer reads it. `reference_url` is empty without a picture."""

    public_id: str
    number: int
    state: str
    state_words: str
    wish: str
    answer: str
    again: str
    asked_by: str
    when: str
    reference_url: str
    marks: list[MarkCard] = field(default_factory=list[MarkCard])


@dataclass(frozen=True, slots=True)
class ListingRevisions:
    """The requests of a listing, newest first, and whether there can be another: else `refusal` says why not."""

    street: str
    town: str
    used: int
    allowed: int | None
    refusal: str
    photos: list[Choice] = field(default_factory=list[Choice])
    requests: list[RevisionCard] = field(default_factory=list[RevisionCard])


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One request among those of the studio."""

    public_id: str
    state: str
    state_words: str
    street: str
    order_number: int
    asked_by: str
    wish: str
    when: str


@dataclass(frozen=True, slots=True)
class DeskRevision:
    """One request at the desk, with the listing it is about."""

    listing: str
    street: str
    order_number: int
    used: int
    allowed: int | None
    card: RevisionCard


def revisions_of(db: Session, by: Viewer, listing_public_id: str) -> ListingRevisions:
    """Every request of a listing, and the photos one could be about. Raises NotFound, also before a delivery."""
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None:
        raise NotFound
    sight = sight_for(by, gate_of(db, listing.id or 0))
    if sight is Sight.NOTHING:
        raise NotFound
    rows = db.exec(requests_to_see(by).where(RevisionRequest.listing_id == listing.id).order_by(col(RevisionRequest.id).desc()))
    allowed, used = rounds_of(db, listing)
    around = _around(db, by, listing.id or 0, sight)
    return ListingRevisions(
        street=listing.street,
        town=listing.town,
        used=used,
        allowed=allowed,
        refusal=used_words(allowed) if allowed is not None and used >= allowed else "",
        photos=around.choices(),
        requests=_cards(db, by, list(rows), around),
    )


def revision_at_desk(db: Session, by: Viewer, revision_public_id: str) -> DeskRevision:
    """One request for who works on it. Raises NotFound, NotAllowed."""
    _require_desk(by)
    row = db.exec(requests_to_see(by).where(RevisionRequest.public_id == revision_public_id)).first()
    if row is None:
        raise NotFound
    listing, order = db.get_one(Listing, row.listing_id), db.get_one(Order, row.order_id)
    allowed, used = rounds_of(db, listing)
    (card,) = _cards(db, by, [row], _around(db, by, row.listing_id, Sight.OPEN))
    return DeskRevision(listing.public_id, listing.street, order.number, used, allowed, card)


def revision_rows(db: Session, by: Viewer, *, are_all: bool = False) -> list[RevisionRow]:
    """What waits for the studio, the oldest first; with `are_all` also what is settled, the newest first."""
    _require_desk(by)
    asked = (
        requests_to_see(by)
        .join(Listing, col(Listing.id) == col(RevisionRequest.listing_id))
        .join(Order, col(Order.id) == col(RevisionRequest.order_id))
        .add_columns(col(Listing.street), col(Order.number))
    )
    if are_all:
        asked = asked.order_by(col(RevisionRequest.changed_at).desc(), col(RevisionRequest.id).desc())
    else:
        waiting = asked.where(col(RevisionRequest.state).in_(UNFINISHED))
        asked = waiting.order_by(col(RevisionRequest.changed_at), col(RevisionRequest.id))
    zone = db.get_one(Studio, by.studio_id).zone
    return [
        RevisionRow(
            row.public_id, row.state, STATE_WORDS[RevisionState(row.state)], street, number, row.asked_by, row.again or row.wish,
            when_words(row.changed_at, zone),
        )
        for row, street, number in db.execute(asked.limit(MOST_ROWS))
    ]  # fmt: skip


def revision_count(db: Session, by: Viewer) -> int:
    """How many requests wait for the studio. Raises NotFound, NotAllowed."""
    _require_desk(by)
    waiting = requests_to_see(by).where(col(RevisionRequest.state).in_(UNFINISHED))
    return db.exec(waiting.with_only_columns(func.count())).one()


def picture_to_serve(db: Session, by: Viewer, revision_public_id: str, asset_public_id: str, size: Size) -> ServedFile:
    """A photo of a request, also the version that was replaced, as the gate shows it; only to look at.

    Raises NotFound, Locked.
    """
    request = _request(db, by, revision_public_id)
    asset = db.exec(
        select(Asset)
        .join(RevisionMark, (col(RevisionMark.asset_id) == col(Asset.id)) | (col(RevisionMark.after_asset_id) == col(Asset.id)))
        .where(RevisionMark.revision_id == request.id, Asset.public_id == asset_public_id)
    ).first()
    if asset is None or size not in SEEN or not _is_shown(by, versions_of(db, request.listing_id), asset):
        raise NotFound
    gate = gate_of(db, request.listing_id)
    name = served(sight_for(by, gate), size)
    made = db.exec(select(Rendition).where(Rendition.asset_id == asset.id, Rendition.name == name)).first()
    if made is None:
        raise NotFound
    called = jpeg_name(asset.original_name)
    is_locked = gate.is_locked and not by.is_staff
    return ServedFile(
        asset.public_id, asset.id or 0, asset.listing_id, made.sha256, made.size, "image/jpeg", called, is_locked
    )  # fmt: skip


def reference_to_serve(db: Session, by: Viewer, revision_public_id: str) -> ServedFile:
    """The picture that shows what is meant, for both sides. Raises NotFound."""
    request = _request(db, by, revision_public_id)
    if not request.reference_sha256:
        raise NotFound
    file = (request.reference_sha256, request.reference_size, "image/jpeg", f"reference-{request.number}.jpg")
    return ServedFile(request.public_id, 0, request.listing_id, *file, is_locked=False)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the requests of one listing, read in a fixed number of statements."""

    by: Viewer
    sight: Sight
    versions: Versions
    renditions: Renditions
    places: dict[int, int]
    zone: str

    def choices(self) -> list[Choice]:
        shown = [self.versions.by_id[asset_id] for asset_id in self.places]
        return [
            Choice(photo.public_id, f"{place:02d}", photo.original_name, *(self.url(photo, size) for size in SEEN))
            for place, photo in enumerate(shown, 1)
        ]

    def url(self, photo: Asset, size: Size) -> str:
        return picture_url(photo, size, self.sight, self.renditions)

    def card(self, photo: Asset, mark: RevisionMark, revision: str) -> MarkCard:
        here = self.versions.living(photo.id or 0)
        after = self.versions.by_id.get(mark.after_asset_id or 0)
        return MarkCard(
            asset=photo.public_id,
            now=here.public_id if here else "",
            number=f"{self.places[here.id or 0]:02d}" if here and here.id in self.places else "",
            name=photo.original_name,
            shape=mark.shape,
            left=mark.x * 100 / WHOLE_SIDE,
            top=mark.y * 100 / WHOLE_SIDE,
            width=mark.width * 100 / WHOLE_SIDE,
            height=mark.height * 100 / WHOLE_SIDE,
            note=mark.note,
            before_url=self.address(photo, revision),
            after_url=self.address(after, revision) if after else "",
            is_making=bool(self.versions.unfinished(photo.id or 0)),
            before_altered=note_beside(photo.altered_how, photo.alteration),
            after_altered=note_beside(after.altered_how, after.alteration) if after else "",
        )

    def address(self, photo: Asset, revision: str) -> str:
        plain = self.url(photo, Size.WEB)
        if not plain or not _is_shown(self.by, self.versions, photo):
            return ""
        return f"/files/revision/{revision}/{photo.public_id}/web?{plain.partition('?')[2]}"


def _around(db: Session, by: Viewer, listing_id: int, sight: Sight) -> _Around:
    versions = versions_of(db, listing_id)
    photos = [asset for asset in versions.by_id.values() if asset.kind == AssetKind.PHOTO]
    shown = sorted((photo for photo in photos if _is_handed_over(photo)), key=lambda photo: (photo.position, photo.id or 0))
    places = {photo.id or 0: place for place, photo in enumerate(shown, 1)}
    zone = db.get_one(Studio, by.studio_id).zone
    return _Around(by, sight, versions, renditions_of(db, [photo.id or 0 for photo in photos]), places, zone)


def _cards(db: Session, by: Viewer, rows: Sequence[RevisionRequest], around: _Around) -> list[RevisionCard]:
    marks: dict[int, list[RevisionMark]] = defaultdict(list)
    asked = select(RevisionMark).where(col(RevisionMark.revision_id).in_([row.id for row in rows]))
    for mark in db.exec(asked.order_by(col(RevisionMark.id))):
        marks[mark.revision_id].append(mark)
    return [_card(by, row, marks[row.id or 0], around) for row in rows]


def _card(by: Viewer, row: RevisionRequest, marks: Sequence[RevisionMark], around: _Around) -> RevisionCard:
    return RevisionCard(
        public_id=row.public_id,
        number=row.number,
        state=row.state,
        state_words=STATE_WORDS[RevisionState(row.state)],
        wish=row.wish,
        answer=row.reply,
        again=row.again,
        asked_by=_who(by, row),
        when=when_words(row.changed_at, around.zone),
        reference_url=f"/files/revision/{row.public_id}?v={version(row.reference_sha256)}" if row.reference_sha256 else "",
        marks=[around.card(around.versions.by_id[mark.asset_id], mark, row.public_id) for mark in marks],
    )


def _who(by: Viewer, row: RevisionRequest) -> str:
    """Nobody reads the address of somebody else who holds a link to the same listing."""
    if by.is_staff:
        return row.asked_by
    if by.email.lower() == row.asked_email.lower():
        return "You"
    return row.asked_by if row.asked_account_id else "Somebody with a link"


def _is_handed_over(asset: Asset) -> bool:
    return asset.delivered_at is not None and asset.state == AssetState.READY and not asset.is_hidden


def _is_shown(by: Viewer, versions: Versions, asset: Asset) -> bool:
    """The studio sees every version. Its customer sees an earlier one while what stands in its place is theirs to see."""
    living = versions.living(asset.id or 0)
    here = living is not None and _is_handed_over(living)
    return by.is_staff or (here and asset.delivered_at is not None and not asset.is_hidden)


def _request(db: Session, by: Viewer, public_id: str) -> RevisionRequest:
    found = db.exec(requests_to_see(by).where(RevisionRequest.public_id == public_id)).first()
    if found is None:
        raise NotFound
    return found


def _require_desk(by: Viewer) -> None:
    if not by.is_staff:
        raise NotFound
    if not by.may(Permission.UPLOAD):
        raise NotAllowed
