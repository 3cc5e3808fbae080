"""What a studio sells today, what it asks, and what it adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlmodel import Session, col, select

from portal_app.core.money import step
from portal_app.core.viewer import Viewer
from portal_app.domain.catalog.coupons import CouponRule, clean_code
from portal_app.domain.catalog.models import (
    AddOnPlace,
    Coupon,
    CouponService,
    Fee,
    Kind,
    PackagePart,
    Question,
    QuestionChoice,
    Service,
    TaxGroup,
    TaxRate,
    Tier,
    Variant,
)
from portal_app.domain.catalog.offering import Offer, Part, PriceTier, Rate
from portal_app.domain.catalog.pricing import FeeRule, Terms
from portal_app.domain.catalog.questions import Asked
from portal_app.domain.studios.models import Studio

SHELF = {Kind.PACKAGE: 0, Kind.SERVICE: 1, Kind.ADD_ON: 2}
DEFAULT = 0
Forms = dict[int | None, tuple[PriceTier, ...]]


def visible(by: Viewer):
    """The active services of the viewer's own studio."""
    return select(Service).where(Service.studio_id == by.studio_id, Service.is_active)


def offers(db: Session, by: Viewer) -> list[Offer]:
    """Everything that can be ordered: packages first, then services, then add-ons. Six statements."""
    services = db.exec(visible(by).order_by(Service.position, Service.id)).all()
    ids = [service.id for service in services]
    inside = _parts(db, ids)
    every = {*ids, *(part.id for parts in inside.values() for part in parts)}
    forms, variants, rates, places = _forms(db, every), _variants(db, every), _rates(db, by), _places(db, services, ids)
    made: list[Offer] = []
    for service in services:
        taxed = rates.get(service.tax_group_id or DEFAULT, ())
        parts = tuple(_part(part, forms, variants) for part in inside[service.id])
        made += [
            _offer(service, variant, tiers, parts, taxed, places.get(service.id))
            for variant, tiers in _sold_as(service.id, variants, forms)
        ]
    return sorted(made, key=lambda offer: SHELF[Kind(offer.kind)])


def terms(db: Session, by: Viewer) -> Terms:
    """What the studio adds beside what is chosen. Three statements."""
    unit, currency = db.exec(select(Studio.area_unit, Studio.currency).where(Studio.id == by.studio_id)).one()
    rates = _rates(db, by)
    fees = db.exec(select(Fee).where(Fee.studio_id == by.studio_id, Fee.is_active).order_by(Fee.position, Fee.id))
    rules = tuple(FeeRule(fee.name, fee.kind, fee.amount, rates.get(fee.tax_group_id, ())) for fee in fees)
    return Terms(unit, rates.get(DEFAULT, ()), rules, step(currency))


