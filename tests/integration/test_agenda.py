"""The studio's calendar: what stands in it, for whom, and what reading it costs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from portal_app.core.errors import NotAllowed
from portal_app.core.viewer import Permission, Viewer
from portal_app.db import Database
from portal_app.domain.orders.agenda import Entry, EntryKind, between
from portal_app.domain.orders.models import OrderLine
from portal_app.domain.scheduling.hours import take_time_off
from portal_app.domain.scheduling.models import Appointment, AppointmentStatus
from tests.conftest import NOW, Cast
from tests.integration.builders import make_order

pytestmark = pytest.mark.proof("booking-12")

WEEK = NOW, NOW + timedelta(days=7)


def entries(database: Database, by: Viewer, member_ids: list[int] | None = None) -> list[Entry]:
    with database.reading() as db:
        return between(db, by, *WEEK, member_ids=member_ids, now=NOW)


def visit(database: Database, by: Viewer, order_id: int, at: datetime, status: str = "booked", **more) -> None:
    with database.unit_of_work() as db:
        db.add(
            Appointment(
                studio_id=by.studio_id, order_id=order_id, member_id=by.member_id, status=status, zone="UTC", starts_at=at,
                ends_at=at + timedelta(hours=1), **more,
            )
        )  # fmt: skip


def test_it_holds_visits_wishes_holds_and_time_off_but_nothing_that_is_over(database: Database, cast: Cast) -> None:
    order = make_order(database, cast.harbor, cast.carl_customer, status="accepted")
    with database.unit_of_work() as db:
        line = {"order_id": order.id, "studio_id": cast.harbor, "unit_cents": 100, "total_cents": 100, "minutes": 60}
        db.add_all([OrderLine(position=n, name=name, **line) for n, name in enumerate(("Photos", "Plan"))])
        take_time_off(db, cast.olive, cast.olive.member_id, NOW + timedelta(hours=1), NOW + timedelta(hours=9), "away", now=NOW)
    day = timedelta(days=1)
    visit(database, cast.pia, order.id, NOW + day)
    visit(database, cast.pia, order.id, NOW + 2 * day, AppointmentStatus.CANCELED)
    visit(database, replace(cast.pia, member_id=None), order.id, NOW + 3 * day, AppointmentStatus.REQUESTED)
    visit(database, cast.pia, order.id, NOW + 4 * day, AppointmentStatus.HELD, held_until=NOW + timedelta(minutes=5))
    visit(database, cast.pia, order.id, NOW + 5 * day, AppointmentStatus.HELD, held_until=NOW)
    visit(database, cast.pia, order.id, NOW + 9 * day)
    theirs = make_order(database, cast.bluebird, cast.ollie_customer, status="accepted")
    visit(database, cast.omar, theirs.id, NOW + day, AppointmentStatus.HELD)

    found = entries(database, cast.olive)
    assert [(e.kind, e.status, e.member, e.number, e.services) for e in found] == [
        (EntryKind.OFF, "", "Olive Marchetti", 0, ""),
        (EntryKind.VISIT, "booked", "Pia Okonkwo-Reyes", 1001, "Photos, Plan"),
        (EntryKind.VISIT, "requested", "", 1001, "Photos, Plan"),
        (EntryKind.VISIT, "held", "Pia Okonkwo-Reyes", 1001, "Photos, Plan"),
    ]
    assert [e.kind for e in entries(database, cast.olive, [cast.olive.member_id])] == [EntryKind.OFF, EntryKind.VISIT]
    assert [e.status for e in entries(database, cast.olive, [])] == ["requested"]
    assert [e.kind for e in entries(database, cast.omar)] == [EntryKind.VISIT]


def test_photographers_see_everybodys_visits_no_amounts_and_not_why_somebody_is_away(database: Database, cast: Cast) -> None:
    order = make_order(database, cast.harbor, cast.carl_customer)
    with database.unit_of_work() as db:
        take_time_off(db, cast.olive, cast.olive.member_id, NOW, NOW + timedelta(hours=9), "surgery", now=NOW)
    visit(database, cast.olive, order.id, NOW + timedelta(days=1))
    off, seen = entries(database, cast.pia)
    assert (off.reason, off.is_theirs_to_keep, seen.street) == ("", False, "1187 Ocean View Blvd")
    assert "cents" not in repr(seen)
    assert entries(database, cast.olive)[0].reason == "surgery"
    for by in (cast.carl, cast.ollie, replace(cast.pia, withheld=frozenset({Permission.SEE_ORDERS}), role="customer")):
        with pytest.raises(NotAllowed):
            entries(database, by)


def test_five_hundred_entries_cost_three_statements_like_five(database: Database, cast: Cast) -> None:
    def cost() -> tuple[int, int]:
        sent: list[str] = []

        def count(_connection, _cursor, statement, *_rest) -> None:
            sent.append(statement)

        event.listen(database.engine, "before_cursor_execute", count)
        found = len(entries(database, cast.olive))
        event.remove(database.engine, "before_cursor_execute", count)
        return found, len([one for one in sent if one.lstrip().upper().startswith("SELECT")])

    order = make_order(database, cast.harbor, cast.carl_customer)
    for hours in range(5):
        visit(database, replace(cast.pia, member_id=None), order.id, NOW + timedelta(hours=hours), "requested")
    few = cost()
    with database.unit_of_work() as db:
        db.add_all(
            Appointment(
                studio_id=cast.harbor, order_id=order.id, status="requested", zone="UTC", starts_at=NOW + timedelta(minutes=n),
                ends_at=NOW + timedelta(minutes=n + 60),
            )
            for n in range(495)
        )  # fmt: skip
    assert (few, cost()) == ((5, 3), (500, 3))
