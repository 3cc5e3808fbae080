"""A photo with a place on it: shown, or pressed by whoever shows what they mean."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.typography import Div

from portal_app.ui.components.words import Words

SIDE = 10_000


def _where(event: rx.Var[dict[str, Any]]) -> tuple[rx.Var[int], rx.Var[int]]:
    """Where on the picture it was pressed, in ten-thousandths from its top left corner."""
    box = f"{event!s}.currentTarget.getBoundingClientRect()"
    across = f"Math.round({SIDE} * ({event!s}.clientX - {box}.left) / {box}.width)"
    down = f"Math.round({SIDE} * ({event!s}.clientY - {box}.top) / {box}.height)"
    return rx.Var(across, _var_type=int), rx.Var(down, _var_type=int)


class Plate(Div):
    """The picture's box; a press says where. What it does can be done by sliders too."""

    on_click: rx.EventHandler[_where]


def spotted(url: Words, alt: Words, shape: rx.Var[str], left: Words, top: Words, wide: Words, tall: Words) -> tuple:
    """The picture, whole, and what is drawn over it."""
    corner = {"left": left, "top": top}
    drawn = rx.match(
        shape,
        ("pin", rx.el.span(class_name="spot pin", style=corner, aria_hidden="true")),
        ("box", rx.el.span(class_name="spot", style=corner | {"width": wide, "height": tall}, aria_hidden="true")),
        rx.fragment(),
    )
    size = {"width": "1200", "height": "800"}
    return rx.el.img(src=url, alt=alt, loading="lazy", decoding="async", custom_attrs=size), drawn


def plate(*children: rx.Component, on_press=None) -> rx.Component:
    """A photo in its own shape, never cropped; `on_press(x, y)` in ten-thousandths."""
    if on_press is None:
        return rx.el.div(*children, class_name="plate")
    return Plate.create(*children, on_click=on_press, class_name="plate pressed")
