"""`/admin/settings/delivery`: how files are handed over."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.delivery.policies import MONTHS
from portal_app.ui.admin.delivery_settings.state import DeliverySettings as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import select
from portal_app.ui.components.frames import crumb, page_head, setting
from portal_app.ui.shared.layout import admin_shell

NAMINGS = (
    ("original", "As they came: IMG_0412.jpg"),
    ("numbered", "By number: 01.jpg, 02.jpg"),
    ("address", "By address: 12 Ocean Ave 01.jpg"),
)
ALTERED = (
    ("by_place", "Where the property is in California"),
    ("always", "Wherever the property is"),
    ("never", "Nowhere"),
)
ABOUT_ALTERED = (
    "A photo that is marked as altered is delivered only together with its original, which stands beside it on a public page. "
    "California asks for that since 2026 (AB 723). Where a property has no state, the place of your studio decides."
)

KEPT = tuple(
    (
        str(months),
        "For ever"
        if not months
        else f"{months} month{'' if months == 1 else 's'}"
        if months % 12
        else f"{months // 12} year{'' if months == 12 else 's'}",
    )
    for months in MONTHS
)


def page() -> rx.Component:
    """One form in groups."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        crumb("Settings", "/admin/settings", "Delivery"),
        page_head(rx.el.h1("Delivery")),
        rx.el.form(
            setting(
                "Names in a ZIP",
                "What customers find when they unpack it. Numbers are those on the listing’s page.",
                select("Files are named", "naming", NAMINGS, default_value=S.naming, error=S.field_errors["naming"]),
                key="names",
            ),
            setting(
                "Altered photos",
                ABOUT_ALTERED,
                select(
                    "Ask for the original",
                    "altered_rule",
                    ALTERED,
                    default_value=S.altered_rule,
                    error=S.field_errors["altered_rule"],
                ),
                key="altered",
            ),
            setting(
                "How long files are kept",
                "From the last delivery. You and the customer get a mail 30 and 7 days before; then the files are put away and "
                "can come back for 30 days. A listing can be kept for ever on its own page.",
                select("Files are kept", "keep_months", KEPT, default_value=S.keep_months, error=S.field_errors["keep_months"]),
                key="kept",
            ),
            rx.el.div(button("Save rules", kind="main", tall=True, type="submit"), class_name="section"),
            key=f"{S.naming} {S.altered_rule} {S.keep_months}",
            on_submit=S.save,
            no_validate=True,
        ),
    )
