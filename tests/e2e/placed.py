"""Orders with a visit, placed past the screens: for the stories that begin where booking ends."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlmodel import select

from portal_app.core.clock import local, utc_now
from portal_app.core.viewer import guest_viewer
from portal_app.db import Database
from portal_app.domain.catalog.models import Service
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.queries import viewer_from
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.links import link_of_order
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import GuestRequest, OrderRequest, place_order
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import Purpose
from portal_app.domain.scheduling.queries import find_openings
from tests.e2e.conftest import Portal

ZONE, PLACE = "America/Los_Angeles", Place(36.6177, -121.9166)


def execute(portal: Portal, statement: str, *values: object) -> list[tuple]:
    """One statement past everything."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=20)) as db, db:
        return db.execute(statement, values).fetchall()


@dataclass(frozen=True, slots=True)
class Placed:
    """An order of Harbor Light: its number, when the photographer comes, and the secret of its page."""

    number: int
    starts_at: datetime
    token: str


def placed(portal: Portal, street: str, *, by_account: str = "") -> Placed:
    """Signature photos in the first free hour from the day after tomorrow on, by a guest or by whose account this is."""
    now = utc_now()
    database = Database(portal.database_url)
    try:
        with database.unit_of_work() as db:
            whose = select(Account).where(Account.email == by_account, Account.studio_id == 1)
            account = db.exec(whose).first() if by_account else None  # an account that was closed has no address either
            by = viewer_from(account, None) if account else guest_viewer(1)
            guest = None if account else GuestRequest("Gina Guest", f"{uuid4().hex[:8]}@elsewhere.example")
            service = db.exec(select(Service.public_id).where(Service.name == "Signature photos", Service.studio_id == 1)).one()
            starts_at = _first_free(db, now)
            wall = local(starts_at, ZONE).replace(tzinfo=None)
            asked = OrderRequest(
                uuid4().hex, street, "Pacific Grove, CA 93950", "1500", (service,), wall, guest=guest, takes_cards=False,
                place=PLACE,
            )  # fmt: skip
            number = place_order(db, by, asked, now=now)
            order = db.exec(select(Order).where(Order.number == number, Order.studio_id == 1)).one()
            return Placed(number, starts_at, link_of_order(db, order, now=now))
    finally:
        database.close()


def _first_free(db, now: datetime) -> datetime:
    first = local(now, ZONE).date() + timedelta(days=2)
    asked = VisitAsk(
        minutes=90, purpose=Purpose.VISIT, service_ids=frozenset(), place=PLACE, zone=ZONE, first=first,
        last=first + timedelta(days=12),
    )  # fmt: skip
    return next(start.at for day in find_openings(db, guest_viewer(1), asked, now=now) for start in day.starts)
