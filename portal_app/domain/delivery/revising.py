"""A customer asks for a change, the studio works on it and delivers it, the customer accepts or asks again.

New versions come by replacing a photo where it stands (`media`): this module only says which one answers which request.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, func, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.models import Service
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.revision_models import RevisionMark, RevisionRequest, RevisionState
from portal_app.domain.delivery.revision_steps import WHOLE, Place, move, rounds_allowed
from portal_app.domain.delivery.seeing import HANDED_OVER, visible
from portal_app.domain.delivery.versions import Versions, versions_of
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.arranging import lock_listing
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.models import Asset
from portal_app.domain.media.renderer import BadPhoto, FitRequest, Renderer
from portal_app.domain.media.store import Store
from portal_app.domain.orders.models import Order, OrderLine, OrderStatus
from portal_app.domain.units import UnitOfWork

LONGEST_WISH, LONGEST_NOTE, MOST_PHOTOS, MOST_WAITING = 2_000, 300, 60, 20
LARGEST_REFERENCE = 15 << 20
REFERENCE_SIDE, REFERENCE_BYTES, REFERENCE_QUALITY = 2_048, 1_500_000, 60


class RoundsUsed(Conflict):
    """The order came with so many rounds of changes; the sentence says how many."""


@dataclass(frozen=True, slots=True)
class AskedPhoto:
    """One photo in a request, by its public id: the place on it, and what is said about it alone."""

    photo: str
    place: Place = WHOLE
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as typed. Without photos it is about the whole listing; the key makes two presses one request."""

    request_key: str
    wish: str
    photos: tuple[AskedPhoto, ...] = ()


def ask_revision(db: Session, by: Viewer, listing_public_id: str, asked: Asked, *, now: datetime) -> str:
    """Ask the studio to change something delivered. Returns the request's public id; the same key returns the same.

    Raises NotFound for a listing or photo that is not there for them, NotAllowed for the studio's own people, RoundsUsed,
    Conflict before a delivery or when too many wait, InvalidInput("wish").
    """
    listing = _listing(db, by, listing_public_id)
    if by.is_staff:
        raise NotAllowed("Customers ask for changes. Open the request at the desk, or replace the photo where it is.")
    lock_listing(db, listing.id or 0)
    known = db.exec(
        select(RevisionRequest).where(RevisionRequest.listing_id == listing.id, RevisionRequest.request_key == asked.request_key)
    ).first()
    if known is not None:
        return known.public_id
    wish = _words(asked.wish, "wish", "Say in a few words what should be different.", LONGEST_WISH)
    order_id = _delivered_order(db, listing)
    number = _refuse_too_many(db, listing)
    photos = _photos(db, listing, asked.photos)
    request = RevisionRequest(
        public_id=new_public_id(), studio_id=listing.studio_id, listing_id=listing.id or 0, order_id=order_id, number=number,
        request_key=asked.request_key[:64], wish=wish, asked_by=by.name or by.email, asked_email=by.email,
        asked_account_id=by.account_id, asked_at=now, changed_at=now,
    )  # fmt: skip
    db.add(request)
    db.flush()
    for asset_id, one in photos:
        db.add(_mark(request, asset_id, one))
    _tell(db, by, request, "revision.asked", now, photo_count=len(photos))
    return request.public_id


def start_revision(db: Session, by: Viewer, revision_public_id: str, *, now: datetime) -> None:
    """Somebody of the studio works on it. Again changes nothing. Raises NotFound, NotAllowed, RevisionMoved."""
    request = _at_the_desk(db, by, revision_public_id, Permission.UPLOAD)
    if request.state != RevisionState.IN_WORK:
        _move(db, by, request, RevisionState.IN_WORK, "revision.started", now)


def deliver_revision(db: Session, by: Viewer, revision_public_id: str, answer: str, *, now: datetime) -> None:
    """Hand back what was done: every new version of its photos, and a sentence, which must be there when nothing is new.

    Raises NotFound, NotAllowed, RevisionMoved, Conflict while a new version is still made, InvalidInput("answer").
    """
    request = _at_the_desk(db, by, revision_public_id, Permission.DELIVER)
    if request.state == RevisionState.DELIVERED:
        return
    versions = versions_of(db, request.listing_id)
    marks = db.exec(select(RevisionMark).where(RevisionMark.revision_id == request.id)).all()
    _refuse_unfinished(versions, marks)
    fresh = 0
    for mark in marks:
        living = versions.living(mark.asset_id)
        if living is not None and living.id not in {mark.asset_id, mark.after_asset_id}:
            mark.after_asset_id, fresh = living.id, fresh + 1
    said = answer.strip()[:LONGEST_WISH]
    if not fresh and not said:
        raise InvalidInput("answer", "No photo of this request has a new version. Replace one, or say what was done.")
    request.reply = said
    _move(db, by, request, RevisionState.DELIVERED, "revision.delivered", now, new_count=fresh)


