"""Parts of signing in beyond a password: the passkey button, and the square that an authenticator app reads."""

from __future__ import annotations

import reflex as rx
import segno

from portal_app.ui.components.buttons import button_class
from portal_app.ui.components.fields import field
from portal_app.ui.components.icons import icon
from portal_app.ui.components.words import Words


class PasskeyButton(rx.Component):
    """Only a script may ask a device for a passkey; it talks to `/api/passkeys` and then leaves for a new page."""

    library = "$/public/passkey.jsx"
    tag = "Passkey"
    adds: rx.Var[bool]
    offers: rx.Var[bool]
    label: rx.Var[str]
    busy_label: rx.Var[str]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]


def passkey_button(
    label: Words = "Sign in with a passkey",
    *,
    offers: bool = False,
    kind: str = "plain",
    tall: bool = True,
    wide: bool = True,
) -> rx.Component:
    """Sign in with a passkey, and go where the page's own `?next=` says. With `offers`, the browser also shows its passkeys
    at the field whose `auto_complete` ends in "webauthn"."""
    look = button_class(kind, tall=tall, wide=wide)
    return PasskeyButton.create(icon("key"), offers=offers, label=label, busy_label="Waiting for your device", class_name=look)


def add_passkey_button(label: Words, *, on_done=None, kind: str = "plain", wide: bool = False) -> rx.Component:
    """Make a passkey on this device; `on_done` when it is there, or was refused."""
    more = {"on_done": on_done} if on_done is not None else {}
    return PasskeyButton.create(
        icon("key"),
        adds=True,
        label=label,
        busy_label="Waiting for your device",
        class_name=button_class(kind, wide=wide, tall=wide),
        **more,
    )


def picture_of(address: str) -> str:
    """The square picture of an `otpauth:` address, for an image's source: black on white on every screen."""
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=3, light="#fff")


def authenticator(picture: Words, key: Words) -> rx.Component:
    """What the app must be told: a picture to scan, and the same as letters to type."""
    scan = rx.el.img(
        src=picture, alt="Square code for your authenticator app. The same as letters stands beside it.", class_name="qr"
    )
    typed = rx.el.div(
        rx.el.p("Open your authenticator app, choose to add an account, and scan this.", class_name="small"),
        rx.el.p("No camera at hand? Type this key instead:", class_name="small quiet"),
        rx.el.code(key, class_name="app-key"),
        class_name="stack gap-2",
    )
    return rx.el.div(scan, typed, class_name="enroll")


def app_code_field(error: Words, *, key: str = "code", label: str = "Code from the app") -> rx.Component:
    """Six digits, as phones and password managers fill them in by themselves."""
    return field(
        label,
        "code",
        key=key,
        auto_complete="one-time-code",
        input_mode="numeric",
        max_length=10,
        required=True,
        class_name="code-in",
        error=error,
    )
