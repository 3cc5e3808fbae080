"""A wish in words."""

from datetime import date

import pytest

from portal_app.domain.orders.models import Wish
from portal_app.domain.orders.wishes import wish_words

DAY = date(2026, 12, 3)


@pytest.mark.proof("booking-05")
@pytest.mark.parametrize(
    ("wish", "on", "words"),
    [
        ("exact", None, ""),
        ("exact", DAY, ""),
        ("soon", None, "As soon as possible"),
        ("soon", DAY, "Thu 3 Dec, at any time"),
        ("morning", None, "In the morning"),
        ("evening", DAY, "In the evening, Thu 3 Dec"),
    ],
)
def test_a_wish_in_words(wish: str, on: date | None, words: str) -> None:
    assert wish_words(wish, on) == words


def test_every_wish_has_words() -> None:
    assert all(wish_words(wish, None) for wish in Wish if wish is not Wish.EXACT)
