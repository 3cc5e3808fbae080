"""Appointments, who comes when and where, and the two forms of the rule that nobody is in two places at once."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import DDL, CheckConstraint, Index, UniqueConstraint, event
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant, one_of


class AppointmentStatus(StrEnum):
    """REQUESTED is a wish; HELD and BOOKED occupy the photographer.

    HELD is a slot kept until `held_until`, or, without an end, one that its photographer has not confirmed yet.
    """

    REQUESTED = "requested"
    HELD = "held"
    BOOKED = "booked"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Purpose(StrEnum):
    """Twilight services are taken on a visit of their own, when the sun says so."""

    VISIT = "visit"
    TWILIGHT = "twilight"


class Appointment(SQLModel, table=True):
    """A photographer at a property from `starts_at` until `ends_at`, named in the property's zone.

    What nobody else may have is `blocked_from` to `blocked_until`: the visit with its buffers (without them: the visit
    alone). `lat` and `lon` are where it is, as known when it was taken, for the drive to the next one. `arrival` is the
    named window the customer chose, `assigned_because` says why this photographer.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        one_of("status", AppointmentStatus, "appointment"),
        one_of("purpose", Purpose, "appointment"),
        CheckConstraint("ends_at > starts_at", name="ck_appointment_span"),
        Index("ix_appointment_when", "studio_id", "starts_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="membership.id", index=True)
    status: str = AppointmentStatus.REQUESTED
    purpose: str = filled(Purpose.VISIT.value)
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    blocked_from: datetime | None = instant(default=None)
    blocked_until: datetime | None = instant(default=None)
    zone: str
    lat: float | None = None
    lon: float | None = None
    arrival: str = filled("")
    held_until: datetime | None = instant(default=None)
    confirmed_at: datetime | None = instant(default=None)
    started_at: datetime | None = instant(default=None)
    finished_at: datetime | None = instant(default=None)
    assigned_because: str = filled("")
    overrides: str = filled("")
    moves: int = filled(0)
    sequence: int = filled(0)


class Decline(SQLModel, table=True):
    """A photographer said no to an appointment, and why; they are not asked again for it."""

    __tablename__ = "decline"
    __table_args__ = (UniqueConstraint("appointment_id", "member_id", name="uq_decline_member"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    appointment_id: int = Field(foreign_key="appointment.id", index=True)
    member_id: int = Field(foreign_key="membership.id")
    reason: str
    at: datetime = instant()


class CrewMember(SQLModel, table=True):
    """How one member is booked. Lower priority goes first; the base is where their day starts and ends."""

    __tablename__ = "crew_member"

    member_id: int = Field(foreign_key="membership.id", primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    is_bookable: bool = True
    priority: int = 0
    base_lat: float | None = None
    base_lon: float | None = None
    base_words: str = ""
    last_assigned_at: datetime | None = instant(default=None)


class WeeklyHours(SQLModel, table=True):
    """When a member works, weekday by weekday (0 is Monday), in minutes after midnight of the studio's zone.

    Hours for twilight visits are kept apart: without any, a member takes no twilight visits."""

    __tablename__ = "weekly_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="ck_weekly_hours_day"),
        CheckConstraint(
            "0 <= starts_minute AND starts_minute < ends_minute AND ends_minute <= 1440", name="ck_weekly_hours_span"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    member_id: int = Field(foreign_key="membership.id", index=True)
    weekday: int
    starts_minute: int
    ends_minute: int
    is_twilight: bool = False


class DayHours(SQLModel, table=True):
    """One day that differs from the week: its rows replace the weekly hours; a row without times is a day off."""

    __tablename__ = "day_hours"
    __table_args__ = (
        CheckConstraint(
            "starts_minute IS NULL AND ends_minute IS NULL"
            " OR 0 <= starts_minute AND starts_minute < ends_minute AND ends_minute <= 1440",
            name="ck_day_hours_span",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    member_id: int = Field(foreign_key="membership.id", index=True)
    day: date = Field(index=True)
    starts_minute: int | None = None
    ends_minute: int | None = None
    is_twilight: bool = False


class TimeOff(SQLModel, table=True):
    """When a member is away. The reason is the studio's own business."""

    __tablename__ = "time_off"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ck_time_off_span"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    member_id: int = Field(foreign_key="membership.id", index=True)
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    reason: str = ""


class ServiceSkill(SQLModel, table=True):
    """A member who can do a service. A service nobody is named for can be done by everybody."""

    __tablename__ = "service_skill"

    service_id: int = Field(foreign_key="service.id", primary_key=True)
    member_id: int = Field(foreign_key="membership.id", primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)


class Shape(StrEnum):
    """How a service area is drawn."""

    RADIUS = "radius"
    POSTCODES = "postcodes"
    POLYGON = "polygon"


class ServiceArea(SQLModel, table=True):
    """Where the studio goes. Where areas overlap, the lowest priority number decides.

    `postcodes` are separated by spaces and may end in `*`; `polygon` is `lat,lon` pairs separated by spaces.
    """

    __tablename__ = "service_area"
    __table_args__ = (one_of("shape", Shape, "service_area"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    name: str
    priority: int = 0
    shape: str = Shape.RADIUS
    lat: float | None = None
    lon: float | None = None
    radius_m: int | None = None
    postcodes: str = ""
    polygon: str = ""
    is_active: bool = True


class TravelTier(SQLModel, table=True):
    """The travel fee of an area up to a distance from its center, or for each unit of distance; minor units."""

    __tablename__ = "travel_tier"
    __table_args__ = (CheckConstraint("fee_cents >= 0", name="ck_travel_tier_fee"),)

    id: int | None = Field(default=None, primary_key=True)
    area_id: int = Field(foreign_key="service_area.id", index=True)
    up_to_m: int | None = None
    fee_cents: int
    is_per_unit: bool = False


class Timing(StrEnum):
    """Whether a booking needs a time: always, if the customer likes, or never."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class Strategy(StrEnum):
    """Who comes when several could."""

    CLOSEST = "closest"
    PRIORITY = "priority"
    ROUND_ROBIN = "round_robin"


class BookingPolicy(SQLModel, table=True):
    """How one studio is booked. A studio without a row has these defaults.

    `windows` empty means exact times; else named windows, one per line: `Morning 8:00-12:00`. Windows to change or cancel
    are in hours before the visit, and, when `cutoff_days` is set, also until `cutoff_minute` of that many days before.
    `late_fee_cents` is what a change or cancellation inside the window costs where `late_is_allowed`.
    """

    __tablename__ = "booking_policy"
    __table_args__ = (
        one_of("timing", Timing, "booking_policy"),
        one_of("strategy", Strategy, "booking_policy"),
        CheckConstraint("interval_minutes BETWEEN 5 AND 240", name="ck_booking_policy_interval"),
        CheckConstraint("pay_basis_points BETWEEN 0 AND 10000", name="ck_booking_policy_pay"),
    )

    studio_id: int = Field(foreign_key="studio.id", primary_key=True)
    timing: str = Timing.REQUIRED
    windows: str = ""
    interval_minutes: int = 30
    notice_minutes: int = 24 * 60
    horizon_days: int = 60
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 15
    strategy: str = Strategy.PRIORITY
    accepts_by_itself: bool = False
    member_confirms: bool = False
    outside_is_asked: bool = True
    full_is_asked: bool = True
    pay_basis_points: int = 0
    hold_minutes: int = 15
    change_hours: int = 24
    cancel_hours: int = 24
    cutoff_days: int | None = None
    cutoff_minute: int = 17 * 60
    late_is_allowed: bool = False
    late_fee_cents: int = 0
    most_moves: int | None = 3
    tip_basis_points: str = "1000 1500 2000"
    drive_factor_percent: int = 130
    drive_kmh: int = 50


_CLASH = """SELECT RAISE(ABORT, 'slot_taken') WHERE NEW.member_id IS NOT NULL AND NEW.status IN ('held', 'booked') AND EXISTS (
  SELECT 1 FROM appointment a WHERE a.member_id = NEW.member_id AND a.id IS NOT NEW.id AND a.status IN ('held', 'booked')
  AND coalesce(a.blocked_from, a.starts_at) < coalesce(NEW.blocked_until, NEW.ends_at)
  AND coalesce(NEW.blocked_from, NEW.starts_at) < coalesce(a.blocked_until, a.ends_at));"""

NO_OVERLAP_SQLITE = (
    f"CREATE TRIGGER slot_taken_on_insert BEFORE INSERT ON appointment BEGIN {_CLASH} END",
    f"CREATE TRIGGER slot_taken_on_update BEFORE UPDATE ON appointment BEGIN {_CLASH} END",
)
NO_OVERLAP_POSTGRES = (
    """ALTER TABLE appointment ADD CONSTRAINT slot_taken EXCLUDE USING gist
    (int8range(member_id, member_id, '[]') WITH &&,
      tstzrange(coalesce(blocked_from, starts_at), coalesce(blocked_until, ends_at)) WITH &&)
    WHERE (status IN ('held', 'booked') AND member_id IS NOT NULL)""",
)

for _statement in NO_OVERLAP_SQLITE:
    event.listen(Appointment.__table__, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="sqlite"))
for _statement in NO_OVERLAP_POSTGRES:
    event.listen(Appointment.__table__, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="postgresql"))
