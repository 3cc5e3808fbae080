"""The catalog: what the studio sells, in the order customers see it."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.catalog.state import CatalogState as S
from portal_app.ui.components.buttons import arrows, button, link_button
from portal_app.ui.components.fields import FocusOn, field
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import empty, page_head, section
from portal_app.ui.components.links import go
from portal_app.ui.components.prices import line, lines
from portal_app.ui.shared.layout import admin_shell


def page() -> rx.Component:
    """Packages, services and add-ons."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    nothing = empty("tag", "Nothing is for sale yet.", "Customers can book as soon as one service has a price.")
    return rx.fragment(
        page_head(
            rx.el.h1("Catalog"),
            rx.el.div(
                button("Preview as the customer", on_click=S.preview(True)),
                link_button("Add service", "/admin/catalog/new-service", kind="main", drawing="plus"),
                class_name="row wrap gap-1",
            ),
            under=rx.el.p("What you sell, in the order customers see it.", class_name="small quiet"),
        ),
        rx.el.p(S.said, role="status", class_name="hide"),
        FocusOn.create(target=S.focus_on, turn=S.focus_turn),
        rx.cond(S.is_empty, nothing, rx.fragment()),
        rx.foreach(S.kinds, _kind),
        rx.cond(S.archived, _archive(), rx.fragment()),
        _preview(),
    )


def _archive() -> rx.Component:
    """What left the shelf, folded away."""

    def one(card: rx.Var) -> rx.Component:
        named = rx.el.div(
            go(card.name, to=f"/admin/catalog/{card.id}", kind="strong plain-link"),
            rx.el.p(card.caption, class_name="small quiet"),
            class_name="named",
        )
        back = button(rx.fragment("Bring back", rx.el.span(" ", card.name, class_name="hide")), on_click=S.bring_back(card.id))
        return rx.el.li(named, back, key=card.id, class_name="off")

    return rx.el.section(
        rx.el.details(
            rx.el.summary(rx.el.h2("Archive ", rx.el.span(S.archived.length(), class_name="quiet num"), class_name="btn soft")),
            rx.el.p("Not on sale. Orders, packages and coupons that name it keep it.", class_name="small quiet"),
            rx.el.ul(rx.foreach(S.archived, one), class_name="goods filed"),
            class_name="more-of",
        ),
        aria_label="Archive",
        class_name="section",
    )


def _kind(kind: rx.Var) -> rx.Component:
    add = link_button(kind.add, kind.href, kind="soft", drawing="plus")
    none = rx.el.p("None yet.", class_name="small quiet")
    return section(
        kind.title,
        rx.cond(kind.groups, rx.foreach(kind.groups, lambda group: _group(kind, group)), none),
        key=kind.kind,
        aside=add,
    )


def _group(kind: rx.Var, group: rx.Var) -> rx.Component:
    head = rx.el.div(
        rx.el.h3(group.title),
        rx.cond(
            group.is_first & group.is_last,
            rx.fragment(),
            arrows(
                group.title,
                is_first=group.is_first,
                is_last=group.is_last,
                up=S.move_group(kind.kind, group.category, -1),
                down=S.move_group(kind.kind, group.category, 1),
            ),
        ),
        class_name="row between goods-head",
    )
    return rx.el.div(
        rx.cond(group.title, head, rx.fragment()),
        rx.el.ul(rx.foreach(group.goods, _good), class_name="goods"),
        key=group.category,
    )


def _good(good: rx.Var) -> rx.Component:
    to = f"/admin/catalog/{good.id}"
    named = rx.el.div(
        go(good.name, to=to, kind="strong plain-link", id=f"good-{good.id}"),
        rx.cond(good.caption, rx.el.p(good.caption, class_name="small quiet"), rx.fragment()),
        rx.cond(good.saving, rx.el.p(good.saving, class_name="saving"), rx.fragment()),
        class_name="named",
    )
    amounts = rx.el.div(
        rx.el.p(good.price, class_name="num strong"), rx.el.p(good.minutes, class_name="tiny quiet"), class_name="amounts"
    )
    return rx.el.li(named, amounts, _acts(good), key=good.id, class_name=rx.cond(good.is_active, "", "off"))


def _acts(good: rx.Var) -> rx.Component:
    on_sale = rx.el.label(
        rx.el.input(type="checkbox", role="switch", checked=good.is_active, on_change=lambda is_on: S.switch(good.id, is_on)),
        rx.el.span(rx.cond(good.is_active, "On sale", "Off sale"), class_name="small"),
        rx.el.span(" ", good.name, class_name="hide"),
        class_name="switch",
    )
    copy = button(
        rx.fragment("Duplicate", rx.el.span(" ", good.name, class_name="hide")), kind="soft", on_click=S.duplicate(good.id)
    )
    return rx.el.div(
        on_sale,
        copy,
        arrows(
            good.name,
            is_first=good.is_first,
            is_last=good.is_last,
            up=S.move(good.id, -1),
            down=S.move(good.id, 1),
            key=good.id,
        ),
        class_name="row acts",
    )


def _preview() -> rx.Component:
    def group(each: rx.Var) -> rx.Component:
        return rx.el.div(
            rx.el.h3(each.title), lines(rx.foreach(each.goods, lambda good: line(good.name, good.price, good.detail)))
        )

    return dialog(
        "What customers see",
        rx.el.div(
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
            rx.cond(
                S.seen,
                rx.el.div(rx.foreach(S.seen, group), class_name="stack"),
                rx.el.p("Nothing is on sale for this size.", class_name="quiet"),
            ),
            rx.el.div(button("Close", on_click=S.preview(False)), class_name="row wrap acts"),
            class_name="stack",
        ),
        is_open=S.previewing,
        on_dismiss=S.preview(False),
        broad=True,
    )
