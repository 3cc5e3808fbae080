"""What mails say about whose a listing is."""

from __future__ import annotations

from portal_app.domain.notifications.letters import Button, Letter, OrderWords


def transferred(order: OrderWords, link: str) -> Letter:
    """To who has a listing now: the way to it."""
    return Letter(
        subject=f"Yours now: {order.street}",
        preheader="The studio moved this listing to you.",
        title="This listing is yours now",
        paragraphs=(f"{order.street}, {order.town}. The studio moved it to you, with what was ordered, paid and delivered.",),
        button=Button("See the listing", link),
        closing=("This link opens the listing without signing in: whoever has it can pay and download.",),
    )
