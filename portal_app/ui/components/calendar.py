"""FullCalendar, dressed in our sheet: days, weeks, months and a list; a press opens, a drag asks."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportVar

from portal_app.ui.components.words import Flag, Words

VERSION = "6.1.19"
PLUGINS = ("daygrid", "timegrid", "list", "interaction")
NARROW = "(typeof window !== 'undefined' && window.innerWidth < 768)"


def _range(span: rx.Var) -> list[rx.Var]:
    return [rx.Var(f"{span}.startStr").to(str), rx.Var(f"{span}.endStr").to(str)]


def _pressed(press: rx.Var) -> list[rx.Var]:
    return [rx.Var(f"{press}.event.id").to(str)]


def _moved(move: rx.Var) -> list[rx.Var]:
    """The event goes back to where it was at once: it moves when the question was answered, not before."""
    return [rx.Var(f"({move}.revert(), {move}.event.id)").to(str), rx.Var(f"{move}.event.startStr").to(str)]


# Events in a grid are anchors without an address: for those who listen they are the buttons they act as.
SPEAK = """(info) => { if (info.el.tagName === 'A') { info.el.setAttribute('role', 'button');
    info.el.setAttribute('aria-label', info.event.extendedProps.says); } }"""
# So is the link that unfolds a full day.
SPEAK_MORE = "(info) => info.el.setAttribute('role', 'button')"


class FullCalendar(rx.NoSSRComponent):
    """Times are wall times of the studio, passed as if they were UTC: the browser's own zone never matters.

    `events`: dicts id, title, says, start, end, classNames, startEditable.
    """

    library = f"@fullcalendar/react@{VERSION}"
    tag = "FullCalendar"
    is_default = True
    lib_dependencies: list[str] = [f"@fullcalendar/{name}@{VERSION}" for name in ("core", *PLUGINS)]
    plugins: rx.Var[Any]
    events: rx.Var[list[dict[str, Any]]]
    now: rx.Var[str]
    locale: rx.Var[str]
    default_range_separator: rx.Var[str]
    list_day_format: rx.Var[Any]
    list_day_side_format: rx.Var[bool]
    initial_view: rx.Var[Any]
    header_toolbar: rx.Var[Any]
    button_text: rx.Var[Any]
    views: rx.Var[Any]
    event_time_format: rx.Var[Any]
    slot_label_format: rx.Var[Any]
    slot_min_time: rx.Var[str]
    slot_max_time: rx.Var[str]
    time_zone: rx.Var[str]
    height: rx.Var[str]
    event_display: rx.Var[str]
    event_did_mount: rx.Var[Any]
    more_link_did_mount: rx.Var[Any]
    event_duration_editable: rx.Var[bool]
    event_interactive: rx.Var[bool]
    selectable: rx.Var[bool]
    select_mirror: rx.Var[bool]
    select_min_distance: rx.Var[int]
    select_long_press_delay: rx.Var[int]
    snap_duration: rx.Var[str]
    now_indicator: rx.Var[bool]
    all_day_slot: rx.Var[bool]
    button_icons: rx.Var[bool]
    first_day: rx.Var[int]
    day_max_events: rx.Var[int]
    slot_event_overlap: rx.Var[bool]
    no_events_text: rx.Var[str]
    dates_set: rx.EventHandler[_range]
    event_click: rx.EventHandler[_pressed]
    event_drop: rx.EventHandler[_moved]
    select: rx.EventHandler[_range]

    def add_imports(self) -> dict[str, ImportVar]:
        """The plugins, which are passed as values."""
        return {f"@fullcalendar/{name}@{VERSION}": ImportVar(tag=f"fc_{name}", is_default=True) for name in PLUGINS}


VIEWS = "timeGridDay,timeGridWeek,dayGridMonth,listWeek"
WORDS = {"prev": "Earlier", "next": "Later", "today": "Today"} | {k: k.capitalize() for k in ("day", "week", "month", "list")}
HOUR = {"hour": "numeric", "minute": "2-digit", "omitZeroMinute": True, "meridiem": "short", "hour12": True}
HEAD = {"weekday": "short", "day": "numeric", "month": "short"}
CLOCK = {"hour": "numeric", "minute": "2-digit", "meridiem": "short", "hour12": True}


def calendar(
    events: rx.Var, *, now: Words, first_hour: Words, last_hour: Words, on_range, on_open, on_move, on_select, empty: Words
) -> rx.Component:
    """`on_range(first, last)` when other days are shown, `on_open(id)`, `on_move(id, start)`, `on_select(start, end)`."""
    return rx.el.div(
        FullCalendar.create(
            plugins=rx.Var(f"[{', '.join(f'fc_{name}' for name in PLUGINS)}]"),
            events=events,
            now=now,
            time_zone="UTC",
            locale="en-gb",
            default_range_separator=" – ",
            views={
                "dayGridMonth": {"eventTimeFormat": HOUR, "displayEventEnd": False},
                "timeGrid": {"dayHeaderFormat": HEAD},
                "timeGridWeek": {"displayEventEnd": False},  # a column has no room for it: the height says how long
            },
            list_day_format={"weekday": "long", "day": "numeric", "month": "long"},
            list_day_side_format=False,
            initial_view=rx.Var(f"{NARROW} ? 'listWeek' : 'timeGridWeek'"),
            header_toolbar={"left": "prev,today,next", "center": "title", "right": VIEWS},
            button_icons=False,
            button_text=WORDS,
            height="auto",
            first_day=1,
            event_display="block",
            event_time_format=CLOCK,
            slot_label_format={"hour": "numeric", "meridiem": "short", "hour12": True},
            slot_min_time=first_hour,
            slot_max_time=last_hour,
            slot_event_overlap=False,
            snap_duration="00:15",
            all_day_slot=False,
            now_indicator=True,
            day_max_events=4,
            event_interactive=True,
            event_duration_editable=False,
            event_did_mount=rx.Var(SPEAK),
            more_link_did_mount=rx.Var(SPEAK_MORE),
            selectable=True,
            select_mirror=True,
            select_min_distance=5,
            select_long_press_delay=600,
            no_events_text=empty,
            dates_set=on_range,
            event_click=on_open,
            event_drop=on_move,
            select=on_select,
        ),
        class_name="calendar",
    )  # fmt: skip


def toggle(label: Words, *, on: Flag, **props) -> rx.Component:
    """A member whose things are shown or not."""
    return rx.el.button(label, type="button", aria_pressed=rx.cond(on, "true", "false"), class_name="chip", **props)
