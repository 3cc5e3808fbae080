"""Checkout sessions: open, complete or expired, and never two of these at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from portal_app.demo.stripe import customers, setups
from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.money import check_amount, check_currency, check_enough
from portal_app.demo.stripe.refusals import invalid
from portal_app.demo.stripe.stand_in import StandIn

Params = dict[str, Any]

SESSION = "checkout.session"
SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60
SLACK = 60


def create_session(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/checkout/sessions, to take a payment or to save a card."""
    _check(params, stand_in.now())
    if "customer" in params:
        customers.living(stand_in, world, params["customer"], param="customer")
    if params["mode"] == "setup":
        return stand_in.books.put(world, _card_page(stand_in, world, params))
    lines = [_line(item, index) for index, item in enumerate(params["line_items"])]
    if len({line["currency"] for line in lines}) > 1:
        raise invalid("All line items must use the same currency.", param="line_items")
    total = sum(line["amount_total"] for line in lines)
    check_enough(total, lines[0]["currency"], "The Checkout Session's total amount due must add up to")
    own = {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": lines[0]["currency"],
        "hidden_lines": lines,
        "hidden_intent": params.get("payment_intent_data") or {},
    }
    return stand_in.books.put(world, _session(stand_in, world, params) | own)


def get_session(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """GET /v1/checkout/sessions/{id}"""
    return settle_by_clock(stand_in, world, stand_in.books.get(world, SESSION, name))


def list_sessions(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/checkout/sessions: by status, payment_intent or customer email. Not by client_reference_id."""
    found = [settle_by_clock(stand_in, world, each) for each in stand_in.books.all(world, SESSION)]
    for field in ("status", "payment_intent", "customer"):
        if field in params:
            found = [each for each in found if each.get(field) == params[field]]
    return found


def line_items(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/checkout/sessions/{id}/line_items"""
    return stand_in.books.get(world, SESSION, name)["hidden_lines"]


def expire_session(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/checkout/sessions/{id}/expire. Only an open one can be expired."""
    with stand_in.books.lock:
        session = settle_by_clock(stand_in, world, stand_in.books.get(world, SESSION, name))
        if session["status"] != "open":
            raise invalid(
                f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
                f" `{session['status']}`."
            )
        return _expire(stand_in, world, session)


def settle_by_clock(stand_in: StandIn, world: World, session: dict[str, Any]) -> dict[str, Any]:
    """An open session whose time is over is expired from then on, for everybody."""
    with stand_in.books.lock:
        if session["status"] == "open" and session["expires_at"] <= stand_in.now():
            fresh = stand_in.books.get(world, SESSION, session["id"])
            return _expire(stand_in, world, fresh) if fresh["status"] == "open" else fresh
    return session


def sweep_expired(stand_in: StandIn) -> None:
    """Expire by the clock, as Stripe does without being asked."""
    for world, session in stand_in.books.everywhere(SESSION, '"status": "open"'):
        settle_by_clock(stand_in, world, session)


def _expire(stand_in: StandIn, world: World, session: dict[str, Any]) -> dict[str, Any]:
    session = stand_in.books.put(world, session | {"status": "expired", "url": None})
    stand_in.emit(world, "checkout.session.expired", session)
    return session


def _check(params: dict[str, Any], now: int) -> None:
    if params.get("mode") not in ("payment", "setup"):
        raise invalid("This stand-in knows `mode=payment` and `mode=setup` only.", param="mode")
    _check_mode(params)
    if "customer" in params and "customer_email" in params:
        raise invalid("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if "@" not in params.get("customer_email", "a@b"):
        raise invalid(f"Invalid email address: {params['customer_email']}", code="email_invalid", param="customer_email")
    if "success_url" not in params:
        raise invalid("Missing required param: success_url.", code="parameter_missing", param="success_url")
    for name in ("success_url", "cancel_url"):
        _check_url(params, name)
    if len(params.get("client_reference_id", "")) > 200:
        raise invalid("client_reference_id must be at most 200 characters.", param="client_reference_id")
    if not SHORTEST - SLACK <= params.get("expires_at", now + LONGEST) - now <= LONGEST + SLACK:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )


def _check_mode(params: Params) -> None:
    """What each of the two modes needs, and cannot use."""
    if params["mode"] == "setup":
        for name in ("line_items", "payment_intent_data"):
            if name in params:
                raise invalid(f"`{name}` cannot be used in `setup` mode.", param=name)
        if "currency" not in params and "allowed_payment_method_types" not in params:
            raise invalid("Missing required param: currency.", code="parameter_missing", param="currency")
        return
    if not params.get("line_items"):
        raise invalid("Missing required param: line_items.", code="parameter_missing", param="line_items")
    if len(params["line_items"]) > 100:
        raise invalid("You can only have up to 100 line items.", param="line_items")
    if "setup_intent_data" in params:
        raise invalid("`setup_intent_data` can be used in `setup` mode only.", param="setup_intent_data")
    if "setup_future_usage" in params.get("payment_intent_data", {}) and "customer" not in params:
        raise invalid("This stand-in keeps cards of customers only.", param="payment_intent_data[setup_future_usage]")


def _check_url(params: dict[str, Any], name: str) -> None:
    url = urlsplit(params.get(name, "https://example.com"))
    if url.scheme not in ("http", "https") or not url.netloc:
        raise invalid("Not a valid URL", code="url_invalid", param=name)
    if len(params.get(name, "")) > 5000:
        raise invalid("Invalid URL: must be at most 5000 characters.", param=name)


def _line(item: dict[str, Any], index: int) -> dict[str, Any]:
    path = f"line_items[{index}]"
    price = item.get("price_data")
    if price is None:
        raise invalid("This stand-in knows `price_data` only: it keeps no prices.", param=f"{path}[price]")
    currency, amount = price["currency"], price.get("unit_amount")
    check_currency(currency, f"{path}[price_data][currency]")
    if amount is None:
        raise invalid("Missing required param: unit_amount", param=f"{path}[price_data][unit_amount]")
    check_amount(amount, currency, f"{path}[price_data][unit_amount]")
    if "product_data" not in price:
        raise invalid("One of `product` or `product_data` is required.", param=f"{path}[price_data][product_data]")
    quantity = item.get("quantity")
    if quantity is None or quantity < 1:
        raise invalid("Missing required param: quantity.", code="parameter_missing", param=f"{path}[quantity]")
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": currency,
        "description": price["product_data"]["name"],
        "quantity": quantity,
    }


def _card_page(stand_in: StandIn, world: World, params: Params) -> dict[str, Any]:
    if "currency" in params:
        check_currency(params["currency"], "currency")
    marks = (params.get("setup_intent_data") or {}).get("metadata") or {}
    setup = setups.new_setup(stand_in, world, params.get("customer"), marks)
    own = {"setup_intent": setup["id"], "currency": params.get("currency"), "payment_status": "no_payment_required"}
    return _session(stand_in, world, params) | own


def _session(stand_in: StandIn, world: World, params: Params) -> dict[str, Any]:
    now = stand_in.now()
    name = new_id(f"cs_{'live' if world.is_live else 'test'}", 58)
    return {
        "id": name,
        "object": SESSION,
        "amount_subtotal": None,
        "amount_total": None,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": now,
        "currency": None,
        "customer": params.get("customer"),
        "customer_details": None,
        "customer_email": params.get("customer_email"),
        "expires_at": params.get("expires_at", now + LONGEST),
        "livemode": world.is_live,
        "metadata": params.get("metadata") or {},
        "mode": params["mode"],
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "setup_intent": None,
        "status": "open",
        "success_url": params["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{stand_in.own_base}/c/pay/{name}",
        "hidden_asked": None,
        "hidden_lines": [],
        "hidden_intent": {},
    }
