"""Rows of the catalog, of the calendar, and of what an order carries from both."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, select

from portal_app.core.tokens import fingerprint
from portal_app.domain.catalog.models import (
    AddOnPlace,
    Coupon,
    CouponService,
    Fee,
    Question,
    QuestionChoice,
    Service,
    TaxGroup,
    TaxRate,
    Variant,
)
from portal_app.domain.orders.models import CouponUse, Order, OrderAnswer, OrderCharge, OrderLink
from portal_app.domain.scheduling.models import (
    Appointment,
    BookingPolicy,
    CrewMember,
    DayHours,
    Decline,
    ServiceArea,
    ServiceSkill,
    TimeOff,
    TravelTier,
    WeeklyHours,
)


def on_order(db: Session, order: Order, visit: Appointment, now: datetime) -> None:
    """What an order keeps beside its lines, and what happened to its visit."""
    here = {"studio_id": order.studio_id, "order_id": order.id}
    order.phone, order.placed_by, order.entry, order.entry_code_box = "x", "x", "lockbox", b"x"
    visit.arrival, visit.assigned_because, visit.overrides = "x", "x", "x"
    db.flush()
    db.add_all(
        [
            OrderCharge(position=0, kind="fee", name="x", amount_cents=0, **here),
            OrderAnswer(position=0, prompt="x", answer="x", **here),
            OrderLink(token_hash=fingerprint(f"zz9-order_link-{order.id}-token"), created_at=now, **here),
        ]
    )  # fmt: skip
    if order.status == "pending":  # whoever declined is not asked again, and an accepted visit is to move here
        db.add(Decline(studio_id=order.studio_id, appointment_id=visit.id, member_id=visit.member_id, reason="x", at=now))


def of_studio(db: Session, studio_id: int, member_id: int, now: datetime) -> None:
    """What one studio sells beside services, how it is booked, and the calendar of one member."""
    here = {"studio_id": studio_id}
    who = {"member_id": member_id, **here}
    service = db.exec(select(Service.id).where(Service.studio_id == studio_id, Service.kind == "service")).first()
    order = db.exec(select(Order).where(Order.studio_id == studio_id)).first()
    coupon = Coupon(public_id=f"coupon{studio_id}", code="X", amount=1000, **here)
    question = Question(public_id=f"question{studio_id}", prompt="x", hint="x", kind="choice", **here)
    group = TaxGroup(public_id=f"group{studio_id}", name="x", **here)
    area = ServiceArea(public_id=f"area{studio_id}", name="x", postcodes="x", is_active=False, **here)
    db.add_all([coupon, question, group, area])
    db.flush()
    far = now + timedelta(days=300)
    db.add_all(
        [
            Fee(public_id=f"fee{studio_id}", name="x", amount=100, is_active=False, **here),
            TaxRate(tax_group_id=group.id, name="x", basis_points=100),
            CouponService(coupon_id=coupon.id, service_id=service),
            QuestionChoice(question_id=question.id, label="x"),
            Variant(service_id=service, public_id=f"variant{studio_id}", name="x", is_active=False),
            AddOnPlace(add_on_id=service, category="x"),
            CouponUse(coupon_id=coupon.id, order_id=order.id, customer_id=order.customer_id, at=now, **here),
            TravelTier(area_id=area.id, fee_cents=100),
            CrewMember(base_words="x", **who),
            WeeklyHours(weekday=6, starts_minute=0, ends_minute=1, **who),
            DayHours(day=far.date(), **who),
            TimeOff(public_id=f"off{studio_id}", starts_at=far, ends_at=far + timedelta(days=1), reason="x", **who),
            ServiceSkill(service_id=service, **who),
            BookingPolicy(**here),
        ]
    )
    db.flush()
