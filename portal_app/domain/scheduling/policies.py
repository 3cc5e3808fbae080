"""How a studio is booked: its saved rules, or those every studio starts with."""

from __future__ import annotations

from sqlmodel import Session

from portal_app.domain.scheduling.models import BookingPolicy


def policy_of(db: Session, studio_id: int) -> BookingPolicy:
    """The studio's booking rules; the defaults where none were saved."""
    return db.get(BookingPolicy, studio_id) or BookingPolicy(studio_id=studio_id)
