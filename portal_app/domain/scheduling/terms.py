"""What somebody who books is told of how this studio is booked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from portal_app.core.viewer import Viewer
from portal_app.domain.scheduling.models import Timing
from portal_app.domain.scheduling.policies import policy_of


@dataclass(frozen=True, slots=True)
class BookingTerms:
    """`tip_shares` are basis points separated by spaces; `*_is_asked`: a wish may be sent when no time can be offered.
    `pay_basis_points` of the total are paid at booking, while the time is held."""

    timing: str = Timing.REQUIRED
    horizon_days: int = 60
    outside_is_asked: bool = True
    full_is_asked: bool = True
    tip_shares: str = ""
    pay_basis_points: int = 0
    hold_minutes: int = 15
    member_confirms: bool = False


def booking_terms(db: Session, by: Viewer) -> BookingTerms:
    """The studio's rules as far as they are everybody's to know."""
    policy = policy_of(db, by.studio_id)
    return BookingTerms(
        timing=policy.timing,
        horizon_days=policy.horizon_days,
        outside_is_asked=policy.outside_is_asked,
        full_is_asked=policy.full_is_asked,
        tip_shares=policy.tip_basis_points,
        pay_basis_points=policy.pay_basis_points,
        hold_minutes=policy.hold_minutes,
        member_confirms=policy.member_confirms,
    )
