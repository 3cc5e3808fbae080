"""How the security page shows what its owner has: passkeys and browsers, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from portal_app.core.clock import day_words, when_words
from portal_app.domain.identity.queries import PasskeyRow, SessionRow


@dataclass(frozen=True)
class KeyCard:
    """One passkey."""

    id: int
    name: str
    words: str


@dataclass(frozen=True)
class BrowserCard:
    """One signed-in browser."""

    id: int
    device: str
    words: str
    is_this: bool


def key_card(row: PasskeyRow, zone: str) -> KeyCard:
    """`Added Thu 26 Nov, last used Fri 27 Nov, 9:30 am`"""
    used = f"last used {when_words(row.used_at, zone)}" if row.used_at else "not used yet"
    return KeyCard(row.id, row.name, f"Added {day_words(row.created_at, zone)}, {used}")


def browser_card(row: SessionRow, zone: str) -> BrowserCard:
    """`Last seen Thu 26 Nov, 9:30 am, from 203.0.113.x`"""
    seen = "In use now" if row.is_this else f"Last seen {when_words(row.seen_at, zone)}"
    return BrowserCard(row.id, row.device, f"{seen}{place_words(row.place)}", row.is_this)


def place_words(block: str) -> str:
    """The neighborhood a browser signed in from, as far as it is known."""
    if not block:
        return ""
    return f", from {block.removesuffix('.0/24')}.x" if block.endswith(".0/24") else f", from {block.partition('/')[0]}"


def since_words(at: datetime | None, zone: str) -> str:
    """Since when a second step is on; nothing while it is off."""
    return f"On since {day_words(at, zone)}." if at else ""


def file_of(codes: list[str], studio: str) -> str:
    """The spare codes as a file to keep, for the address of a link."""
    text = f"Recovery codes for {studio}. Each works once.\n\n" + "\n".join(codes) + "\n"
    return f"data:text/plain;charset=utf-8,{quote(text)}"
