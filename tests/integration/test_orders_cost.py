"""The orders page costs the same with ten orders as with ten thousand."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.billing.queries import due
from portal_app.domain.listings.models import Listing
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.queries import order_rows, status_counts
from portal_app.domain.scheduling.models import Appointment
from tests.conftest import NOW, Cast


def fill(database: Database, cast: Cast, first: int, count: int) -> None:
    """Add orders with a listing and an appointment each, newest last."""
    span = range(first, first + count)
    with database.unit_of_work() as db:
        listings = [
            {
                "id": i,
                "studio_id": cast.harbor,
                "customer_id": cast.carl_customer,
                "public_id": f"l{i}",
                "street": f"{i} Elm",
                "town": "T",
            }
            | {"created_at": NOW}
            for i in span
        ]
        orders = [
            {"id": i, "studio_id": cast.harbor, "number": i, "request_key": f"k{i}", "customer_id": cast.carl_customer}
            | {
                "listing_id": i,
                "status": "accepted",
                "customer_name": "Carl",
                "street": f"{i} Elm",
                "town": "T",
                "currency": "USD",
            }
            | {"access_notes": ""}
            | {"subtotal_cents": 100, "tax_cents": 0, "total_cents": 100, "placed_at": NOW + timedelta(seconds=i)}
            for i in span
        ]
        visits = [
            {"studio_id": cast.harbor, "order_id": i, "status": "requested", "starts_at": NOW, "zone": "UTC"}
            | {"ends_at": NOW + timedelta(hours=1)}
            for i in span
        ]
        for table, rows in ((Listing, listings), (Order, orders), (Appointment, visits)):
            db.execute(insert(table), rows)


def statements(database: Database, by: Viewer) -> int:
    """How many statements the orders page sends."""
    seen: list[str] = []

    def count(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        with database.reading() as db:
            page = order_rows(db, by)
            status_counts(db, by)
            due(db, [row.id for row in page.rows])
    finally:
        event.remove(database.engine, "before_cursor_execute", count)
    return len([statement for statement in seen if statement.startswith(("SELECT", "WITH"))])


@pytest.mark.proof("main-job-19")
@pytest.mark.parametrize("who", ["carl", "olive"])
def test_as_many_statements_for_ten_as_for_ten_thousand(database: Database, cast: Cast, who: str, full: bool) -> None:
    by = getattr(cast, who)
    fill(database, cast, 1, 10)
    few = statements(database, by)
    fill(database, cast, 11, 9_990 if full else 990)
    assert statements(database, by) == few <= 8
