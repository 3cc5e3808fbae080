"""`/account/cards`: a customer's cards on file."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import crumb, empty, note, page_head, setting
from portal_app.ui.components.icons import icon
from portal_app.ui.portal.cards.state import Cards as S
from portal_app.ui.shared.layout import portal_shell
from portal_app.ui.shared.session import Base

KEPT = (
    "The payment service keeps the numbers; here we only know the last four digits. The studio may charge a card on file "
    "for what you ordered, and you get a receipt each time."
)
THEIRS = "You are looking through a customer’s eyes. Their cards are theirs alone to add and to remove."


def page() -> rx.Component:
    """The cards, and how to add one."""
    head = page_head(rx.fragment(crumb("Account", "/account", "Cards"), rx.el.h1("Cards")))
    theirs = rx.cond(Base.me.behind != "", note(THEIRS, drawing="lock"), rx.fragment())
    return portal_shell(head, theirs, rx.cond(S.failed, _failed(), _known()), _removing(), ready=S.loaded)


def _failed() -> rx.Component:
    return rx.el.div(
        note("The payment service does not answer, so your cards cannot be shown. Nothing happened to them.", tone="wait"),
        rx.el.div(button("Look again", on_click=S.load)),
        class_name="stack",
    )


def _known() -> rx.Component:
    none = rx.cond(
        S.takes_cards,
        empty("card", "No saved card", "Save one here, or tick the box while you pay.", _add("main")),
        empty(
            "card", "No saved card", "This studio keeps no cards. You enter yours each time you pay.",
            link_button("Go to your invoices", "/invoices"),
        ),
    )  # fmt: skip
    rows = rx.el.ul(rx.foreach(S.rows, _card), class_name="own")
    more = rx.cond(S.takes_cards, _add(), rx.fragment())
    return rx.cond(S.rows, setting("On file", KEPT, rows, more, key="on-file"), none)


def _add(kind: str = "plain") -> rx.Component:
    """Off while the connection is lost, or for whoever only looks through these eyes."""
    off = has_connection_errors | (Base.me.behind != "")
    words = {"busy": S.going, "busy_label": "Opening the card page"}
    return button("Add a card", kind=kind, drawing="plus", disabled=off, on_click=S.add, **words)


def _card(card: rx.Var) -> rx.Component:
    first = rx.el.span("Charged first", class_name="small strong this-one")
    acts = rx.el.div(
        rx.cond(card.is_default, first, _quiet("Charge first", card.name, on_click=S.choose(card.id))),
        _quiet("Remove", card.name, on_click=S.ask_removal(card.id)),
        class_name="row gap-1 acts",
    )
    named = rx.el.span(
        rx.el.span(card.name, class_name="strong"), rx.el.span(card.words, class_name="small quiet"), class_name="grow"
    )
    return rx.el.li(icon("card"), named, acts, key=card.id)


def _quiet(label: str, what: rx.Var, **props) -> rx.Component:
    words = rx.fragment(label, rx.el.span(" ", what, class_name="hide"))
    return button(words, kind="soft", disabled=Base.me.behind != "", **props)


def _removing() -> rx.Component:
    return confirm(
        "Remove this card?",
        rx.fragment(rx.el.b(S.chosen), " can pay nothing here anymore. What it paid stays paid."),
        is_open=S.removing != "",
        keep="Keep it",
        on_keep=S.ask_removal(""),
        act="Remove card",
        on_act=S.remove(S.removing),
    )
