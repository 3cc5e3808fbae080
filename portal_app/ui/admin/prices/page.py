"""Fees, tax groups and suggested tips."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.prices.state import Prices as S
from portal_app.ui.components.buttons import arrows, button
from portal_app.ui.components.fields import FocusOn, field, select, text_area
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import crumb, page_head, setting
from portal_app.ui.shared.layout import admin_shell

KINDS = (("fixed", "A fixed amount"), ("percent", "A percentage of the order"))
USES = (("on", "In use"), ("off", "Turned off"))
USUAL = (("off", "Only what you choose it for"), ("on", "The usual one: everything without another"))


def page() -> rx.Component:
    """The lists, or the editor in their place."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        crumb("Settings", "/admin/settings", "Fees, taxes and tips"),
        page_head(rx.el.h1("Fees, taxes and tips")),
        rx.el.p(S.said, role="status", class_name="hide"),
        FocusOn.create(target=S.focus_on, turn=S.focus_turn),
        rx.match(S.edit.what, ("fee", _editor(_fee())), ("group", _editor(_group())), _lists()),
        _question(),
    )


def _lists() -> rx.Component:
    return rx.fragment(
        setting(
            "Fees",
            "Each joins every order by itself: an amount, or a share of what is ordered after discounts.",
            _rows(S.fees, S.edit_fee, S.sort_fee, "No fees."),
            button("New fee", drawing="plus", on_click=S.edit_fee(""), id="new-fee"),
            key="fees",
        ),
        setting(
            "Tax groups",
            "What is taxed how. The usual one taxes everything that has no other.",
            _rows(S.groups, S.edit_group, S.sort_group, "Nothing is taxed."),
            button("New tax group", drawing="plus", on_click=S.edit_group(""), id="new-group"),
            key="groups",
        ),
        setting(
            "Tips",
            "Suggested at booking, of what is ordered before discounts. Tips are not taxed.",
            rx.el.form(
                field(
                    "Suggested percentages", "tips", default_value=S.tips, max_length=40, auto_complete="off",
                    error=S.field_errors["tips"], hint="Up to four, for example 10, 15, 20. Empty: none is suggested.",
                ),
                button("Save tips", type="submit"),
                on_submit=S.save_tips,
                no_validate=True,
                class_name="stack",
            ),
            key="tips-set",
        ),
    )  # fmt: skip


def _rows(rows: rx.Var, on_edit, on_sort, none: str) -> rx.Component:
    def one(row: rx.Var) -> rx.Component:
        return rx.el.li(
            rx.el.div(rx.el.p(row.name, class_name="strong"), rx.el.p(row.words, class_name="small quiet")),
            rx.el.div(
                arrows(
                    row.name,
                    is_first=row.is_first,
                    is_last=row.is_last,
                    up=on_sort(row.id, -1),
                    down=on_sort(row.id, 1),
                    key=row.id,
                ),
                button(rx.fragment("Edit", rx.el.span(" ", row.name, class_name="hide")), on_click=on_edit(row.id)),
                class_name="row gap-1",
            ),
            key=row.id,
        )

    return rx.cond(rows, rx.el.ul(rx.foreach(rows, one), class_name="people areas"), rx.el.p(none, class_name="small quiet"))


def _editor(*fields: rx.Component) -> rx.Component:
    remove = button("Remove", kind="danger", on_click=S.ask_first(True))
    return rx.el.form(
        rx.el.h2(S.edit.title),
        field(
            "Name", "name", default_value=S.edit.name, max_length=80, auto_complete="off", error=S.field_errors["name"],
            hint="Customers read it on their order.",
        ),
        *fields,
        rx.el.div(
            button("Save", kind="main", tall=True, type="submit"),
            button("Back to the lists", kind="soft", on_click=S.close_editor),
            rx.cond(S.edit.id, remove, rx.fragment()),
            class_name="row wrap",
        ),
        on_submit=S.save,
        no_validate=True,
        key=S.edit.key,
        class_name="panel stack",
    )  # fmt: skip


def _question() -> rx.Component:
    def one(consequence: str, on_act) -> rx.Component:
        return confirm(
            f"Remove {S.edit.title}?", consequence, is_open=S.asking, keep="Keep it", on_keep=S.ask_first(False), act="Remove",
            on_act=on_act,
        )  # fmt: skip

    return rx.match(
        S.edit.what,
        ("fee", one("It joins no order from now on. Placed orders keep it.", S.remove_fee(S.edit.id))),
        ("group", one("Nothing can be taxed by it from now on. Placed orders keep their taxes.", S.remove_group(S.edit.id))),
        rx.fragment(),
    )


def _fee() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            select("It is", "kind", KINDS, default_value=S.edit.kind, error=S.field_errors["kind"]),
            field(
                "How much", "amount", default_value=S.edit.amount, input_mode="decimal", max_length=12, auto_complete="off",
                error=S.field_errors["amount"], hint="25, or 2.5 for 2.5 percent.",
            ),
            class_name="pair",
        ),
        rx.el.div(
            select("Taxed as", "tax_group", S.choices, default_value=S.edit.tax_group, error=S.field_errors["tax_group"]),
            select("Use", "use", USES, default_value=S.edit.use),
            class_name="pair",
        ),
    )  # fmt: skip


def _group() -> rx.Component:
    return rx.fragment(
        text_area(
            "Rates", "rates", default_value=S.edit.rates, max_length=600, error=S.field_errors["rates"],
            hint="One per line, its name then its percentage: State tax 6.25. None: not taxed.",
        ),
        select("It taxes", "is_default", USUAL, default_value=S.edit.is_default, error=S.field_errors["is_default"]),
    )  # fmt: skip
