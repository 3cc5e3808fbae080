"""Resumable uploads and the order of photos: the two parts that need a library of their own in the browser."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.components.words import Words

PHOTOGRAPHS = "image/jpeg,image/heic,.jpg,.jpeg,.heic,.heif"
FILES = f"{PHOTOGRAPHS},video/mp4,video/quicktime,application/pdf,.mp4,.m4v,.mov,.pdf"


class Uploader(rx.NoSSRComponent):
    """Drop zone, total and one row per file. Uploads live outside the page: they go on while people move in the app."""

    library = "$/public/desk.jsx"
    tag = "Uploader"
    lib_dependencies: list[str] = ["tus-js-client@4.3.1"]
    endpoint: rx.Var[str]
    listing: rx.Var[str]
    at: rx.Var[str]
    replaces: rx.Var[str]
    accept: rx.Var[str]
    title: rx.Var[str]
    hint: rx.Var[str]
    choose: rx.Var[str]
    on_finished: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_quiet: rx.EventHandler[rx.event.no_args_event_spec]


class ReplaceButton(rx.NoSSRComponent):
    """Sends one new file in the place of a photo that is already there; its progress shows in the uploader's list."""

    library = "$/public/desk.jsx"
    tag = "ReplaceButton"
    lib_dependencies: list[str] = ["tus-js-client@4.3.1"]
    endpoint: rx.Var[str]
    listing: rx.Var[str]
    replaces: rx.Var[str]
    accept: rx.Var[str]
    label: rx.Var[str]
    on_finished: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class Sorter(rx.NoSSRComponent):
    """Photos in order: drag, or Space and arrows, or the arrow buttons beneath each."""

    library = "$/public/desk.jsx"
    tag = "Sorter"
    lib_dependencies: list[str] = ["@dnd-kit/core@6.3.1", "@dnd-kit/sortable@10.0.0", "@dnd-kit/utilities@3.2.2"]
    photos: rx.Var[list[dict[str, Any]]]
    label: rx.Var[str]
    on_reorder: rx.EventHandler[rx.event.passthrough_event_spec(list[str])]
    on_act: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]


def uploader(
    listing: Words,
    *,
    at: Words,
    on_finished,
    title: Words = "Drop photos here",
    hint: Words = "",
    on_quiet=None,
    accept: str = FILES,
) -> rx.Component:
    """Uploads to one listing (its public id), on the page `at`. `on_finished(file_name)` once per file that arrived and passed
    its checks."""
    quiet = {"on_quiet": on_quiet} if on_quiet is not None else {}
    return Uploader.create(
        endpoint="/api/uploads", listing=listing, at=at, title=title, hint=hint, accept=accept, on_finished=on_finished, **quiet
    )


def replace_button(listing: Words, photo: Words, *, on_finished, label: Words = "Replace") -> rx.Component:
    """Replaces the photo with this public id."""
    return ReplaceButton.create(
        endpoint="/api/uploads", listing=listing, replaces=photo, accept=PHOTOGRAPHS, label=label, on_finished=on_finished
    )


def sorter(photos: rx.Var, *, on_reorder, on_act=None) -> rx.Component:
    """Photos in order. `photos`: dicts id, url, name, alt, state ("ready", "making", "failed"), reason, cover,
    actions [{id, label}].

    One event per move, `on_reorder(ids)`; `on_act(action_id, photo_id)` for the buttons beneath a photo.
    """
    acting = {"on_act": on_act} if on_act is not None else {}
    return Sorter.create(photos=photos, on_reorder=on_reorder, **acting)
