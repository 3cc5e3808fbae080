"""The demo's data: two studios with two months behind them. Made by the real verbs, so its history is true.

Seeding twice adds nothing. What needs no files is one transaction; then each order's photos, delivery and payment
are done if they are not done yet, so a seeding that was killed is completed by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from portal_app.core.clock import at_wall_time, local
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.demo import developing
from portal_app.demo.cast import STUDIOS, StudioPlan
from portal_app.demo.days import plan_days
from portal_app.demo.founding import found_studio
from portal_app.demo.going import draw_areas
from portal_app.demo.invoicing import begin_draft, invoice_order
from portal_app.demo.story import DELIVERED, ORDERS, WITH_PHOTOS, Beside, Ends, Planned
from portal_app.demo.stripe.process import open_account
from portal_app.demo.wishes import ask_for_blue
from portal_app.domain.activity.models import Work, WorkState
from portal_app.domain.billing import queries as billing
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.service import record_offline_payment
from portal_app.domain.catalog.models import Service
from portal_app.domain.customers.queries import records
from portal_app.domain.delivery.service import DeliverRequest, deliver
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.identity.queries import viewer_from
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.listings.models import Listing
from portal_app.domain.listings.places import PlaceFinder
from portal_app.domain.media import service as media
from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.linking import AssetWords, add_link, describe_asset
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.orders.changing import Why
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.orders.service import OrderRequest, accept, cancel, place_order
from portal_app.domain.studios.models import Studio
from portal_app.wiring import Wiring

# Yesterday at any hour of today, daylight saving included; the story delivers nothing on the day before, which would be
# news in the morning only.
NEWS = timedelta(hours=40)
AREAS_DRAWN = timedelta(days=-30)
PLANS = {plan.slug: plan for plan in STUDIOS}


def seed(wiring: Wiring, *, now: datetime) -> bool:
    """Bring the demo to where it should stand; returns whether anything was missing."""
    history = _History(wiring.database, now)
    is_new = _seed_studios(history, wiring, now)
    undone = _undone(wiring.database)
    if undone:
        _develop(wiring, history, undone, now)
    with history.unit_of_work() as db:
        for planned in undone:
            _hand_over(db, planned, wiring.seal, now)
    return is_new or bool(undone)


@dataclass(slots=True)
class _History:
    """Units of work in the past: what followed from them is done. News is left for the worker, so that mails are written."""

    database: Database
    now: datetime

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        with self.database.unit_of_work() as db:
            yield db
            db.flush()
            demo = select(Studio.id).where(Studio.is_demo)
            old = (col(Work.studio_id).in_(demo)) & (Work.state == WorkState.WAITING) & (col(Work.created_at) < self.now - NEWS)
            db.execute(update(Work).where(old).values(state=WorkState.DONE, done_at=Work.created_at))


def _seed_studios(history: _History, wiring: Wiring, now: datetime) -> bool:
    """Studios, people, shelves, payment keys and orders as far as they need no photographs: one transaction."""
    with history.database.reading() as db:
        missing = [plan for plan in STUDIOS if not _studio_id(db, plan.slug)]
    if not missing:
        return False
    hashes = {plan.slug: hash_password(plan.password) for plan in missing}
    with history.unit_of_work() as db:
        for plan in missing:
            if _studio_id(db, plan.slug):
                continue
            studio = found_studio(db, plan, wiring.settings.public_url, hashes[plan.slug], now=now)
            open_account(db, wiring.settings, studio.id or 0, studio.name)
            for planned in (each for each in ORDERS if each.studio == plan.slug):
                _order(db, plan, planned, wiring.places, now)
            draw_areas(db, viewer(db, plan, plan.people[0].key), plan.slug, wiring.places, now=now + AREAS_DRAWN)
            plan_days(db, plan.slug, {person.key: viewer(db, plan, person.key) for person in plan.people})
    return True


def _order(db: Session, plan: StudioPlan, planned: Planned, places: PlaceFinder, now: datetime) -> None:
    placed_at = now + timedelta(days=planned.placed, minutes=-planned.area % 240)
    request = OrderRequest(
        request_key=planned.key,
        street=planned.street,
        town=planned.town,
        area=str(planned.area),
        services=_public_ids(db, plan, planned.services),
        starts_at=wished(planned, plan.zone, now),
        access_notes=planned.notes,
        on_behalf_of=_record_in(db, plan, planned),
        coupon=planned.coupon,
        tip=planned.tip,
        place=places.find(planned.street, planned.town),
    )
    number = place_order(db, viewer(db, plan, planned.customer), request, now=placed_at)
    owner = viewer(db, plan, plan.people[0].key)
    if planned.ends not in {Ends.PENDING, Ends.CANCELED}:
        accept(db, owner, number, now=min(placed_at + timedelta(hours=5), now))
    if planned.ends is Ends.CANCELED:
        cancel(db, owner, number, Why(reason="The seller postponed."), now=min(placed_at + timedelta(days=1), now))


def _record_in(db: Session, plan: StudioPlan, planned: Planned) -> int | None:
    """The record this person orders under in the order's team."""
    own = records(db, viewer(db, plan, planned.customer))
    return next((card.id for card in own if planned.team and card.team_name == planned.team and not card.person), None)


