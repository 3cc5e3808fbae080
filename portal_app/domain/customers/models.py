"""Customers. A guest's record has no account until the mailbox is proven."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import instant


class Customer(SQLModel, table=True):
    """Who orders. One account may hold several records: its own, and those it claimed from guest orders."""

    __tablename__ = "customer"
    __table_args__ = (Index("ix_customer_email", "studio_id", "email_key"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    name: str
    email: str
    email_key: str
    phone: str = ""
    company: str = ""
    created_at: datetime = instant()
