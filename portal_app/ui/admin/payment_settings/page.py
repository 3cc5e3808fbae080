"""`/admin/settings/payments`: the studio's own keys, and how it takes money."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.payment_settings.keys import keys_setting, proving, question
from portal_app.ui.admin.payment_settings.state import PaymentSettings as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select, text_area
from portal_app.ui.components.frames import crumb, page_head, setting
from portal_app.ui.shared.layout import admin_shell

REFUNDS = (
    ("minus_fee", "Everything but the late fee"),
    ("full", "Everything that was paid"),
    ("none", "Nothing: you decide each time"),
)
RELOCKS = (("off", "Stays open"), ("on", "Is locked again"))
PARTS = (("on", "May pay a part"), ("off", "Pay all of it at once"))
KEEPS = (("on", "May keep a card for next time"), ("off", "Enter their card each time"))


def page() -> rx.Component:
    """Keys first, then one form of rules."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        crumb("Settings", "/admin/settings", "Payments"),
        page_head(rx.el.h1("Payments")),
        rx.cond(S.is_proven, rx.fragment(), proving()),
        keys_setting(S.live, "live", "Real payments", "These keys move real money. With them, test keys are not used."),
        keys_setting(S.test, "test", "Test payments", "To try everything out. Test cards pay nothing."),
        rx.el.form(
            _rules(),
            _invoices(),
            rx.el.div(button("Save rules", kind="main", tall=True, type="submit"), class_name="section"),
            key=S.began_with,
            on_submit=S.save,
            no_validate=True,
        ),
        question(),
    )


def _rules() -> rx.Component:
    return setting(
        "Rules",
        "What happens without asking you.",
        _choice("A canceled order gives back", "cancel_refund", REFUNDS),
        _choice("While a bank disputes a payment, its listing", "relocks_on_dispute", RELOCKS),
        _choice("Customers", "takes_parts", PARTS),
        _choice("Customers with an account", "keeps_cards", KEEPS),
        key="rules",
    )


def _invoices() -> rx.Component:
    return setting(
        "Invoices",
        "What new invoices say. Finalized ones stay as they are.",
        _typed("Before the number (optional)", "invoice_prefix", "HL- makes HL-0042.", max_length=12),
        _typed("Next number", "next_invoice_number", "Never one that was used.", input_mode="numeric", max_length=8),
        _typed("Days to pay", "invoice_due_days", "From the day it is finalized.", input_mode="numeric", max_length=6),
        _typed("Tax number (optional)", "tax_id", "Printed under your name.", max_length=60),
        _several("Payable to (optional)", "payable_to", "For those who pay by transfer or check: bank, account, address."),
        _several("Memo (optional)", "invoice_memo", "Every new invoice begins with it."),
        key="invoices",
    )


def _typed(label: str, name: str, hint: str, **props) -> rx.Component:
    return field(
        label, name, default_value=getattr(S.rules, name), auto_complete="off", error=S.field_errors[name], hint=hint, **props
    )  # fmt: skip


def _several(label: str, name: str, hint: str) -> rx.Component:
    return text_area(label, name, default_value=getattr(S.rules, name), error=S.field_errors[name], hint=hint)


def _choice(label: str, name: str, choices: tuple[tuple[str, str], ...]) -> rx.Component:
    return select(label, name, choices, default_value=getattr(S.rules, name), error=S.field_errors[name])
