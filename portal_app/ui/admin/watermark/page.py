"""What stands in previews until an order is paid: words or the logo, where, how strongly, and how it looks."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.media.marks import LONGEST
from portal_app.ui.admin.watermark.state import WatermarkSetting as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field, select
from portal_app.ui.components.frames import crumb, empty, note, page_head, setting
from portal_app.ui.components.links import NativeForm
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.posted import said, wrong

DRAWN = (("", "Words"), ("on", "Your logo"))
PLACES = (
    ("tiled", "All over the picture"),
    ("center", "In the middle"),
    ("bottom_left", "Bottom left"),
    ("bottom_right", "Bottom right"),
)
LOGO_FORM = "watermark-logo"


def page() -> rx.Component:
    """One form with its preview, and the logo."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        crumb("Settings", "/admin/settings", "Watermark"),
        page_head(rx.el.h1("Watermark"), under="What stands in previews until an order is paid. Downloads never carry it."),
        _progress(),
        setting("How it looks", "On your newest photo, while you type.", _preview(), key="looks"),
        rx.el.form(
            setting("Watermark", "Only all over the picture keeps it from being cut away.", *_fields(), key="mark"),
            rx.el.div(button("Save watermark", kind="main", tall=True, type="submit"), class_name="section"),
            key=S.began_with,
            on_submit=S.save,
            no_validate=True,
        ),
        _logo(),
    )


def _progress() -> rx.Component:
    calm = rx.el.p(S.card.progress, class_name="small quiet")
    return rx.el.div(rx.cond(S.card.is_behind, note(S.card.progress, tone="wait"), calm), role="status")


def _preview() -> rx.Component:
    shown = rx.el.img(
        src=S.preview, alt="Your newest photo with this watermark", class_name="seen", style={"width": "100%", "height": "auto"}
    )
    nothing = empty("photo", "No photo yet.", "As soon as one is uploaded, it is shown here with the watermark.")
    return rx.cond(S.preview, shown, nothing)


def _fields() -> tuple[rx.Component, ...]:
    return (
        select(
            "What is drawn", "uses_logo", DRAWN, default_value=S.card.uses_logo, error=S.field_errors["uses_logo"],
            on_change=lambda value: S.look("uses_logo", value),
        ),
        field(
            "Words (optional)", "text", default_value=S.card.text, max_length=LONGEST, auto_complete="off",
            error=S.field_errors["text"], hint=f"Empty: {S.card.studio_words}",
            on_change=lambda value: S.look("text", value).debounce(300),
        ),
        select(
            "Where", "place", PLACES, default_value=S.card.place, error=S.field_errors["place"],
            on_change=lambda value: S.look("place", value),
        ),
        field(
            "Opacity in percent", "opacity", default_value=S.card.opacity, input_mode="numeric", max_length=4,
            auto_complete="off", error=S.field_errors["opacity"], hint="15 is a hint, 90 covers what is behind it.",
            on_change=lambda value: S.look("opacity", value).debounce(300),
        ),
    )  # fmt: skip


def _logo() -> rx.Component:
    key = f"{LOGO_FORM}-logo"
    mistake = wrong(LOGO_FORM, "logo")
    form = NativeForm.create(
        rx.el.div(
            rx.el.label("PNG with a transparent background, up to 2 MB", html_for=key, class_name="label"),
            rx.el.input(
                id=key, name="logo", type="file", accept="image/png", required=True, class_name="in",
                aria_describedby=rx.cond(mistake, f"{key}-error", rx.Var("undefined")),
                aria_invalid=rx.cond(mistake, "true", "false"),
            ),
            rx.cond(mistake, error_line(mistake, id=f"{key}-error"), rx.fragment()),
            class_name="field",
        ),
        button(rx.cond(S.card.has_logo, "Replace the logo", "Use this logo"), type="submit"),
        action="/api/settings/watermark/logo", method="post", enc_type="multipart/form-data", class_name="stack",
    )  # fmt: skip
    words = "A light logo shows on dark rooms, a dark one on bright walls; one with an edge on both."
    return setting("Logo", words, said(LOGO_FORM), form, key="logo")
