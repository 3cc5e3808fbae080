"""Everything the studio sets, each on a page of its own."""

from __future__ import annotations

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.components.frames import page_head, way
from portal_app.ui.shared.layout import admin_shell
from portal_app.ui.shared.session import Base, may

WAYS = (
    ("tag", "Catalog", "What you sell, in which forms, at which prices.", "/admin/catalog"),
    ("tag", "Coupons", "Codes that lower the price, and how often each was used.", "/admin/settings/coupons"),
    ("card", "Fees, taxes and tips", "What joins every price by itself.", "/admin/settings/prices"),
    ("card", "Payments", "Your own keys, what a canceled order gives back, and invoices.", "/admin/settings/payments"),
    ("message", "Questions", "What customers are asked while booking, and what an answer adds.", "/admin/settings/questions"),
    ("calendar", "Booking", "How soon, how far ahead, who comes, and until when customers change.", "/admin/settings/booking"),
    ("photo", "Watermark", "What stands in previews until an order is paid.", "/admin/settings/watermark"),
    ("photo", "Delivery", "What files are called when customers download them.", "/admin/settings/delivery"),
    ("pin", "Service areas", "Where you go and what the way costs.", "/admin/areas"),
    ("clock", "Crew and hours", "Who works when, and who is asked first.", "/admin/crew"),
)


def page() -> rx.Component:
    """A list of ways."""
    return admin_shell(
        page_head(rx.el.h1("Settings")),
        rx.el.ul(*(way(*each) for each in WAYS), class_name="ways"),
        rx.cond(
            may(Permission.MANAGE_STAFF),
            rx.el.ul(way("badge", "Staff", "Who works here and what each may do.", "/admin/staff"), class_name="ways"),
            rx.fragment(),
        ),
        ready=Base.me.is_staff,
    )
