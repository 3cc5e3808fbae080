"""`/listings/revisions/[listing]`: ask for a change, see where each stands, compare, accept or ask again."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, text_area
from portal_app.ui.components.frames import crumb, empty, note, page_head, section
from portal_app.ui.components.links import NativeForm
from portal_app.ui.portal.revisions.making import composer
from portal_app.ui.portal.revisions.state import ListingRevisionsState as S
from portal_app.ui.shared.door import Door, told
from portal_app.ui.shared.layout import listing_shell
from portal_app.ui.shared.revision_cards import Request
from portal_app.ui.shared.revision_parts import head_of, spots_of, words_of
from portal_app.ui.shared.session import Base


def page() -> rx.Component:
    """The way to ask above what was asked."""
    rounds = rx.cond(S.rounds, rx.el.p(S.rounds, class_name="quiet small"), rx.fragment())
    asking = rx.cond(S.refusal, note(S.refusal, tone="wait"), composer())
    return listing_shell(
        crumb(S.street, S.way_back, "Changes"),
        page_head(rx.el.h1("Changes"), under=rounds),
        rx.cond(Base.me.is_staff, rx.fragment(), asking),
        _asked(),
        ready=S.loaded,
    )


def _asked() -> rx.Component:
    nothing = empty("message", "Nothing asked yet.", "Each request shows here where it stands.")
    several = rx.el.ol(rx.foreach(S.requests, _request), class_name="stack gap-7")
    return section("What was asked", rx.cond(S.requests, several, nothing), key="asked")


def _request(request: rx.Var[Request]) -> rx.Component:
    ours = rx.cond(Base.me.is_staff, rx.fragment(), rx.fragment(_settle(request), _show(request)))
    return rx.el.li(head_of(request), words_of(request), spots_of(request.spots), ours, class_name="stack gap-4")


def _settle(request: rx.Var[Request]) -> rx.Component:
    """Accept it, or say what is still wrong."""
    named = rx.el.span(" ", request.title, class_name="hide")
    choose = rx.el.div(
        button(rx.fragment("Accept", named), kind="main", on_click=S.accept(request.id)),
        button(rx.fragment("Ask again", named), on_click=S.ask_again(request.id)),
        class_name="row wrap",
    )
    again = rx.el.form(
        text_area("What is still not right?", "again", error=S.field_errors["again"]),
        rx.el.div(
            button("Send", kind="main", type="submit"), button("Never mind", kind="soft", on_click=S.ask_again("")),
            class_name="row wrap",
        ),
        on_submit=S.reopen,
        class_name="stack",
    )  # fmt: skip
    return rx.cond(request.can_settle, rx.cond(S.reopening == request.id, again, choose), rx.fragment())


def _show(request: rx.Var[Request]) -> rx.Component:
    """A picture that shows what is meant, while nobody has answered yet."""
    key = f"{request.id}-reference"
    mistake = rx.cond(Door.refused & (Door.wrong_field == request.id), Door.sentence, "")
    heard = told((Door.wrong_field == request.id) & (Door.sentence != "") & ~Door.refused)
    posted = NativeForm.create(
        rx.el.div(
            rx.el.label("A picture that shows what you mean, JPEG or HEIC up to 15 MB", html_for=key, class_name="label"),
            rx.el.input(
                id=key, name="reference", type="file", accept="image/jpeg,image/heic,.jpg,.jpeg,.heic", required=True,
                class_name="in", aria_describedby=rx.cond(mistake, f"{key}-error", rx.Var("undefined")),
                aria_invalid=rx.cond(mistake, "true", "false"),
            ),
            rx.cond(mistake, error_line(mistake, id=f"{key}-error"), rx.fragment()),
            class_name="field",
        ),
        rx.el.div(button(rx.cond(request.reference, "Use this one instead", "Add the picture"), type="submit")),
        action=f"/api/revisions/{S.listing}/{request.id}", method="post", enc_type="multipart/form-data", class_name="stack",
    )  # fmt: skip
    folded = rx.el.details(
        rx.el.summary("Show what you mean", class_name="btn"), posted, open=mistake != "", class_name="more-of"
    )
    return rx.fragment(heard, rx.cond(request.can_show, folded, rx.fragment()))
