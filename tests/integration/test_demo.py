"""The demo: two studios, every status, listings locked and open, and a seeding that can be repeated or killed."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlmodel import Session
from sqlmodel import select as pick

from portal_app import wiring as wirings
from portal_app.core.clock import at_wall_time, utc_now
from portal_app.db import Database, upgrade_to_head
from portal_app.demo import developing
from portal_app.demo import seed as seeding
from portal_app.demo.cast import BLUEBIRD, HARBOR, STUDIOS
from portal_app.demo.story import DELIVERED, ORDERS, Ends, Planned
from portal_app.domain import tables
from portal_app.domain.activity.models import Fact, Work, WorkState
from portal_app.domain.delivery.gate import Sight
from portal_app.domain.delivery.queries import gate_of
from portal_app.domain.identity.service import sign_in
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.orders.models import Order, OrderStatus
from portal_app.domain.studios.models import Studio
from portal_app.domain.studios.queries import studio_by_host
from portal_app.settings import read_settings
from portal_app.wiring import Wiring, close_wiring, open_wiring

pytestmark = pytest.mark.proof("main-job-08")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> tuple[Planned, ...]:
    """The same story with one small photo on one order of each kind, so that it is told in seconds."""
    kinds = {(planned.studio, planned.ends): planned for planned in ORDERS}
    short = tuple(replace(planned, photos=planned.photos[:1], beside=planned.beside[:1]) for planned in kinds.values())
    monkeypatch.setattr(seeding, "ORDERS", short)
    monkeypatch.setattr(developing, "draw_plates", small_plates)
    return short


def small_plates(folder: Path, scenes: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for scene in set(scenes):
        Image.new("RGB", (600, 400), "#336677").save(folder / f"{scene}.jpg")


@pytest.fixture
def wired(tmp_path: Path, database_url: str) -> Iterator[Wiring]:
    """This process's wiring over an empty, migrated database."""
    before = wirings._current
    settings = read_settings({"PORTAL_DATA_DIR": str(tmp_path / "demo"), "DATABASE_URL": database_url})
    wiring = open_wiring(settings, render_workers=2)
    upgrade_to_head(wiring.database)
    yield wiring
    close_wiring()
    wirings.use(before)


def counts(database: Database) -> dict[str, int]:
    with database.reading() as db:
        return {
            table.name: db.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables.metadata.sorted_tables
        }


def order_of(db: Session, street: str) -> Order:
    return db.exec(pick(Order).where(Order.street == street)).one()


def test_the_demo_shows_everything_a_portal_can_hold(wired: Wiring, lean: tuple[Planned, ...]) -> None:
    now = utc_now()
    assert seeding.seed(wired, now=now)
    with wired.database.reading() as db:
        assert {order.status for order in db.exec(pick(Order))} == set(OrderStatus)
        sights = {planned.street: gate_of(db, order_of(db, planned.street).listing_id) for planned in lean}
        assert sights["2208 Point Reyes Court, Unit 14B"].sight is Sight.MARKED
        assert sights["412 Lanternkeeper Lane"].sight is Sight.SMALL
        assert sights["88 Pescadero Heights"].sight is Sight.OPEN
        assert sights["1650 Rancho San Carlos Meadowbrook Road"].sight is Sight.OPEN
        ready = db.exec(pick(Asset.state)).all()
        assert set(ready) == {AssetState.READY}
        assert all(fact.at <= now for fact in db.exec(pick(Fact)))


@pytest.mark.usefixtures("lean")
def test_seeding_twice_adds_nothing(wired: Wiring) -> None:
    seeding.seed(wired, now=utc_now())
    before = counts(wired.database)
    assert not seeding.seed(wired, now=utc_now() + timedelta(days=3))
    assert counts(wired.database) == before


