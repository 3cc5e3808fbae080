"""The studio draws where it goes: an area with its travel tiers is saved at once, or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.money import money_example, read_money
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.listings.places import Place, PlaceFinder, typed_point
from portal_app.domain.scheduling.areas import Area, center_of, plain_postcode
from portal_app.domain.scheduling.going import area_from, home_of, tiers_of
from portal_app.domain.scheduling.models import ServiceArea, Shape, TravelTier
from portal_app.domain.scheduling.travel import Tier, distance_unit, unit_m
from portal_app.domain.studios.models import Studio

MOST_AREAS, MOST_TIERS, MOST_POSTCODES, MOST_CORNERS, LONGEST_NAME, FARTHEST = 50, 6, 500, 200, 80, 3_000
UNKNOWN = "We do not know {}. Type a town with its state, a ZIP code, or two numbers such as 36.60, -121.89."


@dataclass(frozen=True, slots=True)
class TypedTier:
    """One tier as typed; a row without a fee counts for nothing, one without an end covers any distance."""

    up_to: str = ""
    fee: str = ""
    is_per_unit: bool = False


@dataclass(frozen=True, slots=True)
class TypedArea:
    """An area as typed. Distances are in the studio's unit, places towns, postcodes or coordinates, corners one per line."""

    name: str
    shape: str
    priority: str = ""
    center: str = ""
    radius: str = ""
    postcodes: str = ""
    corners: str = ""
    tiers: tuple[TypedTier, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """An area as its studio edits it: whether it counts, and everything the rule knows of it."""

    public_id: str
    is_active: bool
    area: Area


def save_area(db: Session, by: Viewer, public_id: str, typed: TypedArea, finder: PlaceFinder, *, now: datetime) -> str:
    """Draw an area, or draw it anew; an empty id means a new one. Orders keep the travel fee they were placed with.

    Returns its public id. Raises NotAllowed, NotFound, and InvalidInput for `name`, `priority`, `shape`, `center`, `radius`,
    `postcodes`, `corners`, `up_to-N` or `fee-N`.
    """
    require_settings(by)
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    area = area_row(db, by, public_id) if public_id else _new(db, by)
    read = _Reader(finder, home_of(db, by), studio.area_unit, studio.currency)
    area.name, area.priority, area.is_active = _name(typed.name), _priority(typed.priority), typed.is_active
    _draw(area, typed, read)
    tiers = _tiers(typed.tiers, read, has_center=center_of(area_from(area, ())) is not None)
    db.add(area)
    db.flush()
    db.exec(delete(TravelTier).where(col(TravelTier.area_id) == area.id))
    db.add_all(
        TravelTier(area_id=area.id, up_to_m=tier.up_to_m, fee_cents=tier.fee_cents, is_per_unit=tier.is_per_unit)
        for tier in tiers
    )
    record(db, by, "area.changed" if public_id else "area.added", now=now, details={"name": area.name})
    return area.public_id


def remove_area(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Forget an area. Raises NotAllowed, NotFound."""
    require_settings(by)
    area = area_row(db, by, public_id)
    db.exec(delete(TravelTier).where(col(TravelTier.area_id) == area.id))
    db.delete(area)
    record(db, by, "area.removed", now=now, details={"name": area.name})


def area_row(db: Session, by: Viewer, public_id: str) -> ServiceArea:
    """The row, locked. Raises NotFound."""
    mine = select(ServiceArea).where(ServiceArea.studio_id == by.studio_id, ServiceArea.public_id == public_id)
    area = db.exec(mine.with_for_update()).first()
    if area is None:
        raise NotFound
    return area


def _new(db: Session, by: Viewer) -> ServiceArea:
    if len(db.exec(select(ServiceArea.id).where(ServiceArea.studio_id == by.studio_id)).all()) >= MOST_AREAS:
        raise InvalidInput("name", f"{MOST_AREAS} areas are as many as fit here. Remove one first.")
    return ServiceArea(studio_id=by.studio_id, public_id=new_public_id(), name="")


@dataclass(frozen=True, slots=True)
class _Reader:
    """How this studio's words become places, meters and minor units."""

    finder: PlaceFinder
    home: Place | None
    area_unit: str
    currency: str

    def place(self, field: str, typed: str) -> Place:
        found = typed_point(typed) or self.finder.find("", typed, self.home)
        if found is None:
            raise InvalidInput(field, UNKNOWN.format(typed.strip()[:60] or "this place"))
        return found

    def meters(self, field: str, typed: str) -> int:
        text = typed.strip().replace(",", "")
        if not re.fullmatch(r"\d{1,4}(\.\d{1,2})?", text, re.ASCII) or not 0 < float(text) <= FARTHEST:
            unit = distance_unit(self.area_unit)
            raise InvalidInput(field, f"Type a distance in {unit} as a number up to {FARTHEST:,}, for example 25.")
        return round(float(text) * unit_m(self.area_unit))

    def cents(self, field: str, typed: str) -> int:
        cents = read_money(typed, self.currency)
        if cents is None or cents > 10_000_000:
            raise InvalidInput(field, f"Type the fee as an amount, {money_example(self.currency)}.")
        return cents


def _name(typed: str) -> str:
    name = re.sub(r"\s+", " ", typed).strip()
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("name", f"Type a name, up to {LONGEST_NAME} letters. Customers read it when they are outside.")
    return name


def _priority(typed: str) -> int:
    text = typed.strip() or "0"
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 999:
        raise InvalidInput("priority", "Type a whole number from 0 to 999. Where areas overlap, the lowest decides.")
    return int(text)


def _draw(area: ServiceArea, typed: TypedArea, read: _Reader) -> None:
    """The shape, and nothing that belongs to another shape."""
    if typed.shape not in set(Shape):
        raise InvalidInput("shape", "Choose how this area is drawn.")
    area.shape, area.radius_m, area.postcodes, area.polygon = typed.shape, None, "", ""
    area.lat = area.lon = None
    if typed.shape == Shape.RADIUS or typed.center.strip():
        center = read.place("center", typed.center)
        area.lat, area.lon = center.lat, center.lon
    if typed.shape == Shape.RADIUS:
        area.radius_m = read.meters("radius", typed.radius)
    elif typed.shape == Shape.POSTCODES:
        area.postcodes = " ".join(_postcodes(typed.postcodes))
    else:
        corners = [read.place("corners", line) for line in typed.corners.splitlines() if line.strip()]
        if not 3 <= len(corners) <= MOST_CORNERS:
            raise InvalidInput("corners", f"Type between 3 and {MOST_CORNERS} corners, one per line, in their order around it.")
        area.polygon = " ".join(f"{round(corner.lat, 5)},{round(corner.lon, 5)}" for corner in corners)


def _postcodes(typed: str) -> list[str]:
    codes = [plain_postcode(code) for code in re.split(r"[\s,;]+", typed) if code]
    wrong = next((code for code in codes if not re.fullmatch(r"[A-Z0-9]{1,12}\*?", code, re.ASCII)), None)
    if wrong or not codes or len(codes) > MOST_POSTCODES:
        raise InvalidInput("postcodes", "Type postcodes with spaces between them; 939* means all that begin with 939.")
    return list(dict.fromkeys(codes))


def _tiers(rows: Sequence[TypedTier], read: _Reader, *, has_center: bool) -> list[Tier]:
    """From near to far, without one that could never be reached."""
    filled = [(place, row) for place, row in enumerate(rows[:MOST_TIERS]) if row.fee.strip() or row.up_to.strip()]
    tiers: list[Tier] = []
    for place, row in filled:
        if tiers and tiers[-1].up_to_m is None:
            raise InvalidInput(f"up_to-{place - 1}", "Without an end this row covers everything beneath it. Type where it ends.")
        end = read.meters(f"up_to-{place}", row.up_to) if row.up_to.strip() else None
        if end is not None and tiers and end <= (tiers[-1].up_to_m or 0):
            raise InvalidInput(f"up_to-{place}", "The row above reaches as far already. Type a larger distance.")
        tiers.append(Tier(end, read.cents(f"fee-{place}", row.fee), row.is_per_unit))
    if not has_center and (len(tiers) > 1 or any(tier.is_per_unit for tier in tiers)):
        raise InvalidInput("center", "Distances are measured from a center. Type one, or keep to a single flat fee.")
    return tiers


def drawn_areas(db: Session, by: Viewer) -> list[DrawnArea]:
    """Every area, also those that do not count now, as the studio edits them. Two statements. Raises NotAllowed."""
    require_settings(by)
    mine = select(ServiceArea).where(ServiceArea.studio_id == by.studio_id)
    rows = db.exec(mine.order_by(col(ServiceArea.priority), col(ServiceArea.id))).all()
    tiers = tiers_of(db, rows)
    return [DrawnArea(row.public_id, row.is_active, area_from(row, tiers[row.id])) for row in rows]
