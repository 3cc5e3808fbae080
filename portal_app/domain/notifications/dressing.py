"""Turns a letter into the two bodies of a mail: HTML in the studio's colors, and plain text."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from portal_app.domain.notifications.letters import Letter
from portal_app.domain.studios.accent import roles
from portal_app.domain.studios.models import Studio


@dataclass(frozen=True, slots=True)
class Brand:
    """Who writes: the name above, the signature beneath."""

    name: str
    accent: str
    email: str
    signature: tuple[str, ...]


_pages = Environment(
    loader=PackageLoader("portal_app.domain.notifications"),
    autoescape=lambda name: bool(name and name.endswith(".html")),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)


def brand_of(studio: Studio) -> Brand:
    """The studio as its mails show it."""
    signature = tuple(part for part in (studio.legal_name or studio.name, studio.place, studio.phone) if part)
    return Brand(name=studio.name, accent=studio.accent, email=studio.email, signature=signature)


def dress(letter: Letter, brand: Brand) -> tuple[str, str]:
    """Plain text and HTML."""
    words = {
        "letter": letter,
        "brand": brand,
        "light": roles(brand.accent, "light"),
        "dark": roles(brand.accent, "dark"),
    }
    return _pages.get_template("mail.txt").render(words), _pages.get_template("mail.html").render(words)
