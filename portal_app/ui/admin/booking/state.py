"""How the studio is booked, as it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_typed
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Permission
from portal_app.domain.catalog.typed import share_typed
from portal_app.domain.scheduling.models import BookingPolicy
from portal_app.domain.scheduling.ruling import NUMBERS, SWITCHES, own_policy, save_policy
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of


@dataclass(frozen=True)
class PolicyCard:
    """What the fields begin with."""

    timing: str = ""
    strategy: str = ""
    windows: str = ""
    interval_minutes: str = ""
    horizon_days: str = ""
    buffer_before_minutes: str = ""
    buffer_after_minutes: str = ""
    change_hours: str = ""
    cancel_hours: str = ""
    drive_factor_percent: str = ""
    drive_kmh: str = ""
    hold_minutes: str = ""
    accepts_by_itself: str = ""
    member_confirms: str = ""
    outside_is_asked: str = ""
    full_is_asked: str = ""
    late_is_allowed: str = ""
    notice_hours: str = ""
    pay: str = ""
    late_fee: str = ""
    most_moves: str = ""
    cutoff_days: str = ""
    cutoff_time: str = ""


class BookingRules(Base):
    """One form; what was typed stays in it until it is saved. It `began_with` these rules: others are another form."""

    policy: PolicyCard = PolicyCard()
    began_with: str = ""
    loaded: bool = False

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Read the rules afresh."""
        self.policy = policy_card(await ask(own_policy, viewer_of(self)), self.studio.currency)
        self.began_with = fingerprint(repr(self.policy))
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save every rule at once."""
        self.field_errors = {}
        typed = {name: str(value) for name, value in form.items()}
        try:
            await act(save_policy, viewer_of(self), typed, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("The rules are saved. New bookings follow them; visits that stand stay.")
        return None


def policy_card(policy: BookingPolicy, currency: str) -> PolicyCard:
    """The rules as they are typed."""
    hours = f"{policy.notice_minutes / 60:.2f}".rstrip("0").rstrip(".")
    return PolicyCard(
        timing=policy.timing,
        strategy=policy.strategy,
        windows=policy.windows,
        notice_hours=hours,
        pay=share_typed(policy.pay_basis_points),
        late_fee=money_typed(policy.late_fee_cents, currency) if policy.late_fee_cents else "",
        most_moves="" if policy.most_moves is None else str(policy.most_moves),
        cutoff_days="" if policy.cutoff_days is None else str(policy.cutoff_days),
        cutoff_time=f"{policy.cutoff_minute // 60:02d}:{policy.cutoff_minute % 60:02d}",
        **{name: str(getattr(policy, name)) for name in NUMBERS},
        **{name: "on" if getattr(policy, name) else "off" for name in SWITCHES},
    )
