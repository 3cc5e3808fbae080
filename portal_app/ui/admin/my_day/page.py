"""A photographer's day on a phone: where to go, whom to call, how to get in, start and finish."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.admin.my_day.state import MyDay as S
from portal_app.ui.components.buttons import button, file_button, link_button
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import empty, page_head, section
from portal_app.ui.components.links import go
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import may


def page() -> rx.Component:
    """Today, then tomorrow."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    nothing = empty("calendar", "No visits of yours today.", "They appear here as soon as a time of yours is taken.")
    later = rx.cond(
        S.tomorrow,
        rx.el.ol(rx.foreach(S.tomorrow, _visit), class_name="my-day"),
        rx.el.p("No visits of yours tomorrow.", class_name="small quiet"),
    )
    return rx.fragment(
        page_head(
            rx.el.h1("My day"),
            link_button("Open calendar", "/admin/calendar", drawing="calendar"),
            under=rx.el.p(S.day, class_name="quiet"),
        ),
        section(
            "Today",
            rx.cond(S.today, rx.el.ol(rx.foreach(S.today, _visit), class_name="my-day"), nothing),
            key="today",
            apart=False,
        ),
        section("Tomorrow", later, key="tomorrow"),
        _question(),
    )


def _visit(card: rx.Var) -> rx.Component:
    return rx.el.li(
        rx.el.p(card.hours, class_name="strong num"),
        rx.el.h3(go(card.street, to=f"/admin/orders/{card.number}", kind="plain-link")),
        rx.el.p(card.town, class_name="quiet"),
        rx.cond(card.services, rx.el.p(card.services, class_name="small"), rx.fragment()),
        rx.el.div(_maps(card), _call(card), _upload(card), class_name="row wrap gap-1"),
        _way_in(card),
        rx.cond(card.said, rx.el.p(card.said, class_name="small strong", role="status"), rx.fragment()),
        _press(card),
        key=card.id.to_string(),
        class_name="panel stack gap-2",
    )


def _maps(card: rx.Var) -> rx.Component:
    """A plain link: nothing is asked of the map's makers before it is pressed."""
    words = rx.fragment("Open in maps", _of(card))
    return file_button(words, card.maps, drawing="pin", target="_blank", rel="noopener noreferrer")


def _call(card: rx.Var) -> rx.Component:
    call = file_button(rx.fragment("Call ", card.customer), card.call, drawing="message", title=card.phone)
    return rx.cond(card.call, call, rx.el.span(card.customer, class_name="small"))


def _upload(card: rx.Var) -> rx.Component:
    upload = link_button(
        rx.fragment("Upload", _of(card)), f"/admin/deliver/{card.number}", drawing="upload", kind="soft"
    )  # fmt: skip
    return rx.cond(may(Permission.UPLOAD), upload, rx.fragment())


def _of(card: rx.Var) -> rx.Component:
    return rx.el.span(": ", card.street, class_name="hide")


def _way_in(card: rx.Var) -> rx.Component:
    shown = S.code_of == card.id
    show = button(rx.fragment("Show the code", _of(card)), drawing="key", on_click=S.show_code(card.id))
    seen = rx.el.span(
        rx.el.b(S.code, class_name="entry-code"), button("Hide", kind="soft", on_click=S.hide_code), class_name="row"
    )
    return rx.el.dl(
        rx.cond(card.entry, _fact("Access", card.entry), rx.fragment()),
        rx.cond(card.has_code, _fact("Code", rx.cond(shown, seen, show)), rx.fragment()),
        rx.cond(card.notes, _fact("Notes", rx.el.span(card.notes, class_name="pre")), rx.fragment()),
        class_name="facts small",
    )


def _fact(name: str, words: rx.Component | rx.Var) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(words))


def _press(card: rx.Var) -> rx.Component:
    """One thing to press, and the way back."""
    start = button(rx.fragment("Start", _of(card)), kind="main", tall=True, wide=True, on_click=S.start(card.id))
    finish = rx.cond(
        card.has_code,
        button(rx.fragment("Finish", _of(card)), kind="main", tall=True, wide=True, on_click=S.ask_finish(card.id)),
        button(rx.fragment("Finish", _of(card)), kind="main", tall=True, wide=True, on_click=S.finish(card.id)),
    )
    return rx.match(
        card.standing,
        ("asked", link_button("Answer", f"/admin/orders/{card.number}", kind="main", tall=True, wide=True)),
        ("ahead", rx.cond(card.can_start, start, rx.fragment())),
        ("begun", rx.fragment(finish, button(rx.fragment("Undo start", _of(card)), kind="soft", on_click=S.undo_start(card.id)))),
        ("finished", button(rx.fragment("Undo finish", _of(card)), kind="soft", on_click=S.undo_finish(card.id))),
        rx.fragment(),
    )


def _question() -> rx.Component:
    return confirm(
        "Finish this visit?",
        "The entry code is deleted once the order’s last visit is finished, and nobody can bring it back.",
        is_open=S.finishing != 0,
        keep="Not yet",
        on_keep=S.ask_finish(0),
        act="Finish",
        on_act=S.finish(S.finishing),
        kind="main",
    )
