"""`/admin/revisions/[revision]`: what is to be changed and where, new versions, and handing them back."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.revision.state import DeskRevisionState as S
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.fields import text_area
from portal_app.ui.components.frames import crumb, note, page_head, section
from portal_app.ui.components.uploads import replace_button, uploader
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.revision_cards import Spot
from portal_app.ui.shared.revision_parts import head_of, spots_of, words_of
from portal_app.ui.shared.session import may


def page() -> rx.Component:
    """The request at the left, what can be done at the right."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    asked = rx.el.div(head_of(S.request), words_of(S.request), spots_of(S.request.spots, _replace), class_name="stack gap-5")
    return rx.fragment(
        crumb("Changes", "/admin/revisions", S.street),
        page_head(rx.el.h1(S.street), link_button("Open the order", f"/admin/orders/{S.order_number}")),
        rx.el.div(
            rx.el.div(asked, rx.cond(S.request.state == "in_work", _arriving(), rx.fragment()), class_name="stack gap-6"),
            rx.el.aside(_panel(), _rounds(), class_name="stack gap-5"),
            class_name="cols staff",
        ),
    )


def _replace(spot: rx.Var[Spot]) -> rx.Component:
    """The new file stands where the old one stood; the old one is kept."""
    press = replace_button(S.listing, spot.now, on_finished=S.uploaded, label="Upload the new version")
    named = rx.el.div(press, rx.el.span(f" of {spot.title}", class_name="hide"))
    return rx.cond((S.request.state == "in_work") & (spot.now != ""), named, rx.fragment())


def _arriving() -> rx.Component:
    """Further photos go into the listing; new versions show their progress here."""
    hint = "A new version goes in by the button at its photo. What is dropped here joins the listing as one more."
    drop = uploader(
        S.listing, at=f"/admin/revisions/{S.request.id}", on_finished=S.uploaded, title="Drop further photos here", hint=hint
    )
    return section("Uploads", drop, key="uploads")


def _panel() -> rx.Component:
    begin = rx.el.div(
        rx.el.h2("Begin"),
        rx.el.p("The customer sees that somebody works on it.", class_name="small quiet"),
        button("Start work", kind="main", tall=True, wide=True, on_click=S.start),
        class_name="panel stack",
    )
    waits = rx.el.div(
        rx.el.h2("Delivered"),
        rx.el.p("The customer compares, and accepts or asks again.", class_name="small quiet"),
        class_name="panel stack",
    )
    done = rx.el.div(note("The customer accepted it.", drawing="check"), class_name="panel stack")
    return rx.match(
        S.request.state, ("in_work", _hand_back()), ("delivered", waits), ("accepted", done), begin
    )  # fmt: skip


def _hand_back() -> rx.Component:
    form = rx.el.form(
        rx.el.h2("Deliver the change"),
        text_area(
            "What was done", "answer", hint="Must be there when no photo has a new version.", error=S.field_errors["answer"],
            default_value=S.answer, on_blur=S.keep, max_length=2000,
        ),
        button("Deliver the change", kind="main", tall=True, wide=True, type="submit"),
        on_submit=S.deliver,
        class_name="panel stack",
    )  # fmt: skip
    other = rx.el.p("Somebody who may deliver hands it back.", class_name="panel small quiet")
    return rx.cond(may(Permission.DELIVER), form, other)


def _rounds() -> rx.Component:
    give = rx.cond(S.are_used & may(Permission.ACCEPT_ORDERS), button("Allow one more", on_click=S.give_round), rx.fragment())
    return rx.cond(S.rounds, rx.el.div(rx.el.p(S.rounds, class_name="small"), give, class_name="panel stack"), rx.fragment())
