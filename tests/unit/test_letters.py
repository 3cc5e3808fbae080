"""What the mails say and how they are dressed."""

from __future__ import annotations

import re
from html import unescape

import pytest

from portal_app.domain.notifications import letters, money_letters
from portal_app.domain.notifications.dressing import Brand, dress
from portal_app.domain.notifications.letters import OrderWords, Row
from portal_app.domain.studios.accent import contrast

ORDER = OrderWords(
    studio="Harbor Light",
    base="https://harbor.example",
    number=1042,
    customer="Carl <b>Nakamura</b>",
    street="12 Cypress Way",
    town="Carmel-by-the-Sea, CA 93923",
    when="Thu 26 Nov, 9:30 – 11:15 am (Pacific time)",
    rows=(Row("Signature photos", "$389.00", "up to 3,500 sq ft"), Row("Tax", "$12.25")),
    total_cents=40125,
    currency="USD",
)
LINK = "https://harbor.example/l/abc"
EVERY = {
    "verify": letters.code_to_verify("Harbor Light", "482913", 15),
    "reset": letters.code_to_reset("Harbor Light", "482913", 15),
    "known": letters.code_for_known("Harbor Light", "482913", 15),
    "new address": letters.code_for_new_address("Harbor Light", "482913", 15),
    "taken": letters.address_taken("Harbor Light", "https://harbor.example"),
    "link": letters.link_to_enter("Harbor Light", "https://harbor.example/enter/abc", 15),
    "security": letters.security_changed("Harbor Light", "https://harbor.example", "Your password was changed"),
    "moved": letters.address_moved("Harbor Light"),
    "deleted": letters.account_deleted("Harbor Light"),
    "placed": letters.order_placed(ORDER),
    "arrived": letters.order_placed_to_studio(ORDER),
    "accepted": letters.order_accepted(ORDER),
    "delivered": letters.delivered(ORDER, what="36 photos", due_cents=0, is_locked=False, message="", link=LINK),
    "locked": letters.delivered(ORDER, what="36 photos", due_cents=40125, is_locked=True, message="<i>Enjoy</i>", link=LINK),
    "receipt": money_letters.receipt(ORDER, paid_cents=40125, due_cents=0),
    "receipt of several": money_letters.receipt_of_several(
        "Harbor Light",
        "https://harbor.example",
        (money_letters.PaidWords("Order 1001, 1 <i>Pine</i> St", 40125, 0), money_letters.PaidWords("Invoice 0007", 5000, 2500)),
        "USD",
    ),
    "refund": money_letters.refunded(
        "Order 1001, 1 Pine St", LINK, cents="$9.00", by_debit=False, reason="A <b>blurred</b> photo", studio="Harbor Light"
    ),
    "refund failed": money_letters.refund_failed("Order 1001, 1 Pine St", LINK, cents="$9.00", problem="It came back."),
    "refund of several": money_letters.refund_unallocated(
        LINK, cents="$9.00", bills=("Order 1001, 1 <i>Pine</i> St", "Invoice 7")
    ),
    "disputed": money_letters.disputed(
        "Order 1001, 1 Pine St", LINK, cents="$9.00", reason="They did not pay.", answer_by="Thu 26 Nov"
    ),
    "dispute won": money_letters.dispute_decided("Order 1001, 1 Pine St", LINK, cents="$9.00", is_won=True),
    "odd": money_letters.odd_payment("Order 1001, 1 Pine St, Carl", LINK, paid="$9.00", over="$1.00", problem=""),
}


def brand(accent: str = "#17596a") -> Brand:
    return Brand("Harbor Light", accent, "hello@harbor.example", ("Harbor Light LLC", "Monterey, CA", "(831) 555-0142"))


@pytest.mark.parametrize("name", EVERY)
def test_every_letter_has_two_bodies_small_enough_and_says_the_same(name: str) -> None:
    letter = EVERY[name]
    text, html = dress(letter, brand())
    assert len(html.encode()) < 20_000
    assert "!" not in letter.subject + letter.title + "".join(letter.paragraphs)
    for words in (letter.title, *(row.amount for row in letter.rows), letter.code, letter.button.url if letter.button else ""):
        assert words in text
        assert words in unescape(html)
    assert letter.preheader in unescape(html)
    assert "(831) 555-0142" in text
    assert "prefers-color-scheme:dark" in html


def test_what_people_typed_is_text() -> None:
    assert "<i>Enjoy</i>" in dress(EVERY["locked"], brand())[0]
    assert "&lt;i&gt;Enjoy&lt;/i&gt;" in dress(EVERY["locked"], brand())[1]
    assert "Carl &lt;b&gt;Nakamura" in dress(EVERY["arrived"], brand())[1]


@pytest.mark.parametrize("accent", ["#17596a", "#b8860b", "#ffffff", "#000000", "#ffee00"])
def test_the_button_is_readable_in_any_accent(accent: str) -> None:
    html = dress(EVERY["placed"], brand(accent))[1]
    fill = re.search(r'class="button" style="background:(#\w{6})', html)[1]
    ink = re.search(r"font-weight:600;color:(#\w{6});text-decoration:none", html)[1]
    assert fill == accent
    assert contrast(fill, ink) >= 4.5


def test_a_locked_delivery_says_what_is_due_and_what_paying_opens() -> None:
    letter = EVERY["locked"]
    assert letter.paragraphs[1] == "$401.25 is due. Downloads open once it is paid."
    assert letter.button.label == "See the photos and pay $401.25"
    assert EVERY["delivered"].button.label == "See and download the photos"
    assert (
        letters.delivered(ORDER, what="1 photo", due_cents=0, is_locked=False, message="", link=LINK).title == "1 photo is ready"
    )
    both = letters.delivered(ORDER, what="1 photo, 1 3D tour", due_cents=0, is_locked=False, message="", link=LINK)
    assert both.title == "1 photo, 1 3D tour are ready"
