"""The price tables, and the boxes to tick."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.service.state import ServiceState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import choice, error_line, field, switch
from portal_app.ui.components.frames import setting
from portal_app.ui.components.icons import icon


def prices() -> rx.Component:
    """A table for each variant, or the only one."""
    more = rx.cond(S.forms.length() > 1, "Add another variant", "Add a variant")
    return setting(
        "Price and time",
        rx.fragment(
            "By the size of the property. Each row begins where the one above ends, and the last covers everything larger. "
            "Minutes are the time on site."
        ),
        rx.foreach(S.forms, _form),
        rx.el.div(
            button(more, drawing="plus", on_click=S.add_variant),
            rx.el.p("Variants such as 25 or 40 photos have prices of their own.", class_name="hint"),
        ),
        key="prices",
    )


def _form(form: rx.Var, variant: rx.Var) -> rx.Component:
    rows = rx.foreach(form.rows, lambda row, at: _size(form, variant, row, at))
    return rx.el.div(
        rx.cond(S.forms.length() > 1, _named(form, variant), rx.fragment()),
        rx.el.ol(rows, class_name="sizes"),
        button(
            rx.fragment("Add a size", rx.el.span(" to ", form.name, class_name="hide")),
            kind="soft",
            drawing="plus",
            on_click=S.add_size(variant),
        ),
        key=form.key,
        class_name="variant",
    )


def _named(form: rx.Var, variant: rx.Var) -> rx.Component:
    return rx.el.div(
        field(
            "Variant",
            f"form-{variant}",
            error=S.field_errors[f"form-{variant}"],
            default_value=form.name,
            on_blur=lambda typed: S.keep_variant(variant, typed),
            auto_complete="off",
            max_length=80,
            placeholder="for example 25 photos",
        ),
        rx.el.div(
            switch(
                "Offered",
                rx.fragment("Customers can choose it", rx.el.span(" ", form.name, class_name="hide")),
                checked=form.is_active,
                on_change=lambda is_on: S.switch_variant(variant, is_on),
            ),
            button(
                rx.fragment("Remove variant", rx.el.span(" ", form.name, class_name="hide")),
                kind="soft",
                on_click=S.drop_variant(variant),
            ),
            class_name="row wrap between",
        ),
    )


def _size(form: rx.Var, variant: rx.Var, row: rx.Var, at: rx.Var) -> rx.Component:
    is_last = at == form.rows.length() - 1
    open_end = rx.cond(is_last, "any", "")
    drop = rx.el.button(
        icon("close"),
        rx.el.span("Remove ", row.span, class_name="hide"),
        type="button",
        class_name="btn soft square",
        on_click=S.drop_size(variant, at),
    )
    return rx.el.li(
        rx.el.fieldset(
            rx.el.legend(row.span, class_name="small strong"),
            _cell(f"Up to, {S.studio.area_unit}", "up_to", variant, row, at, placeholder=open_end),
            _cell(f"Price, {S.studio.currency}", "price", variant, row, at, input_mode="decimal"),
            _cell("Minutes", "minutes", variant, row, at),
            rx.cond(form.rows.length() > 1, drop, rx.fragment()),
            _errors(variant, at),
            rx.cond(row.saving, rx.el.p(row.saving, class_name=rx.cond(row.is_dearer, "saving dear", "saving")), rx.fragment()),
        ),
        key=row.key,
    )


def _cell(label: rx.Var | str, name: str, variant: rx.Var, row: rx.Var, at: rx.Var, **props) -> rx.Component:
    key = f"{name}-{variant}-{at}"
    wrong = S.field_errors[key]
    return rx.el.div(
        rx.el.label(label, html_for=key, class_name="tiny quiet"),
        rx.el.input(
            id=key,
            name=key,
            class_name="in num",
            default_value=getattr(row, name),
            auto_complete="off",
            aria_invalid=rx.cond(wrong, "true", "false"),
            aria_describedby=rx.cond(wrong, f"sizes-{variant}-{at}-error", rx.Var("undefined")),
            on_blur=lambda typed: S.keep_cell(variant, at, name, typed),
            **({"input_mode": "numeric"} | props),
        ),
        class_name="cell",
    )


def _errors(variant: rx.Var, at: rx.Var) -> rx.Component:
    """One refusal at a time, beneath the row it is about."""
    wrongs = [S.field_errors[f"{name}-{variant}-{at}"] for name in ("up_to", "price", "minutes")]
    wrong = rx.cond(wrongs[0], wrongs[0], rx.cond(wrongs[1], wrongs[1], wrongs[2]))
    return rx.cond(wrong, error_line(wrong, id=f"sizes-{variant}-{at}-error"), rx.fragment())


def contains() -> rx.Component:
    """What is in a package."""
    return setting(
        "What it contains",
        "The saving above is what these cost more one by one; what comes in variants counts as its cheapest.",
        _picks("parts", S.parts, "Contained"),
        key="contains",
    )


def goes_with() -> rx.Component:
    """What an add-on can be added to."""
    return setting(
        "What it goes with",
        "It is offered when one of these is chosen. With nothing ticked it goes with everything.",
        rx.cond(S.categories, _picks("categories", S.categories, "Categories"), rx.fragment()),
        _picks("places", S.places, "Services and packages"),
        key="goes",
    )


def delivers() -> rx.Component:
    """How many of what are handed over for it."""
    labels = (("Photos", "photos"), ("Videos", "videos"), ("Floor plans", "floor_plans"), ("3D tours", "tours"))
    boxes = [
        field(
            label, name, error=S.field_errors[name], default_value=getattr(S, name), input_mode="numeric", auto_complete="off",
            on_blur=lambda typed, name=name: S.keep(name, typed),
        )
        for label, name in labels
    ]  # fmt: skip
    return setting(
        "What it delivers",
        "The checklist of a delivery asks for it. Where you type nothing, its name and its line decide: “25 photos” is 25, "
        "“floor plan” is one at least. 0 is none.",
        rx.el.div(*boxes, class_name="pair"),
        key="delivers",
    )


def rounds() -> rx.Component:
    """How many requests for changes come with it."""
    return setting(
        "Changes",
        "How often a customer may ask for changes. Where you type nothing, as often as they want; of several things in one "
        "order the largest number counts. You can always allow one more.",
        field(
            "Rounds of changes", "revision_rounds", error=S.field_errors["revision_rounds"], default_value=S.revision_rounds,
            input_mode="numeric", auto_complete="off", on_blur=lambda typed: S.keep("revision_rounds", typed),
        ),
        key="rounds",
    )  # fmt: skip


def who() -> rx.Component:
    """Who can do it."""
    return setting(
        "Who can do it",
        "Only these photographers are given it. With nobody ticked everybody can do it.",
        _picks("crew", S.crew, "Photographers"),
        key="who",
    )


def _picks(group: str, boxes: rx.Var, legend: str) -> rx.Component:
    def one(box: rx.Var) -> rx.Component:
        return choice(
            box.name, name=f"pick-{group}", value=box.value, checked=box.is_on, detail=box.caption, many=True,
            on_change=S.pick(group, box.value).stop_propagation,
        )  # fmt: skip

    wrong = S.field_errors[group]
    return rx.el.div(
        rx.cond(wrong, error_line(wrong), rx.fragment()),
        rx.el.fieldset(
            rx.el.legend(legend, class_name="label"), rx.foreach(boxes, one), id=group, tab_index=-1, class_name="offers picks"
        ),
    )
