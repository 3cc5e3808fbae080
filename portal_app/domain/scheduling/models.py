"""Appointments, and the two forms of the rule that nobody is in two places at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import DDL, CheckConstraint, event
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import instant, one_of


class AppointmentStatus(StrEnum):
    """REQUESTED is a wish; HELD and BOOKED occupy the photographer."""

    REQUESTED = "requested"
    HELD = "held"
    BOOKED = "booked"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Appointment(SQLModel, table=True):
    """A photographer at a property from `starts_at` until `ends_at`, named in the property's zone."""

    __tablename__ = "appointment"
    __table_args__ = (
        one_of("status", AppointmentStatus, "appointment"),
        CheckConstraint("ends_at > starts_at", name="ck_appointment_span"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="membership.id", index=True)
    status: str = AppointmentStatus.REQUESTED
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    zone: str


_CLASH = """SELECT RAISE(ABORT, 'slot_taken') WHERE NEW.member_id IS NOT NULL AND NEW.status IN ('held', 'booked') AND EXISTS (
  SELECT 1 FROM appointment a WHERE a.member_id = NEW.member_id AND a.id IS NOT NEW.id AND a.status IN ('held', 'booked')
  AND a.starts_at < NEW.ends_at AND NEW.starts_at < a.ends_at);"""

NO_OVERLAP_SQLITE = (
    f"CREATE TRIGGER slot_taken_on_insert BEFORE INSERT ON appointment BEGIN {_CLASH} END",
    f"CREATE TRIGGER slot_taken_on_update BEFORE UPDATE ON appointment BEGIN {_CLASH} END",
)
NO_OVERLAP_POSTGRES = (
    """ALTER TABLE appointment ADD CONSTRAINT slot_taken EXCLUDE USING gist
    (int8range(member_id, member_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (status IN ('held', 'booked') AND member_id IS NOT NULL)""",
)

for _statement in NO_OVERLAP_SQLITE:
    event.listen(Appointment.__table__, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="sqlite"))
for _statement in NO_OVERLAP_POSTGRES:
    event.listen(Appointment.__table__, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="postgresql"))
