"""The editor of one service area."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.scheduling.drawing import MOST_TIERS
from portal_app.ui.admin.areas.cards import SHAPES
from portal_app.ui.admin.areas.state import AreasState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select, text_area

PLACE = "A town with its state, a ZIP code, or two numbers: 36.60, -121.89."
USES = (("on", "In use"), ("off", "Not used"))
COUNTS = (("flat", "Flat"), ("unit", "Per unit"))
UNIT = rx.cond(S.studio.area_unit == "sq ft", "mi", "km")


def editor() -> rx.Component:
    """A form that begins with what is saved; `key` makes it a new one whenever it opens."""
    return rx.el.form(
        rx.el.h2(S.edit.title),
        field(
            "Name", "name", default_value=S.edit.name, max_length=80, auto_complete="off", error=S.field_errors["name"],
            hint="Customers read it when their address is outside.",
        ),
        select("Drawn as", "shape", SHAPES, value=S.shape, on_change=S.choose_shape, error=S.field_errors["shape"]),
        _center(),
        rx.match(S.shape, ("radius", _radius()), ("postcodes", _postcodes()), _corners()),
        _tiers(),
        rx.el.div(
            field(
                "Priority", "priority", default_value=S.edit.priority, input_mode="numeric", max_length=3,
                error=S.field_errors["priority"], hint="Where areas overlap, the lowest decides.",
            ),
            select("Use", "is_active", USES, default_value=rx.cond(S.edit.is_active, "on", "off")),
            class_name="pair",
        ),
        rx.el.div(
            button("Save area", kind="main", tall=True, type="submit"),
            button("Back to the list", kind="soft", on_click=S.close_editor),
            class_name="row wrap",
        ),
        on_submit=S.save,
        no_validate=True,
        key=S.edit.key,
        class_name="panel stack",
    )  # fmt: skip


def _center() -> rx.Component:
    return field(
        rx.cond(S.shape == "radius", "Center", "Center (optional)"),
        "center",
        default_value=S.edit.center,
        max_length=160,
        auto_complete="off",
        error=S.field_errors["center"],
        hint=rx.cond(
            S.shape == "polygon",
            f"Where travel is measured from; without one, the middle of the corners. {PLACE}",
            f"Where travel is measured from. {PLACE}",
        ),
    )


def _radius() -> rx.Component:
    return field(
        f"Radius in {UNIT}",
        "radius",
        default_value=S.edit.radius,
        input_mode="decimal",
        max_length=8,
        error=S.field_errors["radius"],
    )


def _postcodes() -> rx.Component:
    return text_area(
        "Postcodes",
        "postcodes",
        default_value=S.edit.postcodes,
        max_length=8000,
        error=S.field_errors["postcodes"],
        hint="With spaces between them, without spaces inside. 939* means all that begin with 939.",
    )


def _corners() -> rx.Component:
    return text_area(
        "Corners",
        "corners",
        default_value=S.edit.corners,
        rows="6",
        max_length=9000,
        error=S.field_errors["corners"],
        hint=f"One per line, in their order around the area. {PLACE}",
    )


def _tiers() -> rx.Component:
    count = S.edit.tiers.length()
    few, many = count < MOST_TIERS, count > 1
    return rx.el.fieldset(
        rx.el.legend("Travel fee", class_name="label"),
        rx.el.p(
            "From near to far; the last row needs no end. A fee per unit adds what lies beyond the row above. "
            "Leave all empty when the way costs nothing.",
            class_name="hint",
        ),
        *(rx.cond(count > number, _tier(number), rx.fragment()) for number in range(MOST_TIERS)),
        rx.el.div(
            rx.cond(few, button("Add a row", drawing="plus", on_click=S.add_tier), rx.fragment()),
            rx.cond(many, button("Drop the last row", kind="soft", on_click=S.drop_tier), rx.fragment()),
            class_name="row wrap",
        ),
        class_name="tiers stack",
    )


def _tier(number: int) -> rx.Component:
    """One row. Each has an id of its own in the page, so that a refusal finds its field."""
    row, end, fee = S.edit.tiers[number], f"up_to-{number}", f"fee-{number}"
    amount = {"input_mode": "decimal", "max_length": 12}
    return rx.el.div(
        field(f"Up to ({UNIT})", end, default_value=row.up_to, placeholder="any", error=S.field_errors[end], **amount),
        field("Fee", fee, default_value=row.fee, error=S.field_errors[fee], **amount),
        select("Counts", f"per-{number}", COUNTS, default_value=rx.cond(row.is_per_unit, "unit", "flat")),
        class_name="tier",
    )
