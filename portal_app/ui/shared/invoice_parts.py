"""An invoice on a screen, and lists of them: the same for the studio, its customers and whoever has an address."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import local, utc_now
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.invoices import invoice_rows
from portal_app.ui.components.address import address
from portal_app.ui.components.buttons import file_button
from portal_app.ui.components.frames import section
from portal_app.ui.components.links import go
from portal_app.ui.components.prices import line, lines, minor_line, sum_line, total_line
from portal_app.ui.components.status import status
from portal_app.ui.components.tables import table
from portal_app.ui.shared.invoice_cards import InvoiceCard, invoice_card
from portal_app.ui.shared.run import ask


async def read_invoices(by: Viewer, zone: str, base: str, *, order_number: int = 0) -> list[InvoiceCard]:
    """The cards of this viewer's invoices, of one order or of all; their pages stand under `base`."""
    rows = await ask(invoice_rows, by, today=local(utc_now(), zone).date(), order_number=order_number)
    return [invoice_card(row, base) for row in rows]


def sheet(invoice: rx.Var) -> rx.Component:
    """Who writes to whom, what for, and how it adds up."""
    return rx.el.div(
        rx.el.div(_party("From", invoice.issuer), _party("Bill to", invoice.bill_to), class_name="pair"),
        section(
            "What it is for",
            rx.el.p(invoice.place, class_name="small quiet"),
            lines(
                rx.foreach(invoice.lines, lambda row: line(row.name, row.amount, row.detail)),
                rx.cond(invoice.subtotal, sum_line("Subtotal", invoice.subtotal), rx.fragment()),
                rx.foreach(invoice.charges, lambda row: minor_line(row.name, row.amount)),
                total_line("Total", invoice.total),
            ),
            key="for",
            apart=False,
        ),
        _said("Note", invoice.memo),
        _said("How to pay", invoice.payable_to),
        class_name="stack gap-7",
    )


def standing_line(invoice: rx.Var) -> rx.Component:
    """*Open*, and by when: what stands under the title."""
    due = rx.cond(invoice.due, rx.el.span("Due ", invoice.due, class_name="small quiet"), rx.fragment())
    return rx.el.div(status(invoice.standing), due, class_name="row wrap")


def pdf_button(invoice: rx.Var) -> rx.Component:
    """The file, as soon as there is one."""
    return rx.cond(invoice.pdf, file_button("Download PDF", invoice.pdf, wide=True), rx.fragment())


def invoice_table(caption: str, rows: rx.Var, *, is_studio: bool = False) -> rx.Component:
    """Invoices, newest first; the studio sees whose each is."""
    heads = (("Invoice", ""), ("Status", ""), ("Due", "when"), ("Total", "right"))

    def row(card: rx.Var) -> rx.Component:
        whose = rx.el.span(card.customer, class_name="whose") if is_studio else rx.fragment()
        still = rx.cond(card.left, rx.el.span(" ", card.left, " left", class_name="duenote"), rx.fragment())
        return rx.el.tr(
            rx.el.td(go(address(card.name, card.place, whose), to=card.href, kind="place")),
            rx.el.td(status(card.standing), still),
            rx.el.td(card.due, class_name="when num"),
            rx.el.td(card.total, class_name="right num strong"),
            key=card.id,
        )

    return rx.el.div(table(caption, heads, rx.foreach(rows, row)), class_name="papers")


def _party(label: str, words: rx.Var) -> rx.Component:
    shown = rx.foreach(words, lambda said, place: rx.el.p(said, class_name=rx.cond(place == 0, "strong", "small quiet")))
    return rx.el.div(rx.el.p(label, class_name="tiny quiet"), shown)


def _said(label: str, words: rx.Var) -> rx.Component:
    return rx.cond(words, rx.el.div(rx.el.h2(label, class_name="kick"), rx.el.p(words, class_name="pre")), rx.fragment())
