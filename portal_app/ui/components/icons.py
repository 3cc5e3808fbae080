"""Every drawing on the screens: 20 × 20, one stroke, the color of the words beside it."""

from __future__ import annotations

import reflex as rx

PATHS = {
    "account": "M10 9.6a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2zM4 16.8c.7-3 3-4.6 6-4.6s5.3 1.6 6 4.6",
    "badge": "M4.5 5h11v11.5h-11zM8.2 5V3h3.6v2M10 10.6a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z"
    "M7 14c.4-1.2 1.5-1.9 3-1.9s2.6.7 3 1.9",
    "calendar": "M3.5 5h13v11.5h-13zM3.5 8.6h13M7 3v3.4M13 3v3.4",
    "card": "M2.8 5h14.4v10.5H2.8zM2.8 8.6h14.4M5.6 12.6h3",
    "check": "M4.5 10.6l3.6 3.6 7.4-8",
    "clock": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.8 1.8",
    "close": "M5 5l10 10M15 5 5 15",
    "customers": "M7.5 9.4a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM2.5 16c.4-2.6 2.3-4 5-4s4.6 1.4 5 4"
    "M13 4.6a2.4 2.4 0 0 1 0 4.6M14.8 12.4c1.6.5 2.5 1.8 2.7 3.6",
    "document": "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15",
    "download": "M10 3.5v9M6.2 9.2 10 13l3.8-3.8M4 16.5h12",
    "down": "M4.5 8l5.5 5.5L15.5 8",
    "earlier": "M12 4.5 6.5 10l5.5 5.5",
    "exit": "M8 3.5H4v13h4M8.5 10H17M13.5 6.5 17 10l-3.5 3.5",
    "film": "M7 4.5l8.5 5.5L7 15.5z",
    "globe": "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM3 10h14M10 3c2.6 2.2 2.6 11.8 0 14M10 3c-2.6 2.2-2.6 11.8 0 14",
    "home": "M3.5 9.2 10 3.8l6.5 5.4M5.2 8v8.2h9.6V8",
    "key": "M7 11.6a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM9.6 10.4l6 5.8M13 13.7l-1.6 1.7",
    "later": "M8 4.5l5.5 5.5L8 15.5",
    "lock": "M5 9h10v7.5H5zM7.2 9V6.6a2.8 2.8 0 0 1 5.6 0V9",
    "mail": "M3 5h14v10.5H3zM3 5.6l7 5.6 7-5.6",
    "message": "M3 4.8h14v9H9l-3.6 3v-3H3z",
    "orders": "M7.5 5.5H17M7.5 10H17M7.5 14.5H17M3.4 5.5h.01M3.4 10h.01M3.4 14.5h.01",
    "photo": "M3 4.5h14v11H3zM3 13l4-3.6 3.4 3 2.4-2 4.2 3.6M12.6 8.2h.01",
    "pin": "M10 17.4c3.6-4 5.4-6.7 5.4-9a5.4 5.4 0 1 0-10.8 0c0 2.3 1.8 5 5.4 9z"
    "M10 10.2a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8z",
    "plan": "M3.5 3.5h13v13h-13zM3.5 9h6M9.5 3.5V7M9.5 11.5v5M12.5 9h4",
    "plus": "M10 4v12M4 10h12",
    "search": "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4",
    "settings": "M4 6h6M14 6h2M12 4v4M4 14h2M10 14h6M8 12v4",
    "tag": "M3.5 3.5h6.2l6.8 6.8-6.2 6.2-6.8-6.8zM6.9 6.9h.01",
    "tour": "M10 2.8 16.5 6.3v7.4L10 17.2 3.5 13.7V6.3zM3.5 6.3 10 9.9l6.5-3.6M10 9.9v7.3",
    "up": "M4.5 12.5 10 7l5.5 5.5",
    "upload": "M10 15.5v-10M5.5 9.5 10 5l4.5 4.5",
    "warning": "M10 3.4 17.4 16.4H2.6zM10 8.2v3.6M10 14.1h.01",
}


WEIGHTS = {1: "i fine", 1.5: "i", 2: "i bold"}


def icon(name: str, *, size: int = 20, stroke: float = 1.5) -> rx.Component:
    """One drawing by its name in `PATHS`; always beside words, so never read aloud. `stroke` is 1, 1.5 or 2."""
    return rx.el.svg(
        rx.el.path(d=PATHS[name]),
        view_box="0 0 20 20",
        width=str(size),
        height=str(size),
        aria_hidden="true",
        class_name=WEIGHTS[stroke],
    )
