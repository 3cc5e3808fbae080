"""`/admin/payments`: money without a bill, refunds that are not through, disputes."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.payments.state import AdminPayments as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import empty, page_head, section
from portal_app.ui.components.links import go
from portal_app.ui.components.status import CHECK, CROSS, HALF, LATE, RING, sign
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import may

SIGNS = {
    "sending": ("On its way", (RING, HALF), "accepted"),
    "failed": ("Failed", (CROSS,), "overdue"),
    "disputed": ("Disputed", (LATE,), "overdue"),
    "won": ("Won", (CHECK,), "paid"),
    "lost": ("Lost", (CROSS,), "void"),
}


def page() -> rx.Component:
    """What waits, each row beside its remedy."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    check = button("Check now", on_click=S.check_now, busy=S.checking, busy_label="Asking")
    return rx.fragment(
        page_head(rx.el.h1("Payments"), check, under=rx.el.p(S.summary, class_name="quiet")),
        rx.cond(S.unplaced | S.refunds | S.disputes, _lists(), _nothing()),
        _which_bill(),
        rx.cond(may(Permission.REFUND), _how_much(), rx.fragment()),
    )


def _nothing() -> rx.Component:
    return empty(
        "check", "Every payment has its bill.", "Money that fits no bill, refunds on their way and disputes appear here."
    )


def _lists() -> rx.Component:
    return rx.el.div(
        _list("Without a bill", S.unplaced, _unplaced, "unplaced"),
        _list("Disputes", S.disputes, _dispute, "disputes"),
        _list("Refunds", S.refunds, _refund, "refunds"),
        class_name="stack gap-7",
    )


def _list(title: str, cards: rx.Var, row, key: str) -> rx.Component:
    shown = section(title, rx.el.ul(rx.foreach(cards, row), class_name="wait"), key=key, apart=False)
    return rx.cond(cards, shown, rx.fragment())


def _unplaced(card: rx.Var) -> rx.Component:
    place = button("Give to a bill", kind="main", on_click=S.ask_bill(card.entry))
    back = rx.cond(may(Permission.REFUND), button("Give back", on_click=S.ask_back(card.entry)), rx.fragment())
    acts = rx.el.div(
        rx.cond(card.is_refund, rx.fragment(), back), rx.cond(card.can_be_placed, place, rx.fragment()), class_name="row"
    )
    return rx.el.li(_what((card.amount,), card.caption, rx.el.p(card.why, class_name="small")), acts, key=card.entry)


def _refund(card: rx.Var) -> rx.Component:
    again = button("Try again", on_click=S.ask_back(card.entry))
    may_again = rx.cond(may(Permission.REFUND), rx.el.div(again, class_name="row"), rx.fragment())
    reason = rx.cond(card.reason, rx.el.p("“", card.reason, "”", class_name="small quiet"), rx.fragment())
    what = _what((card.amount, " for ", _bill(card.bill)), card.caption, reason, _standing(card))
    return rx.el.li(what, rx.cond(card.entry, may_again, rx.fragment()), key=card.id)


def _dispute(card: rx.Var) -> rx.Component:
    bills = rx.foreach(card.bills, lambda bill, place: rx.fragment(rx.cond(place > 0, " and ", ""), _bill(bill)))
    until = rx.el.div(
        rx.el.p(card.until, class_name="strong"),
        rx.el.p("On the payment service's own site", class_name="small quiet"),
        rx.el.p(card.id, class_name="tiny quiet"),
    )
    what = _what((card.amount, " for ", bills), card.caption, _standing(card))
    return rx.el.li(what, rx.cond(card.until, until, rx.fragment()), key=card.id)


def _what(title: tuple, caption: rx.Var, *more: rx.Component) -> rx.Component:
    """How much of what, since when, and what became of it."""
    first = rx.el.p(*title, class_name="strong")
    return rx.el.div(first, rx.el.p(caption, class_name="small quiet"), *more, class_name="stack gap-1")


def _standing(card: rx.Var) -> rx.Component:
    return rx.el.div(_sign(card.state), rx.el.span(card.words, class_name="small"), class_name="row wrap")


def _sign(state: rx.Var) -> rx.Component:
    return rx.match(state, *((name, sign(*signs)) for name, signs in SIGNS.items()), rx.fragment())


def _bill(bill: rx.Var) -> rx.Component:
    return rx.cond(bill.href, go(bill.label, to=bill.href, kind="plain-link"), bill.label)


def _which_bill() -> rx.Component:
    """An order or an invoice, and how much of it."""
    number = field(
        "Order number", "number", input_mode="numeric", max_length=10, auto_complete="off", error=S.field_errors["number"]
    )
    invoice = rx.cond(S.choices, select("Or an invoice without an order", "bill", S.choices), rx.fragment())
    one_of = select("Which bill", "bill", S.choices, error=S.field_errors["bill"])
    form = rx.el.form(
        rx.el.p(S.placing.why, class_name="small quiet"),
        rx.cond(S.placing.is_refund, one_of, rx.el.div(number, invoice, class_name="stack")),
        field(
            "Amount", "amount", input_mode="decimal", max_length=20, auto_complete="off", default_value=S.placing.typed,
            error=S.field_errors["amount"], hint="A part is fine: the rest stays here.",
        ),
        rx.el.div(
            button("Not now", kind="soft", on_click=S.ask_bill(0)), button("Give to this bill", kind="main", type="submit"),
            class_name="row wrap acts",
        ),
        on_submit=S.place,
        no_validate=True,
        key=S.placing.entry,
        class_name="stack",
    )  # fmt: skip
    return dialog("Which bill is this for?", form, is_open=S.placing.entry != 0, on_dismiss=S.ask_bill(0))


def _how_much() -> rx.Component:
    """How much goes back, and the reason its customer reads."""
    form = rx.el.form(
        rx.el.p("It goes back to the card or account that paid. This cannot be undone.", class_name="small quiet"),
        field(
            "Amount", "amount_cents", input_mode="decimal", max_length=20, auto_complete="off", default_value=S.back_amount,
            error=S.field_errors["amount_cents"],
        ),
        field(
            "Reason", "reason", max_length=200, auto_complete="off", default_value=S.back_reason, error=S.field_errors["reason"],
            hint="The customer reads it.",
        ),
        rx.el.div(
            button("Not now", kind="soft", on_click=S.ask_back(0)),
            button("Give back", kind="danger", type="submit", busy=S.busy, busy_label="Giving back"),
            class_name="row wrap acts",
        ),
        on_submit=S.give_back,
        no_validate=True,
        key=S.back,
        class_name="stack",
    )  # fmt: skip
    return dialog("Give this money back?", form, is_open=S.back != 0, on_dismiss=S.ask_back(0))
