"""`/admin/revisions`: what customers want changed."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.delivery.revisions import RevisionRow
from portal_app.ui.admin.revisions.state import RevisionsState as S
from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.fields import segments
from portal_app.ui.components.frames import empty, page_head
from portal_app.ui.components.links import go
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.revision_parts import SIGNS

SHOWN = (("waiting", "Waiting"), ("all", "All"))


def page() -> rx.Component:
    """One row per request, each a click from its work."""
    nothing = empty("check", "Nothing waits.", "What customers want changed appears here at once.")
    return admin_shell(
        page_head(rx.el.h1("Changes"), segments("Which requests", "shown", SHOWN, value=S.shown, on_change=S.show)),
        rx.cond(S.rows, rx.el.ul(rx.foreach(S.rows, _row), class_name="wait"), nothing),
        ready=S.loaded,
    )


def _row(row: rx.Var[RevisionRow]) -> rx.Component:
    here = f"/admin/revisions/{row.public_id}"
    said = rx.el.div(
        rx.el.b(go(row.street, to=here, kind="plain-link")),
        rx.el.span(f"Order {row.order_number} · {row.asked_by} · {row.when}"),
        rx.el.span(row.wish, class_name="ask0 clip"),
        class_name="address",
    )
    sign, way = rx.match(row.state, *SIGNS, rx.fragment()), link_button("Open", here, aria_label=f"Open {row.street}")
    return rx.el.li(said, rx.el.div(sign, way, class_name="row gap-4"))
