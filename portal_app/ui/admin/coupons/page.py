"""Coupons: the list with its uses, and the editor of one."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.coupons.state import Coupons as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import choice, error_line, field, select
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import crumb, empty, page_head
from portal_app.ui.shared.layout import admin_shell

KINDS = (("percent", "A percentage"), ("fixed", "A fixed amount"))
EACH = "Empty: no limit. With one it is for who is signed in."
WHO = (("all", "Every customer"), ("new", "First orders of who is signed in"))
USES = (("on", "In use"), ("off", "Turned off"))


def page() -> rx.Component:
    """List or editor."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    add = button("New coupon", kind="main", drawing="plus", on_click=S.open_editor(""), id="new-coupon")
    return rx.fragment(
        crumb("Settings", "/admin/settings", "Coupons"),
        page_head(
            rx.el.h1("Coupons"),
            rx.cond(S.edit.key, rx.fragment(), add),
            under=rx.el.p("A use is counted at booking, and given back when the order is canceled.", class_name="quiet"),
        ),
        rx.cond(S.edit.key, _editor(), _list()),
        confirm(
            f"Remove {S.edit.code}?",
            "Nobody can use it from now on. A coupon that orders were placed with can only be turned off.",
            is_open=S.asking,
            keep="Keep it",
            on_keep=S.ask_first(False),
            act="Remove",
            on_act=S.remove(S.edit.id),
        ),
    )


def _list() -> rx.Component:
    nothing = empty("tag", "No coupons yet.", "Customers type a code while booking, and pay less.")
    return rx.cond(S.coupons, rx.el.ul(rx.foreach(S.coupons, _coupon), class_name="people areas"), nothing)


def _coupon(card: rx.Var) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(card.code, class_name="strong"),
            rx.el.p(card.takes, " · ", card.uses, class_name="small"),
            rx.cond(card.rules, rx.el.p(card.rules, class_name="small quiet"), rx.fragment()),
        ),
        button(rx.fragment("Edit", rx.el.span(" ", card.code, class_name="hide")), on_click=S.open_editor(card.id)),
        key=card.id,
    )


def _typed(label: str, name: str, hint: str = "", **props) -> rx.Component:
    began = {"default_value": getattr(S.edit, name), "auto_complete": "off", "error": S.field_errors[name]}
    return field(label, name, hint=hint, **(began | props))


def _editor() -> rx.Component:
    """A form that begins with what is saved; `key` makes it a new one whenever it opens."""
    return rx.el.form(
        rx.el.h2(S.edit.title),
        _typed("Code", "code", "Letters, digits, - and _. Customers may type it in small letters.", max_length=24),
        rx.el.div(
            select("Takes off", "kind", KINDS, default_value=S.edit.kind, error=S.field_errors["kind"]),
            _typed("How much", "amount", "10 is 10 percent, or 10 in your currency.", input_mode="decimal", max_length=12),
            class_name="pair",
        ),
        _typed("From an order of (optional)", "minimum", "Before tax and fees.", input_mode="decimal", max_length=12),
        rx.el.div(
            _typed("Uses in all (optional)", "most_uses", "Empty: no limit.", input_mode="numeric", max_length=7),
            _typed("Uses per customer (optional)", "most_per_customer", EACH, input_mode="numeric", max_length=7),
            class_name="pair",
        ),
        rx.el.div(
            _typed("First day (optional)", "first_day", type="date"),
            _typed("Last day (optional)", "last_day", "It counts in full.", type="date"),
            class_name="pair",
        ),
        rx.el.div(
            select("Good for", "who", WHO, default_value=S.edit.who),
            select("Use", "use", USES, default_value=S.edit.use),
            class_name="pair",
        ),
        _services(),
        rx.el.div(
            button("Save coupon", kind="main", tall=True, type="submit"),
            button("Back to the list", kind="soft", on_click=S.close_editor),
            rx.cond(S.edit.id, button("Remove", kind="danger", on_click=S.ask_first(True)), rx.fragment()),
            class_name="row wrap",
        ),
        on_submit=S.save,
        no_validate=True,
        key=S.edit.key,
        class_name="panel stack",
    )


def _services() -> rx.Component:
    def one(tick: rx.Var) -> rx.Component:
        return choice(
            tick.name, name="services", value=tick.id, checked=tick.is_on, many=True,
            on_change=S.tick(tick.id).stop_propagation,
        )  # fmt: skip

    wrong = S.field_errors["services"]
    return rx.el.div(
        rx.cond(wrong, error_line(wrong), rx.fragment()),
        rx.el.fieldset(
            rx.el.legend("Only for these services (optional)", class_name="label"),
            rx.foreach(S.ticks, one),
            id="services",
            tab_index=-1,
            class_name="offers picks",
        ),
    )
