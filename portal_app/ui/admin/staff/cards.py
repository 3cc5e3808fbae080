"""The studio's people and who is invited, ready to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from portal_app.core.clock import day_words, local, when_words
from portal_app.core.viewer import SWITCHES, Permission, Role
from portal_app.domain.identity.queries import InvitationRow, MemberRow
from portal_app.ui.shared.order_cards import initials

ROLE_WORDS = {"photographer": "Photographer", "editor": "Editor", "admin": "Admin", "owner": "Owner"}

SWITCH_WORDS = {
    Permission.SEE_MONEY: ("See prices", "Amounts of orders, payments and what is due"),
    Permission.DELIVER: ("Deliver", "Hand photos over to the customer"),
    Permission.REFUND: ("Refund", "Pay money back"),
    Permission.CHARGE: ("Charge cards", "Take a payment from a saved card"),
    Permission.REPORTS: ("Reports", "Figures of the whole studio"),
    Permission.SETTINGS: ("Settings", "Brand, payments and how the studio works"),
    Permission.VIEW_AS: ("View as customer", "See what a customer sees; both names are recorded"),
}


@dataclass(frozen=True)
class SwitchCard:
    """One thing this member may or may not."""

    name: str
    title: str
    consequence: str
    is_on: bool


@dataclass(frozen=True)
class MemberCard:
    """One person who works here."""

    id: int
    name: str
    email: str
    initials: str
    role: str
    role_words: str
    seen: str
    second_step: str
    is_me: bool
    is_suspended: bool
    is_owner: bool
    switches: list[SwitchCard] = field(default_factory=list)


@dataclass(frozen=True)
class FormerCard:
    """One person who no longer works here."""

    name: str
    initials: str
    caption: str


@dataclass(frozen=True)
class InvitedCard:
    """One invitation that waits for an answer."""

    id: str
    name: str
    initials: str
    email: str
    role_words: str
    caption: str
    is_over: bool


def member_card(row: MemberRow, zone: str) -> MemberCard:
    """A member in words."""
    return MemberCard(
        id=row.id,
        name=row.name,
        email=row.email,
        initials=initials(row.name),
        role=row.role,
        role_words=ROLE_WORDS.get(row.role, row.role),
        seen=f"Last seen {when_words(row.seen_at, zone)}" if row.seen_at else "Has not signed in yet",
        second_step="Second step on" if row.has_second_step else "No second step",
        is_me=row.is_me,
        is_suspended=row.is_suspended,
        is_owner=row.role == Role.OWNER,
        switches=[SwitchCard(str(each), *SWITCH_WORDS[each], each in row.permissions) for each in SWITCHES],
    )


def former_card(row: MemberRow, zone: str) -> FormerCard:
    """Somebody who left: as what, and until when."""
    until = f" until {_day(row.left_at, zone)}" if row.left_at else ""
    return FormerCard(row.name, initials(row.name), f"{ROLE_WORDS.get(row.role, row.role)}{until}")


def invited_card(row: InvitationRow, zone: str, now: datetime) -> InvitedCard:
    """An invitation: who sent it, and how long its link is good."""
    left = -(-(row.ends_at - now).total_seconds() // 86400)
    span = "tomorrow" if left <= 1 else f"in {left:.0f} days"
    ends = (
        f"its link ended on {_day(row.ends_at, zone)}" if row.is_over else f"its link ends {span}, on {_day(row.ends_at, zone)}"
    )
    sent = f"Sent {day_words(row.sent_at, zone)} by {row.invited_by}; {ends}."
    return InvitedCard(
        row.public_id, row.name, initials(row.name), row.email, ROLE_WORDS.get(row.role, row.role), sent, row.is_over
    )


def _day(at: datetime, zone: str) -> str:
    there = local(at, zone)
    return f"{there.day} {there:%b} {there.year}"
