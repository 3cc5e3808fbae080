"""Who can sign in at a studio, and what proves it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.core.viewer import Role
from portal_app.domain.columns import instant, one_of


class Purpose(StrEnum):
    """What a mailed code is good for."""

    VERIFY = "verify"
    RESET = "reset"


class Account(SQLModel, table=True):
    """A sign-in at one studio. The address is kept as typed and, lower-cased, unique per studio."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("studio_id", "email_key", name="uq_account_email"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    name: str
    email: str
    email_key: str
    password_hash: str
    verified_at: datetime | None = instant(default=None)
    suspended_at: datetime | None = instant(default=None)
    created_at: datetime = instant()
    is_demo: bool = False


class Membership(SQLModel, table=True):
    """A person working at the studio, and as what."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("account_id", name="uq_membership_account"),
        one_of("role", Role, "membership"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    role: str
    left_at: datetime | None = instant(default=None)


class SignInSession(SQLModel, table=True):
    """A signed-in browser. Only the SHA-256 of its token is kept."""

    __tablename__ = "sign_in_session"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = instant()
    seen_at: datetime = instant()
    ends_at: datetime = instant()
    ended_at: datetime | None = instant(default=None)
    device: str = ""


class MailedCode(SQLModel, table=True):
    """A typed code that proves a mailbox: hashed, few tries, short life, used once."""

    __tablename__ = "mailed_code"
    __table_args__ = (one_of("purpose", Purpose, "mailed_code"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    purpose: str
    email_key: str
    code_hash: str
    created_at: datetime = instant()
    ends_at: datetime = instant()
    tries_left: int = 5
    used_at: datetime | None = instant(default=None)


class Attempt(SQLModel, table=True):
    """A counted try at something guessable: what slows down guessing, shared by every process."""

    __tablename__ = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id")
    key: str = Field(index=True)
    at: datetime = instant(index=True)
