"""What the pages before the door share: the frame with the scene, and what a form said before its redirect."""

from __future__ import annotations

from urllib.parse import quote

import reflex as rx

from portal_app.core.flash import Flash
from portal_app.core.paths import safe_next
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.frames import note
from portal_app.ui.components.links import NativeForm
from portal_app.ui.components.people import mark
from portal_app.ui.components.words import Child, Words
from portal_app.ui.shared.layout import viewing_banner
from portal_app.ui.shared.session import Base


class Door(Base):
    """What a native form said (its field, its sentence, what was typed) and where its answer leads.

    `form` is the form that spoke, on a page with several.
    """

    form: str = ""
    refused: bool = False
    wrong_field: str = ""
    sentence: str = ""
    typed_email: str = ""
    typed_name: str = ""
    typed_phone: str = ""
    onward: str = "/"
    carried: str = ""
    step: str = ""

    def _enter(self, *forms: str, fields: tuple[str, ...] = ()) -> rx.event.EventSpec | None:
        """Take over what one of these forms said. A refusal of one of the page's `fields` takes the person there."""
        self._hear(*forms, fields=fields)
        return rx.set_focus(self.wrong_field) if self.wrong_field else None

    def _hear(self, *forms: str, fields: tuple[str, ...]) -> Flash:
        flash = self._flash(*forms)
        self.form, self.refused = flash.form, flash.refused
        asked = self.router.url.query_parameters
        self.wrong_field, self.sentence = flash.field if flash.field in fields else "", flash.sentence
        self.typed_email, self.typed_name, self.typed_phone = flash.email, flash.name, flash.phone
        self.onward, self.step = safe_next(asked.get("next")), asked.get("step", "")
        self.carried = f"?next={quote(self.onward, safe='')}" if self.onward != "/" else ""
        return flash


def door(title: Words, lead: Child, *children: Child) -> rx.Component:
    """The frame: a scene, the mark, a title, a form, and whose door this is."""
    page = rx.el.div(
        rx.el.header(class_name="scene", aria_hidden="true"),
        rx.el.main(
            mark("/login"),
            rx.el.div(
                rx.el.h1(title),
                rx.el.p(lead, class_name="quiet"),
                told((Door.sentence != "") & (Door.wrong_field == "")),
                *children,
                class_name="form",
            ),
            _foot(),
            id="main",
            tab_index=-1,
            class_name="door",
        ),
        class_name="gate",
    )
    return rx.fragment(viewing_banner(), page)


def posted_form(action: str, *children: Child) -> rx.Component:
    """A form the browser posts itself, which comes back to where the person wanted to go."""
    onward = rx.el.input(type="hidden", name="next", value=Door.onward, read_only=True)
    return NativeForm.create(onward, *children, action=action, method="post", class_name="stack", style={"--gap": "20px"})


def email_field(**props) -> rx.Component:
    """The address somebody signs in with."""
    props.setdefault("auto_complete", "username")
    return field(
        "Email",
        "email",
        type="email",
        auto_capitalize="none",
        spell_check=False,
        required=True,
        default_value=Door.typed_email,
        error=wrong("email"),
        **props,
    )


def new_password_field(label: str, hint: str) -> rx.Component:
    """A password to be chosen."""
    return field(
        label,
        "password",
        type="password",
        auto_complete="new-password",
        min_length=8,
        max_length=128,
        required=True,
        hint=hint,
        error=wrong("password"),
    )


def code_field() -> rx.Component:
    """The mailed code, as phones fill it in by themselves."""
    return field(
        "Code from the mail",
        "code",
        auto_complete="one-time-code",
        input_mode="numeric",
        max_length=12,
        required=True,
        class_name="code-in",
        error=wrong("code"),
    )


def submit(label: str, *, kind: str = "main", **props) -> rx.Component:
    """The button that posts a form; `form_action` sends it elsewhere than the form says."""
    return button(label, kind=kind, tall=True, wide=True, type="submit", **props)


def wrong(name: str) -> rx.Var[str]:
    """The sentence beside a field, or nothing."""
    return rx.cond(Door.wrong_field == name, Door.sentence, "")


def told(is_shown: rx.Var) -> rx.Component:
    """What a form said, in a place that is read aloud when words come into it."""
    words = rx.cond(Door.refused, note(Door.sentence, tone="wait"), note(Door.sentence, drawing="check"))
    return rx.el.div(rx.cond(is_shown, words, rx.fragment()), role="status")


def _foot() -> rx.Component:
    more = rx.cond(Base.studio.phone, f" · {Base.studio.place} · {Base.studio.phone}", "")
    return rx.el.p(rx.el.span(class_name="studio-name"), more, class_name="tiny quiet foot")
