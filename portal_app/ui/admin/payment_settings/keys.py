"""One mode's keys: how they stand, and the forms that a browser posts past every page's state."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.billing.connecting import EVENTS
from portal_app.ui.admin.payment_settings.state import PaymentSettings as S
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import field
from portal_app.ui.components.floating import confirm
from portal_app.ui.components.frames import note, setting
from portal_app.ui.components.words import Words
from portal_app.ui.shared.posted import folded, password_field, posted, said, wrong

BOTH = "Starts with whsec_. While you replace one, both count for a day."


def proving() -> rx.Component:
    """Whoever signed in a while ago shows once more who they are before they change where money goes."""
    form = posted(
        "/api/settings/payments/prove",
        password_field("Your password", "keys-prove-again", error=wrong("keys-prove", "again")),
        button("Go on", kind="main", type="submit"),
    )
    words = "You signed in a while ago. To change where your money goes, type your password."
    return setting("Is it still you?", words, said("keys-prove"), form, key="keys-prove")


def keys_setting(card: rx.Var, mode: str, title: str, words: str) -> rx.Component:
    """How they stand first, then a key, then its signing secret."""
    none = rx.el.p("No key yet. Payments come in cash, by check or by transfer.", class_name="small quiet")
    return setting(
        title,
        words,
        said(f"{mode}-key"),
        rx.cond(card.key, _standing(card, mode), none),
        rx.cond(S.is_proven, _key_form(card, mode), rx.fragment()),
        rx.cond(card.key, _events(card, mode), rx.fragment()),
        key=f"{mode}-keys",
    )


def _standing(card: rx.Var, mode: str) -> rx.Component:
    state = rx.cond(
        card.problem,
        note(card.problem, tone="bad"),
        rx.cond(card.is_active, rx.fragment(), note("Not in use: these keys take no payments.", tone="wait")),
    )
    facts = rx.el.dl(
        _fact("Account", rx.cond(card.account, card.account, "Not asked yet")),
        _fact("Key", rx.el.span("ends in ", rx.el.span(card.key, class_name="num strong"))),
        _fact("Tried", rx.cond(card.checked, card.checked, "Not yet")),
        class_name="facts small",
    )
    test = button("Test it", busy=S.trying == mode, busy_label="Asking", on_click=S.try_keys(mode))
    stop = button("Use no longer", kind="soft", on_click=S.ask_disconnect(mode))
    may_stop = rx.cond(card.is_active & S.is_proven, stop, rx.fragment())
    return rx.el.div(state, facts, rx.el.div(test, may_stop, class_name="row wrap"), class_name="stack")


def _fact(term: str, words) -> rx.Component:
    return rx.el.div(rx.el.dt(term), rx.el.dd(words))


def _key_form(card: rx.Var, mode: str) -> rx.Component:
    form = posted(
        f"/api/settings/payments/{mode}/key",
        _secret(
            f"{mode.capitalize()} key", mode, "key", "secret_key",
            f"A restricted key, rk_{mode}_…, with write access to Checkout Sessions, Customers, PaymentIntents, SetupIntents, "
            "PaymentMethods, Charges and Refunds, and read access to Disputes, Payouts and Balance. It is tried before it is "
            "kept, and never shown again.",
        ),
        button("Try and keep it", kind="main", type="submit"),
    )  # fmt: skip
    is_wrong = (S.form == f"{mode}-key") & (S.wrong_field != "")
    return folded(_of(card.key, "Replace the key", "Enter a key"), form, is_open=is_wrong)


def _events(card: rx.Var, mode: str) -> rx.Component:
    """Payments are found without events too, within two minutes; with them, within seconds."""
    how = rx.cond(
        card.webhook,
        rx.el.p("Signing secret ends in ", rx.el.span(card.webhook, class_name="num strong"), ". ", _heard(card)),
        rx.el.p("No signing secret yet: a payment shows within two minutes. With one, within seconds."),
    )
    both = rx.el.p(f"The secret before it still counts until {card.both_count}.", class_name="small quiet")
    steps = rx.el.ol(
        rx.el.li("At the payment service, add an endpoint with this address:", rx.el.code(card.endpoint, class_name="whole")),
        rx.el.li("Choose these events: ", rx.el.span(", ".join(EVENTS), class_name="quiet")),
        rx.el.li("Enter its signing secret here."),
        class_name="small numbered",
    )
    form = posted(
        f"/api/settings/payments/{mode}/webhook",
        _secret("Signing secret", mode, "webhook", "webhook_secret", BOTH),
        button("Keep it", kind="main", type="submit"),
    )  # fmt: skip
    is_wrong = (S.form == f"{mode}-webhook") & (S.wrong_field != "")
    folds = folded(
        "Set up events", rx.el.div(steps, rx.cond(S.is_proven, form, rx.fragment()), class_name="stack"), is_open=is_wrong
    )
    return rx.el.div(
        rx.el.h3("Events"), said(f"{mode}-webhook"), rx.el.div(how, class_name="small"),
        rx.cond(card.both_count, both, rx.fragment()), folds, class_name="stack",
    )  # fmt: skip


def _heard(card: rx.Var) -> rx.Var:
    return rx.cond(card.last_event, f"The last event came {card.last_event}.", "No event has come yet.")


def _secret(label: str, mode: str, what: str, name: str, hint: str) -> rx.Component:
    """Typed or pasted, and hidden. No browser fills in a saved password here."""
    return field(
        label, name, key=f"{mode}-{what}-{name}", type="password", auto_complete="new-password",
        auto_capitalize="none", spell_check=False, required=True, hint=hint, error=wrong(f"{mode}-{what}", name),
    )  # fmt: skip


def _of(is_there: rx.Var, then: str, otherwise: str) -> Words:
    return rx.cond(is_there, then, otherwise)


def question() -> rx.Component:
    """Before keys are used no longer."""
    return confirm(
        "Take no more payments with these keys?",
        "Pages that are open now can still be paid, and what was paid stays. Enter the key again to take payments with it.",
        is_open=S.dropping != "",
        keep="Keep using them",
        on_keep=S.ask_disconnect(""),
        act="Use no longer",
        on_act=S.disconnect(S.dropping),
    )
