"""Asking for a statement: two days, and a file comes."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.clock import local, utc_now
from portal_app.core.errors import InvalidInput
from portal_app.domain.billing.statements import read_days
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.session import Base


def statement_file(state: Base, form: dict[str, Any], customer: str = "") -> rx.event.EventSpec:
    """The file for the days of a form, or what is wrong with them beside its fields."""
    typed = [str(form.get(name, ""))[:10] for name in ("first", "last")]
    try:
        first, last = read_days(*typed, local(utc_now(), state.studio.zone).date())
    except InvalidInput as wrong:
        return beside(state, wrong)
    state.field_errors = {}
    path = f"/pdf/statement/{customer}" if customer else "/pdf/statement"
    return rx.download(url=f"{path}?first={first}&last={last}", filename="Statement.pdf")


def statement_form(state: Any, *before: rx.Component) -> rx.Component:
    """The days, and `before` whatever must be chosen besides; `state` has an event `statement`."""
    wrong = state.field_errors
    return rx.el.form(
        *before,
        rx.el.div(
            field("From", "first", type="date", error=wrong["first"], hint="Empty: ninety days back."),
            field("To", "last", type="date", error=wrong["last"], hint="Empty: today."),
            class_name="pair",
        ),
        rx.el.div(button("Download statement", drawing="download", type="submit"), class_name="row wrap"),
        on_submit=state.statement,
        no_validate=True,
        class_name="stack",
    )
