"""The studio fills and arranges its shelf: everything about one thing is saved at once, or nothing is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.models import AddOnPlace, Kind, PackagePart, Service, TaxGroup, Tier, Variant
from portal_app.domain.catalog.shelf import DELIVERS, everything, moved, moved_category, shelved, standing
from portal_app.domain.catalog.tiers import TypedTier, read_number, read_tiers
from portal_app.domain.studios.models import Studio

LONGEST_NAME, LONGEST_DETAIL, MOST_AT_ONCE, MOST_FORMS, MOST_DELIVERED = 80, 200, 50, 12, 999


@dataclass(frozen=True, slots=True)
class TypedForm:
    """One form of a service as typed. Without a name it is the only one."""

    tiers: tuple[TypedTier, ...]
    name: str = ""
    public_id: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TypedService:
    """What the studio typed about one thing. `parts` and `places` are public ids, `tax_group` one or empty; how many can be
    ordered at once is `most`. `kind` counts only when it is new. `delivers` are numbers by what is handed over, empty for
    what its words say."""

    kind: str
    name: str
    forms: tuple[TypedForm, ...]
    detail: str = ""
    category: str = ""
    is_twilight: bool = False
    most: str = "1"
    tax_group: str = ""
    parts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    place_categories: tuple[str, ...] = ()
    delivers: Mapping[str, str] = field(default_factory=dict)


def save_service(db: Session, by: Viewer, public_id: str, typed: TypedService, *, now: datetime) -> str:
    """Put something on the shelf, or change it; an empty id means something new. Returns its public id.

    Raises NotAllowed, NotFound, and InvalidInput naming the field: those of `read_tiers`, `form-PLACE` for a variant's
    name, or `name`, `detail`, `category`, `most`, `tax_group`, `parts`, `places`, and those of `delivers`.
    """
    services = _locked(db, by)
    service = _named(services, public_id) if public_id else _new(by, typed.kind, services)
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id)).one()
    _write_words(service, typed)
    service.tax_group_id = _tax_group(db, by, typed.tax_group)
    forms = _read_forms(typed.forms, studio)
    parts = _chosen(services, service, typed.parts, "parts") if service.kind == Kind.PACKAGE else []
    places = _chosen(services, service, typed.places, "places") if service.kind == Kind.ADD_ON else []
    if service.kind == Kind.PACKAGE and not parts:
        raise InvalidInput("parts", "Choose what the package contains, so that its saving can be shown.")
    db.add(service)
    db.flush()
    _write_forms(db, service, forms)
    _write_joins(db, service, parts, places, typed.place_categories if service.kind == Kind.ADD_ON else ())
    record(db, by, "service.changed" if public_id else "service.added", now=now, details=_called(service))
    return service.public_id


def duplicate_service(db: Session, by: Viewer, public_id: str, *, now: datetime) -> str:
    """The same once more beneath it, not on sale yet. Returns the public id of the copy. Raises NotAllowed, NotFound."""
    services = _locked(db, by)
    original = _named(services, public_id)
    copy = Service(
        studio_id=original.studio_id,
        public_id=new_public_id(),
        name=_free_name(original.name, {service.name for service in services}),
        is_active=False,
        **{
            name: getattr(original, name)
            for name in ("kind", "detail", "category", "is_twilight", "most", "tax_group_id", "position", *DELIVERS)
        },
    )
    db.add(copy)
    db.flush()
    _copy_forms(db, original, copy)
    joined = shelved(db, by, public_id)
    _write_joins(
        db,
        copy,
        [each for each in services if each.public_id in joined.parts],
        [each for each in services if each.public_id in joined.places],
        joined.place_categories,
    )
    place = services.index(original) + 1
    _number([*services[:place], copy, *services[place:]])
    record(db, by, "service.duplicated", now=now, details=_called(copy) | {"of": original.name})
    return copy.public_id


def put_on_sale(db: Session, by: Viewer, public_id: str, *, is_active: bool, now: datetime) -> None:
    """Offer it from now on, or no longer; orders that have it keep it. Doing it again changes nothing.

    Raises NotAllowed, NotFound; Conflict when nothing of it could be chosen.
    """
    service = _named(_locked(db, by), public_id)
    if service.is_active == is_active:
        return
    if service.is_archived:
        raise Conflict(f"{service.name} is in the archive. Bring it back, then offer it.")
    forms = shelved(db, by, public_id).forms
    if is_active and not any(form.is_active and form.tiers for form in forms):
        raise Conflict(f"{service.name} has no price yet. Open it and type one, then offer it.")
    service.is_active = is_active
    record(db, by, "service.put_on_sale" if is_active else "service.taken_off_sale", now=now, details=_called(service))


def move_service(db: Session, by: Viewer, public_id: str, by_places: int, *, now: datetime) -> tuple[int, int]:
    """Earlier (below 0) or later among those of its kind and category. Returns where it stands now, from 1, and of how many.

    Raises NotAllowed, NotFound.
    """
    services = _kept(_locked(db, by))
    service = _named(services, public_id)
    by_id = {each.id: each for each in services}
    order = [by_id[each] for each in moved([standing(each) for each in services], service.id or 0, by_places)]
    _number(order)
    record(db, by, "service.moved", now=now, details=_called(service))
    beside = [each for each in order if (each.kind, each.category) == (service.kind, service.category)]
    return beside.index(service) + 1, len(beside)


def move_category(db: Session, by: Viewer, kind: str, category: str, by_places: int, *, now: datetime) -> None:
    """A whole category earlier or later among those of its kind. Raises NotAllowed, NotFound."""
    services = _kept(_locked(db, by))
    if not any((each.kind, each.category) == (kind, category) for each in services):
        raise NotFound
    by_id = {each.id: each for each in services}
    _number([by_id[each] for each in moved_category([standing(each) for each in services], kind, category, by_places)])
    record(db, by, "service.moved", now=now, details={"name": category or "What has no category"})


def archive_service(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Take it off sale and off the shelf; orders, packages and coupons that name it keep it. Doing it again changes nothing.

    Raises NotAllowed, NotFound.
    """
    service = _named(_locked(db, by), public_id)
    if not service.is_archived:
        service.is_archived, service.is_active = True, False
        record(db, by, "service.archived", now=now, details=_called(service))