def wished(planned: Planned, zone: str, now: datetime) -> datetime:
    """The wall time at the studio on that day."""
    day = local(now, zone).date() + timedelta(days=planned.wished)
    hour, part = divmod(planned.hour, 1)
    return datetime.combine(day, time(int(hour), round(part * 60)))


def _public_ids(db: Session, plan: StudioPlan, keys: tuple[str, ...]) -> list[str]:
    names = [sold.name for sold in plan.shelf if sold.key in keys]
    asked = select(Service.public_id).where(Service.studio_id == _studio_id(db, plan.slug), col(Service.name).in_(names))
    return list(db.exec(asked))


def viewer(db: Session, plan: StudioPlan, key: str) -> Viewer:
    """One of the cast, signed in."""
    person = next(person for person in plan.people if person.key == key)
    asked = select(Account).where(Account.studio_id == _studio_id(db, plan.slug), Account.email == person.email)
    account = db.exec(asked).one()
    return viewer_from(account, db.exec(select(Membership).where(Membership.account_id == account.id)).first())


def _studio_id(db: Session, slug: str) -> int | None:
    return db.exec(select(Studio.id).where(Studio.slug == slug)).first()


def _found(db: Session, planned: Planned) -> Order:
    return db.exec(select(Order).where(Order.studio_id == _studio_id(db, planned.studio), Order.request_key == planned.key)).one()


def _undone(database: Database) -> list[Planned]:
    """Orders whose photos are not all there, or not handed over although they should be."""
    with database.reading() as db:
        return [planned for planned in ORDERS if planned.ends in WITH_PHOTOS and not _is_done(db, planned)]


def _is_done(db: Session, planned: Planned) -> bool:
    order = _found(db, planned)
    if planned.ends in DELIVERED:
        return order.status != OrderStatus.ACCEPTED
    shown = select(func.count()).where(Asset.listing_id == order.listing_id, Asset.state != AssetState.RENDERING)
    return order.status != OrderStatus.ACCEPTED or db.exec(shown).one() >= len(planned.photos) + len(planned.beside)


def _develop(wiring: Wiring, history: _History, undone: list[Planned], now: datetime) -> None:
    """Photographs through the real way in, two at a time."""
    plates = wiring.settings.data_dir / "plates"
    scenes = [scene for planned in undone for scene in planned.photos]
    developing.draw_plates(plates, [*(plan.scene for plan in STUDIOS), *scenes])
    developing.hang_scenes(plates, wiring.settings.data_dir / "brand")
    (wiring.settings.data_dir / "uploads").mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(developing.PROCESSES) as both:
        for planned in undone:
            coming = [both.submit(_photograph, wiring, history, planned, index, now) for index in range(len(planned.photos))]
            coming += [both.submit(_put_beside, wiring, history, planned, which, now) for which in planned.beside]
            for each in coming:
                each.result()


