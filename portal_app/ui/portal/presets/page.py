"""`/listings/mls/[listing]`: choose an MLS, have the files made, read what cannot comply, download the rest."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.media.presets import presets
from portal_app.ui.components.buttons import button, file_button, link_button
from portal_app.ui.components.fields import select
from portal_app.ui.components.frames import crumb, note, page_head, section
from portal_app.ui.portal.presets.state import MlsSizes as S
from portal_app.ui.shared.layout import listing_shell


def page() -> rx.Component:
    """One choice, one report."""
    choices = tuple((slug, preset.name) for slug, preset in presets().items())
    return listing_shell(
        crumb(rx.cond(S.report.street, S.report.street, "Listing"), S.report.listing, "MLS"),
        page_head(rx.el.h1("Sizes for the MLS"), under="Each photo at the best quality the rules allow. Nothing is enlarged."),
        rx.cond(S.report.waits, _waits(), _made(choices)),
        rx.cond(S.report.misfit_words, _misfits(), rx.fragment()),
        ready=S.loaded,
    )


def _made(choices: tuple[tuple[str, str], ...]) -> rx.Component:
    return rx.el.div(
        select("MLS", "preset", choices, value=S.preset, on_change=S.choose, hint=S.report.about),
        rx.el.p(S.report.source, class_name="tiny quiet"),
        rx.el.p(S.report.progress, role="status", class_name="strong"),
        _act(),
        class_name="stack gap-5",
    )


def _waits() -> rx.Component:
    """It is not paid: what to do, and where."""
    return rx.el.div(
        note(S.report.waits, drawing="lock", tone="wait"),
        rx.el.div(link_button("Go to the listing", S.report.listing, kind="main"), class_name="acts"),
        class_name="stack gap-5",
    )


def _act() -> rx.Component:
    take = rx.cond(S.report.zip_url, file_button(S.report.zip_label, S.report.zip_url, kind="main", download=True), _nothing())
    make = button(
        "Make the files", kind="main", tall=True, busy=S.report.is_working, busy_label="Being made", on_click=S.make
    )  # fmt: skip
    return rx.el.div(rx.cond(S.report.is_ready, take, make), class_name="acts")


def _nothing() -> rx.Component:
    return note("No photo complies with these rules. Choose another MLS, or ask your photographer.", tone="wait")


def _misfits() -> rx.Component:
    def one(found: rx.Var) -> rx.Component:
        named = rx.el.span(f"{found.number}. {found.name}", class_name="strong")
        return rx.el.li(rx.el.p(named), rx.el.p(found.reason, class_name="small quiet"))

    return section(S.report.misfit_words, rx.el.ul(rx.foreach(S.misfits, one), class_name="stack gap-3"), key="left-out")