def bring_back(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Back on the shelf, last of its category and off sale until somebody offers it. Raises NotAllowed, NotFound."""
    services = _locked(db, by)
    service = _named(services, public_id)
    if service.is_archived:
        service.is_archived, service.position = False, services[-1].position + 1
        record(db, by, "service.brought_back", now=now, details=_called(service))


def _kept(services: Sequence[Service]) -> list[Service]:
    """Those that are not archived: what is sorted is what stands on the shelf."""
    return [service for service in services if not service.is_archived]


def _locked(db: Session, by: Viewer) -> list[Service]:
    """The whole shelf in its order. One change of it at a time per studio, so that no two things stand in one place."""
    asked = everything(by)
    db.exec(select(Studio.id).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    return list(db.exec(asked.execution_options(populate_existing=True)))


def _named(services: Sequence[Service], public_id: str) -> Service:
    for service in services:
        if service.public_id == public_id:
            return service
    raise NotFound


def _new(by: Viewer, kind: str, services: Sequence[Service]) -> Service:
    if kind not in {str(each) for each in Kind}:
        raise NotFound
    last = max((service.position for service in services), default=-1)
    return Service(studio_id=by.studio_id, public_id=new_public_id(), kind=kind, name="", position=last + 1)


def _write_words(service: Service, typed: TypedService) -> None:
    service.name = _line("name", typed.name, LONGEST_NAME)
    if not service.name:
        raise InvalidInput("name", "Type a name, as customers should read it.")
    service.detail = _line("detail", typed.detail, LONGEST_DETAIL)
    service.category = _line("category", typed.category, LONGEST_NAME)
    most = read_number(typed.most)
    if most is None or not 0 < most <= MOST_AT_ONCE:
        raise InvalidInput("most", f"Type a whole number from 1 to {MOST_AT_ONCE}.")
    service.most = most if service.kind != Kind.PACKAGE else 1
    service.is_twilight = typed.is_twilight and service.kind != Kind.PACKAGE
    for name in DELIVERS:
        setattr(service, name, _number_of(name, typed.delivers.get(name, "")))


def _number_of(field: str, typed: str) -> int | None:
    if not typed.strip():
        return None
    number = read_number(typed)
    if number is None or not 0 <= number <= MOST_DELIVERED:
        raise InvalidInput(field, f"Type a whole number up to {MOST_DELIVERED}, or nothing.")
    return number


def _line(field: str, typed: str, longest: int) -> str:
    text = re.sub(r"\s+", " ", typed).strip()
    if len(text) > longest:
        raise InvalidInput(field, f"Keep this under {longest} letters.")
    return text


def _read_forms(forms: Sequence[TypedForm], studio: Studio) -> list[tuple[TypedForm, str, tuple]]:
    """Each form with its name and its tiers, checked in the order they stand on the screen."""
    if not 0 < len(forms) <= MOST_FORMS:
        raise InvalidInput("form-0", f"Between 1 and {MOST_FORMS} variants fit here.")
    read, names = [], set()
    for place, form in enumerate(forms):
        name = _line(f"form-{place}", form.name, LONGEST_NAME)
        if len(forms) > 1 and not name:
            raise InvalidInput(f"form-{place}", "Type what tells this variant from the others, for example 25 photos.")
        if name.casefold() in names:
            raise InvalidInput(f"form-{place}", "Another variant has this name already.")
        names.add(name.casefold())
        read.append((form, name, read_tiers(form.tiers, currency=studio.currency, unit=studio.area_unit, form=place)))
    if not any(form.is_active for form in forms):
        raise InvalidInput("form-0", "Offer at least one variant, or take the whole off sale.")
    return read


def _write_forms(db: Session, service: Service, forms: Sequence[tuple[TypedForm, str, tuple]]) -> None:
    """The variants as they stand now; one that was taken away is gone, orders keep its name and price."""
    known = {variant.public_id: variant for variant in db.exec(select(Variant).where(Variant.service_id == service.id))}
    db.execute(delete(Tier).where(col(Tier.service_id) == service.id))
    kept = set()
    for place, (form, name, tiers) in enumerate(forms):
        variant = None
        if name:
            variant = known.get(form.public_id) or Variant(service_id=service.id or 0, public_id=new_public_id(), name=name)
            variant.name, variant.position, variant.is_active = name, place, form.is_active
            db.add(variant)
            db.flush()
            kept.add(variant.public_id)
        db.add_all(
            Tier(
                service_id=service.id or 0,
                variant_id=variant and variant.id,
                up_to=tier.up_to,
                price_cents=tier.price_cents,
                minutes=tier.minutes,
            )
            for tier in tiers
        )
    for public_id in known.keys() - kept:
        db.delete(known[public_id])
    db.flush()


def _copy_forms(db: Session, original: Service, copy: Service) -> None:
    variants = db.exec(select(Variant).where(Variant.service_id == original.id)).all()
    copies = {
        variant.id: Variant(
            service_id=copy.id or 0,
            public_id=new_public_id(),
            name=variant.name,
            position=variant.position,
            is_active=variant.is_active,
        )
        for variant in variants
    }
    db.add_all(copies.values())
    db.flush()
    for tier in db.exec(select(Tier).where(Tier.service_id == original.id)).all():
        variant_id = copies[tier.variant_id].id if tier.variant_id else None
        db.add(
            Tier(
                service_id=copy.id or 0,
                variant_id=variant_id,
                up_to=tier.up_to,
                price_cents=tier.price_cents,
                minutes=tier.minutes,
            )
        )
    db.flush()


def _chosen(services: Sequence[Service], service: Service, wanted: Sequence[str], field: str) -> list[Service]:
    """The things a package contains, or an add-on goes with; a package contains no packages, an add-on joins no add-on."""
    barred = Kind.PACKAGE if field == "parts" else Kind.ADD_ON
    found = [each for each in services if each.public_id in set(wanted) and each.kind != barred and each is not service]
    if len(found) < len(set(wanted)):
        raise InvalidInput(field, "One of these is no longer there. Look at what is chosen, then save again.")
    return found


def _write_joins(
    db: Session, service: Service, parts: Sequence[Service], places: Sequence[Service], categories: Sequence[str]
) -> None:
    db.execute(delete(PackagePart).where(col(PackagePart.package_id) == service.id))
    db.execute(delete(AddOnPlace).where(col(AddOnPlace.add_on_id) == service.id))
    here = service.id or 0
    db.add_all(PackagePart(package_id=here, service_id=part.id or 0) for part in parts)
    db.add_all(AddOnPlace(add_on_id=here, service_id=place.id) for place in places)
    named = sorted({category.strip()[:LONGEST_NAME] for category in categories} - {""})
    db.add_all(AddOnPlace(add_on_id=here, category=category) for category in named)
    db.flush()


def _tax_group(db: Session, by: Viewer, public_id: str) -> int | None:
    if not public_id:
        return None
    found = db.exec(select(TaxGroup.id).where(TaxGroup.studio_id == by.studio_id, TaxGroup.public_id == public_id)).first()
    if found is None:
        raise InvalidInput("tax_group", "This tax group is gone. Choose another.")
    return found


def _number(services: Sequence[Service]) -> None:
    for place, service in enumerate(services):
        if service.position != place:
            service.position = place


def _free_name(name: str, taken: set[str]) -> str:
    """`Essentials (copy)`, `Essentials (copy 2)`"""
    base = name[: LONGEST_NAME - 10]
    return next(
        free for free in (f"{base} (copy{f' {number}' if number > 1 else ''})" for number in range(1, 1000)) if free not in taken
    )


def _called(service: Service) -> dict[str, str]:
    return {"service": service.public_id, "name": service.name}
