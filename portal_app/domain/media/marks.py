"""Which watermark a studio's marked sizes carry, and the studio's own words for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.models import Work, WorkState
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.media.models import Asset, AssetState, Rendition, RenditionName, Watermark
from portal_app.domain.media.renderer import BadPhoto, Mark, MarkPlace, Renderer
from portal_app.domain.media.store import Store
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import UnitOfWork

REMARK = "remark"
LONGEST = 60
LEAST_OPACITY, MOST_OPACITY = 15, 90
LARGEST_LOGO = 2_000_000
NO_LOGO = "There is no logo yet. Add one as a PNG first, or use words."
LACKING = "These cannot be drawn: {}. Write it in Latin, Greek or Cyrillic letters, or use your logo."
HEAVY = "This logo is larger than 2 MB. Export it smaller: 1,200 pixels are plenty."


@dataclass(frozen=True, slots=True)
class MarkNow:
    """A studio's watermark as it is drawn now. Two with the same `key` draw the same pixels."""

    text: str
    logo_sha256: str
    place: str
    opacity: int

    @property
    def key(self) -> str:
        drawn = self.logo_sha256 or self.text
        return hashlib.sha256("\n".join((drawn, self.place, str(self.opacity))).encode()).hexdigest()[:16]

    def drawn(self, store: Store, scratch: Path) -> Mark:
        """As a renderer is told; a logo that lies elsewhere is fetched into `scratch`. A lost one gives way to the words."""
        logo = _on_this_machine(store, self.logo_sha256, scratch) if self.logo_sha256 else None
        return Mark(self.text, logo, MarkPlace(self.place), self.opacity)


@dataclass(frozen=True, slots=True)
class WatermarkCard:
    """The setting as it is edited, and how far the photos are: `old_count` of `photo_count` carry another mark still."""

    text: str
    studio_words: str
    uses_logo: bool
    has_logo: bool
    place: str
    opacity: int
    photo_count: int
    old_count: int
    is_working: bool


def mark_now(db: Session, studio_id: int, *, is_shared: bool = False) -> MarkNow:
    """The studio's watermark; with `is_shared` nobody changes it until this transaction ends."""
    asked = select(Watermark, Studio).join(Studio, col(Studio.id) == Watermark.studio_id).where(Studio.id == studio_id)
    if is_shared:
        asked = asked.with_for_update(read=True, of=Watermark).execution_options(populate_existing=True)
    row, studio = db.exec(asked).one()
    logo = row.logo_sha256 if row.uses_logo else ""
    return MarkNow(row.text or studio.watermark_text or studio.name, logo, row.place, row.opacity)


def studio_words(db: Session, studio_id: int) -> str:
    """What is drawn while no text is typed."""
    studio = db.exec(select(Studio).where(Studio.id == studio_id)).one()
    return studio.watermark_text or studio.name


def logo_of(db: Session, studio_id: int) -> str:
    """The content of the studio's logo, or nothing."""
    return db.exec(select(Watermark.logo_sha256).where(Watermark.studio_id == studio_id)).first() or ""


def ensure_watermark(db: Session, studio_id: int) -> None:
    """A studio that never touched the setting has its row too: there is something to lock."""
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    row = Watermark(studio_id=studio_id).model_dump(exclude={"id"})
    db.execute(insert(Watermark).values(row).on_conflict_do_nothing(index_elements=["studio_id"]))


def save_watermark(
    db: Session, by: Viewer, typed: Mapping[str, str], missing_letters: Callable[[str], str], *, now: datetime
) -> None:
    """Write the setting and have every marked size made again. Raises NotAllowed, InvalidInput naming the field."""
    row = _locked(db, by)
    text, wants_logo, place, opacity = read_mark(typed, missing_letters)
    if wants_logo and not row.logo_sha256:
        raise InvalidInput("uses_logo", NO_LOGO)
    before = mark_now(db, by.studio_id).key
    row.text, row.uses_logo, row.place, row.opacity = text, wants_logo, place, opacity
    db.flush()
    _changed(db, by, row, before, now)


def read_mark(typed: Mapping[str, str], missing_letters: Callable[[str], str]) -> tuple[str, bool, str, int]:
    """Text, whether the logo is used, place and opacity as typed. Raises InvalidInput naming the field."""
    text = one_line(typed.get("text", ""), LONGEST + 1)
    if len(text) > LONGEST:
        raise InvalidInput("text", f"At most {LONGEST} letters.")
    if lacking := missing_letters(text):
        raise InvalidInput("text", LACKING.format(lacking))
    if typed.get("place", "") not in set(MarkPlace):
        raise InvalidInput("place", "Choose one of these.")
    opacity = typed.get("opacity", "").strip().removesuffix("%").strip()
    if not opacity.isascii() or not opacity.isdigit() or not LEAST_OPACITY <= int(opacity[:4]) <= MOST_OPACITY:
        raise InvalidInput("opacity", f"Type a whole number from {LEAST_OPACITY} to {MOST_OPACITY}.")
    return text, typed.get("uses_logo", "") == "on", typed["place"], int(opacity)


