"""The whole shelf as the studio arranges it: also what is not on sale. Reading, and the rule of its order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.catalog.models import AddOnPlace, Kind, PackagePart, Service, TaxGroup, Tier, Variant
from portal_app.domain.catalog.offering import PriceTier

DELIVERS = ("photos", "videos", "floor_plans", "tours", "revision_rounds")
KINDS = (Kind.PACKAGE, Kind.SERVICE, Kind.ADD_ON)


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a service with its tiers, from small to large. What comes in one form only has no name and no id."""

    tiers: tuple[PriceTier, ...]
    public_id: str = ""
    name: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Shelved:
    """One thing on the shelf, on sale or not. `parts` are the services of a package, `places` and `place_categories` what an
    add-on goes with, by public id and by name; `tax_group` is a public id, empty for the studio's own. `delivers` is how many
    of what are handed over for it, by column, and how many rounds of changes come with it."""

    public_id: str
    kind: str
    name: str
    detail: str
    category: str
    is_active: bool
    is_twilight: bool
    most: int
    tax_group: str
    forms: tuple[Form, ...]
    parts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    place_categories: tuple[str, ...] = ()
    is_archived: bool = False
    delivers: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides where a thing stands: packages first, then services, then add-ons, each category in one piece."""

    id: int
    kind: str
    category: str


def require_settings(by: Viewer) -> None:
    """Raises NotAllowed for whoever may not change how the studio works, or looks through somebody else's eyes."""
    if not by.may(Permission.SETTINGS) or not by.is_themselves:
        raise NotAllowed


def everything(by: Viewer) -> SelectOfScalar[Service]:
    """The studio's services, also those not on sale or archived, in their order. Raises NotAllowed."""
    require_settings(by)
    return select(Service).where(Service.studio_id == by.studio_id).order_by(col(Service.position), col(Service.id))


def shelf(db: Session, by: Viewer) -> list[Shelved]:
    """Everything in the order customers see it, whether on sale, off sale or archived. Six statements. Raises NotAllowed."""
    services = list(db.exec(everything(by)))
    by_id = {service.id: service for service in services}
    order = [one for group in groups([standing(service) for service in services]) for one in group]
    return _shelved(db, [by_id[one.id] for one in order])


def shelved(db: Session, by: Viewer, public_id: str) -> Shelved:
    """One of them. Raises NotAllowed, NotFound."""
    found = db.exec(everything(by).where(Service.public_id == public_id)).first()
    if found is None:
        raise NotFound
    return _shelved(db, [found])[0]


def tax_choices(db: Session, by: Viewer) -> list[tuple[str, str]]:
    """(public id, name) of every tax group but the default, which goes without saying. Raises NotAllowed."""
    require_settings(by)
    asked = select(TaxGroup).where(TaxGroup.studio_id == by.studio_id, col(TaxGroup.is_default).is_(False))
    return [(group.public_id, group.name) for group in db.exec(asked.order_by(col(TaxGroup.position), col(TaxGroup.id)))]


def sold_forms(one: Shelved) -> tuple[tuple[PriceTier, ...], ...]:
    """The tiers of each form that is offered."""
    return tuple(form.tiers for form in one.forms if form.is_active and form.tiers)


def standing(service: Service) -> Standing:
    """Where a service belongs."""
    return Standing(service.id or 0, service.kind, service.category)


def groups(rows: Sequence[Standing]) -> list[list[Standing]]:
    """Rows in order of position, in the groups they are shown in: by kind, then by category as it comes first."""
    found: dict[tuple[int, str], list[Standing]] = {}
    for row in rows:
        found.setdefault((KINDS.index(Kind(row.kind)), row.category), []).append(row)
    return [found[key] for key in sorted(found, key=lambda key: key[0])]


def moved(rows: Sequence[Standing], moving: int, by_places: int) -> list[int]:
    """Ids in their order after one was moved within its category; beyond the ends means the ends."""
    arranged = groups(rows)
    for group in arranged:
        for place, row in enumerate(group):
            if row.id == moving:
                group.insert(max(0, min(place + by_places, len(group) - 1)), group.pop(place))
                return [row.id for each in arranged for row in each]
    raise ValueError(f"{moving} is not among them")


