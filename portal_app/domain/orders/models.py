"""Orders keep their address, their customer's name and their prices as they were when placed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import instant, one_of


class OrderStatus(StrEnum):
    """See workflow.py for the allowed moves."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Order(SQLModel, table=True):
    """A request for services at one listing. Amounts in minor units of `currency`; total = subtotal + tax."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("studio_id", "number", name="uq_orders_number"),
        UniqueConstraint("studio_id", "request_key", name="uq_orders_request"),
        Index("ix_orders_newest", "studio_id", "placed_at", "id"),
        Index("ix_orders_status", "studio_id", "status", "placed_at", "id"),
        Index("ix_orders_customer", "customer_id", "placed_at", "id"),
        one_of("status", OrderStatus, "orders"),
        CheckConstraint("total_cents = subtotal_cents + tax_cents AND subtotal_cents >= 0", name="ck_orders_total"),
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
    currency: str
    subtotal_cents: int
    tax_name: str = ""
    tax_basis_points: int = 0
    tax_cents: int
    total_cents: int
    placed_at: datetime = instant()
    accepted_at: datetime | None = instant(default=None)
    completed_at: datetime | None = instant(default=None)
    canceled_at: datetime | None = instant(default=None)


class OrderLine(SQLModel, table=True):
    """One service, package or add-on on an order, priced as it was quoted."""

    __tablename__ = "order_line"
    __table_args__ = (UniqueConstraint("order_id", "position", name="uq_order_line_position"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    service_id: int = Field(foreign_key="service.id")
    position: int
    name: str
    detail: str = ""
    quantity: int = 1
    unit_cents: int
    total_cents: int
    minutes: int