def _photograph(wiring: Wiring, history: _History, planned: Planned, index: int, now: datetime) -> None:
    """One photo taken, uploaded and rendered, unless its name is there already."""
    plan = PLANS[planned.studio]
    shot_at = at_wall_time(wished(planned, plan.zone, now), plan.zone)
    received_at = min(shot_at + timedelta(hours=20, minutes=index), now - timedelta(minutes=30 - index))
    name = developing.file_name(planned, index)
    asset_id = _received(wiring.database, planned, name)
    if asset_id is None:
        content = developing.original(wiring.settings.data_dir / "plates", planned, index, shot_at, plan.zone)
        asset_id = _upload(wiring, history, planned, name, content, received_at)
    media.render_asset(history.unit_of_work, wiring.store, wiring.renderer, asset_id, now=received_at)


def _put_beside(wiring: Wiring, history: _History, planned: Planned, which: Beside, now: datetime) -> None:
    """One file or link beside the photos, unless it is there already."""
    plan, at = PLANS[planned.studio], min(delivered_at(planned, now) - timedelta(hours=1), now - timedelta(minutes=20))
    if not which.is_file:
        with history.unit_of_work() as db:
            listing = db.get_one(Listing, _found(db, planned).listing_id)
            add_link(db, viewer(db, plan, plan.people[1].key), listing.public_id, which.value, now=at)
        return
    asset_id = _received(wiring.database, planned, which.value)
    if asset_id is None:
        content = developing.paper(wiring.settings.data_dir / "plates", planned, which)
        asset_id = _upload(wiring, history, planned, which.value, content, at)
    if which is Beside.PLAN:
        with history.unit_of_work() as db:
            asset = db.get_one(Asset, asset_id)
            words = AssetWords(kind=AssetKind.FLOOR_PLAN)
            describe_asset(db, viewer(db, plan, plan.people[1].key), asset.public_id, words, now=at)
    media.render_asset(history.unit_of_work, wiring.store, wiring.renderer, asset_id, now=at)


def _received(database: Database, planned: Planned, name: str) -> int | None:
    with database.reading() as db:
        here = select(Asset.id).where(Asset.listing_id == _found(db, planned).listing_id, Asset.original_name == name)
        return db.exec(here).first()


def _upload(wiring: Wiring, history: _History, planned: Planned, name: str, content: bytes, at: datetime) -> int:
    plan = PLANS[planned.studio]
    with history.unit_of_work() as db:
        photographer = viewer(db, plan, plan.people[1].key)
        card = media.begin_upload(db, photographer, _found(db, planned).listing_id, name, len(content), now=at)
    part = media.part_path(wiring.settings.data_dir / "uploads", card.public_id)
    part.write_bytes(content)
    media.receive(history.unit_of_work, wiring.store, wiring.renderer, photographer, card, part, now=at)
    return _received(wiring.database, planned, name) or 0


def _hand_over(db: Session, planned: Planned, seal: SecretSeal, now: datetime) -> None:
    """Deliver it, invoice it and take the money, as the story says; an order that moved on meanwhile is left alone."""
    order = _found(db, planned)
    if planned.ends not in DELIVERED or order.status != OrderStatus.ACCEPTED:
        return
    owner = viewer(db, PLANS[planned.studio], PLANS[planned.studio].people[0].key)
    at = delivered_at(planned, now)
    request = DeliverRequest(
        message=planned.message,
        collect_payment=planned.ends is not Ends.FREE,
        watermark=planned.ends is not Ends.SMALL,
        with_gaps=True,
    )
    deliver(db, owner, order.number, request, now=at)
    if planned.ends is not Ends.FREE:
        invoice_order(db, owner, order, seal, now=at)
        begin_draft(db, owner, order.customer_id, seal, now=now)
    if planned.ends is Ends.PAID:
        due = billing.balance(db, order.id or 0).due
        memo = f"Check {1000 + order.number}"
        record_offline_payment(
            db, owner, BillName(order=order.number), due, memo, planned.key, now=min(at + timedelta(days=2), now)
        )
        customer = viewer(db, PLANS[planned.studio], planned.customer)
        ask_for_blue(db, customer, order, now=min(at + timedelta(days=3), now))


def delivered_at(planned: Planned, now: datetime) -> datetime:
    """The day after the shoot, at one at the studio, and never in the future."""
    zone = PLANS[planned.studio].zone
    day = wished(planned, zone, now).date() + timedelta(days=1)
    return min(at_wall_time(datetime.combine(day, time(13)), zone), now - timedelta(minutes=10))