def moved_category(rows: Sequence[Standing], kind: str, category: str, by_places: int) -> list[int]:
    """Ids in their order after a whole category was moved among those of its kind."""
    arranged = groups(rows)
    of_kind = [group for group in arranged if group[0].kind == kind]
    place = next(place for place, group in enumerate(of_kind) if group[0].category == category)
    of_kind.insert(max(0, min(place + by_places, len(of_kind) - 1)), of_kind.pop(place))
    others = iter(of_kind)
    return [row.id for group in arranged for row in (next(others) if group[0].kind == kind else group)]


def _shelved(db: Session, services: Sequence[Service]) -> list[Shelved]:
    ids = [service.id for service in services]
    names = {service.id: service.public_id for service in services}
    forms, parts, places = _forms(db, ids), _parts(db, ids), _places(db, ids)
    asked = select(TaxGroup.id, TaxGroup.public_id).where(
        col(TaxGroup.id).in_({s.tax_group_id for s in services if s.tax_group_id})
    )
    groups_by_id = {row[0]: row[1] for row in db.exec(asked)}
    return [
        Shelved(
            public_id=names[service.id],
            kind=service.kind,
            name=service.name,
            detail=service.detail,
            category=service.category,
            is_active=service.is_active,
            is_twilight=service.is_twilight,
            most=service.most,
            tax_group=groups_by_id.get(service.tax_group_id, ""),
            forms=tuple(forms[service.id]) or (Form(()),),
            parts=tuple(parts[service.id]),
            places=tuple(public_id for public_id, _ in places[service.id] if public_id),
            place_categories=tuple(category for public_id, category in places[service.id] if not public_id),
            is_archived=service.is_archived,
            delivers={name: getattr(service, name) for name in DELIVERS},
        )
        for service in services
    ]


def _forms(db: Session, ids: Sequence[int | None]) -> dict[int | None, list[Form]]:
    """The variants of each service; its own tiers where it has none."""
    tiers: dict[tuple[int | None, int | None], list[PriceTier]] = defaultdict(list)
    for tier in db.exec(select(Tier).where(col(Tier.service_id).in_(ids))):
        tiers[tier.service_id, tier.variant_id].append(PriceTier(tier.up_to, tier.price_cents, tier.minutes))
    found: dict[int | None, list[Form]] = defaultdict(list)
    asked = select(Variant).where(col(Variant.service_id).in_(ids)).order_by(col(Variant.position), col(Variant.id))
    for variant in db.exec(asked):
        own = _by_size(tiers[variant.service_id, variant.id])
        found[variant.service_id].append(Form(own, variant.public_id, variant.name, variant.is_active))
    for service_id, variant_id in list(tiers):
        if variant_id is None and not found[service_id]:
            found[service_id] = [Form(_by_size(tiers[service_id, None]))]
    return found


def _by_size(tiers: Sequence[PriceTier]) -> tuple[PriceTier, ...]:
    return tuple(sorted(tiers, key=lambda tier: (tier.up_to is None, tier.up_to or 0)))


def _parts(db: Session, ids: Sequence[int | None]) -> dict[int | None, list[str]]:
    found: dict[int | None, list[str]] = defaultdict(list)
    asked = select(PackagePart.package_id, Service.public_id).join(Service, col(Service.id) == col(PackagePart.service_id))
    for package_id, public_id in db.exec(asked.where(col(PackagePart.package_id).in_(ids)).order_by(col(Service.position))):
        found[package_id].append(public_id)
    return found


def _places(db: Session, ids: Sequence[int | None]) -> dict[int | None, list[tuple[str, str]]]:
    found: dict[int | None, list[tuple[str, str]]] = defaultdict(list)
    asked = select(AddOnPlace.add_on_id, Service.public_id, AddOnPlace.category).join(
        Service, col(Service.id) == col(AddOnPlace.service_id), isouter=True
    )
    for add_on_id, public_id, category in db.exec(asked.where(col(AddOnPlace.add_on_id).in_(ids)).order_by(col(AddOnPlace.id))):
        found[add_on_id].append((public_id or "", category))
    return found
