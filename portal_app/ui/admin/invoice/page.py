"""`/admin/invoices/[invoice]`: the draft and its editor, or the finalized sheet and what may still be done with it."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.invoice.state import AdminInvoice as S
from portal_app.ui.components.buttons import button, link_button
from portal_app.ui.components.fields import FocusOn, error_line, field, select, text_area
from portal_app.ui.components.floating import confirm, dialog
from portal_app.ui.components.frames import crumb, note, page_head, panel
from portal_app.ui.components.links import go
from portal_app.ui.shared.books_parts import books, books_dialog
from portal_app.ui.shared.invoice_parts import pdf_button, sheet, standing_line
from portal_app.ui.shared.layout import admin_shell

TAXED = (("yes", "Your usual tax, on the sum of the lines"), ("", "No tax"))


def page() -> rx.Component:
    """Head, sheet or editor, and the next step beside it."""
    title = rx.fragment(crumb("Invoices", "/admin/invoices", S.invoice.title), rx.el.h1(S.invoice.title))
    return admin_shell(
        page_head(title, under=standing_line(S.invoice)),
        rx.el.div(
            rx.el.div(
                _outdated(),
                rx.cond(S.is_draft & S.is_alone, rx.fragment(), sheet(S.invoice)),
                _books(),
                _editor(),
                class_name="stack gap-7",
            ),
            rx.el.aside(_money(), _next(), class_name="stack"),
            class_name="cols staff aside-first",
        ),
        _questions(),
        books_dialog(S.refresh),
        FocusOn.create(target=S.focus_on, turn=S.focus_turn),
        ready=S.loaded,
    )


def _outdated() -> rx.Component:
    words = "The order costs less than its invoices say. Make this one void and write another."
    return rx.cond(S.is_outdated, note(words, tone="wait"), rx.fragment())


def _money() -> rx.Component:
    amount = rx.cond(S.invoice.left, S.invoice.left, S.invoice.total)
    return panel(
        rx.el.h2(rx.cond(S.invoice.left, "Still to pay", "Total"), class_name="kick"),
        rx.el.p(amount, class_name="big num"),
        rx.cond(S.invoice.paid, rx.el.p(S.invoice.paid, " is paid.", class_name="small quiet"), rx.fragment()),
        rx.cond(
            S.is_alone | S.is_draft,
            rx.fragment(),
            rx.el.p(
                "Payments are noted and given back on ",
                go(f"order {S.invoice.order_number}", to=f"/admin/orders/{S.invoice.order_number}"),
                ".",
                class_name="small quiet",
            ),
        ),
        rx.cond(S.void_reason, rx.el.p("Void: ", S.void_reason, class_name="small quiet"), rx.fragment()),
    )


def _books() -> rx.Component:
    """Its ledger, once something is owed or was paid."""
    matters = S.books.bill.bool() & ((S.invoice.standing != "void") | S.books.rows.bool())
    return rx.cond(matters, books(S.books, "Money of this invoice"), rx.fragment())


def _next() -> rx.Component:
    order = rx.cond(
        S.is_alone,
        rx.fragment(),
        link_button(f"Open order {S.invoice.order_number}", f"/admin/orders/{S.invoice.order_number}", wide=True),
    )
    draft = rx.fragment(
        rx.el.p("Finalizing gives it its number and mails it. Its lines then stay.", class_name="small quiet"),
        button("Finalize and mail", kind="main", tall=True, wide=True, on_click=S.ask_first("finalize")),
        button("Discard draft", kind="soft", wide=True, on_click=S.ask_first("discard")),
    )
    return panel(
        rx.el.h2("Next", class_name="kick"),
        rx.el.div(rx.cond(S.is_draft, draft, _finalized()), order, class_name="stack gap-2"),
    )


def _finalized() -> rx.Component:
    hand_on = rx.fragment(
        button("Mail it again", wide=True, drawing="mail", on_click=S.mail),
        rx.cond(
            S.address,
            field(
                "Its address",
                "address",
                default_value=S.address,
                read_only=True,
                hint="Whoever has it sees and pays the invoice.",
            ),
            button("Show its address", wide=True, drawing="key", on_click=S.show_address),
        ),
        rx.cond(S.invoice.paid, rx.fragment(), button("Make void", kind="soft", wide=True, on_click=S.ask_first("void"))),
    )
    return rx.fragment(pdf_button(S.invoice), rx.cond(S.invoice.standing == "void", rx.fragment(), hand_on))


def _editor() -> rx.Component:
    """A form that begins with what is saved; `key` makes it a new one whenever that was read."""
    words = rx.fragment(
        text_area(
            "Note on the invoice", "memo", optional=True, default_value=S.invoice.memo, max_length=1000,
            error=S.field_errors["memo"],
        ),
        field(
            "Due on", "due_on", type="date", default_value=S.due_on, error=S.field_errors["due_on"],
            hint="Empty while it is a draft: your usual days after finalizing.",
        ),
    )  # fmt: skip
    form = rx.el.form(
        rx.el.h2(rx.cond(S.is_draft & S.is_alone, "What it says", "Note and due date")),
        rx.cond(S.is_draft & S.is_alone, _lines(), rx.fragment()),
        words,
        rx.el.div(button("Save", tall=True, type="submit"), class_name="row wrap"),
        on_submit=S.save,
        no_validate=True,
        key=S.key,
        class_name="panel stack",
    )
    return rx.cond(S.invoice.standing == "void", rx.fragment(), form)


def _lines() -> rx.Component:
    wrong = S.field_errors["lines"]
    return rx.el.div(
        rx.cond(wrong, error_line(wrong), rx.fragment()),
        rx.foreach(S.fields, _line),
        rx.el.div(button("Add a line", drawing="plus", on_click=S.add_line, id="add-line"), class_name="row wrap"),
        select("Tax", "is_taxed", TAXED, default_value=rx.cond(S.is_taxed, "yes", "")),
        rx.el.p("Total as saved: ", rx.el.span(S.invoice.total, class_name="num strong"), class_name="small"),
        class_name="stack",
    )


def _line(line: rx.Var) -> rx.Component:
    def typed(label: str, name: str, began: rx.Var, **props) -> rx.Component:
        at = f"{name}-{line.at}"
        return field(label, at, default_value=began, auto_complete="off", error=S.field_errors[at], key=at, **props)

    drop = button(
        rx.fragment("Remove", rx.el.span(" ", line.name, class_name="hide")), kind="soft", on_click=S.drop_line(line.at)
    )
    return rx.el.fieldset(
        rx.el.legend("Line", class_name="hide"),
        rx.el.div(
            typed("Item", "name", line.name, max_length=80),
            typed("Detail", "detail", line.detail, optional=True, max_length=200),
            class_name="pair",
        ),
        rx.el.div(
            typed("Quantity", "quantity", line.quantity, input_mode="numeric", max_length=5),
            typed("Price each", "price", line.price, input_mode="decimal", max_length=14),
            class_name="pair",
        ),
        drop,
        key=line.key,
        class_name="stack",
    )


def _questions() -> rx.Component:
    return rx.fragment(
        confirm(
            "Finalize this invoice?",
            rx.fragment(
                "It asks for ", rx.el.b(S.invoice.total), ", as it was saved. After this only its note and its due date change.",
            ),
            is_open=S.asking == "finalize", keep="Not yet", on_keep=S.ask_first(""), act="Finalize and mail",
            on_act=S.finalize, kind="main",
        ),
        confirm(
            "Discard this draft?", "Nothing was mailed, and it had no number.", is_open=S.asking == "discard", keep="Keep it",
            on_keep=S.ask_first(""), act="Discard draft", on_act=S.discard,
        ),
        dialog(
            "Make this invoice void?",
            rx.el.p("Nobody can pay it anymore. Its number stays used, and its PDF stays as it was.", class_name="quiet"),
            rx.el.form(
                field("Why", "reason", max_length=200, auto_complete="off", error=S.field_errors["reason"]),
                rx.el.div(
                    button("Keep it", kind="soft", on_click=S.ask_first("")),
                    button("Make void", kind="danger", type="submit"),
                    class_name="row wrap acts",
                ),
                on_submit=S.void, no_validate=True, class_name="stack",
            ),
            is_open=S.asking == "void", on_dismiss=S.ask_first(""),
        ),
    )  # fmt: skip
