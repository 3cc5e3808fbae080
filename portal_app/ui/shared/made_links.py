"""A customer's links to some photos, as the customer's list and the studio's say them."""

from __future__ import annotations

from portal_app.domain.delivery.shared_links import SharedCard
from portal_app.ui.components.made_links import LinkLine


def link_line(card: SharedCard, here: str) -> LinkLine:
    """A link in words; `here` is the studio's address."""
    said = (card.what_words, card.until_words, card.by_words)
    address = f"{here}{card.path}" if card.path else ""
    return LinkLine(card.public_id, card.label, address, " · ".join(filter(None, said)), card.used_words, card.is_open)