def test_a_seeding_that_broke_midway_is_completed_by_the_next(
    wired: Wiring, lean: tuple[Planned, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_args, **_kwargs) -> None:
        raise KeyboardInterrupt

    for name in ("_order", "_upload", "_hand_over"):
        with monkeypatch.context() as patched:
            patched.setattr(seeding, name, break_off)
            with pytest.raises(KeyboardInterrupt):
                seeding.seed(wired, now=utc_now())
        if name == "_order":
            assert counts(wired.database)["studio"] == 0, "the first part is one transaction"
    seeding.seed(wired, now=utc_now())
    with wired.database.reading() as db:
        statuses = Counter(order.status for order in db.exec(pick(Order)))
    assert statuses[OrderStatus.COMPLETED] == sum(planned.ends in DELIVERED for planned in lean)
    assert counts(wired.database)["asset"] == sum(bool(planned.photos) + len(planned.beside) for planned in lean)


# After midnight in UTC, before midnight at Harbor Light, and at its breakfast.
MOMENTS = ["00:30", "07:55", "17:00"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_only_news_is_left_for_the_worker(
    wired: Wiring, lean: tuple[Planned, ...], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    newest = {planned.studio: planned for planned in lean if planned.ends is Ends.LOCKED}
    monkeypatch.setattr(seeding, "ORDERS", [*newest.values(), *(planned for planned in lean if not planned.photos)])
    now = datetime.fromisoformat(f"2026-11-23T{moment}+00:00")
    seeding.seed(wired, now=now)
    with wired.database.reading() as db:
        assert all(fact.at <= now for fact in db.exec(pick(Fact)))
        facts = {fact.id: fact.kind for fact in db.exec(pick(Fact))}
        waiting = db.exec(pick(Work.payload).where(Work.state == WorkState.WAITING, Work.kind == "react"))
        kinds = Counter(facts[payload["fact_id"]] for payload in waiting)
    assert kinds["listing.delivered"] == 1, "the mailbox shows the mail of the newest delivery"
    assert kinds["order.accepted"] == 0, "and not two months of older ones"


@pytest.mark.parametrize("day", ["2026-11-23", "2026-03-08", "2026-03-10", "2026-11-01", "2026-11-03"])
def test_at_every_hour_of_a_day_one_delivery_is_news(day: str) -> None:
    """Also when the clocks were changed yesterday, today or tomorrow; nobody is handed photos before they were taken."""
    for quarter in range(4 * 24):
        now = datetime.fromisoformat(f"{day}T00:07+00:00") + quarter * timedelta(minutes=15)
        at = {planned: seeding.delivered_at(planned, now) for planned in ORDERS if planned.ends in DELIVERED}
        assert [planned.street for planned in at if at[planned] > now - seeding.NEWS] == ["2208 Point Reyes Court, Unit 14B"], now
        for planned in at:
            zone = seeding.PLANS[planned.studio].zone
            assert (
                timedelta(hours=20) < at[planned] - at_wall_time(seeding.wished(planned, zone, now), zone) < timedelta(hours=30)
            )


@pytest.mark.usefixtures("lean")
def test_everybody_signs_in_with_the_printed_password(wired: Wiring) -> None:
    seeding.seed(wired, now=utc_now())
    for plan in STUDIOS:
        with wired.database.reading() as db:
            studio_id = db.exec(pick(Studio.id).where(Studio.slug == plan.slug, Studio.is_demo)).one()
            assert {studio_by_host(db, f"{host}:3000", "").slug for host in plan.hosts} == {plan.slug}
        for person in plan.people[:2]:
            assert sign_in(wired.database.unit_of_work, studio_id, person.email, plan.password, now=utc_now())


def test_the_two_studios_look_different() -> None:
    assert (HARBOR.accent, HARBOR.mark, HARBOR.scene) != (BLUEBIRD.accent, BLUEBIRD.mark, BLUEBIRD.scene)
    assert HARBOR.zone != BLUEBIRD.zone
    assert "localhost" in HARBOR.hosts


TWENTY_PICTURES = """
from PIL import Image
large = Image.effect_noise((4096, 2732), 60).convert("RGB")
for _ in range(20):
    large.resize((2048, 1366), Image.Resampling.LANCZOS)
"""


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of_floor() -> float:
    """Seconds this machine needs now to make twenty large pictures smaller, in a process of its own."""
    before = cpu_of_children()
    subprocess.run([sys.executable, "-c", TWENTY_PICTURES], check=True)
    return cpu_of_children() - before


@pytest.mark.slow
def test_a_killed_seeding_is_completed(tmp_path: Path, full: bool) -> None:
    """The real command, killed at several moments, then left to finish."""
    environ = {**os.environ, "PORTAL_DATA_DIR": str(tmp_path / "demo")}
    command = [sys.executable, "-m", "portal_app", "demo"]
    for after in (1.5, 3.0, 5.0, 7.0) if full else (5.0,):
        started = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(after)
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
    floor, before = cpu_of_floor(), cpu_of_children()
    said = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert cpu_of_children() - before < 10 * floor, "its photos, their sizes and its story: six times the floor when all is quiet"
    assert HARBOR.password in said.stdout
    assert "bluebird.localhost:3000" in said.stdout
    database = Database(f"sqlite:///{tmp_path / 'demo' / 'portal.db'}")
    with database.reading() as db:
        assert set(db.exec(pick(Asset.state))) == {AssetState.READY}
    assert counts(database)["asset"] == sum(len(planned.photos) + len(planned.beside) for planned in ORDERS)
    database.close()
    assert {path.name for path in (tmp_path / "demo" / "brand").iterdir()} == {"harbor.jpg", "bluebird.jpg"}
