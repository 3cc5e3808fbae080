"""One thing of the catalog: what it is, what it costs, what it goes with, who can do it."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.service.parts import contains, delivers, goes_with, prices, rounds, who
from portal_app.ui.admin.service.state import ServiceState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import FocusOn, field, select, switch
from portal_app.ui.components.floating import LeaveGuard, confirm
from portal_app.ui.components.frames import crumb, page_head, setting
from portal_app.ui.components.prices import line, lines
from portal_app.ui.shared.layout import admin_shell

OFF_SALE = "Off sale. Customers do not see it until you put it on sale in the catalog."
FILED = "In the archive. Customers do not see it; bring it back in the catalog."


def page() -> rx.Component:
    """The editor of one service, package or add-on."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    head = page_head(
        rx.el.div(crumb("Catalog", "/admin/catalog", S.title), rx.el.h1(S.title)),
        under=rx.cond(S.is_active, rx.fragment(), rx.el.p(rx.cond(S.is_archived, FILED, OFF_SALE), class_name="small quiet")),
    )
    form = rx.el.form(
        rx.el.div(
            _what(),
            prices(),
            rx.cond(S.kind == "package", contains(), rx.fragment()),
            rx.cond(S.kind == "add_on", goes_with(), rx.fragment()),
            rx.cond((S.kind != "package") | (S.taxes.length() > 0), _how(), rx.fragment()),
            delivers(),
            rounds(),
            rx.cond(S.crew, who(), rx.fragment()),
            class_name="settings",
        ),
        rx.el.aside(_seen(), _save(), class_name="stack gap-5", aria_label="Preview and save"),
        on_submit=S.save,
        class_name="cols staff",
        no_validate=True,
        key=S.edition.to_string(),
    )
    return rx.fragment(
        LeaveGuard.create(active=S.is_changed), FocusOn.create(target=S.focus_on, turn=S.focus_turn), head, form, _question()
    )


def _typed(label: rx.Var | str, name: str, **props) -> rx.Component:
    return field(
        label,
        name,
        error=S.field_errors[name],
        default_value=getattr(S, name),
        on_blur=lambda typed: S.keep(name, typed),
        auto_complete="off",
        **props,
    )


def _what() -> rx.Component:
    return setting(
        "What it is",
        "As customers read it.",
        _typed("Name", "name", max_length=80, required=True),
        _typed("One line about it", "detail", optional=True, max_length=200),
        _typed(
            "Category",
            "category",
            optional=True,
            hint="What belongs together stands together on the booking page.",
            max_length=80,
            list="known-categories",
        ),
        rx.el.datalist(rx.foreach(S.known_categories, lambda each: rx.el.option(value=each)), id="known-categories"),
        key="what",
    )


def _how() -> rx.Component:
    tax = select(
        "Tax",
        "tax_group",
        S.taxes,
        error=S.field_errors["tax_group"],
        value=S.tax_group,
        on_change=lambda value: S.keep("tax_group", value),
    )
    chosen = rx.el.div(
        _typed(
            "How many can be ordered at once", "most", input_mode="numeric", class_name="narrow", hint="1 is a plain yes or no."
        ),
        switch("At twilight", "On a visit of its own, at the time the sun says", checked=S.is_twilight, on_change=S.twilight),
        class_name="stack",
    )
    return setting(
        "How it is ordered",
        "What customers may choose, and how it is taxed.",
        rx.cond(S.kind == "package", rx.fragment(), chosen),
        rx.cond(S.taxes, tax, rx.fragment()),
        key="how",
    )


def _seen() -> rx.Component:
    return rx.el.section(
        rx.el.h2("As the customer sees it", id="seen"),
        field(
            f"Size of the property, {S.studio.area_unit}",
            "size",
            hint="Without a size the largest price is shown.",
            input_mode="numeric",
            auto_complete="off",
            placeholder="for example 3000",
            default_value=S.size,
            on_change=S.look.debounce(250),
        ),
        lines(rx.foreach(S.seen, lambda card: line(card.name, card.price, card.detail))),
        aria_labelledby="seen",
        class_name="panel stack",
    )


def _save() -> rx.Component:
    unsaved = rx.el.div(
        rx.el.p("Not saved yet. It stays here until you save it.", class_name="small quiet grow"),
        button("Discard changes", kind="soft", on_click=S.discard),
        class_name="row wrap between",
    )
    return rx.el.div(
        button(rx.cond(S.is_new, f"Add {S.kind_words}", "Save changes"), kind="main", tall=True, wide=True, type="submit"),
        rx.el.div(rx.cond(S.is_changed, unsaved, rx.fragment()), role="status"),
        rx.cond(S.is_new | S.is_archived, rx.fragment(), button("Archive", kind="soft", on_click=S.ask_first(True))),
        class_name="stack gap-2",
    )


def _question() -> rx.Component:
    return confirm(
        rx.cond(S.name, f"Archive {S.name}?", "Archive it?"),
        "It is off sale and leaves the catalog. Orders, packages and coupons that name it keep it. You can bring it back.",
        is_open=S.asking,
        keep="Keep it",
        on_keep=S.ask_first(False),
        act="Archive",
        on_act=S.archive(S.public_id),
    )
