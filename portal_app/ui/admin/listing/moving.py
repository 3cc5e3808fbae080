"""Giving a listing to another customer: found, chosen, asked, done."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.listing.state import ListingDesk as S
from portal_app.ui.admin.listing.state import TakerCard
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import choice, error_line, search_field
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import setting
from portal_app.ui.shared.session import may

WORDS = (
    "To another agent or team: with its orders, what was paid on them, and their history. Invoices that were sent stay with "
    "whoever got them. Old links end."
)


def transfer_part() -> rx.Component:
    """A search and what it found."""
    find = search_field(
        "Search customers",
        key="taker",
        placeholder="Name or email",
        default_value=S.looked_for,
        on_change=S.look_for.debounce(250),
    )
    wrong = rx.cond(S.field_errors["taker"], error_line(S.field_errors["taker"]), rx.fragment())
    none = rx.cond(S.looked_for, rx.el.p("Nobody else here is called so.", class_name="small quiet"), rx.fragment())
    rows = rx.el.fieldset(rx.el.legend("Who gets it", class_name="label"), rx.foreach(S.found, _one), class_name="offers picks")
    move = button("Move the listing", on_click=S.ask_first(True), disabled=S.taker == "")
    part = setting(
        "Another customer",
        WORDS,
        rx.el.div(
            rx.el.div(find, key=f"{S.searches}"), wrong, rx.cond(S.found, rx.fragment(rows, move), none), class_name="stack"
        ),
        key="moving",
    )
    return rx.cond(may(Permission.ACCEPT_ORDERS) & may(Permission.SEE_CUSTOMERS), part, rx.fragment())


def _one(card: rx.Var[TakerCard]) -> rx.Component:
    return choice(
        card.name, name="who", value=card.id, checked=S.taker == card.id, detail=card.caption, on_change=S.choose_taker(card.id)
    )


def transfer_question() -> rx.Component:
    """What follows, before it happens."""
    asked = confirm(
        f"Move it to {S.taker_name}?",
        "They see and pay its orders from now on, and get a mail with a link. Who has it now does not see it anymore.",
        is_open=S.asking,
        keep="Leave it",
        on_keep=S.ask_first(False),
        act="Move the listing",
        on_act=S.transfer,
    )
    return rx.cond(may(Permission.ACCEPT_ORDERS), asked, rx.fragment())
