"""Going to the payment page, from wherever an amount is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, Unavailable
from portal_app.core.money import money_example, money_words, read_money
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.amounts import Part
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.collecting import collected_by
from portal_app.domain.billing.returning import way_kept
from portal_app.domain.billing.service import start_checkout
from portal_app.domain.orders.tipping import suggested_tips
from portal_app.domain.studios.queries import StudioCard
from portal_app.off_loop import call
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field, segments_of
from portal_app.ui.components.words import Words
from portal_app.ui.shared.guard import customer_or_link
from portal_app.ui.shared.run import ask, leave
from portal_app.ui.shared.session import Base, studio_of, viewer_of

OWN = "own"


class NoCardPayments(Unavailable):
    """The studio has not connected a payment service."""

    sentence = "This studio takes payments directly, not by card here. Call or write to them to pay."


class Paying(Base):
    """What is on its way to the payment page: an order's number, or the public id of an invoice or of a payer's share."""

    going: int = 0
    going_to: str = ""
    tips_for: int = 0
    tips: list[tuple[str, str]] = []
    tip: str = ""
    own_tip: str = ""
    tip_words: str = ""

    @customer_or_link
    async def offer_tips(self, order: int) -> None:
        """The tips that are suggested for an order."""
        found = await ask(suggested_tips, viewer_of(self), order)
        shares = [(str(tip.cents), f"{tip.basis_points / 100:g}%") for tip in found]
        self.tips_for, self.tip, self.tip_words = order, "", ""
        self.tips = [("", "None"), *shares, (OWN, "Other")]

    @customer_or_link
    async def choose_tip(self, tip: str) -> None:
        """One of them, or an own amount."""
        self.tip = tip[:20]
        self._say_tip()

    @customer_or_link
    async def type_tip(self, amount: str) -> None:
        """The own amount."""
        self.own_tip = amount[:20]
        self._say_tip()

    def _say_tip(self) -> None:
        """*+ $7.77 tip* on the button, once one is chosen."""
        cents = int(self.tip) if self.tip.isdecimal() else read_money(self.own_tip, self.studio.currency) if self.tip else 0
        self.tip_words = f" + {money_words(cents, self.studio.currency)} tip" if cents else ""

    def _tip(self, order: int) -> int:
        """In minor units. What was sent is only a wish: the verb says whether it may be."""
        if self.tips_for != order or not self.tip:
            return 0
        if self.tip != OWN:
            return int(self.tip) if self.tip.isdecimal() else 0
        cents = read_money(self.own_tip, self.studio.currency)
        if cents is None:
            raise InvalidInput("tip", f"Type an amount, {money_example(self.studio.currency)}.")
        return cents

    @customer_or_link
    async def pay(self, order: int):
        """Open the payment page of an order; pressing again, or in two tabs, leads to the same page."""
        self.going = order
        yield
        try:
            address = await self._checkout(Part(BillName(order=order), tip_cents=self._tip(order)))
            self.tips_for, self.tip, self.own_tip, self.tip_words = 0, "", "", ""  # it is on the page that opens now
            yield rx.redirect(address)
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
    order: rx.Var, amount: Words, *, more: Words | rx.Component = "", kind: str = "main", tall: bool = True, wide: bool = False
) -> rx.Component:
    """*Pay $412.50* for an order, and `more` where several orders wait."""
    tip = rx.el.span(rx.cond(Paying.tips_for == order, Paying.tip_words, ""), class_name="num")
    return pay_press(
        amount, Paying.pay(order), busy=Paying.going == order, more=rx.fragment(tip, more), kind=kind, tall=tall, wide=wide
    )


def pay_press(
    amount: Words, on_click: Any, *, busy: rx.Var, more: Words | rx.Component = "", kind: str = "main", **look: bool
) -> rx.Component:
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


def tip_choice(order: rx.Var) -> rx.Component:
    """Folded away beneath the button: a tip that joins the order when it is paid."""
    own = field(
        "Tip", "own_tip", input_mode="decimal", auto_complete="off", max_length=12, placeholder="for example 20",
        default_value=Paying.own_tip, on_change=Paying.type_tip.debounce(200),
    )  # fmt: skip
    refused = Paying.field_errors["tip"]
    offered = rx.el.div(
        segments_of("Tip for the photographer", "tip", Paying.tips, value=Paying.tip, on_change=Paying.choose_tip),
        rx.cond(Paying.tip == OWN, own, rx.fragment()),
        rx.cond(refused, error_line(refused), rx.fragment()),
        class_name="stack gap-2",
    )
    ask_for = rx.el.button("Add a tip", type="button", class_name="btn soft", on_click=Paying.offer_tips(order))
    return rx.cond(Paying.tips_for == order, offered, ask_for)
