"""The studio's people."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.staff.cards import ROLE_WORDS
from portal_app.ui.admin.staff.parts import questions
from portal_app.ui.admin.staff.state import StaffState as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select, switch
from portal_app.ui.components.frames import page_head, section
from portal_app.ui.components.people import face
from portal_app.ui.shared.layout import admin_shell

CHOICES = list(ROLE_WORDS.items())
ROLES_SAY = (
    "Photographers and editors see orders and upload photos. Admins run the studio, but for settings and staff. Owners may do "
    "everything."
)


def page() -> rx.Component:
    """Everybody, who is invited, who left, and what all need."""
    return admin_shell(_loaded(), ready=S.loaded)


def _loaded() -> rx.Component:
    return rx.fragment(
        page_head(rx.el.h1("Staff")),
        rx.el.div(
            rx.el.div(
                rx.el.ul(rx.foreach(S.members, _member), class_name="people crew"), _waiting(), _left(), class_name="stack gap-7"
            ),
            rx.el.aside(_invite(), _rule(), class_name="stack gap-6"),
            class_name="cols staff",
        ),
        questions(),
    )


def _member(card: rx.Var) -> rx.Component:
    badge = rx.cond(card.is_suspended, rx.el.span("Suspended", class_name="tiny strong suspended"), rx.fragment())
    head = rx.el.summary(
        face(card.initials),
        rx.el.span(
            rx.el.span(card.name, rx.cond(card.is_me, " (you)", ""), class_name="strong"),
            rx.el.span(card.email, class_name="small quiet"),
            class_name="grow",
        ),
        rx.el.span(
            rx.el.span(card.role_words, class_name="small"),
            badge,
            rx.el.span(card.seen, class_name="tiny quiet"),
            class_name="right",
        ),
    )
    return rx.el.li(rx.el.details(head, _opened(card)), key=card.id)


def _opened(card: rx.Var) -> rx.Component:
    mine = rx.el.p("Another owner changes your role or removes you.", class_name="small quiet")
    return rx.el.div(
        rx.el.p(card.second_step, class_name="small quiet"),
        rx.cond(card.is_me, mine, _role(card)),
        rx.cond(card.is_owner, rx.el.p("An owner may do everything.", class_name="small quiet"), _switches(card)),
        rx.cond(card.is_me, rx.fragment(), _out(card)),
        class_name="stack opened",
    )


def _role(card: rx.Var) -> rx.Component:
    key = f"role-{card.id}"
    return rx.el.form(
        select(
            "Role",
            key,
            CHOICES,
            key=key,
            default_value=card.role,
            hint="Saving signs them out and sets the switches to the role’s own.",
        ),
        button("Save role", type="submit"),
        on_submit=lambda form: S.change_role(card.id, form),
        class_name="role",
    )


def _switches(card: rx.Var) -> rx.Component:
    def one(each: rx.Var) -> rx.Component:
        return switch(
            each.title, each.consequence, checked=each.is_on, on_change=lambda is_on: S.switch(card.id, each.name, is_on)
        )

    legend = rx.el.legend("What ", card.name, " may", class_name="label")
    return rx.el.fieldset(legend, rx.foreach(card.switches, one), class_name="switches")


def _out(card: rx.Var) -> rx.Component:
    return rx.el.div(
        rx.cond(
            card.is_suspended,
            button("Restore", on_click=S.restore(card.id)),
            button("Suspend", on_click=S.suspend(card.id)),
        ),
        button("Remove", kind="danger", on_click=S.ask_remove(card.id, card.name)),
        class_name="row wrap",
    )


def _invite() -> rx.Component:
    return rx.el.form(
        rx.el.h2("Invite somebody"),
        field("Name", "name", required=True, max_length=120, auto_complete="off", error=S.field_errors["name"]),
        field("Email", "email", type="email", required=True, auto_complete="off", error=S.field_errors["email"]),
        select("Role", "role", CHOICES, hint=ROLES_SAY, error=S.field_errors["role"]),
        button("Invite", kind="main", tall=True, wide=True, type="submit"),
        rx.el.p("They get a link by mail, good for 30 days, and choose their own password.", class_name="tiny quiet"),
        on_submit=S.invite,
        no_validate=True,
        key=S.sent.to_string(),
        class_name="panel stack",
    )


def _rule() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Signing in", class_name="kick", id="rule"),
        switch(
            "Everybody needs a second step",
            "Who has none sets one up before going on",
            checked=S.is_required,
            on_change=S.require,
        ),
        aria_labelledby="rule",
    )


def _waiting() -> rx.Component:
    rows = rx.el.ul(rx.foreach(S.invited, _invited), class_name="people")
    return rx.cond(S.invited, section("Invited", rows, key="invited", apart=False), rx.fragment())


def _invited(card: rx.Var) -> rx.Component:
    return rx.el.li(
        face(card.initials),
        rx.el.div(
            rx.el.p(card.name, class_name="strong"),
            rx.el.p(f"{card.email} · {card.role_words}", class_name="small"),
            rx.el.p(card.caption, class_name="tiny quiet"),
            class_name="grow",
        ),
        rx.el.div(
            button(rx.fragment("Send again", rx.el.span(" to ", card.name, class_name="hide")), on_click=S.resend(card.id)),
            button("Take back", kind="soft", on_click=S.ask_revoke(card.id, card.name)),
            class_name="row wrap right",
        ),
        key=card.id,
    )


def _left() -> rx.Component:
    def one(card: rx.Var) -> rx.Component:
        return rx.el.li(
            face(card.initials),
            rx.el.div(
                rx.el.p(card.name, class_name="strong"), rx.el.p(card.caption, class_name="small quiet"), class_name="grow"
            ),
        )

    rows = rx.el.ul(rx.foreach(S.former, one), class_name="people")
    return rx.cond(S.former, section("Worked here", rows, key="left", apart=False), rx.fragment())
