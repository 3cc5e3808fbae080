"""What stands beneath the amount of an order: when it is due, and what paying it does for the photos."""

import pytest

from portal_app.core.words import in_a_row
from portal_app.domain.billing.balance import Balance
from portal_app.domain.delivery.gate import Sight
from portal_app.ui.shared.money_cards import money_card

pytestmark = pytest.mark.proof("payments-13")

OPENS = "Due now. Your photos open moments after the payment."


@pytest.mark.parametrize(
    ("status", "due", "sight", "words"),
    [
        ("pending", 0, Sight.NOTHING, "Nothing is due until the studio accepts your order."),
        ("pending", 5000, Sight.NOTHING, "Due now, so that your time is booked."),
        ("accepted", 5000, Sight.NOTHING, "Due now. Once it is paid, your photos are open from the moment they are delivered."),
        ("completed", 5000, Sight.MARKED, OPENS),
        ("completed", 5000, Sight.SMALL, OPENS),
        ("completed", 5000, Sight.OPEN, "Due now. Your photos are open already."),
        ("completed", 0, Sight.OPEN, "Paid in full. Nothing more is due."),
        ("canceled", 5000, Sight.NOTHING, "This order is canceled. Only the late fee is due."),
    ],
)
def test_the_words_follow_what_the_customer_meets(status: str, due: int, sight: Sight, words: str) -> None:
    card = money_card(status, Balance(5000, 0, due, 0), "USD", sight=sight, is_on_its_way=False)
    assert card.note == words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("completed", "Paid in full. $12.00 more than it costs was paid and is yours:"),
        ("canceled", "This order is canceled. $12.00 of what was paid is yours:"),
        ("pending", "You paid $62.00 at booking."),
    ],
)
def test_who_paid_too_much_hears_whose_it_is(status: str, words: str) -> None:
    card = money_card(status, Balance(5000, 6200, 0, 1200), "USD", sight=Sight.OPEN, is_on_its_way=False)
    assert card.note.startswith(words)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["Signature photos"], "Signature photos"),
        (["Signature photos", "Twilight set", "HDR tour", "X"], "Signature photos, twilight set, HDR tour, x"),
    ],
)
def test_names_in_a_row(names: list[str], words: str) -> None:
    assert in_a_row(names) == words
