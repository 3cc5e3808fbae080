"""What a listing has beside its photos, drawn: a film to play, a plan to look at, a tour to walk, a file to take."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.delivery.sections import Piece, Section
from portal_app.ui.components.buttons import file_button
from portal_app.ui.components.icons import icon
from portal_app.ui.components.photos import picture, tag
from portal_app.ui.portal.listing.state import OneListing as S

FRAME = "fullscreen; gyroscope; accelerometer; xr-spatial-tracking; picture-in-picture; encrypted-media"


def section_of(section: rx.Var[Section]) -> rx.Component:
    """One kind of thing under its title. A player of somebody else's loads only once it is opened."""
    return rx.el.section(
        rx.el.h2(section.title, id=f"of-{section.key}"),
        rx.el.ul(rx.foreach(section.pieces, lambda piece: _piece(section, piece)), class_name="pieces"),
        aria_labelledby=f"of-{section.key}",
        class_name="section",
    )


def _piece(section: rx.Var[Section], piece: rx.Var[Piece]) -> rx.Component:
    new = rx.cond(piece.is_new, rx.el.span("New", class_name="strong"), rx.fragment())
    said = rx.el.p(
        rx.el.span(piece.name, class_name="strong"), rx.el.br(), rx.el.span(piece.words, class_name="small quiet"), " ", new
    )
    return rx.el.li(_shown(section, piece), rx.el.div(said, _acts(piece), class_name="row wrap between"))


def _shown(section: rx.Var[Section], piece: rx.Var[Piece]) -> rx.Component:
    """A film plays here, a tour opens here; everything else is its picture, or a drawing of what it is."""
    film = rx.el.video(
        src=piece.play_url, poster=piece.large_url, controls=True, preload="none", plays_inline=True, aria_label=piece.name,
        class_name="photo",
    )  # fmt: skip
    return rx.cond(piece.play_url, film, rx.cond(piece.frame_url, _player(section, piece), _picture(section, piece)))


def _player(section: rx.Var[Section], piece: rx.Var[Piece]) -> rx.Component:
    frame = rx.el.iframe(src=piece.frame_url, title=piece.name, loading="lazy", allow=FRAME, class_name="photo")
    cue = rx.el.span(_drawing(section), rx.cond(section.key == "tour", "Open the tour here", "Play it here"), class_name="mid")
    return rx.el.details(
        rx.el.summary(cue, rx.el.span(": ", piece.name, class_name="hide"), class_name="photo none"), frame, class_name="player"
    )


def _picture(section: rx.Var[Section], piece: rx.Var[Piece]) -> rx.Component:
    """A website is a line, not a box: there is nothing of it to show."""
    lock = rx.cond(S.place.is_locked, tag("Opens once it is paid", locked=True), rx.fragment())
    drawn = rx.el.span(rx.el.span(_drawing(section), class_name="mid"), lock, class_name="photo none")
    shown = rx.cond(piece.picture_url, rx.el.span(picture(piece.large_url, piece.name), lock, class_name="photo entire"), drawn)
    waits = rx.cond(S.place.is_locked, rx.el.p("Opens once it is paid.", class_name="small quiet"), rx.fragment())
    return rx.cond(section.key == "website", waits, shown)


def _drawing(section: rx.Var[Section]) -> rx.Component:
    drawings = {"video": "film", "floor_plan": "plan", "tour": "tour", "website": "globe"}
    return rx.match(
        section.key,
        *((key, icon(name, size=32, stroke=1)) for key, name in drawings.items()),
        icon("document", size=32, stroke=1),
    )


def _acts(piece: rx.Var[Piece]) -> rx.Component:
    named = rx.el.span(" ", piece.name, class_name="hide")
    take = file_button(rx.fragment("Download", named), piece.download_url, download=True)
    there = file_button(
        rx.fragment("Open", named, rx.el.span(" in a new tab", class_name="hide")),
        piece.open_url,
        drawing="later",
        target="_blank",
        rel="noopener noreferrer",
    )
    return rx.el.div(
        rx.cond(piece.download_url, take, rx.fragment()), rx.cond(piece.open_url, there, rx.fragment()), class_name="acts"
    )
