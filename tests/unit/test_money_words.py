"""What stands beneath the amount of an order: when it is due, and what paying it does for the photos."""

import pytest

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
