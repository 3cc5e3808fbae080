"""Photographs: the tile in all its states, the sheet, what is chosen, the listing card, the light table."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.components.address import address
from portal_app.ui.components.icons import icon
from portal_app.ui.components.links import away, go
from portal_app.ui.components.status import status
from portal_app.ui.components.words import Child, Flag, Words, classes


class Gallery(rx.Component):
    """Wraps a sheet; a press on a tile with `data-shot` opens the light table there. Nothing goes to the server."""

    library = "$/public/foyer.jsx"
    tag = "Gallery"
    shots: rx.Var[list[dict[str, Any]]]
    pay_label: rx.Var[str]
    pay_off: rx.Var[bool]
    on_pay: rx.EventHandler[rx.event.no_args_event_spec]


class TakePhotos(rx.Component):
    """Chosen photos for the share sheet of a phone (`files`: dicts url, name), and as a ZIP; more than `most` only so."""

    library = "$/public/foyer.jsx"
    tag = "TakePhotos"
    files: rx.Var[list[dict[str, Any]]]
    zip: rx.Var[str]
    most: rx.Var[int]


def picture(url: Words, alt: Words = "", *, eager: bool = False) -> rx.Component:
    """A picture whose box is sized before it loads (3:2; the box decides the rest)."""
    box = {"width": "1200", "height": "800"} | ({"fetchPriority": "high"} if eager else {})
    return rx.el.img(src=url, alt=alt, loading="eager" if eager else "lazy", decoding="async", custom_attrs=box)


def tag(*children: Child, locked: Flag = False) -> rx.Component:
    """The small plate at the bottom right of a photo; `locked` puts a lock before its words."""
    if isinstance(locked, rx.Var):
        lock: Child = rx.cond(locked, icon("lock", size=13), rx.fragment())
    else:
        lock = icon("lock", size=13) if locked else rx.fragment()
    return rx.el.span(lock, *children, class_name="tag")


def altered_plate(note: Words, *, silent: bool = False) -> rx.Component:
    """The plate at the bottom left of an altered photo; nothing without a `note`. `silent` where its description says it."""
    said = {"aria_hidden": "true"} if silent else {"title": note}
    plate = rx.el.span("Altered", class_name="tag left", **said)
    return rx.cond(note, plate, rx.fragment()) if isinstance(note, rx.Var) else (plate if note else rx.fragment())


def photo_tile(
    url: Words,
    alt: Words,
    frame: Words,
    *,
    shot: Words,
    href: Words,
    locked: Flag = False,
    lead: Flag = False,
    large: Words = "",
    pick: Child = "",
    picked: Flag = False,
    note: Words = "",
) -> rx.Component:
    """One photo of the sheet with its frame number; opens in the light table, or as a file without scripts.

    The leading photo is drawn larger, from `large` where that is given. `pick` is what chooses it; `note` says what was done
    to an altered one, and stands in `alt` too.
    """
    shown = rx.cond(lead, large, url) if (isinstance(large, rx.Var) or large) and isinstance(lead, rx.Var) else url
    tile = away(
        picture(shown, alt),
        tag(frame, locked=locked),
        altered_plate(note, silent=True),
        to=href,
        kind="photo on-photo",
        custom_attrs={"data-shot": shot},
    )
    wide = rx.cond(lead, "lead", "") if isinstance(lead, rx.Var) else classes("lead" if lead else "")
    return rx.el.li(tile, pick, class_name=[wide, rx.cond(picked, "picked", "")])


def pick_box(name: Words, *, checked: Flag, on_change) -> rx.Component:
    """The round box at a photo's corner that chooses it."""
    said = rx.el.span("Select photo ", name, class_name="hide")
    return rx.el.label(said, rx.el.input(type="checkbox", checked=checked, on_change=on_change), class_name="pick")


def selection_bar(count: rx.Var[int], words: Words, *acts: Child) -> rx.Component:
    """What is chosen: how many, how heavy, and what can be done with them. Floats over the page while it is scrolled."""
    said = rx.el.p(
        rx.el.span(count, " selected", class_name="strong"), rx.el.span(" · ", words, class_name="quiet num"), class_name="small",
        role="status",
    )  # fmt: skip
    return rx.el.div(
        said, rx.el.div(*acts, class_name="row gap-1"), class_name="float", role="region", aria_label="Selected photos"
    )


def sheet(*tiles: Child, label: Words = "Photos") -> rx.Component:
    """The grid of photos: 2 on a phone with the first one double, 4 from 768 px with the first one 2 × 2."""
    return rx.el.ul(*tiles, class_name="sheet", aria_label=label)


def gallery(*children: Child, shots: rx.Var, on_pay=None, pay_label: Words = "", pay_off: Flag = False) -> rx.Component:
    """A sheet that opens the light table. `shots`: dicts url, alt, name, download ("" for none), file, locked."""
    paying = {"on_pay": on_pay, "pay_label": pay_label, "pay_off": pay_off} if on_pay is not None else {}
    return Gallery.create(*children, shots=shots, **paying)


def hero(url: Words, alt: Words, *, preview: Flag = False, note: Words = "") -> rx.Component:
    """The cover of a listing: edge to edge on a phone, 21:9 on wide screens. `note` says that it is altered."""
    plate = rx.cond(preview, tag("Preview"), rx.fragment()) if isinstance(preview, rx.Var) else rx.fragment()
    return rx.el.div(rx.el.span(picture(url, alt, eager=True), plate, altered_plate(note), class_name="photo"), class_name="hero")


def listing_card(
    *,
    href: Words,
    street: Words,
    town: Words,
    state: Words,
    cover: Words,
    counts: Words = "",
    waiting: Words = "",
    locked: Flag = False,
    whose: Words = "",
    note: Words = "",
) -> rx.Component:
    """A listing: photo, street, town, status, and whose it is; the whole card is the link. Without a cover: `waiting`.

    `note` says that the cover is altered.
    """
    plates = (rx.cond(counts, tag(counts, locked=locked), rx.fragment()), altered_plate(note))
    shown = rx.el.span(picture(cover), *plates, class_name="photo")
    plain = rx.el.span(rx.el.span(waiting, class_name="small pre"), class_name="photo none")
    return go(
        rx.cond(cover, shown, plain),
        rx.el.span(address(street, town, _whose(whose)), status(state), class_name="cap"),
        to=href,
        kind="listing",
    )


def _whose(words: Words) -> rx.Component:
    return rx.cond(words, rx.el.span(words, class_name="whose"), rx.fragment())


def thumb(url: Words) -> rx.Component:
    """The small photo of a row; a drawing where there is none yet."""
    return rx.cond(
        url,
        rx.el.span(picture(url), class_name="thumb photo"),
        rx.el.span(icon("photo"), class_name="thumb photo none"),
    )
