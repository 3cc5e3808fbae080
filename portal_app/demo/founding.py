"""Opening the demo's studios: people, hosts, and what they sell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from sqlmodel import Session

from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Role, Viewer
from portal_app.demo.cast import CrewPlan, Person, Sold, StudioPlan, TeamPlan, TierRow
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.models import AddOnPlace, Coupon, Fee, Kind, PackagePart, Service, TaxGroup, TaxRate, Tier, Variant
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import invited_to_teams
from portal_app.domain.customers.teams import invite_member, join_team, start_team
from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.inviting import invite
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.identity.queries import viewer_from
from portal_app.domain.identity.staff import remove_member, switch_permission
from portal_app.domain.studios.models import Studio, StudioHost

AGE, LATELY = timedelta(days=60), timedelta(days=4)
STARTER_SHELF = (
    Sold(
        "photos",
        Kind.SERVICE,
        "Listing photos",
        "About 25 pictures",
        ((2_000, 25_000, 60), (3_500, 35_000, 90), (None, 45_000, 120)),
    ),
    Sold("floor_plan", Kind.ADD_ON, "2D floor plan", "Measured on site", ((None, 15_000, 15),)),
)


def found_studio(db: Session, plan: StudioPlan, public_url: str, password_hash: str, *, now: datetime) -> Studio:
    """Open a demo studio with its hosts, people and shelf, as if it had been here for two months."""
    studio = Studio(
        slug=plan.slug,
        name=plan.name,
        legal_name=plan.legal_name,
        place=plan.place,
        phone=plan.phone,
        email=plan.email,
        mark=plan.mark,
        accent=plan.accent,
        zone=plan.zone,
        watermark_text=plan.name.upper(),
        address=address_on(public_url, plan.hosts[0]),
        next_order_number=1001 if plan.slug == "bluebird" else 1042,
        is_demo=True,
    )
    db.add(studio)
    db.flush()
    db.add_all(StudioHost(studio_id=studio.id, host=host, address=address_on(public_url, host)) for host in plan.hosts)
    stock(db, studio, plan.shelf)
    charge(db, studio, plan, now=now)
    people = {person.key: hire_or_welcome(db, studio, person, password_hash, now=now - AGE) for person in plan.people}
    for team in plan.teams:
        gather(db, team, people, now=now)
    if plan.crew:
        staff_up(db, plan.crew, people, now=now)
    return studio


def staff_up(db: Session, plan: CrewPlan, people: Mapping[str, Viewer], *, now: datetime) -> None:
    """What the owner did about staff, by the verbs on the staff page."""
    owner, (colleague, permission), left = people[plan.owner], plan.switched, people[plan.left]
    switch_permission(db, owner, people[colleague].member_id or 0, permission, is_on=True, now=now - AGE)
    record(db, left, "session.started", now=now - AGE)
    remove_member(db, owner, left.member_id or 0, now=now - LATELY)
    name, email, role = plan.asked
    invite(db, owner, email=email, name=name, role=role, now=now - LATELY)


def gather(db: Session, plan: TeamPlan, people: Mapping[str, Viewer], *, now: datetime) -> None:
    """A team with its people, by the verbs they would use themselves."""
    leads = people[plan.admin]
    team = start_team(db, leads, plan.name, now=now - AGE)
    for key in (*plan.members, *plan.asked):
        asked = people[key]
        at = now - (AGE if key in plan.members else LATELY)
        invite_member(db, leads, team, email=asked.email, name=asked.name, role="member", now=at)
        if key in plan.members:
            for waiting in invited_to_teams(db, asked, now=at):
                join_team(db, asked, waiting.public_id, now=at)


def hire_or_welcome(
    db: Session, studio: Studio, person: Person, password_hash: str, *, now: datetime, is_demo: bool = True
) -> Viewer:
    """An account with a proven mailbox: a member for staff, a customer record for everyone else."""
    account = Account(
        studio_id=studio.id,
        name=person.name,
        email=person.email,
        email_key=email_key(person.email),
        password_hash=password_hash,
        verified_at=now,
        created_at=now,
        is_demo=is_demo,
    )
    db.add(account)
    db.flush()
    if person.role is Role.CUSTOMER:
        return _welcome(db, account, person, now=now)
    member = Membership(studio_id=studio.id, account_id=account.id, role=person.role, joined_at=now)
    db.add(member)
    db.flush()
    by = viewer_from(account, member)
    record(db, by, "member.joined", now=now, details={"member_id": member.id, "after": {"role": person.role}})
    return by


def _welcome(db: Session, account: Account, person: Person, *, now: datetime) -> Viewer:
    customer = Customer(
        studio_id=account.studio_id,
        account_id=account.id,
        name=person.name,
        email=person.email,
        email_key=account.email_key,
        phone=person.phone,
        company=person.company,
        created_at=now,
    )
    db.add(customer)
    db.flush()
    by = viewer_from(account, None)
    record(db, by, "account.created", now=now, customer_id=customer.id)
    record(db, by, "account.verified", now=now)
    return by


def stock(db: Session, studio: Studio, shelf: tuple[Sold, ...], name: Callable[[], str] = new_public_id) -> None:
    """Put these on the shelf, packages pointing at their parts, add-ons at what they go with."""
    made = {
        sold.key: Service(
            studio_id=studio.id, public_id=name(), kind=sold.kind, name=sold.name, detail=sold.detail, position=position,
            category=sold.category, is_twilight=sold.is_twilight, most=sold.most, is_active=sold.is_active,
        )
        for position, sold in enumerate(shelf)
    }  # fmt: skip
    db.add_all(made.values())
    db.flush()
    for sold in shelf:
        service = made[sold.key]
        _price(db, service, sold, name)
        db.add_all(PackagePart(package_id=service.id, service_id=made[part].id) for part in sold.parts)
        db.add_all(
            AddOnPlace(add_on_id=service.id, service_id=made[key].id)
            if key in made
            else AddOnPlace(add_on_id=service.id, category=key)
            for key in sold.goes_with
        )
    db.flush()


def _price(db: Session, service: Service, sold: Sold, name: Callable[[], str]) -> None:
    """Its own tiers, or those of each variant."""
    forms: list[tuple[int | None, tuple[TierRow, ...]]] = [(None, sold.tiers)]
    for position, (words, tiers) in enumerate(sold.variants):
        variant = Variant(service_id=service.id, public_id=name(), name=words, position=position)
        db.add(variant)
        db.flush()
        forms.append((variant.id, tiers))
    db.add_all(
        Tier(service_id=service.id, variant_id=variant_id, up_to=area, price_cents=cents, minutes=minutes)
        for variant_id, tiers in forms
        for area, cents, minutes in tiers
    )


def charge(db: Session, studio: Studio, plan: StudioPlan, *, now: datetime) -> None:
    """Its taxes, the fees that join every order, and the codes that lower a price."""
    group = TaxGroup(studio_id=studio.id, public_id=new_public_id(), name="Sales tax", is_default=True)
    untaxed = TaxGroup(studio_id=studio.id, public_id=new_public_id(), name="Not taxed", position=1)
    db.add_all([group, untaxed])
    db.flush()
    db.add_all(
        TaxRate(tax_group_id=group.id, name=name, basis_points=points, position=position)
        for position, (name, points) in enumerate(plan.taxes)
    )
    db.add_all(
        Fee(studio_id=studio.id, public_id=new_public_id(), name=fee.name, kind=fee.kind, amount=fee.amount, position=position)
        for position, fee in enumerate(plan.fees)
    )
    db.add_all(
        Coupon(
            studio_id=studio.id, public_id=new_public_id(), code=coupon.code, kind=coupon.kind, amount=coupon.amount,
            minimum_cents=coupon.minimum_cents, new_customers_only=coupon.new_customers_only,
            most_per_customer=coupon.most_per_customer, starts_at=_day(coupon.first, now), ends_at=_day(coupon.last, now),
        )
        for coupon in plan.coupons
    )  # fmt: skip
    db.flush()


def _day(days: int | None, now: datetime) -> datetime | None:
    return None if days is None else now + timedelta(days=days)


def address_on(public_url: str, host: str) -> str:
    """The public address under another host, its port kept: `http://bluebird.localhost:3000`."""
    parts = urlsplit(public_url)
    return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, "", "", ""))