def questions(db: Session, by: Viewer) -> list[Asked]:
    """What is asked while booking, in order. Two statements."""
    mine = select(Question).where(Question.studio_id == by.studio_id, Question.is_active)
    rows = db.exec(mine.order_by(Question.position, Question.id)).all()
    choices: dict[int, list[tuple[str, int]]] = defaultdict(list)
    ids = [row.id for row in rows]
    asked = select(QuestionChoice).where(col(QuestionChoice.question_id).in_(ids))
    for choice in db.exec(asked.order_by(QuestionChoice.position, QuestionChoice.id)):
        choices[choice.question_id].append((choice.label, choice.price_cents))
    return [
        Asked(
            row.public_id, row.service_id, row.prompt, row.hint, row.kind, row.price_cents, row.is_required,
            tuple(choices[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def coupon_rule(db: Session, by: Viewer, code: str) -> CouponRule | None:
    """The studio's coupon of this code, as it is typed."""
    mine = select(Coupon).where(Coupon.studio_id == by.studio_id, Coupon.code == clean_code(code))
    coupon = db.exec(mine).first() if clean_code(code) else None
    if coupon is None:
        return None
    good_for = frozenset(db.exec(select(CouponService.service_id).where(CouponService.coupon_id == coupon.id)))
    return CouponRule(
        id=coupon.id,
        code=coupon.code,
        kind=coupon.kind,
        amount=coupon.amount,
        minimum_cents=coupon.minimum_cents,
        new_customers_only=coupon.new_customers_only,
        most_uses=coupon.most_uses,
        most_per_customer=coupon.most_per_customer,
        uses=coupon.uses,
        starts_at=coupon.starts_at,
        ends_at=coupon.ends_at,
        is_active=coupon.is_active,
        service_ids=good_for or None,
    )


def _offer(
    service: Service, variant: Variant | None, tiers: tuple[PriceTier, ...], inside: tuple[Part, ...],
    rates: tuple[Rate, ...], goes_with: frozenset[str] | None,
) -> Offer:  # fmt: skip
    return Offer(
        id=service.id,
        public_id=variant.public_id if variant else service.public_id,
        kind=service.kind,
        name=f"{service.name}, {variant.name}" if variant else service.name,
        detail=service.detail,
        tiers=tiers,
        inside=inside,
        service_public_id=service.public_id,
        category=service.category,
        variant=variant.name if variant else "",
        is_twilight=service.is_twilight,
        most=service.most,
        rates=rates,
        goes_with=goes_with,
    )


def _sold_as(service_id: int, variants: dict[int, list[Variant]], forms: dict[int, Forms]):
    """The forms a service is sold in: its variants, or itself when it has none. A form without a price is not on sale."""
    tiers = forms.get(service_id, {})
    kinds = variants.get(service_id) or [None]
    return [(variant, found) for variant in kinds if (found := tiers.get(variant.id if variant else None))]


def _part(part: Part, forms: dict[int, Forms], variants: dict[int, list[Variant]]) -> Part:
    sold = tuple(tiers for _, tiers in _sold_as(part.id, variants, forms))
    return Part(part.id, part.public_id, part.is_twilight, part.is_on_sale, sold)


def _forms(db: Session, ids: Collection[int]) -> dict[int, Forms]:
    """The tiers of each service, and of each of its variants."""
    found: dict[int, dict[int | None, list[PriceTier]]] = defaultdict(lambda: defaultdict(list))
    for tier in db.exec(select(Tier).where(col(Tier.service_id).in_(ids))):
        found[tier.service_id][tier.variant_id].append(PriceTier(tier.up_to, tier.price_cents, tier.minutes))
    return {service: {form: tuple(tiers) for form, tiers in of.items()} for service, of in found.items()}


def _variants(db: Session, ids: Collection[int]) -> dict[int, list[Variant]]:
    found: dict[int, list[Variant]] = defaultdict(list)
    asked = select(Variant).where(col(Variant.service_id).in_(ids), Variant.is_active)
    for variant in db.exec(asked.order_by(Variant.position, Variant.id)):
        found[variant.service_id].append(variant)
    return found


def _parts(db: Session, ids: Collection[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    rows = db.execute(
        select(PackagePart.package_id, Service.id, Service.public_id, Service.is_twilight, Service.is_active)
        .join(Service, Service.id == PackagePart.service_id)
        .where(col(PackagePart.package_id).in_(ids))
        .order_by(Service.position, Service.id)
    )
    for package_id, *part in rows:
        found[package_id].append(Part(*part))
    return found


def _rates(db: Session, by: Viewer) -> dict[int, tuple[Rate, ...]]:
    """The rates of each tax group; those of the default one also under DEFAULT."""
    found: dict[int, list[Rate]] = defaultdict(list)
    rows = db.execute(
        select(TaxGroup.id, TaxGroup.is_default, TaxRate)
        .join(TaxRate, TaxRate.tax_group_id == TaxGroup.id)
        .where(TaxGroup.studio_id == by.studio_id)
        .order_by(TaxRate.position, TaxRate.id)
    )
    for group_id, is_default, rate in rows:
        for key in (group_id, DEFAULT) if is_default else (group_id,):
            found[key].append(Rate(rate.id, rate.name, rate.basis_points))
    return {key: tuple(rates) for key, rates in found.items()}


def _places(db: Session, services: Collection[Service], ids: Collection[int]) -> dict[int, frozenset[str]]:
    """What each add-on that has places goes with, by public id: its services, and everything of its categories."""
    found: dict[int, set[str]] = {}
    for place in db.exec(select(AddOnPlace).where(col(AddOnPlace.add_on_id).in_(ids))):
        fits = {
            service.public_id
            for service in services
            if service.id == place.service_id or (place.category and service.category == place.category)
        }
        found.setdefault(place.add_on_id, set()).update(fits)
    return {add_on: frozenset(fits) for add_on, fits in found.items()}