def accept_revision(db: Session, by: Viewer, revision_public_id: str, *, now: datetime) -> None:
    """The customer is content. Again changes nothing. Raises NotFound, NotAllowed, RevisionMoved."""
    request = _of_customer(db, by, revision_public_id)
    if request.state != RevisionState.ACCEPTED:
        _move(db, by, request, RevisionState.ACCEPTED, "revision.accepted", now)


def reopen_revision(db: Session, by: Viewer, revision_public_id: str, words: str, *, now: datetime) -> None:
    """It is not right yet: the same request goes back, and no round is used.

    Raises NotFound, NotAllowed, RevisionMoved, InvalidInput("again").
    """
    request = _of_customer(db, by, revision_public_id)
    move(request.state, RevisionState.REOPENED)
    request.again = _words(words, "again", "Say what is still not right.", LONGEST_WISH)
    _move(db, by, request, RevisionState.REOPENED, "revision.reopened", now)


def allow_round(db: Session, by: Viewer, listing_public_id: str, *, now: datetime) -> None:
    """One more request for this listing. Raises NotFound, NotAllowed, Conflict where there is no end or rounds are left."""
    if not by.is_staff:
        raise NotFound
    listing = _listing(db, by, listing_public_id)
    if not by.may(Permission.ACCEPT_ORDERS):
        raise NotAllowed
    row = lock_listing(db, listing.id or 0)
    allowed, used = rounds_of(db, row)
    if allowed is None or used < allowed:
        raise Conflict("There is a round left already.")
    row.extra_rounds += 1
    db.flush()
    record(db, by, "revision.round_given", now=now, listing_id=row.id, details={"rounds": allowed + 1})


def keep_reference(
    unit_of_work: UnitOfWork,
    store: Store,
    renderer: Renderer,
    by: Viewer,
    revision_public_id: str,
    source: Path,
    *,
    now: datetime,
) -> None:
    """A picture that shows what is meant, written anew without what a camera put beside it; the last one counts.

    Raises NotFound, NotAllowed, RevisionMoved once it is answered, InvalidInput("reference") in words, Unavailable.
    """
    with unit_of_work() as db:
        _refuse_settled(_of_customer(db, by, revision_public_id))
    if source.stat().st_size > LARGEST_REFERENCE:
        raise InvalidInput("reference", "This picture is larger than 15 MB. Choose a smaller one.")
    with tempfile.TemporaryDirectory(prefix="foyer-reference-") as scratch:
        asked = FitRequest(source, Path(scratch), REFERENCE_SIDE, REFERENCE_SIDE, REFERENCE_BYTES, REFERENCE_QUALITY, pads=False)
        try:
            if renderer.inspect(source).kind != AssetKind.PHOTO:
                raise BadPhoto("This is no photo. Choose a JPEG or HEIC picture.")
            made = renderer.fit(asked).made
        except BadPhoto as problem:
            raise InvalidInput("reference", problem.sentence) from None
        if made is None:
            raise InvalidInput("reference", "This picture cannot be made small enough. Choose another one.")
        store.add_file(made.path, made.sha256)
    with unit_of_work() as db:
        request = _of_customer(db, by, revision_public_id)
        _refuse_settled(request)
        request.reference_sha256, request.reference_size = made.sha256, made.size
        _tell(db, by, request, "revision.reference_added", now)


def rounds_of(db: Session, listing: Listing) -> tuple[int | None, int]:
    """How many requests this listing may have (None: no end), and how many there are."""
    used = db.exec(select(func.count()).select_from(RevisionRequest).where(RevisionRequest.listing_id == listing.id)).one()
    said: dict[int, list[int | None]] = defaultdict(list)
    asked = (
        select(Order.id, Service.id, Service.revision_rounds)
        .outerjoin(OrderLine, col(OrderLine.order_id) == col(Order.id))
        .outerjoin(Service, col(Service.id) == col(OrderLine.service_id))
        .where(Order.listing_id == listing.id, col(Order.status).in_((OrderStatus.ACCEPTED, OrderStatus.COMPLETED)))
    )
    for order_id, service_id, rounds in db.execute(asked):
        said[order_id].append(rounds if service_id else None)
    return rounds_allowed(list(said.values()), listing.extra_rounds), used


def used_words(allowed: int) -> str:
    """What is said once every round is used."""
    rounds = "The 1 round of changes that came" if allowed == 1 else f"The {allowed} rounds of changes that came"
    return f"{rounds} with this order {'is' if allowed == 1 else 'are'} used. Ask the studio for one more."


