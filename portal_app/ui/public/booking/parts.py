"""What stands open on the steps of booking: address, services, details."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.fields import choice, count, error_line, field, segments_of, select, text_area
from portal_app.ui.components.words import Words
from portal_app.ui.public.booking.state import BookingState as S

ENTRIES = [
    ("", "Choose how we get in"),
    ("meet", "Somebody opens the door"),
    ("lockbox", "Lockbox"),
    ("door_code", "Door code"),
    ("open", "It is open"),
]


def typed(label: Words, name: str, **props) -> rx.Component:
    """A line of typing that is kept while it is typed."""
    return field(label, name, error=S.field_errors[name], default_value=getattr(S, name), **_kept(name), **props)


def _kept(name: Words, pause: int = 400) -> dict:
    """While it is typed after a pause, and at once when it is left: a pause in one field forgets what was typed in another."""
    return {"on_change": lambda value: S.keep(name, value).debounce(pause), "on_blur": lambda value: S.keep(name, value)}


def address() -> rx.Component:
    """Where the property is, how large, and for whom this is."""
    return rx.fragment(
        rx.cond(S.again, _again(), rx.fragment()),
        rx.cond(S.for_whom, _for_whom(), rx.fragment()),
        typed("Street and number", "street", auto_complete="address-line1", enter_key_hint="next", max_length=160),
        typed(
            "Town, state and ZIP",
            "town",
            hint="A new build nobody knows yet? Type the lot or the road; the nearest town is enough here.",
            auto_complete="address-level2",
            enter_key_hint="next",
            max_length=160,
        ),
        typed(
            "Size",
            "area",
            optional=True,
            hint=f"In {S.studio.area_unit}. Prices follow it; without a size the largest price is shown.",
            input_mode="numeric",
            auto_complete="off",
            enter_key_hint="go",
            placeholder="for example 3000",
        ),
    )


def _again() -> rx.Component:
    words = rx.el.span(
        rx.el.span("Book again like last time", class_name="strong"),
        rx.el.span(S.again, class_name="small quiet"),
        class_name="said",
    )
    return rx.el.button(words, type="button", on_click=S.repeat, class_name="btn again")


def _for_whom() -> rx.Component:
    return select(
        "For",
        "on_behalf_of",
        S.for_whom,
        hint="The admins of a team see its orders and may pay them.",
        error=S.field_errors["on_behalf_of"],
        value=S.on_behalf_of,
        on_change=lambda value: S.keep("on_behalf_of", value),
    )


def services() -> rx.Component:
    """What is wanted, and what goes along with it."""
    extras = rx.el.fieldset(
        rx.el.legend("Add-ons", class_name="label"), rx.foreach(S.add_ons, _offer), class_name="offers", aria_live="polite"
    )
    return rx.el.div(
        rx.cond(S.field_errors["services"], error_line(S.field_errors["services"]), rx.fragment()),
        rx.foreach(S.shelf, _shelf),
        rx.cond(S.add_ons, extras, rx.fragment()),
        id="services",
        tab_index=-1,
        class_name="stack",
    )


def _shelf(shelf: rx.Var) -> rx.Component:
    return rx.el.fieldset(rx.el.legend(shelf.title, class_name="label"), rx.foreach(shelf.offers, _offer), class_name="offers")


def _offer(card: rx.Var) -> rx.Component:
    amount = rx.el.span(card.price, rx.cond(card.saving, rx.el.span(card.saving, class_name="saving"), rx.fragment()))
    box = choice(
        card.name,
        name="services",
        value=card.id,
        checked=card.is_chosen,
        detail=card.detail,
        amount=amount,
        many=True,
        on_change=S.toggle(card.id).stop_propagation,
    )
    several = count(
        "How many",
        card.count,
        fewer=S.count(card.id, card.count - 1),
        more=S.count(card.id, card.count + 1),
        least=1,
        most=card.most,
    )
    return rx.fragment(box, rx.cond(card.is_chosen & (card.most > 1), rx.el.div(several, class_name="several"), rx.fragment()))


def details() -> rx.Component:
    """Who books, how to get in, what the studio asks, a code and a tip."""
    return rx.fragment(
        rx.cond(S.is_guest, _who(), rx.fragment()),
        typed("Phone", "phone", optional=True, type="tel", input_mode="tel", auto_complete="tel", hint="Only for this visit."),
        rx.foreach(S.questions, _question),
        select(
            "How do we get in?", "entry", ENTRIES, error=S.field_errors["entry"], value=S.entry,
            on_change=lambda value: S.keep("entry", value),
        ),
        rx.cond((S.entry == "lockbox") | (S.entry == "door_code"), _code(), rx.fragment()),
        text_area(
            "Notes for the photographer",
            "notes",
            optional=True,
            hint="Who is there, what must be in the pictures, what to look out for.",
            default_value=S.notes,
            **_kept("notes"),
            max_length=2000,
        ),
        _coupon(),
        _tip(),
    )  # fmt: skip


def _who() -> rx.Component:
    return rx.fragment(
        typed("Your name", "name", auto_complete="name", enter_key_hint="next", max_length=160),
        typed(
            "Email", "email", type="email", input_mode="email", auto_complete="email", auto_capitalize="none", spell_check=False,
            enter_key_hint="next", hint="We confirm here, with a link to follow your order.",
        ),
    )  # fmt: skip


def _code() -> rx.Component:
    kept = rx.cond(S.has_code, "Kept. Type it again to change it.", "You may also send it later.")
    return field(
        "Code", "entry_code", optional=True, error=S.field_errors["entry_code"], auto_complete="off", max_length=60,
        spell_check=False, hint=rx.el.span("Kept sealed, never in a mail, gone after the visit. ", kept),
        on_change=lambda value: S.keep("entry_code", value).debounce(300),
    )  # fmt: skip


def _question(card: rx.Var) -> rx.Component:
    label = rx.el.span(card.prompt, rx.cond(card.is_required, "", rx.el.span(" (optional)", class_name="quiet")))
    error, keep = S.field_errors[card.name], lambda value: S.keep(card.name, value)
    shown: dict = {"hint": card.hint, "error": error, "key": card.name}
    typed_in: dict = {"default_value": card.answer, **_kept(card.name), **shown}
    line = field(label, card.name, max_length=1000, **typed_in)
    number = field(label, card.name, input_mode="numeric", auto_complete="off", max_length=3, **typed_in)
    chosen = select(label, card.name, card.choices, value=card.answer, on_change=keep, **shown)
    return rx.match(card.kind, ("choice", chosen), ("yes_no", chosen), ("number", number), line)


def _coupon() -> rx.Component:
    problem = rx.cond(S.field_errors["coupon"], S.field_errors["coupon"], S.summary.coupon_problem)
    return field(
        "Coupon code",
        "coupon",
        optional=True,
        error=problem,
        default_value=S.coupon,
        **_kept("coupon", 600),
        auto_complete="off",
        auto_capitalize="characters",
        spell_check=False,
        max_length=40,
    )


def _tip() -> rx.Component:
    own = typed("Amount", "own_tip", input_mode="decimal", auto_complete="off", placeholder="for example 20", max_length=12)
    return rx.cond(
        S.tips.length() > 2,
        rx.el.div(
            segments_of("Tip for the photographer", "tip", S.tips, value=S.tip, on_change=lambda value: S.keep("tip", value)),
            rx.cond(S.tip == "own", own, rx.fragment()),
            rx.cond(S.field_errors["tip"], error_line(S.field_errors["tip"]), rx.fragment()),
            id="tip",
            tab_index=-1,
            class_name="stack",
        ),
        rx.fragment(),
    )
