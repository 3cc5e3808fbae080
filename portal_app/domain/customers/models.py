"""Customers and their teams. A guest's record has no account until the mailbox is proven."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant, one_of


class TeamRole(StrEnum):
    """An admin sees, orders and pays for every member; a member sees what is their own."""

    MEMBER = "member"
    ADMIN = "admin"


class Customer(SQLModel, table=True):
    """Who orders. One account may hold several records: its own, those it claimed from guest orders, one per team.

    A record with a team belongs to that team: its admins see it, and its person only while they are a member.
    `copy_to` are addresses, one per line, that get a copy of every mail about this record's orders.
    """

    __tablename__ = "customer"
    __table_args__ = (
        ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_customer_team"),
        Index("ix_customer_email", "studio_id", "email_key"),
        Index(
            "uq_customer_in_team",
            "team_id",
            "account_id",
            unique=True,
            sqlite_where=text("team_id IS NOT NULL AND account_id IS NOT NULL"),
            postgresql_where=text("team_id IS NOT NULL AND account_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    team_id: int | None = Field(default=None, index=True)
    name: str
    email: str
    email_key: str
    phone: str = ""
    company: str = ""
    copy_to: str = filled("")
    created_at: datetime = instant()


class Team(SQLModel, table=True):
    """Customers who share orders, listings and billing. A closed one has no members; its history stays."""

    __tablename__ = "team"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    name: str
    created_at: datetime = instant()
    closed_at: datetime | None = instant(default=None)


class TeamMember(SQLModel, table=True):
    """One person in one team, until `left_at`."""

    __tablename__ = "team_member"
    __table_args__ = (
        one_of("role", TeamRole, "team_member"),
        Index(
            "uq_team_member_now",
            "team_id",
            "account_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_team_member_account", "account_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    team_id: int = Field(foreign_key="team.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    role: str
    joined_at: datetime = instant()
    left_at: datetime | None = instant(default=None)
