"""Links inside the app (no page load) and places of a navigation (they know when they are current)."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.el.elements.inline import A
from reflex_components_core.react_router.dom import ReactRouterLink

from portal_app.ui.components.words import Child, Words, classes


class Place(ReactRouterLink):
    """A link that carries aria-current="page" by itself while its page, or one beneath it, is open."""

    tag = "NavLink"
    alias = "Place"
    end: rx.Var[bool]


class NativeForm(rx.Component):
    """A form the browser posts itself: passwords and cookies never pass through an event. A second click posts nothing."""

    library = "$/public/foyer.jsx"
    tag = "PostedForm"
    action: rx.Var[str]
    method: rx.Var[str]
    enc_type: rx.Var[str]


class HandOn(rx.Component):
    """An address to hand on: copied, or by the device's own share sheet where there is one."""

    library = "$/public/foyer.jsx"
    tag = "HandOn"
    url: rx.Var[str]
    label: rx.Var[str]


def hand_on(url: Words, label: Words) -> rx.Component:
    """The address with *Copy* and *Share*; `label` is what it leads to."""
    return HandOn.create(url=url, label=label)


def go(*children: Child, to: Words, kind: str = "link", **props) -> rx.Component:
    """A link to a page of the app; `kind` is its class, "" for none."""
    return ReactRouterLink.create(*children, to=to, class_name=classes(kind, props.pop("class_name", "")), **props)


def away(*children: Child, to: Words, kind: str = "link", **props) -> rx.Component:
    """A link to something the app does not draw: a file, another site, a route of the server."""
    return A.create(*children, href=to, class_name=classes(kind, props.pop("class_name", "")), **props)
