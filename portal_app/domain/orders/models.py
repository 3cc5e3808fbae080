"""Orders keep their address, their customer's name and their prices as they were when placed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.catalog.pricing import ChargeKind
from portal_app.domain.columns import filled, instant, one_of


class OrderStatus(StrEnum):
    """See workflow.py for the allowed moves."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Wish(StrEnum):
    """When the customer would like it. EXACT has an appointment; the others wait until the studio finds a time."""

    EXACT = "exact"
    SOON = "soon"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Entry(StrEnum):
    """How the photographer gets in. Only a lockbox and a door have a code."""

    UNSAID = ""
    MEET = "meet"
    LOCKBOX = "lockbox"
    DOOR_CODE = "door_code"
    OPEN = "open"


class Order(SQLModel, table=True):
    """A request for services at one listing. Amounts in minor units of `currency`:
    total = subtotal - discount + fees + travel + tax + tip.

    `wish_on` is the day of a wish that is not exact, None for any day. `lat` and `lon` say where the property is, as
    exactly as `placed_by` knows: a postcode, a town, or a person's word. The entry code is sealed, and emptied after the
    visit. `upfront_cents` of the total are due while the order is pending: its time is booked once they are paid.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("studio_id", "number", name="uq_orders_number"),
        UniqueConstraint("studio_id", "request_key", name="uq_orders_request"),
        Index("ix_orders_newest", "studio_id", "placed_at", "id"),
        Index("ix_orders_status", "studio_id", "status", "placed_at", "id"),
        Index("ix_orders_customer", "customer_id", "placed_at", "id"),
        one_of("status", OrderStatus, "orders"),
        one_of("wish", Wish, "orders"),
        one_of("entry", Entry, "orders"),
        ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name="fk_orders_coupon"),
        CheckConstraint(
            "total_cents = subtotal_cents - discount_cents + fees_cents + travel_cents + tax_cents + tip_cents"
            " AND subtotal_cents >= 0 AND discount_cents BETWEEN 0 AND subtotal_cents"
            " AND fees_cents >= 0 AND travel_cents >= 0 AND tip_cents >= 0",
            name="ck_orders_total",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id")
    number: int
    request_key: str
    customer_id: int = Field(foreign_key="customer.id")
    listing_id: int = Field(foreign_key="listing.id", index=True)
    status: str = OrderStatus.PENDING
    customer_name: str
    street: str
    town: str
    area: int | None = None
    access_notes: str = ""
    phone: str = filled("")
    wish: str = filled(Wish.EXACT.value)
    wish_on: date | None = None
    lat: float | None = None
    lon: float | None = None
    placed_by: str = filled("")
    entry: str = filled("")
    entry_code_box: bytes | None = None
    coupon_id: int | None = None
    currency: str
    subtotal_cents: int
    discount_cents: int = filled(0)
    fees_cents: int = filled(0)
    travel_cents: int = filled(0)
    tip_cents: int = filled(0)
    upfront_cents: int = filled(0)
    tax_cents: int
    total_cents: int
    placed_at: datetime = instant()
    accepted_at: datetime | None = instant(default=None)
    completed_at: datetime | None = instant(default=None)
    canceled_at: datetime | None = instant(default=None)


class OrderLine(SQLModel, table=True):
    """One service, package or add-on on an order, priced as it was quoted; without a service: the price of an answer.

    `terms` keeps what it was priced by, so that the order can be added up again when a line joins or goes.
    """

    __tablename__ = "order_line"
    __table_args__ = (UniqueConstraint("order_id", "position", name="uq_order_line_position"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    service_id: int | None = Field(default=None, foreign_key="service.id")
    position: int
    name: str
    detail: str = ""
    quantity: int = 1
    unit_cents: int
    total_cents: int
    minutes: int
    is_twilight: bool = filled(False)
    terms: str = filled("")


class OrderCharge(SQLModel, table=True):
    """One discount, fee, travel fee, tax line or tip of an order, frozen with its name when the order was placed.

    `amount_cents` is positive for every kind; a discount is taken off. A tax line says of how much (`base_cents`) it took
    which share (`basis_points`). Late fees join later and count among the order's fees.
    """

    __tablename__ = "order_charge"
    __table_args__ = (
        UniqueConstraint("order_id", "position", name="uq_order_charge_position"),
        one_of("kind", ChargeKind, "order_charge"),
        CheckConstraint("amount_cents >= 0", name="ck_order_charge_positive"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    position: int
    kind: str
    name: str
    basis_points: int = 0
    base_cents: int = 0
    amount_cents: int
    terms: str = filled("")


class OrderAnswer(SQLModel, table=True):
    """A question of the studio and its answer, as they were; `price_cents` stands on the order as a line of its own."""

    __tablename__ = "order_answer"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    position: int
    prompt: str
    answer: str
    price_cents: int = 0


class CouponUse(SQLModel, table=True):
    """A coupon used by an order; given back when the order is canceled."""

    __tablename__ = "coupon_use"
    __table_args__ = (UniqueConstraint("order_id", name="uq_coupon_use_order"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    coupon_id: int = Field(foreign_key="coupon.id", index=True)
    order_id: int = Field(foreign_key="orders.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    at: datetime = instant()
    given_back_at: datetime | None = instant(default=None)


class OrderLink(SQLModel, table=True):
    """A secret address of an order's status page. Only the fingerprint of its token is kept."""

    __tablename__ = "order_link"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None)
