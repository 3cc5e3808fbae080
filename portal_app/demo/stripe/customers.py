"""Customers and their cards on file. Only what may be known of a card is kept."""

from __future__ import annotations

from typing import Any

from portal_app.demo.stripe.books import World, new_id
from portal_app.demo.stripe.cards import TestCard
from portal_app.demo.stripe.refusals import invalid, missing
from portal_app.demo.stripe.stand_in import StandIn

CUSTOMER, METHOD = "customer", "payment_method"
Params = dict[str, Any]


def create_customer(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/customers. The same email address twice is two customers."""
    customer = {
        "id": new_id("cus", 14),
        "object": CUSTOMER,
        "created": stand_in.now(),
        "default_source": None,
        "description": params.get("description"),
        "email": _email(params),
        "invoice_settings": {"default_payment_method": None},
        "livemode": world.is_live,
        "metadata": params.get("metadata") or {},
        "name": params.get("name"),
        "phone": params.get("phone"),
    }
    stand_in.emit(world, "customer.created", stand_in.books.put(world, customer))
    return customer


def update_customer(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/customers/{id}. A default card must be on the customer's own file."""
    customer = living(stand_in, world, name)
    wanted = params.pop("invoice_settings", {})
    card = wanted.get("default_payment_method")
    if card:
        method_of(stand_in, world, customer["id"], card, "invoice_settings[default_payment_method]")
        customer["invoice_settings"] = {"default_payment_method": card}
    if "email" in params:
        _email(params)
    fields = {key: value for key, value in params.items() if key != "expand"}
    customer = stand_in.books.put(world, customer | fields)
    stand_in.emit(world, "customer.updated", customer)
    return customer


def delete_customer(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """DELETE /v1/customers/{id}: for good, with every card."""
    customer = living(stand_in, world, name)
    for method in methods_of(stand_in, world, name):
        stand_in.books.put(world, method | {"customer": None, "hidden_used": True})
    stand_in.books.put(world, customer | {"deleted": True})
    stand_in.emit(world, "customer.deleted", customer)
    return {"id": name, "object": CUSTOMER, "deleted": True}


def get_customer(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """GET /v1/customers/{id}. A deleted one is still answered for, as deleted."""
    customer = stand_in.books.get(world, CUSTOMER, name)
    return {key: customer[key] for key in ("id", "object", "deleted")} if customer.get("deleted") else customer


def list_methods(stand_in: StandIn, world: World, params: Params, name: str) -> list[dict[str, Any]]:
    """GET /v1/customers/{id}/payment_methods"""
    living(stand_in, world, name)
    return [each for each in methods_of(stand_in, world, name) if params.get("type") in (None, each["type"])]


def attach(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/payment_methods/{id}/attach. A card that was taken off a file can never be attached again."""
    method = stand_in.books.get(world, METHOD, name)
    if method["hidden_used"]:
        raise invalid(
            "The payment method you provided has already been attached to a customer, or was detached from one. It may not"
            " be used again.",
            param=METHOD,
        )
    customer = living(stand_in, world, params.get("customer", ""), param="customer")
    return keep(stand_in, world, method, customer["id"])


def detach(stand_in: StandIn, world: World, params: Params, name: str) -> dict[str, Any]:
    """POST /v1/payment_methods/{id}/detach"""
    with stand_in.books.lock:
        method = stand_in.books.get(world, METHOD, name)
        if not method["customer"]:
            raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
        method = stand_in.books.put(world, method | {"customer": None})
        stand_in.emit(world, "payment_method.detached", method)
        return method


def living(stand_in: StandIn, world: World, name: str, *, param: str = "id") -> dict[str, Any]:
    """A customer who was not deleted. Raises Refusal 404, or 400 when it was named in a parameter."""
    found = stand_in.books.find(CUSTOMER, name)
    if found is None or (found[0].account, found[0].is_live) != (world.account, world.is_live) or found[1].get("deleted"):
        raise missing(CUSTOMER, name, param=param)
    return found[1]


def methods_of(stand_in: StandIn, world: World, customer: str) -> list[dict[str, Any]]:
    """What is on a customer's file, newest first."""
    return [each for each in stand_in.books.all(world, METHOD) if each["customer"] == customer]


def method_of(stand_in: StandIn, world: World, customer: str, name: str, param: str) -> dict[str, Any]:
    """A card on this customer's file. Raises Refusal 400."""
    found = next((each for each in methods_of(stand_in, world, customer) if each["id"] == name), None)
    if found is None:
        raise missing(METHOD, name, param=param)
    return found


def new_method(stand_in: StandIn, world: World, card: TestCard, buyer: dict[str, Any]) -> dict[str, Any]:
    """A card as it was typed on the hosted page; the number itself is only this server's."""
    method = {
        "id": new_id("pm"),
        "object": METHOD,
        "allow_redisplay": "limited",
        "billing_details": {"email": buyer.get("email"), "name": buyer.get("name"), "phone": None, "address": None},
        "card": {"brand": card.brand, "last4": card.last4, "exp_month": 12, "exp_year": 2034, "funding": "credit"},
        "created": stand_in.now(),
        "customer": None,
        "livemode": world.is_live,
        "metadata": {},
        "type": "card",
        "hidden_number": card.number,
        "hidden_used": False,
    }
    return stand_in.books.put(world, method)


def keep(stand_in: StandIn, world: World, method: dict[str, Any], customer: str) -> dict[str, Any]:
    """Onto a customer's file."""
    method = stand_in.books.put(world, method | {"customer": customer, "hidden_used": True})
    stand_in.emit(world, "payment_method.attached", method)
    return method


def _email(params: Params) -> str | None:
    if "@" not in params.get("email", "a@b"):
        raise invalid(f"Invalid email address: {params['email']}", code="email_invalid", param="email")
    return params.get("email")
