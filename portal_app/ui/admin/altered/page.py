"""`/admin/deliver/altered/[number]`: which photos are altered, the original of each, and the page that shows both."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.media.alterations import TITLES
from portal_app.ui.admin.altered.cards import AlteredRow, Choice
from portal_app.ui.admin.altered.state import AlteredPhotos as S
from portal_app.ui.components.buttons import button, file_button
from portal_app.ui.components.fields import error_line, field, switch
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import crumb, empty, page_head, section
from portal_app.ui.components.links import away
from portal_app.ui.components.photos import picture, tag, thumb
from portal_app.ui.components.uploads import PHOTOGRAPHS, uploader
from portal_app.ui.shared.layout import admin_shell

ABOUT = (
    "A photo that shows what is not there, or leaves out what is, says so wherever it appears, and buyers can compare it with "
    "its original. Light, color, sharpness and crop need no note."
)


def page() -> rx.Component:
    """The screen of one order."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        crumb(f"Deliver order {S.place.number}", f"/admin/deliver/{S.place.number}", "Altered photos"),
        page_head(rx.el.h1("Altered photos"), under=rx.el.p(f"{S.place.street}, {S.place.town}", class_name="quiet")),
        rx.el.p(ABOUT, class_name="small quiet measure"),
        rx.cond(
            S.rows, section("Altered", rx.el.ul(rx.foreach(S.rows, _row), class_name="altered"), key="altered"), rx.fragment()
        ),
        rx.cond(S.place.originals_url, _public(), rx.fragment()),
        section("Mark a photo", rx.cond(S.plain, _plain(), _no_photos()), key="plain"),
        _dialog(),
    )


def _row(row: rx.Var[AlteredRow]) -> rx.Component:
    named = rx.el.span(" ", row.name, class_name="hide")
    missing = rx.el.span(rx.el.span("No original", class_name="mid"), class_name="photo none")
    original = rx.cond(row.original, _framed(row.original_picture, f"Original of {row.name}", "Original"), missing)
    trouble = rx.cond(row.problem, error_line(row.problem), rx.fragment())
    label = rx.cond(row.original, "Change", "Choose its original")
    acts = rx.el.div(
        button(rx.fragment(label, named), on_click=S.open(row.id)),
        button(rx.fragment("Not altered", named), kind="soft", on_click=S.take_back(row.id)),
        class_name="row wrap",
    )
    return rx.el.li(
        rx.el.div(original, _framed(row.picture, row.name, "Altered"), class_name="two"),
        rx.el.div(
            rx.el.p(row.words, class_name="strong"),
            rx.el.p(row.name, class_name="small quiet"),
            trouble,
            acts,
            class_name="stack gap-2",
        ),
    )


def _framed(url: rx.Var, alt: rx.Var | str, plate: str) -> rx.Component:
    shown = rx.cond(url, picture(url, alt), rx.el.span("Making sizes", class_name="mid"))
    return rx.el.span(shown, tag(plate), class_name="photo")


def _public() -> rx.Component:
    code = rx.el.img(
        src=f"{S.place.originals_url}/qr.svg",
        alt="Square code that leads to the page",
        width="176",
        height="176",
        class_name="qr",
    )
    said = rx.el.div(
        rx.el.p(
            "Everybody with this address sees the altered photos beside their originals, as far as the listing is open.",
            class_name="small quiet",
        ),
        rx.el.p(away(S.place.originals_words, to=S.place.originals_url, target="_blank")),
        rx.el.div(
            file_button("Code for paper, PNG", f"{S.place.originals_url}/qr.png?download=1", download=True),
            file_button("Code, SVG", f"{S.place.originals_url}/qr.svg?download=1", download=True),
            class_name="row wrap",
        ),
        class_name="stack gap-3",
    )
    return section("Originals page", rx.el.div(code, said, class_name="enroll"), key="public")


def _plain() -> rx.Component:
    return rx.el.ul(rx.foreach(S.plain, _to_mark), class_name="sheet marks", aria_label="Photos as they were taken")


def _to_mark(choice: rx.Var[Choice]) -> rx.Component:
    plate = rx.cond(choice.about, tag(choice.about), rx.fragment())
    shown = rx.cond(choice.picture, picture(choice.picture), rx.el.span("Making sizes", class_name="mid"))
    said = rx.el.span("Altered: ", rx.el.span(choice.name), class_name="hide")
    return rx.el.li(
        rx.el.button(shown, plate, said, type="button", class_name="photo on-photo", on_click=S.open(choice.id)),
        rx.el.p(choice.name, class_name="tiny quiet", aria_hidden="true"),
    )


def _no_photos() -> rx.Component:
    return empty("photo", "No photos left.", "Upload photos on the page before this one; then say which of them are altered.")


def _dialog() -> rx.Component:
    about = S.saying
    return dialog(
        "What was done to it?",
        rx.el.p(about.name, class_name="quiet small"),
        rx.el.form(
            _how(),
            field(
                "In your words",
                "words",
                optional=True,
                error=S.field_errors["words"],
                default_value=about.words,
                max_length=200,
                key="words",
            ),
            _original(),
            rx.el.div(
                button("Cancel", kind="soft", on_click=S.shut),
                button("Save", kind="main", type="submit"),
                class_name="row wrap acts stay",
            ),
            on_submit=S.save,
            no_validate=True,
            key=about.id,
            class_name="stack",
        ),
        is_open=about.id != "",
        on_dismiss=S.shut,
        broad=True,
    )


def _how() -> rx.Component:
    def one(word: str, title: str) -> rx.Component:
        box = rx.el.input(type="checkbox", name=f"how-{word}", default_checked=S.saying.how.contains(word), class_name="check")
        return rx.el.label(box, rx.el.span(title))

    wrong = S.field_errors["how"]
    return rx.el.div(
        rx.cond(wrong, error_line(wrong), rx.fragment()),
        rx.el.fieldset(
            rx.el.legend("What it shows differently", class_name="label"),
            *(one(word.value, title) for word, title in TITLES.items()),
            id="how",
            tab_index=-1,
            class_name="ticks",
        ),
    )


def _original() -> rx.Component:
    wrong = S.field_errors["original"]
    hides = switch(
        "Keep the original off the listing",
        "It stands on the originals page alone",
        checked=S.saying.hides,
        on_change=S.choose_hides,
    )
    return rx.el.div(
        rx.cond(wrong, error_line(wrong), rx.fragment()),
        rx.el.fieldset(
            rx.el.legend("Its original", class_name="label"),
            _radio("", "Not here yet", "", ""),
            rx.foreach(S.originals, lambda choice: _radio(choice.id, choice.name, choice.about, choice.picture)),
            id="original",
            tab_index=-1,
            class_name="originals",
        ),
        uploader(
            S.place.listing,
            at=f"/admin/deliver/altered/{S.place.number}",
            on_finished=S.uploaded,
            title="Or drop the original here",
            hint="It stays off the listing and its ZIPs.",
            accept=PHOTOGRAPHS,
        ),
        hides,
        class_name="stack gap-3",
    )


def _radio(value: rx.Var | str, name: rx.Var | str, about: rx.Var | str, url: rx.Var | str) -> rx.Component:
    box = rx.el.input(
        type="radio",
        name="original",
        value=value,
        checked=S.saying.original == value,
        on_change=S.choose_original(value),
        class_name="check",
    )
    return rx.el.label(
        box, thumb(url), rx.el.span(name, rx.el.br(), rx.el.span(about, class_name="tiny quiet"), class_name="grow small")
    )
