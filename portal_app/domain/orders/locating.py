"""Where an order's property is, as exactly as somebody knows: found at booking, or set by the studio's own hand."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.listings.places import Place, PlaceFinder, typed_point
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.queries import visible
from portal_app.domain.orders.service import locked_order
from portal_app.domain.scheduling.going import home_of
from portal_app.domain.scheduling.service import relocate


def place_of_order(db: Session, by: Viewer, number: int) -> Place | None:
    """None while nobody knows it. Raises NotFound when the order is not the viewer's to see."""
    order = db.exec(visible(by).where(Order.number == number)).first()
    if order is None:
        raise NotFound
    return Place(order.lat, order.lon, order.placed_by) if order.lat is not None and order.lon is not None else None


def set_place(db: Session, by: Viewer, number: int, typed: str, finder: PlaceFinder, *, now: datetime) -> Place:
    """Say where the property is: coordinates, a town or a postcode. The order's travel fee stays as it was placed.

    Raises NotFound, NotAllowed, InvalidInput for `place`.
    """
    order = locked_order(db, by, number, Permission.ACCEPT_ORDERS)
    place = typed_point(typed) or finder.find(order.street, typed, home_of(db, by))
    if place is None:
        raise InvalidInput("place", "This is not on our map. Type a town with its state, a ZIP code, or two numbers.")
    order.lat, order.lon, order.placed_by = place.lat, place.lon, place.how
    relocate(db, order.id or 0, place)
    record(
        db, by, "order.located", now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id,
        details={"number": order.number, "place": f"{place.lat:g}, {place.lon:g}"},
    )  # fmt: skip
    return place
