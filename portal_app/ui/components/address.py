"""An address is typeset as a title: street in ink, town beneath in grey. It is never shortened."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.words import Child, Words


def address(street: Words, town: Words, *more: Child) -> rx.Component:
    """Street over town, inside cards and rows."""
    return rx.el.span(rx.el.b(street), rx.el.span(town), *more, class_name="address")


def address_title(street: Words, town: Words) -> rx.Component:
    """The page title of a listing or an order."""
    return rx.el.h1(rx.el.b(street), rx.el.span(town), class_name="address")
