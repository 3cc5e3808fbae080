"""The studio writes how it is booked: every rule at once, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.catalog.typed import read_cents, read_count, read_share
from portal_app.domain.scheduling.models import BookingPolicy, Strategy, Timing
from portal_app.domain.scheduling.policies import policy_of
from portal_app.domain.scheduling.windows import windows_of
from portal_app.domain.studios.models import Studio

# Whole numbers: the field, its least and its most.
NUMBERS = {
    "interval_minutes": (5, 240), "horizon_days": (1, 365), "buffer_before_minutes": (0, 240), "buffer_after_minutes": (0, 240),
    "change_hours": (0, 720), "cancel_hours": (0, 720), "drive_factor_percent": (100, 300), "drive_kmh": (10, 130),
    "hold_minutes": (5, 60),
}  # fmt: skip
SWITCHES = ("accepts_by_itself", "member_confirms", "outside_is_asked", "full_is_asked", "late_is_allowed")
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def own_policy(db: Session, by: Viewer) -> BookingPolicy:
    """A copy of the rules as the studio edits them, to be read after the session is over. Raises NotAllowed."""
    require_settings(by)
    return BookingPolicy(**policy_of(db, by.studio_id).model_dump())


def save_policy(db: Session, by: Viewer, typed: Mapping[str, str], *, now: datetime) -> None:
    """Write the rules as typed, each by the name of its column; `notice_hours`, `pay` (percent), `cutoff_time` and
    `late_fee` in words of their own. Visits that stand stay. Raises NotAllowed, InvalidInput naming the field."""
    require_settings(by)
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    policy = policy_of(db, by.studio_id)
    read: dict[str, object] = {name: _number(typed, name, *span) for name, span in NUMBERS.items()}
    read |= {name: typed.get(name, "") == "on" for name in SWITCHES}
    read["timing"] = _one_of(typed, "timing", Timing)
    read["strategy"] = _one_of(typed, "strategy", Strategy)
    read["windows"] = _windows(typed.get("windows", ""))
    read["notice_minutes"] = _hours(typed.get("notice_hours", ""))
    read["pay_basis_points"] = read_share(typed.get("pay", "").strip() or "0", "pay")
    read["late_fee_cents"] = read_cents(typed.get("late_fee", ""), "late_fee", studio.currency)
    read["most_moves"] = read_count(typed.get("most_moves", ""), "most_moves", least=0, most=50)
    read["cutoff_days"] = read_count(typed.get("cutoff_days", ""), "cutoff_days", least=0, most=30)
    read["cutoff_minute"] = _clock(typed.get("cutoff_time", ""))
    before = {name: getattr(policy, name) for name in read}
    for name, value in read.items():
        setattr(policy, name, value)
    db.add(policy)
    changed = sorted(name for name, value in read.items() if before[name] != value)
    if changed:
        record(db, by, "policy.changed", now=now, details={"what": ", ".join(name.replace("_", " ") for name in changed)})


def save_tips(db: Session, by: Viewer, typed: str, *, now: datetime) -> None:
    """The tips that are suggested, in percent; none means that no tip is suggested. Raises NotAllowed, InvalidInput."""
    require_settings(by)
    db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    shares = [read_share(each, "tips") for each in re.split(r"[\s,;]+", typed.replace(" %", "%")) if each]
    if len(shares) > 4 or len(set(shares)) < len(shares) or 0 in shares:
        raise InvalidInput("tips", "Type up to four different percentages above 0, for example 10, 15, 20.")
    policy = policy_of(db, by.studio_id)
    policy.tip_basis_points = " ".join(str(each) for each in sorted(shares))
    db.add(policy)
    record(db, by, "tips.changed", now=now, details={"name": ", ".join(f"{each / 100:g}%" for each in sorted(shares)) or "none"})


def _number(typed: Mapping[str, str], field: str, least: int, most: int) -> int:
    text = typed.get(field, "").strip()
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise InvalidInput(field, f"Type a whole number from {least} to {most}.")
    return int(text)


def _one_of(typed: Mapping[str, str], field: str, words: type[Timing] | type[Strategy]) -> str:
    if typed.get(field, "") not in set(words):
        raise InvalidInput(field, "Choose one of these.")
    return typed[field]


def _windows(typed: str) -> str:
    if len(typed) > 1_000:
        raise InvalidInput("windows", "These are too many windows. Keep to a few a day.")
    try:
        windows_of(typed)
    except ValueError as wrong:
        raise InvalidInput("windows", str(wrong)) from wrong
    return "\n".join(line.strip() for line in typed.splitlines() if line.strip())


def _hours(typed: str) -> int:
    text = typed.strip()
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text, re.ASCII) or Decimal(text) > 720:
        raise InvalidInput("notice_hours", "Type hours from 0 to 720, for example 24 or 1.5.")
    return int(Decimal(text) * 60)


def _clock(typed: str) -> int:
    found = CLOCK.fullmatch(typed.strip())
    if found is None:
        raise InvalidInput("cutoff_time", "Type a time of day, for example 17:00.")
    return int(found[1]) * 60 + int(found[2])
