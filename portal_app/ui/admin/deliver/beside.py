"""What the listing has beside its photos: links pasted, files by section, and what is said about each."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.deliver.cards import Beside, Group
from portal_app.ui.admin.deliver.state import DeliverState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import section
from portal_app.ui.components.links import away
from portal_app.ui.components.photos import thumb

LINK_HINT = (
    "Matterport, iGUIDE, Zillow 3D Home, Kuula, CloudPano, YouTube and Vimeo open on the listing’s page. "
    "Any other page is linked to."
)


def beside_photos() -> rx.Component:
    """Everything that is no photo, with the way in for links."""
    return section("Beside the photos", _paste(), rx.foreach(S.groups, _group), key="beside")


def _paste() -> rx.Component:
    """A new field after each link that was taken, so that the next one can be pasted."""
    typed = field(
        "Tour, video or website", "url", hint=LINK_HINT, error=S.field_errors["url"], key="url",
        auto_complete="off", input_mode="url", placeholder="https://",
    )  # fmt: skip
    return rx.el.form(
        typed, button("Add link", type="submit"), on_submit=S.add_link, key=S.link_turn.to_string(), class_name="stack gap-2"
    )


def _group(group: rx.Var[Group]) -> rx.Component:
    rows = rx.el.ul(rx.foreach(group.rows, _row), class_name="beside")
    return rx.el.div(rx.el.h3(group.title, id=f"of-{group.key}"), rows, class_name="group")


def _row(row: rx.Var[Beside]) -> rx.Component:
    hidden = rx.cond(row.is_off, rx.el.span("Hidden. ", class_name="strong"), rx.fragment())
    making = rx.cond(row.is_making, "Making sizes. ", "")
    trouble = rx.cond(row.trouble, rx.el.p(row.trouble, class_name="error small"), rx.fragment())
    named = rx.cond(row.url, away(row.name, to=row.url, target="_blank", rel="noopener noreferrer"), rx.el.span(row.name))
    said = rx.el.div(rx.el.p(named, class_name="strong"), rx.el.p(hidden, making, row.words, class_name="small quiet"), trouble)
    return rx.el.li(thumb(row.picture), said, _acts(row), key=row.id)


def _acts(row: rx.Var[Beside]) -> rx.Component:
    named = rx.el.span(" ", row.name, class_name="hide")

    def one(label: str, action: str, **more: rx.Var[str]) -> rx.Component:
        return button(rx.fragment(label, named), kind="soft", on_click=S.act_on(action, row.id), **more)

    shown = rx.cond(row.is_off, one("Show", "show"), one("Hide", "hide"))
    placed = rx.fragment(one("Up", "up", **_off(row.is_first)), one("Down", "down", **_off(row.is_last)))
    is_alone = row.is_first & row.is_last
    return rx.el.div(
        one("Edit", "edit"), shown, one("Remove", "remove"), rx.cond(is_alone, rx.fragment(), placed), class_name="row tile-acts"
    )


def _off(is_it: rx.Var[bool]) -> dict[str, rx.Var[str]]:
    """Said to be off, but not taken from under whoever stands on it: nothing moves."""
    return {"aria_disabled": rx.cond(is_it, "true", "false")}


def taken_out() -> rx.Component:
    """The way back for what was taken out last."""
    words = rx.el.span("Took out ", S.removed_name, ". The file is kept.")
    undo = rx.el.div(words, button("Bring it back", on_click=S.bring_back), class_name="note row between wrap")
    return rx.el.div(rx.cond(S.removed, undo, rx.fragment()), role="status", class_name="undo")


def words_dialog() -> rx.Component:
    """Caption, room and section of one asset."""
    about = S.editing
    return dialog(
        "What it shows",
        rx.el.p(about.name, class_name="quiet small"),
        rx.el.form(
            field("Caption", "caption", optional=True, default_value=about.caption, max_length=200, key="caption"),
            field("Room", "room", optional=True, default_value=about.room, max_length=60, key="room"),
            rx.cond(
                about.kinds.length() > 1,
                select("Section", "kind", about.kinds, default_value=about.kind, error=S.field_errors["kind"]),
                rx.fragment(),
            ),
            rx.el.div(
                button("Cancel", kind="soft", on_click=S.keep_words),
                button("Save", kind="main", type="submit"),
                class_name="row wrap acts",
            ),
            on_submit=S.save_words,
            key=about.id,
            class_name="stack",
        ),
        is_open=about.id != "",
        on_dismiss=S.keep_words,
    )
