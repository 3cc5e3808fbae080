"""Deliver: upload, put in order, hand over."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.deliver.altered import unpaired_way, way_to_altered
from portal_app.ui.admin.deliver.beside import beside_photos, taken_out, words_dialog
from portal_app.ui.admin.deliver.promised import checklist, without
from portal_app.ui.admin.deliver.state import DeliverState as S
from portal_app.ui.components.address import address_title
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, switch, text_area
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import crumb, empty, note, section
from portal_app.ui.components.links import away, go
from portal_app.ui.components.status import status
from portal_app.ui.components.uploads import replace_button, sorter, uploader
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import may

HINT = "JPEG or HEIC photos, MP4 or MOV videos, PDFs, or a whole folder. Uploads go on while you move in Foyer."


def page() -> rx.Component:
    """The screen of one order."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        _head(),
        rx.el.div(
            rx.el.div(_upload(), _order_of_photos(), beside_photos(), taken_out(), class_name="stack gap-7"),
            rx.el.aside(rx.cond(may(Permission.DELIVER), _panel(), _waits())),
            class_name="cols staff",
        ),
        _replace_dialog(),
        words_dialog(),
    )


def _head() -> rx.Component:
    here = S.order
    return rx.el.div(
        rx.el.div(
            crumb(f"Order {here.number}", f"/admin/orders/{here.number}", "Deliver"),
            address_title(here.street, f"{here.town} · for {here.customer}"),
            rx.el.p(status(here.status), class_name="under"),
        ),
        rx.cond(may(Permission.DELIVER), _ways(), rx.fragment()),
        rx.cond(may(Permission.DELIVER), away("Go to deliver", to="#hand-over", kind="btn narrow-only"), rx.fragment()),
        class_name="head",
    )


def _ways() -> rx.Component:
    history = go("Delivery history", to=f"/listings/history/{S.order.listing}")
    return rx.el.p(history, go("Archive, move, keep", to=f"/admin/listings/{S.order.listing}"), class_name="row wrap small")


def _upload() -> rx.Component:
    return section(
        "Upload",
        uploader(
            S.order.listing,
            at=f"/admin/deliver/{S.order.number}",
            on_finished=S.uploaded,
            title="Drop photos, videos and PDFs here",
            hint=HINT,
        ),
        key="upload",
        apart=False,
    )


def _order_of_photos() -> rx.Component:
    return section(
        "Order of photos",
        rx.cond(
            S.photos,
            rx.fragment(
                rx.el.p(
                    "Drag a photo, or use its arrows. Without a choice of yours the first one is the cover.",
                    class_name="small quiet above",
                ),
                sorter(S.photos, on_reorder=S.arrange, on_act=S.act_on),
                way_to_altered(),
            ),
            empty("photo", "No photos yet.", "Drop them above or choose from this device."),
        ),
        key="sorting",
        aside=rx.el.p(S.order.progress, class_name="small quiet num", role="status"),
    )


def _waits() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Deliver"),
        rx.el.p(
            "Somebody who may deliver hands these photos over. They are ready for them as soon as they are here.",
            class_name="small quiet",
        ),
        checklist(),
        id="hand-over",
        class_name="panel stack",
    )


def _panel() -> rx.Component:
    return rx.el.form(
        rx.el.h2("Deliver"),
        rx.cond(S.order.before, note(S.order.before), rx.fragment()),
        _planned(),
        checklist(),
        rx.el.p("To ", rx.el.span(S.order.customer, class_name="strong"), ", ", S.order.customer_email, class_name="small"),
        field(
            "Also send to",
            "copy_to",
            optional=True,
            hint="Further addresses, separated by commas. Each gets a link of their own.",
            error=S.field_errors["copy_to"],
            default_value=S.copy_to,
            on_blur=lambda typed: S.keep("copy_to", typed),
            auto_complete="off",
            input_mode="email",
        ),
        text_area("Message", "message", optional=True, default_value=S.message, on_blur=lambda typed: S.keep("message", typed)),
        _switches(),
        _deliver_button(),
        on_submit=S.deliver,
        id="hand-over",
        class_name="panel stack",
    )


def _switches() -> rx.Component:
    return rx.el.div(
        switch(S.order.collect_title, "Downloads open once it is paid", checked=S.collect, on_change=S.choose_collect),
        switch("Mark previews", "Your name across every photo until then", checked=S.mark, on_change=S.choose_mark),
        switch("Deliver later", "What is ready at the time you choose", checked=S.later, on_change=S.choose_later),
        rx.cond(S.later, _when(), rx.fragment()),
        without(),
    )


def _when() -> rx.Component:
    wrong = S.field_errors["deliver_at"]
    return rx.el.div(
        field("Day", "deliver_at", type="date", error=wrong),
        field("Time", "deliver_time", type="time", default_value="09:00"),
        class_name="stack gap-4 under",
    )


def _planned() -> rx.Component:
    """What happens by itself, and how to stop it; or why it did not happen."""
    waits = rx.el.div(
        note(f"Planned for {S.plan.when}, by {S.plan.by}. What is ready then is handed over.", drawing="clock"),
        button("Call it off", kind="soft", on_click=S.call_off),
        class_name="stack gap-2",
    )
    failed = note(f"The planned delivery was not handed over. {S.plan.problem}", tone="wait")
    return rx.cond(S.plan.when, waits, rx.cond(S.plan.problem, failed, rx.fragment()))


def _deliver_button() -> rx.Component:
    label = rx.cond(S.later, "Plan the delivery", S.order.button)
    waits = rx.cond((S.gaps != "") & ~S.with_gaps, "Something that was ordered is missing. Add it, or say so above.", "")
    blocked = rx.cond(S.later, S.order.blocked_later, rx.cond(S.order.blocked, S.order.blocked, waits))
    return rx.el.div(
        button(label, kind="main", tall=True, wide=True, type="submit", disabled=blocked != ""),
        rx.cond(blocked, rx.el.p(blocked, class_name="tiny quiet"), rx.fragment()),
        unpaired_way(),
        class_name="stack gap-2",
    )


def _replace_dialog() -> rx.Component:
    return dialog(
        "Replace this photo?",
        rx.el.p("The new file takes its place in the order. What was delivered stays in the history.", class_name="quiet"),
        rx.el.div(
            button("Keep it", kind="soft", on_click=S.keep_photo),
            replace_button(S.order.listing, S.replacing, on_finished=S.uploaded, label="Choose the new file"),
            class_name="row wrap acts",
        ),
        is_open=S.replacing != "",
        on_dismiss=S.keep_photo,
    )
