"""Going to the payment page, from wherever an amount is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import Unavailable
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.amounts import Part
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.collecting import collected_by
from portal_app.domain.billing.returning import way_kept
from portal_app.domain.billing.service import start_checkout
from portal_app.domain.studios.queries import StudioCard
from portal_app.off_loop import call
from portal_app.ui.components.buttons import button
from portal_app.ui.components.words import Words
from portal_app.ui.shared.guard import customer_or_link
from portal_app.ui.shared.run import ask, leave
from portal_app.ui.shared.session import Base, studio_of, viewer_of


class NoCardPayments(Unavailable):
    """The studio has not connected a payment service."""

    sentence = "This studio takes payments directly, not by card here. Call or write to them to pay."


class Paying(Base):
    """What is on its way to the payment page: an order's number, or the public id of an invoice or of a payer's share."""

    going: int = 0
    going_to: str = ""

    @customer_or_link
    async def pay(self, order: int):
        """Open the payment page of an order; pressing again, or in two tabs, leads to the same page."""
        self.going = order
        yield
        try:
            yield rx.redirect(await self._checkout(Part(BillName(order=order))))
        finally:
            self.going = 0

    @customer_or_link
    async def pay_invoice(self, invoice: str):
        """Open the payment page of what is left of an invoice."""
        self.going_to = invoice
        yield
        try:
            collected = await ask(collected_by, viewer_of(self), invoice)
            yield rx.redirect(await self._checkout(collected.part))
        finally:
            self.going_to = ""

    @customer_or_link
    async def pay_share(self, share: str):
        """Open the payment page of one payer's part of an order."""
        self.going_to = share
        yield
        try:
            yield rx.redirect(await self._checkout(Part(BillName(share=share))))
        finally:
            self.going_to = ""

    async def _checkout(self, part: Part) -> str:
        by = viewer_of(self)
        return await payment_page(studio_of(self), by, [part], await ask(way_kept, by) or self.router.url.path)


async def payment_page(studio: StudioCard, by: Viewer, parts: Sequence[Part], return_to: str, **how: Any) -> str:
    """The address of the page that collects these parts; `how` and what it raises are those of `start_checkout`, and
    NoCardPayments."""
    gateway = await call(wiring.current().gateway_for, studio.id)
    if gateway is None:
        raise NoCardPayments
    base_url = studio.address or wiring.current().settings.public_url
    return await leave(start_checkout, gateway, by, parts, base_url=base_url, return_to=return_to, now=utc_now(), **how)


def pay_button(
    order: rx.Var, amount: Words, *, more: Words = "", kind: str = "main", tall: bool = True, wide: bool = False
) -> rx.Component:
    """*Pay $412.50* for an order, and `more` where several orders wait."""
    return pay_press(amount, Paying.pay(order), busy=Paying.going == order, more=more, kind=kind, tall=tall, wide=wide)


def pay_press(amount: Words, on_click: Any, *, busy: rx.Var, more: Words = "", kind: str = "main", **look: bool) -> rx.Component:
    """*Pay $412.50*. Off while the connection is lost: money waits for an answer."""
    press = button(
        rx.el.span("Pay ", rx.el.span(amount, class_name="num"), more),
        kind=kind,
        busy=busy,
        busy_label="Opening the payment page",
        disabled=has_connection_errors,
        on_click=on_click,
        **look,
    )
    why = rx.el.p("No connection. You can pay as soon as it is back.", class_name="tiny quiet foot-note", role="status")
    return rx.el.div(press, rx.cond(has_connection_errors, why, rx.fragment()), class_name="pay-act")