def requests_to_see(by: Viewer):
    """The requests of every listing whose photos this viewer may see."""
    mine = visible(by).with_only_columns(Listing.id)
    return select(RevisionRequest).where(RevisionRequest.studio_id == by.studio_id, col(RevisionRequest.listing_id).in_(mine))


def _listing(db: Session, by: Viewer, public_id: str) -> Listing:
    listing = db.exec(visible(by).where(Listing.public_id == public_id)).first()
    if listing is None:
        raise NotFound
    return listing


def _locked(db: Session, by: Viewer, public_id: str) -> RevisionRequest:
    found = db.exec(requests_to_see(by).where(RevisionRequest.public_id == public_id)).first()
    if found is None:
        raise NotFound
    lock_listing(db, found.listing_id)
    db.refresh(found, with_for_update=True)
    return found


def _at_the_desk(db: Session, by: Viewer, public_id: str, permission: Permission) -> RevisionRequest:
    if not by.is_staff:
        raise NotFound
    request = _locked(db, by, public_id)
    if not by.may(permission):
        raise NotAllowed
    return request


def _of_customer(db: Session, by: Viewer, public_id: str) -> RevisionRequest:
    request = _locked(db, by, public_id)
    if by.is_staff:
        raise NotAllowed("This is for the customer to say.")
    return request


def _delivered_order(db: Session, listing: Listing) -> int:
    newest = db.exec(select(Delivery.order_id).where(Delivery.listing_id == listing.id).order_by(col(Delivery.id).desc())).first()
    if newest is None:
        raise Conflict("Nothing was delivered here yet. Ask for changes once it is.")
    return newest


def _refuse_too_many(db: Session, listing: Listing) -> int:
    """The number of the next request."""
    allowed, used = rounds_of(db, listing)
    if allowed is not None and used >= allowed:
        raise RoundsUsed(used_words(allowed))
    waiting = select(func.count()).select_from(RevisionRequest).where(
        RevisionRequest.listing_id == listing.id, RevisionRequest.state == RevisionState.OPEN
    )  # fmt: skip
    if db.exec(waiting).one() >= MOST_WAITING:
        raise Conflict("Many requests of yours wait already. Ask again when the studio has begun with them.")
    return used + 1


def _photos(db: Session, listing: Listing, asked: Sequence[AskedPhoto]) -> list[tuple[int, AskedPhoto]]:
    wanted = {one.photo: one for one in asked[: MOST_PHOTOS + 1]}
    if len(wanted) > MOST_PHOTOS:
        raise InvalidInput("wish", f"At most {MOST_PHOTOS} photos in one request. Or ask about the whole listing.")
    found = db.exec(
        select(Asset)
        .where(Asset.listing_id == listing.id, Asset.kind == AssetKind.PHOTO, col(Asset.public_id).in_(wanted), *HANDED_OVER)
        .order_by(col(Asset.position), col(Asset.id))
    ).all()
    if len(found) != len(wanted):
        raise NotFound("A photo of this request is not here anymore. Choose again.")
    return [(asset.id or 0, wanted[asset.public_id]) for asset in found]


def _mark(request: RevisionRequest, asset_id: int, one: AskedPhoto) -> RevisionMark:
    place, note = one.place, one.note.strip()[:LONGEST_NOTE]
    return RevisionMark(
        studio_id=request.studio_id, revision_id=request.id or 0, asset_id=asset_id, shape=place.shape, x=place.x, y=place.y,
        width=place.width, height=place.height, note=note,
    )  # fmt: skip


def _refuse_unfinished(versions: Versions, marks: Sequence[RevisionMark]) -> None:
    making = [name for mark in marks if (name := versions.unfinished(mark.asset_id))]
    if making:
        raise Conflict(f"The new version of {making[0]} is not ready yet. Deliver when it is.")


def _refuse_settled(request: RevisionRequest) -> None:
    if request.state in {RevisionState.DELIVERED, RevisionState.ACCEPTED}:
        move(request.state, RevisionState.IN_WORK)


def _words(typed: str, field: str, missing: str, longest: int) -> str:
    words = typed.strip()
    if not words:
        raise InvalidInput(field, missing)
    if len(words) > longest:
        raise InvalidInput(field, f"At most {longest:,} letters.")
    return words


def _move(
    db: Session, by: Viewer, request: RevisionRequest, after: RevisionState, kind: str, now: datetime, **details: int
) -> None:
    request.state, request.changed_at = move(request.state, after), now
    _tell(db, by, request, kind, now, **details)


def _tell(db: Session, by: Viewer, request: RevisionRequest, kind: str, now: datetime, **details: int) -> None:
    db.add(request)
    db.flush()
    told = {"revision_id": request.id, "revision": request.public_id, "number": request.number, **details}
    record(db, by, kind, now=now, order_id=request.order_id, listing_id=request.listing_id, details=told)
