"""Who pays an order: the list on its page, and the dialogs that change it and hand a link on."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.ui.components.address import address
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field, select
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import section
from portal_app.ui.components.tables import table
from portal_app.ui.shared.splitting import PROBLEM, Splitting

MEASURES = (("percent", "Percent"), ("amount", "Amount"), ("rest", "The rest"))


def split_section(order: rx.Var, split: rx.Var) -> rx.Component:
    """The payers, once there are several; before that, the way to have several."""
    change = button(rx.cond(split.payers, "Change", "Split the price"), on_click=Splitting.open(order))
    alone = rx.el.p("One person pays this order. Split it, and each payer gets a link of their own.", class_name="small quiet")
    several = rx.fragment(_payers(order, split), rx.el.p(split.opens, class_name="small quiet under"))
    shown = section(
        "Who pays", rx.cond(split.payers, several, alone), key="payers",
        aside=rx.cond(split.can_split, change, rx.fragment()), apart=False,
    )  # fmt: skip
    return rx.cond(split.can_split | split.payers.length().bool(), shown, rx.fragment())


def split_dialogs(on_done: Any) -> rx.Component:
    """The open dialog. `on_done` reads the page again after it."""
    title = rx.cond(Splitting.is_split, "Who pays how much?", "Split the price?")
    boxes = rx.fragment(
        dialog(title, _form(on_done), is_open=Splitting.what == "split", on_dismiss=Splitting.shut, broad=True),
        dialog(
            f"Link of {Splitting.payer}", _link(), is_open=Splitting.what == "link", on_dismiss=Splitting.shut
        ),
    )  # fmt: skip
    return rx.el.div(boxes, on_mount=Splitting.shut)  # what was open on another page is not open here


def _payers(order: rx.Var, split: rx.Var) -> rx.Component:
    heads = (("Payer", ""), ("Part", "right"), ("Standing", ""), (rx.el.span("Link", class_name="hide"), "right"))

    def row(card: rx.Var) -> rx.Component:
        hand_on = button(
            rx.fragment("Link", rx.el.span(" of ", card.name, class_name="hide")), kind="soft",
            on_click=Splitting.ask_link(order, card.id, card.name),
        )  # fmt: skip
        return rx.el.tr(
            rx.el.td(address(card.name, card.how)),
            rx.el.td(card.part, class_name="right num strong"),
            rx.el.td(card.standing, class_name="num"),
            rx.el.td(rx.cond(card.is_paid, rx.fragment(), hand_on), class_name="right"),
            key=card.id,
        )

    return rx.el.div(table("Payers of this order", heads, rx.foreach(split.payers, row)), class_name="papers payers")


def _form(on_done: Any) -> rx.Component:
    wrong = Splitting.wrong["payers"]
    undo = button("One payer again", kind="soft", on_click=[Splitting.undo, on_done])
    return rx.el.form(
        rx.el.p(
            "The order is ", rx.el.b(Splitting.total, class_name="num"), ". Each payer is mailed a link to pay their part.",
            class_name="quiet",
        ),
        rx.cond(wrong, rx.el.div(error_line(wrong), role="alert", id=PROBLEM, tab_index=-1), rx.fragment()),
        rx.foreach(Splitting.payers, _payer),
        rx.el.div(button("Add a payer", drawing="plus", on_click=Splitting.add_payer, id="split-add"), class_name="row wrap"),
        select(
            "The photos open when", "opens", Splitting.openings, key="split-opens", default_value=Splitting.opens,
            error=Splitting.wrong["opens"],
        ),
        rx.el.div(
            rx.cond(Splitting.is_split, undo, rx.fragment()),
            button("Leave it", kind="soft", on_click=Splitting.shut),
            button("Save", kind="main", type="submit", busy=Splitting.is_working, busy_label="Saving"),
            class_name="row wrap acts stay",
        ),
        on_submit=[Splitting.save, on_done],
        no_validate=True,
        class_name="stack",
    )  # fmt: skip


def _payer(one: rx.Var, place: rx.Var) -> rx.Component:
    def typed(label: str, name: str, began: rx.Var, **props: Any) -> rx.Component:
        return field(
            label, f"{name}-{one.at}", key=f"split-{name}-{one.at}", default_value=began, auto_complete="off",
            error=Splitting.wrong[f"{name}-{one.at}"], **props,
        )  # fmt: skip

    who = rx.cond(
        one.at == 0,
        rx.el.p(rx.el.span(one.name, class_name="strong"), rx.el.span(" ordered it", class_name="quiet")),
        rx.el.div(
            typed("Name", "name", one.name, max_length=80),
            typed("Mail address", "email", one.email, type="email", max_length=254, optional=True),
            class_name="pair",
        ),
    )
    value = rx.cond(
        one.measure == "rest",
        rx.el.p("Whatever the others leave.", class_name="small quiet"),
        typed("How much", "value", one.value, input_mode="decimal", max_length=14),
    )
    pays = select(
        "Pays", f"measure-{one.at}", MEASURES, key=f"split-measure-{one.at}", default_value=one.measure,
        on_change=lambda chosen: Splitting.measure(one.at, chosen),
    )  # fmt: skip
    drop = button(
        rx.fragment("Remove", rx.el.span(" payer ", place + 1, class_name="hide")), kind="soft",
        on_click=Splitting.drop_payer(one.at),
    )  # fmt: skip
    return rx.el.fieldset(
        rx.el.legend(f"Payer {place + 1}", class_name="kick"),
        who,
        rx.el.div(pays, value, class_name="pair"),
        rx.cond(one.at == 0, rx.fragment(), drop),
        key=one.key,
        class_name="stack gap-3",
    )


def _link() -> rx.Component:
    return rx.el.div(
        field(
            "Their own link", "address", key="split-address", value=Splitting.address, read_only=True,
            hint="Whoever has it can pay this part, and sees nothing else.",
        ),
        rx.el.div(
            button("Make a new link", kind="soft", on_click=Splitting.renew_link),
            button("Mail it", on_click=Splitting.mail_link),
            button("Done", kind="main", on_click=Splitting.shut),
            class_name="row wrap acts",
        ),
        class_name="stack",
    )  # fmt: skip
