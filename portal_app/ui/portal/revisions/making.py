"""Making up a request: which photos, where on each, and what should be different."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.delivery.revisions import Choice
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, segments, text_area
from portal_app.ui.components.frames import section
from portal_app.ui.components.photos import pick_box, picture, sheet, tag
from portal_app.ui.components.spots import plate, spotted
from portal_app.ui.portal.revisions.drafts import Draft
from portal_app.ui.portal.revisions.state import ListingRevisionsState as S

SHAPES = (("whole", "Whole photo"), ("pin", "Pin"), ("box", "Box"))
SLIDERS = (("x", "From the left"), ("y", "From the top"), ("width", "Width"), ("height", "Height"))


def composer() -> rx.Component:
    """One form. Without a photo it is about the whole listing."""
    words = text_area(
        "What should be different?", "wish", default_value=S.wish, error=S.field_errors["wish"], max_length=2000,
        on_blur=S.keep, rows="4",
    )  # fmt: skip
    label = rx.cond(
        S.drafts.length() == 0,
        "Ask about the whole listing",
        rx.cond(S.drafts.length() == 1, "Ask about 1 photo", f"Ask about {S.drafts.length()} photos"),
    )
    form = rx.el.form(
        rx.el.input(type="hidden", name="key", value=S.key),
        _chooser(),
        rx.el.ul(rx.foreach(S.drafts, _draft), class_name="stack gap-5"),
        words,
        rx.el.div(button(label, kind="main", tall=True, type="submit")),
        on_submit=S.send,
        no_validate=True,
        key=S.turn.to_string(),
        class_name="stack gap-5",
    )
    return section("Ask for a change", form, key="ask", apart=False)


def _chooser() -> rx.Component:
    said = rx.cond(S.drafts, f"Photos: {S.drafts.length()} chosen", "Choose photos")
    photos = sheet(rx.foreach(S.choices, _choice), label="Photos to ask about")
    return rx.cond(
        S.choices, rx.el.details(rx.el.summary(said, class_name="btn"), photos, class_name="more-of"), rx.fragment()
    )  # fmt: skip


def _choice(choice: rx.Var[Choice]) -> rx.Component:
    is_on = S.chosen.contains(choice.asset)
    return rx.el.li(
        rx.el.span(picture(choice.thumb_url, f"Photo {choice.number}"), tag(choice.number), class_name="photo"),
        pick_box(choice.number, checked=is_on, on_change=S.choose(choice.asset)),
        class_name=rx.cond(is_on, "picked", ""),
    )


def _draft(draft: rx.Var[Draft]) -> rx.Component:
    """One photo: press on it, or use the sliders."""
    drawn = spotted(draft.url, f"Photo {draft.number}", draft.shape, draft.left, draft.top, draft.wide, draft.tall)
    leave = button(
        rx.fragment("Leave out", rx.el.span(f" photo {draft.number}", class_name="hide")), kind="soft",
        on_click=S.choose(draft.asset),
    )  # fmt: skip
    named = f"Where on photo {draft.number}"
    return rx.el.li(
        rx.el.div(rx.el.h3(f"Photo {draft.number}"), leave, class_name="row between"),
        segments(
            named, f"shape-{draft.asset}", SHAPES, value=draft.shape, on_change=lambda value: S.shape(draft.asset, value)
        ),
        rx.el.p(_hint(draft), class_name="small quiet", role="status"),
        plate(*drawn, on_press=lambda x, y: S.press(draft.asset, x, y)),
        rx.cond(draft.shape != "whole", _sliders(draft), rx.fragment()),
        field(
            f"About photo {draft.number}", f"note-{draft.asset}", optional=True, default_value=draft.note, max_length=300,
            auto_complete="off", on_blur=lambda value: S.keep_note(draft.asset, value),
        ),
        key=draft.asset,
        class_name="stack gap-3",
    )  # fmt: skip


def _hint(draft: rx.Var[Draft]) -> rx.Var:
    box = rx.cond(draft.has_corner, "Press where the other corner is.", "Press where one corner is, then where the other is.")
    return rx.cond(draft.shape == "box", box, "Press on the photo to set a pin there.")


def _sliders(draft: rx.Var[Draft]) -> rx.Component:
    """The same place without a pointer."""
    values = {"x": draft.x, "y": draft.y, "width": draft.width, "height": draft.height}

    def one(side: str, label: str) -> rx.Component:
        name = f"{side}-{draft.asset}"
        box = rx.el.input(
            id=name, name=name, type="range", min="0", max="100", value=(values[side] // 100).to_string(),
            on_change=lambda value: S.slide(draft.asset, side, value),
        )  # fmt: skip
        return rx.el.div(rx.el.label(label, rx.el.span(f", photo {draft.number}", class_name="hide"), html_for=name), box)

    pin, extent = SLIDERS[:2], SLIDERS[2:]
    more = rx.cond(draft.shape == "box", rx.fragment(*(one(*each) for each in extent)), rx.fragment())
    return rx.el.div(*(one(*each) for each in pin), more, class_name="sliders small")
