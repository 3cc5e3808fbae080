"""Listings as cards."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.domain.delivery.showing import ListingCard


@dataclass(frozen=True)
class Card:
    """A listing card, ready to draw."""

    href: str = ""
    street: str = ""
    town: str = ""
    state: str = ""
    cover: str = ""
    cover_large: str = ""
    counts: str = ""
    waiting: str = ""
    is_locked: bool = False
    whose: str = ""
    note: str = ""


def card_of(listing: ListingCard, at: str = "/listings") -> Card:
    """The read model in words, leading to its page below `at`; before a delivery two dates stand where the photo will be."""
    return Card(
        href=f"{at}/{listing.public_id}",
        street=listing.street,
        town=listing.town,
        state=listing.state,
        cover=listing.cover_url,
        cover_large=listing.cover_large_url or listing.cover_url,
        counts=listing.what_words,
        waiting=f"Appointment {listing.appointment_words}" if listing.appointment_words else "Time to be confirmed",
        is_locked=listing.is_locked,
        whose=listing.whose,
        note=listing.cover_note,
    )
