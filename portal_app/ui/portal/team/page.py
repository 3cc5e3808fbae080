"""`/account/teams/[team]`: the people of one team; its admins invite, change and remove them."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field, select
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import crumb, page_head, setting
from portal_app.ui.components.people import face
from portal_app.ui.portal.team.state import OneTeam as S
from portal_app.ui.shared.layout import portal_shell

ROLES = (("member", "Member"), ("admin", "Admin"))
REMOVED = "Their access to the team ends now, in every open tab. What they ordered in it stays with the team."
LEFT = "What you ordered in it stays with the team; you no longer see it. To come back you need a new invitation."
CLOSED = "Everybody keeps what they ordered in it as their own. You no longer see or pay the orders of the others."


def page() -> rx.Component:
    """Members, invitations, and the ways out."""
    head = page_head(rx.fragment(crumb("Teams", "/account/teams", S.name), rx.el.h1(S.name)))
    led = rx.cond(S.is_admin, rx.fragment(_invited(), _invite(), _rename()), rx.fragment())
    return portal_shell(head, _members(), led, _leave(), _questions(), ready=S.loaded)


def _members() -> rx.Component:
    words = rx.cond(
        S.is_admin,
        "Admins see, order and pay for everybody. Members see what is their own.",
        "Its admins see, order and pay for everybody. You see what is your own.",
    )
    return rx.fragment(
        rx.el.p(words, class_name="quiet"),
        rx.el.ul(rx.foreach(S.members, _member), class_name="people roster", aria_label="Members"),
    )


def _member(card: rx.Var) -> rx.Component:
    me = rx.cond(card.is_me, rx.el.span(" (you)", class_name="quiet"), rx.fragment())
    said = rx.el.div(
        rx.el.p(card.name, me, class_name="strong"),
        rx.el.p(card.email, class_name="small quiet wrap-anywhere"),
        class_name="grow",
    )
    word = rx.el.p(rx.cond(card.role == "admin", "Admin", "Member"), class_name="small")
    return rx.el.li(
        face(card.initials),
        said,
        rx.cond(S.is_admin, _act_on(card), rx.el.div(word, rx.el.p(card.words, class_name="tiny quiet"), class_name="right")),
        class_name="someone",
    )


def _act_on(card: rx.Var) -> rx.Component:
    role = rx.el.select(
        *(rx.el.option(words, value=value) for value, words in ROLES),
        value=card.role,
        on_change=lambda value: S.change_role(card.id, value),
        aria_label=rx.Var.create("Role of ") + card.name,
        class_name="in",
    )
    gone = button(
        rx.el.span("Remove", rx.el.span(" ", card.name, class_name="hide")),
        kind="soft",
        on_click=S.ask_first("remove", card.id, card.name),
    )
    return rx.el.div(role, rx.cond(card.is_me, rx.fragment(), gone), class_name="right row")


def _invited() -> rx.Component:
    rows = rx.el.ul(rx.foreach(S.invited, _asked), class_name="people roster")
    return rx.cond(
        S.invited,
        rx.el.section(rx.el.h2("Invited", id="invited"), rows, aria_labelledby="invited", class_name="section"),
        rx.fragment(),
    )


def _asked(card: rx.Var) -> rx.Component:
    name = rx.el.span(" to ", card.name, class_name="hide")
    return rx.el.li(
        face("?"),
        rx.el.div(
            rx.el.p(card.name, class_name="strong"),
            rx.el.p(card.email, class_name="small quiet wrap-anywhere"),
            rx.el.p(card.words, class_name="tiny quiet"),
            class_name="grow",
        ),
        rx.el.div(
            button(rx.el.span("Send again", name), kind="soft", on_click=S.resend(card.id)),
            button(rx.el.span("Take back", name), kind="soft", on_click=S.take_back(card.id)),
            class_name="right row",
        ),
        class_name="someone",
    )


def _invite() -> rx.Component:
    # A new key after each invitation empties the fields; a refusal keeps what was typed.
    form = rx.el.form(
        field("Their name", "name", error=S.field_errors["name"], max_length=120, required=True, auto_complete="off"),
        field(
            "Their email",
            "email",
            type="email",
            error=S.field_errors["email"],
            hint="Only whoever reads this mailbox can accept.",
            max_length=254,
            required=True,
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
        ),
        select("Role", "role", ROLES, default_value="member"),
        button("Send invitation", kind="main", type="submit"),
        key=S.asked_so_far.to_string(),
        on_submit=S.invite,
        reset_on_submit=False,
        no_validate=True,
        class_name="stack",
    )
    return setting("Invite somebody", "By mail, with a link that is good for 30 days.", form, key="invite")


def _rename() -> rx.Component:
    form = rx.el.form(
        field("Name of the team", "called", default_value=S.name, error=S.field_errors["called"], max_length=80, required=True),
        button("Save name", type="submit"),
        on_submit=S.rename,
        reset_on_submit=False,
        no_validate=True,
        class_name="stack",
    )
    return setting("Name", "As it stands beside orders, here and at the studio.", form, key="name-of")


def _leave() -> rx.Component:
    leave = button("Leave team", kind="danger", on_click=S.ask_first("leave", 0, ""))
    close = button("Close team", kind="danger", on_click=S.ask_first("close", 0, ""))
    acts = rx.el.div(leave, rx.cond(S.is_admin, close, rx.fragment()), class_name="row wrap")
    words = rx.cond(
        S.is_admin,
        "The last admin names another one before leaving, or closes the team for everybody.",
        "Your access to it ends at once.",
    )
    return setting("Leave", words, acts, key="leave")


def _questions() -> rx.Component:
    keep = S.ask_first("", 0, "")
    return rx.fragment(
        confirm(
            f"Remove {S.going_name} from {S.name}?",
            REMOVED,
            is_open=S.asking == "remove",
            keep="Keep them",
            on_keep=keep,
            act="Remove them",
            on_act=S.remove,
        ),
        confirm(
            f"Leave {S.name}?", LEFT, is_open=S.asking == "leave", keep="Stay", on_keep=keep, act="Leave team", on_act=S.leave
        ),
        confirm(
            f"Close {S.name}?",
            CLOSED,
            is_open=S.asking == "close",
            keep="Keep it",
            on_keep=keep,
            act="Close team",
            on_act=S.close,
        ),
    )