def keep_logo(unit_of_work: UnitOfWork, store: Store, renderer: Renderer, by: Viewer, source: Path, *, now: datetime) -> None:
    """Take a PNG as the studio's logo and use it from now on. `source` lies in a folder of its own.

    Raises NotAllowed, InvalidInput in words for what is no logo, Unavailable.
    """
    require_settings(by)
    if source.stat().st_size > LARGEST_LOGO:
        raise InvalidInput("logo", HEAVY)
    try:
        made = renderer.redraw_logo(source, source.parent)
    except BadPhoto as problem:
        raise InvalidInput("logo", problem.sentence) from None
    store.add_file(made.path, made.sha256)
    with unit_of_work() as db:
        row = _locked(db, by)
        before = mark_now(db, by.studio_id).key
        row.logo_sha256, row.uses_logo = made.sha256, True
        db.flush()
        _changed(db, by, row, before, now)


def watermark_card(db: Session, by: Viewer) -> WatermarkCard:
    """The setting with its progress, in a fixed number of statements. Raises NotAllowed."""
    require_settings(by)
    row = db.exec(select(Watermark).where(Watermark.studio_id == by.studio_id)).first() or Watermark(studio_id=by.studio_id)
    words = studio_words(db, by.studio_id)
    key = MarkNow(row.text or words, row.logo_sha256 if row.uses_logo else "", row.place, row.opacity).key
    ready = select(func.count()).select_from(Asset).join(Rendition, col(Rendition.asset_id) == Asset.id).where(
        Asset.studio_id == by.studio_id, Asset.state == AssetState.READY, Rendition.name == RenditionName.WEB_MARKED
    )  # fmt: skip
    old = db.exec(ready.where(Rendition.mark != key)).one() if row.changed_at else 0
    unfinished = (WorkState.WAITING, WorkState.RUNNING)
    working = select(Work.id).where(Work.studio_id == by.studio_id, Work.kind == REMARK, col(Work.state).in_(unfinished))
    return WatermarkCard(
        text=row.text,
        studio_words=words,
        uses_logo=row.uses_logo,
        has_logo=bool(row.logo_sha256),
        place=row.place,
        opacity=row.opacity,
        photo_count=db.exec(ready).one(),
        old_count=old,
        is_working=db.exec(working).first() is not None,
    )


def queue_remarking(db: Session, studio_id: int, key: str, *, now: datetime, asset_id: int = 0) -> None:
    """Have the marked sizes made again, one photo after the other, after everything that somebody waits for.

    `asset_id` is the photo whose turn it is; 0 begins with the newest.
    """
    asked = {"studio_id": studio_id, "key": key, "asset_id": asset_id}
    enqueue(db, REMARK, asked, now=now, studio_id=studio_id, lane=f"{REMARK}:{studio_id}", priority=200)


def _changed(db: Session, by: Viewer, row: Watermark, before: str, now: datetime) -> None:
    """Press it again without a change, and the photos that are left behind get another try."""
    key = mark_now(db, by.studio_id).key
    row.changed_at = now
    queue_remarking(db, by.studio_id, key, now=now)
    if key != before:
        details = {"what": "the logo" if row.uses_logo else (row.text or "the name"), "opacity": row.opacity}
        record(db, by, "watermark.changed", now=now, details=details)


def _locked(db: Session, by: Viewer) -> Watermark:
    require_settings(by)
    ensure_watermark(db, by.studio_id)
    return db.exec(select(Watermark).where(Watermark.studio_id == by.studio_id).with_for_update()).one()


def require_settings(by: Viewer) -> None:
    """Raises NotFound for customers, NotAllowed for members without the permission."""
    if not by.is_staff:
        raise NotFound
    if not by.may(Permission.SETTINGS):
        raise NotAllowed


def _on_this_machine(store: Store, sha256: str, scratch: Path) -> Path | None:
    if (here := store.local_path(sha256)) is not None:
        return here
    fetched = scratch / "logo.png"
    try:
        with fetched.open("wb") as file:
            file.writelines(store.read(sha256))
    except KeyError:
        return None
    return fetched
