"""What mails say about whose a listing is, and how long its files are kept."""

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


def ends_soon(order: OrderWords, until: str, link: str, *, is_studio: bool) -> Letter:
    """Before files are put away: until when they are there."""
    more = "Keep them longer on the listing’s page." if is_studio else "Download what you want to keep."
    return Letter(
        subject=f"Files kept until {until}: {order.street}",
        preheader=f"The files of {order.street} are kept until {until}.",
        title=f"Files are kept until {until}",
        paragraphs=(f"{order.street}, {order.town}. After that day they are put away. {more}",),
        button=Button("Open the listing", link),
    )


def put_away(order: OrderWords, until: str, link: str, *, is_studio: bool) -> Letter:
    """Files were put away: until when they can come back."""
    how = (
        "One click on the listing’s page brings them back." if is_studio else "The studio can bring them back: answer this mail."
    )
    return Letter(
        subject=f"Files put away: {order.street}",
        preheader=f"They can come back until {until}.",
        title=f"Files can come back until {until}",
        paragraphs=(
            f"{order.street}, {order.town}. The time for which the files were kept is over. {how} Then they are deleted.",
        ),
        button=Button("Open the listing", link),
    )
