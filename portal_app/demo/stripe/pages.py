"""The hosted page: plain accessible HTML, no script, nothing from elsewhere."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from portal_app.core.money import money_words
from portal_app.demo.stripe import payments
from portal_app.demo.stripe.books import World
from portal_app.demo.stripe.cards import CARDS
from portal_app.demo.stripe.checkout import settle_by_clock
from portal_app.demo.stripe.forms import ACCOUNTS, BANK, CARD, FILLED, Typed, digits, problems_of
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
DEBITED = "usd"


def answer(stand_in: StandIn, method: str, name: str, query: str, body: bytes) -> Page:
    """The page of a session, or what pressing its button leads to."""
    found = stand_in.books.find("checkout.session", name)
    if found is None:
        return _page(404, "Nothing to pay here", "<h1>Nothing to pay here</h1><p>This address belongs to no payment.</p>")
    world, session = found
    session = settle_by_clock(stand_in, world, session)
    kind = BANK if "by=bank" in query and _takes_debits(session) else CARD
    sent = {key: values[0].strip() for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if session["status"] != "open":
        return _back(session) if method == "POST" and session["status"] == "complete" else _ended(session)
    if session["hidden_asked"]:
        return _answered(stand_in, world, session, sent) if "answer" in sent else _question(stand_in, world, session)
    if method == "POST":
        return _pressed(stand_in, world, session, kind, sent)
    return _form(stand_in, world, session, kind, Typed(dict(FILLED) if "fill=1" in query else {}), 200)


def _pressed(stand_in: StandIn, world: World, session: dict[str, Any], kind: str, sent: dict[str, str]) -> Page:
    typed = Typed(sent, problems_of(kind, sent))
    if typed.problems:
        return _form(stand_in, world, session, kind, typed, 422)
    buyer = payments.Buyer(card=digits(sent.get("card", "")), email=sent["email"], name=sent["name"])
    if kind == BANK:
        buyer = replace(buyer, by_debit=True, debit_ends=ACCOUNTS[digits(sent["account"])])
    return _confirmed(stand_in, world, session, kind, typed, buyer)


def _answered(stand_in: StandIn, world: World, session: dict[str, Any], sent: dict[str, str]) -> Page:
    """The cardholder says yes or no to the bank."""
    asked = session["hidden_asked"]
    buyer = payments.Buyer(**asked | {"confirms": sent["answer"] == "yes"})
    typed = Typed({"email": buyer.email, "name": buyer.name})
    return _confirmed(stand_in, world, session, CARD, typed, buyer)


def _confirmed(stand_in: StandIn, world: World, session: dict[str, Any], kind: str, typed: Typed, buyer: payments.Buyer) -> Page:
    try:
        now = payments.confirm(stand_in, world, session["id"], buyer)
    except Refusal as refusal:
        fresh = stand_in.books.get(world, "checkout.session", session["id"])
        if fresh["status"] != "open":
            return _ended(fresh)
        typed.refusal = str(refusal)
        return _form(stand_in, world, fresh, kind, typed, 402)
    return _back(now) if now["status"] == "complete" else _question(stand_in, world, now)


def _back(session: dict[str, Any]) -> Page:
    """To where the studio wants the buyer; also for the second half of a double click."""
    back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return 303, b"", {"Location": back, "Cache-Control": "no-store"}


def _form(stand_in: StandIn, world: World, session: dict[str, Any], kind: str, typed: Typed, status: int) -> Page:
    studio = escape(stand_in.accounts.name(world.account))
    typed.values.setdefault("email", session["customer_email"] or "")
    is_payment = session["mode"] == "payment"
    amount = _amount(session)
    heading = f"Pay {studio}" if is_payment else f"Save a card for {studio}"
    press = f"Pay {amount}" if is_payment else "Save card"
    body = _template("pay.html").format(
        heading=heading,
        amount=f'<p class="amount">{amount}</p>' if is_payment else "",
        lines=f'<ul class="lines" aria-label="What you pay for">{_lines(session)}</ul>' if is_payment else "",
        ways=_ways(kind) if _takes_debits(session) else "",
        alert=typed.alert,
        label="Pay from a bank account" if kind == BANK else "Pay by card" if is_payment else "Card to save",
        fields=typed.fields(kind),
        kept=_kept(session, studio),
        press=press,
        back=f'<a href="{escape(session["cancel_url"])}">Back to {studio}</a>' if session["cancel_url"] else "",
        **_tests(kind),
    )
    return _page(status, press if is_payment else heading, body)


def _question(stand_in: StandIn, world: World, session: dict[str, Any]) -> Page:
    """3-D Secure: the bank asks its cardholder."""
    last4 = CARDS[session["hidden_asked"]["card"]].last4
    studio = escape(stand_in.accounts.name(world.account))
    what = f"pay {_amount(session)} to {studio}" if session["mode"] == "payment" else f"keep your card for {studio}"
    body = _template("question.html").format(what=what, last4=last4)
    return _page(200, "Your bank asks", body)


def _kept(session: dict[str, Any], studio: str) -> str:
    is_kept = session["mode"] == "setup" or session["hidden_intent"].get("setup_future_usage")
    return f'<p class="kept">{studio} keeps this card and may charge it for later orders.</p>' if is_kept else ""


def _tests(kind: str) -> dict[str, str]:
    """What can be typed here, and what it does."""
    if kind == BANK:
        does = {"succeeded": "pays in a moment", "failed": "is sent back in a moment"}
        numbers = [f"<li><code>{number}</code> {does[ends]}</li>" for number, ends in ACCOUNTS.items()]
        return {"tests": "Test accounts", "numbers": "".join(numbers), "query": "by=bank&amp;fill=1", "one": "an account"}
    groups = [f"<li><code>{_in_fours(card.number)}</code> {card.does}</li>" for card in CARDS.values()]
    return {"tests": "Test cards", "numbers": "".join(groups), "query": "fill=1", "one": "a card"}


def _in_fours(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _ways(kind: str) -> str:
    """By card or from a bank account."""
    ways = ((CARD, "Card", "?"), (BANK, "Bank account", "?by=bank"))
    here = ' aria-current="page"'
    links = [f'<a href="{to}"{here if way == kind else ""}>{words}</a>' for way, words, to in ways]
    return f'<nav class="ways" aria-label="How to pay">{"".join(links)}</nav>'


def _takes_debits(session: dict[str, Any]) -> bool:
    return session["mode"] == "payment" and session["currency"] == DEBITED


def _amount(session: dict[str, Any]) -> str:
    return escape(money_words(session["amount_total"] or 0, session["currency"] or "usd"))


def _lines(session: dict[str, Any]) -> str:
    return "".join(
        f"<li><span>{escape(line['description'])}</span> "
        f"<span>{escape(money_words(line['amount_total'], line['currency']))}</span></li>"
        for line in session["hidden_lines"]
    )


def _ended(session: dict[str, Any]) -> Page:
    if session["status"] == "expired":
        link = f'<p><a href="{escape(session["cancel_url"])}">Go back</a></p>' if session["cancel_url"] else ""
        words = "<p>Nothing was charged. Go back and press Pay again for a fresh page.</p>"
        return _page(410, "This page has expired", f"<h1>This page has expired</h1>{words}{link}")
    said, more = ENDED[session["payment_status"]]
    back = escape(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
    return _page(200, said, f'<h1>{said}</h1><p>{more}</p><p><a href="{back}">Go back</a></p>')


ENDED = {
    "paid": ("You have already paid", "Nothing more was charged."),
    "unpaid": ("Your payment is on its way", "Your bank has it. Nothing more was charged."),
    "no_payment_required": ("Your card is saved", "Nothing was charged."),
}


def _page(status: int, title: str, body: str) -> Page:
    html = _template("page.html").replace("{title}", title).replace("{body}", body)
    return status, html.encode(), HEADERS


def _template(name: str) -> str:
    return (files("portal_app.demo.stripe") / "templates" / name).read_text(encoding="utf-8")
