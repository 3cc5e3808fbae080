"""The hosted payment page: plain accessible HTML, no script, nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from portal_app.core.clock import utc_now
from portal_app.core.money import money_words
from portal_app.demo.stripe import payments
from portal_app.demo.stripe.books import World
from portal_app.demo.stripe.checkout import settle_by_clock
from portal_app.demo.stripe.refusals import Refusal
from portal_app.demo.stripe.stand_in import StandIn

Page = tuple[int, bytes, dict[str, str]]

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TEST_CARDS = (
    ("4242 4242 4242 4242", "pays"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has too little money"),
)
FILLED = {"card": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "name": "Demo Buyer"}


@dataclass(slots=True)
class Typed:
    """What the buyer typed, and what is wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    refusal: str = ""


def answer(stand_in: StandIn, method: str, name: str, query: str, body: bytes) -> Page:
    """The page of a session, or what pressing Pay leads to."""
    found = stand_in.books.find("checkout.session", name)
    if found is None:
        return _page(404, "Nothing to pay here", "<h1>Nothing to pay here</h1><p>This address belongs to no payment.</p>")
    world, session = found
    session = settle_by_clock(stand_in, world, session)
    if session["status"] != "open":
        return _ended(session)
    if method == "POST":
        return _pressed(stand_in, world, session, body)
    typed = Typed(FILLED | {"email": "buyer@example.com"} if "fill=card" in query else {})
    return _form(stand_in, world, session, typed, 200)


def _pressed(stand_in: StandIn, world: World, session: dict[str, Any], body: bytes) -> Page:
    sent = {name: values[0].strip() for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    typed = Typed(sent, _problems(sent))
    if typed.problems:
        return _form(stand_in, world, session, typed, 422)
    buyer = payments.Buyer(card=_digits(sent["card"]), email=sent["email"], name=sent["name"])
    try:
        paid = payments.confirm(stand_in, world, session["id"], buyer)
    except Refusal as refusal:
        fresh = stand_in.books.get(world, "checkout.session", session["id"])
        if fresh["status"] != "open":
            return _ended(fresh)
        typed.refusal = str(refusal)
        return _form(stand_in, world, fresh, typed, 402)
    back = paid["success_url"].replace("{CHECKOUT_SESSION_ID}", paid["id"])
    return 303, b"", {"Location": back, "Cache-Control": "no-store"}


def _problems(sent: dict[str, str]) -> dict[str, str]:
    """A sentence for each field that does not fit."""
    found = {}
    if "@" not in sent.get("email", ""):
        found["email"] = "Enter your email address."
    if not 12 <= len(_digits(sent.get("card", ""))) <= 19 or not _is_luhn(_digits(sent.get("card", ""))):
        found["card"] = "This card number is not complete or has a typing error."
    if not _is_future(sent.get("expiry", "")):
        found["expiry"] = "Enter a month and year that are not over, such as 12 / 34."
    if not re.fullmatch(r"\d{3,4}", sent.get("cvc", "")):
        found["cvc"] = "Enter the 3 or 4 digits of the security code."
    if not sent.get("name"):
        found["name"] = "Enter the name on the card."
    return found


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _is_luhn(digits: str) -> bool:
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def _is_future(text: str) -> bool:
    match = re.fullmatch(r"(\d{2})\s*/?\s*(\d{2})", text)
    now = utc_now()
    return bool(match) and 1 <= int(match[1]) <= 12 and (2000 + int(match[2]), int(match[1])) >= (now.year, now.month)


def _form(stand_in: StandIn, world: World, session: dict[str, Any], typed: Typed, status: int) -> Page:
    studio = escape(stand_in.accounts.name(world.account))
    amount = escape(money_words(session["amount_total"], session["currency"]))
    values = {"email": session["customer_email"] or ""} | typed.values
    fields = "".join(_field(*each, values, typed.problems) for each in FIELDS)
    cards = "".join(f"<li><code>{number}</code> {does}</li>" for number, does in TEST_CARDS)
    back = f'<a href="{escape(session["cancel_url"])}">Back to {studio}</a>' if session["cancel_url"] else ""
    body = _template("pay.html").format(
        studio=studio, amount=amount, lines=_lines(session), alert=_alert(typed), fields=fields, cards=cards, back=back
    )
    return _page(status, f"Pay {amount} to {studio}", body)


FIELDS = (
    ("email", "Email", "email", "email"),
    ("card", "Card number", "cc-number", "numeric"),
    ("expiry", "Expires (MM / YY)", "cc-exp", "numeric"),
    ("cvc", "Security code", "cc-csc", "numeric"),
    ("name", "Name on card", "cc-name", "text"),
)


def _field(name: str, label: str, auto: str, mode: str, values: dict[str, str], problems: dict[str, str]) -> str:
    problem = problems.get(name, "")
    said = f'<p class="problem" id="{name}-problem">{escape(problem)}</p>' if problem else ""
    marks = f' aria-invalid="true" aria-describedby="{name}-problem"' if problem else ""
    return (
        f'<div class="field {name}"><label for="{name}">{label}</label>'
        f'<input id="{name}" name="{name}" autocomplete="{auto}" inputmode="{mode}" required'
        f' value="{escape(values.get(name, ""))}"{marks}>{said}</div>'
    )


def _lines(session: dict[str, Any]) -> str:
    return "".join(
        f"<li><span>{escape(line['description'])}</span> "
        f"<span>{escape(money_words(line['amount_total'], line['currency']))}</span></li>"
        for line in session["hidden_lines"]
    )


def _alert(typed: Typed) -> str:
    words = typed.refusal or ("Look at the marked fields. Nothing was charged." if typed.problems else "")
    return f'<p class="alert" role="alert">{escape(words)}</p>' if words else ""


def _ended(session: dict[str, Any]) -> Page:
    if session["status"] == "expired":
        link = f'<p><a href="{escape(session["cancel_url"])}">Go back</a></p>' if session["cancel_url"] else ""
        words = "<p>Nothing was charged. Go back and press Pay again for a fresh page.</p>"
        return _page(410, "This page has expired", f"<h1>This page has expired</h1>{words}{link}")
    back = escape(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    words = f'<h1>You have already paid</h1><p>Nothing more was charged.</p><p><a href="{back}">Go back</a></p>'
    return _page(200, "You have already paid", words)


def _page(status: int, title: str, body: str) -> Page:
    html = _template("page.html").replace("{title}", title).replace("{body}", body)
    return status, html.encode(), HEADERS


def _template(name: str) -> str:
    return (files("portal_app.demo.stripe") / "templates" / name).read_text(encoding="utf-8")
