"""The studio's service areas: a list, a drawing to scale, and an address to try."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.areas.editor import editor
from portal_app.ui.admin.areas.state import AreasState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import empty, page_head
from portal_app.ui.shared.layout import admin_shell

UNDER = "Where areas overlap, the lowest priority decides. Distances are straight lines from an area’s center."


def page() -> rx.Component:
    """Everything about where the studio goes."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    add = button("New area", kind="main", drawing="plus", on_click=S.open_editor(""), id="new-area")
    return rx.fragment(
        page_head(
            rx.el.h1("Service areas"),
            rx.cond(S.edit.key, rx.fragment(), add),
            under=rx.el.p(UNDER, class_name="quiet"),
        ),
        rx.el.div(
            rx.el.div(rx.cond(S.edit.key, editor(), _list()), class_name="stack gap-7"),
            rx.el.aside(_drawing(), _try(), class_name="stack"),
            class_name="cols staff",
        ),
        _question(),
    )


def _list() -> rx.Component:
    nothing = empty(
        "pin", "No areas yet.", "Until you draw one, you go everywhere and the way costs nothing.",
    )  # fmt: skip
    return rx.cond(S.areas, rx.el.ul(rx.foreach(S.areas, _area), class_name="people areas"), nothing)


def _area(card: rx.Var) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(card.name, class_name="strong"),
            rx.el.p(card.where, class_name="small quiet"),
            rx.el.p(card.fees, class_name="small"),
            rx.el.p(card.priority, class_name="tiny quiet"),
        ),
        rx.el.div(
            button(rx.fragment("Edit", rx.el.span(" ", card.name, class_name="hide")), on_click=S.open_editor(card.id)),
            button(
                rx.fragment("Remove", rx.el.span(" ", card.name, class_name="hide")),
                kind="soft",
                on_click=S.ask_remove(card.id, card.name),
            ),
            class_name="row wrap gap-1",
        ),
        key=card.id,
    )


def _drawing() -> rx.Component:
    shapes = rx.foreach(S.drawing.shapes, _shape)
    names = rx.foreach(
        S.drawing.shapes, lambda card: rx.el.svg.text(card.name, x=card.x, y=card.y, dy="-10", text_anchor="middle")
    )
    bar = rx.el.p(
        rx.el.svg(rx.el.svg.rect(x="0", y="0", width=S.drawing.bar, height="4"), view_box="0 0 640 4", aria_hidden="true"),
        rx.el.span(S.drawing.bar_words, class_name="tiny quiet"),
        class_name="scale",
    )
    picture = rx.el.svg(shapes, names, view_box="0 0 640 420", role="img", aria_label=S.drawing.words)
    return rx.cond(S.drawing.shapes, rx.el.div(picture, bar, class_name="area-map"), rx.fragment())


def _shape(card: rx.Var) -> rx.Component:
    return rx.match(
        card.kind,
        ("outline", rx.el.svg.polygon(points=card.points, class_name=card.look)),
        rx.el.svg.circle(cx=card.x, cy=card.y, r=card.r, class_name=card.look),
    )


def _try() -> rx.Component:
    return rx.el.form(
        rx.el.h2("Try an address"),
        field(
            "Town or postcode",
            "address",
            hint="As a customer types it: Carmel, CA 93923. Or two numbers: 36.60, -121.89.",
            auto_complete="off",
            max_length=160,
        ),
        button("Try it", type="submit", wide=True),
        rx.el.p(S.tried, role="status", class_name="small"),
        on_submit=S.try_address,
        no_validate=True,
        class_name="panel stack",
    )


def _question() -> rx.Component:
    return confirm(
        rx.cond(S.named, f"Remove {S.named}?", "Remove this area?"),
        "Customers there are outside from now on, unless another area covers them. Placed orders stay as they are.",
        is_open=S.removing != "",
        keep="Keep it",
        on_keep=S.ask_remove("", ""),
        act="Remove",
        on_act=S.remove,
    )
