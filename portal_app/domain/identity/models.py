"""Who can sign in at a studio, and what proves it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from portal_app.core.viewer import Role
from portal_app.domain.columns import filled, instant, one_of


class Purpose(StrEnum):
    """What a mailed code is good for."""

    VERIFY = "verify"
    RESET = "reset"
    CHANGE_EMAIL = "change_email"
    ENTER = "enter"


class Waits(StrEnum):
    """What a session still waits for before it is anybody's: nothing, the second step, or setting one up."""

    NOTHING = ""
    SECOND_STEP = "second_step"
    SET_UP = "set_up"


OPEN_INVITATION = "accepted_at IS NULL AND revoked_at IS NULL AND team_id IS {}"


class Account(SQLModel, table=True):
    """A sign-in at one studio. One account per studio has proven an address; any number may claim to own it.

    Whoever signs up gets an account of their own, unproven, whether or not the address is known: so nobody learns which
    addresses are. Proving the mailbox brings them together. A closed account keeps its row for history, and no address.
    """

    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_email", "studio_id", "email_key"),
        Index(
            "uq_account_proven_email",
            "studio_id",
            "email_key",
            unique=True,
            sqlite_where=text("verified_at IS NOT NULL AND closed_at IS NULL"),
            postgresql_where=text("verified_at IS NOT NULL AND closed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    name: str
    email: str
    email_key: str
    password_hash: str
    verified_at: datetime | None = instant(default=None)
    suspended_at: datetime | None = instant(default=None)
    closed_at: datetime | None = instant(default=None)
    created_at: datetime = instant()
    totp_box: bytes | None = Field(default=None, sa_type=LargeBinary)
    totp_since: datetime | None = instant(default=None)
    totp_last_step: int = filled(0)
    is_demo: bool = False


class Membership(SQLModel, table=True):
    """A person working at the studio, and as what. `granted` and `withheld` are permissions, one per word."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("account_id", name="uq_membership_account"),
        one_of("role", Role, "membership"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id")
    role: str
    granted: str = filled("")
    withheld: str = filled("")
    joined_at: datetime | None = instant(default=None)
    left_at: datetime | None = instant(default=None)


class SignInSession(SQLModel, table=True):
    """A signed-in browser. Only the SHA-256 of its token is kept.

    While it `waits_for` something it is nobody's: only the page of the second step knows whose it will be.
    `view_as_account_id` is the customer whose eyes its owner, a member of the studio, looks through.
    """

    __tablename__ = "sign_in_session"
    __table_args__ = (ForeignKeyConstraint(["view_as_account_id"], ["account.id"], name="fk_session_view_as"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = instant()
    seen_at: datetime = instant()
    ends_at: datetime = instant()
    ended_at: datetime | None = instant(default=None)
    device: str = ""
    place: str = filled("")
    waits_for: str = filled("")
    proven_at: datetime | None = instant(default=None)
    view_as_account_id: int | None = None


class MailedCode(SQLModel, table=True):
    """A typed code or a link that proves a mailbox: hashed, few tries, short life, used once.

    `new_email` is the address that a change of address must prove.
    """

    __tablename__ = "mailed_code"
    __table_args__ = (one_of("purpose", Purpose, "mailed_code"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    purpose: str
    email_key: str
    new_email: str = filled("")
    code_hash: str = Field(index=True)
    created_at: datetime = instant()
    ends_at: datetime = instant()
    tries_left: int = 5
    used_at: datetime | None = instant(default=None)


class Passkey(SQLModel, table=True):
    """A WebAuthn credential: its public key and the count of its uses, as the device told it."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("studio_id", "credential_id", name="uq_passkey_credential"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    credential_id: str
    public_key: bytes = Field(sa_type=LargeBinary)
    sign_count: int = 0
    name: str
    created_at: datetime = instant()
    used_at: datetime | None = instant(default=None)


class Challenge(SQLModel, table=True):
    """A question only the holder of a passkey can answer: asked once, good for minutes. Only its SHA-256 is kept."""

    __tablename__ = "challenge"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    challenge_hash: str = Field(unique=True)
    created_at: datetime = instant()
    ends_at: datetime = instant()
    used_at: datetime | None = instant(default=None)


class RecoveryCode(SQLModel, table=True):
    """One of a member's spare codes for the day the phone is gone: hashed, used once."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    code_hash: str
    created_at: datetime = instant()
    used_at: datetime | None = instant(default=None)


class Invitation(SQLModel, table=True):
    """An address asked to work at the studio (`team_id` empty, `role` of the studio) or to join a team (its role).

    Its link proves the mailbox. Only the SHA-256 of the token is kept, made when its mail is written.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_to_studio",
            "studio_id",
            "email_key",
            unique=True,
            sqlite_where=text(OPEN_INVITATION.format("NULL")),
            postgresql_where=text(OPEN_INVITATION.format("NULL")),
        ),
        Index(
            "uq_invitation_to_team",
            "team_id",
            "email_key",
            unique=True,
            sqlite_where=text(OPEN_INVITATION.format("NOT NULL")),
            postgresql_where=text(OPEN_INVITATION.format("NOT NULL")),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    role: str
    name: str = ""
    email: str
    email_key: str = Field(index=True)
    invited_by: int = Field(foreign_key="account.id")
    token_hash: str = Field(default="", index=True)
    created_at: datetime = instant()
    sent_at: datetime = instant()
    ends_at: datetime = instant()
    accepted_at: datetime | None = instant(default=None)
    accepted_by: int | None = Field(default=None, foreign_key="account.id")
    revoked_at: datetime | None = instant(default=None)


class Attempt(SQLModel, table=True):
    """A counted try at something guessable: what slows down guessing, shared by every process."""

    __tablename__ = "attempt"

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id")
    key: str = Field(index=True)
    at: datetime = instant(index=True)
