"""The operations of the API that this stand-in knows, as one table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal_app.demo.stripe import balances, checkout, customers, disputes, intents, refunds, setups
from portal_app.demo.stripe.books import World, new_id, shown
from portal_app.demo.stripe.params import checked
from portal_app.demo.stripe.refusals import Refusal, invalid
from portal_app.demo.stripe.stand_in import StandIn

Answer = dict[str, Any]
Do = Callable[[StandIn, World, dict[str, Any], str], Answer | list[Answer]]

EXPANDABLE = frozenset({"payment_intent", "latest_charge", "charge", "source", "customer", "payment_method", "setup_intent"})
KINDS = {
    "pi": intents.INTENT, "ch": intents.CHARGE, "re": refunds.REFUND, "du": disputes.DISPUTE, "po": balances.PAYOUT,
    "cus": customers.CUSTOMER, "pm": customers.METHOD, "seti": setups.SETUP,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the API: how it is reached, what it takes, what it does."""

    method: str
    path: re.Pattern[str]
    takes: str
    do: Do


def operation(method: str, path: str, takes: str, do: Do) -> Operation:
    return Operation(method, re.compile(f"/v1/{path}".replace("{id}", "([A-Za-z0-9_]+)")), takes, do)


def run(stand_in: StandIn, world: World, method: str, path: str, raw: dict[str, Any]) -> Answer:
    """Do one call. Raises Refusal."""
    found, name = find(method, path)
    params = checked(raw, found.takes)
    kept = None
    with stand_in.books.change():
        try:
            made = found.do(stand_in, world, params, name)
        except Refusal as refusal:
            if not refusal.is_kept:
                raise
            kept = refusal
    if kept is not None:
        raise kept
    if isinstance(made, list):
        made = _page(made, params, path)
    for wanted in params.get("expand") or []:
        _expand(stand_in, world, made, wanted.split("."), wanted)
    return shown(made)


def find(method: str, path: str) -> tuple[Operation, str]:
    """The operation of an address and the id in it. Raises Refusal 404."""
    for each in OPERATIONS:
        match = each.path.fullmatch(path)
        if match and each.method == method:
            return each, match[1] if match.groups() else ""
    raise invalid(f"Unrecognized request URL ({method}: {path}).", code="", status=404)


def _page(found: list[Answer], params: dict[str, Any], path: str) -> Answer:
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid integer: limit must be between 1 and 100", param="limit")
    if "starting_after" in params:
        names = [each["id"] for each in found]
        if params["starting_after"] not in names:
            raise invalid("No such object for starting_after", param="starting_after")
        found = found[names.index(params["starting_after"]) + 1 :]
    return {"object": "list", "url": path, "has_more": len(found) > limit, "data": found[:limit]}


def _expand(stand_in: StandIn, world: World, about: Any, steps: list[str], whole: str) -> None:
    if isinstance(about, list):
        for each in about:
            _expand(stand_in, world, each, steps, whole)
        return
    if not steps or about is None:
        return
    first, *rest = steps
    if not isinstance(about, dict) or first not in about:
        raise invalid(f"This property cannot be expanded ({whole}).", param="expand")
    if isinstance(about[first], str):
        if first not in EXPANDABLE:
            raise invalid(f"This property cannot be expanded ({whole}).", param="expand")
        kind = KINDS[about[first].split("_")[0]]
        about[first] = stand_in.books.get(world, kind, about[first])
    _expand(stand_in, world, about[first], rest, whole)


def _get(kind: str) -> Do:
    return lambda stand_in, world, _, name: stand_in.books.get(world, kind, name)


def _account(stand_in: StandIn, world: World, params: dict[str, Any], name: str) -> Answer:
    """The account of the key itself."""
    if name not in ("", world.account):
        raise invalid("The provided key does not have access to this account.", code="account_invalid", status=403)
    shown_name = stand_in.accounts.name(world.account)
    return {
        "id": world.account,
        "object": "account",
        "business_profile": {"name": shown_name},
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "payouts_enabled": True,
        "type": "standard",
    }


def _events(stand_in: StandIn, world: World, params: dict[str, Any], name: str) -> list[Answer]:
    found = stand_in.books.all(world, "event")
    wanted = {params["type"]} if "type" in params else set(params.get("types") or [])
    return [each for each in found if not wanted or each["type"] in wanted]


def _endpoint(stand_in: StandIn, world: World, params: dict[str, Any], name: str) -> Answer:
    """The secret is shown once, in this answer."""
    secret = f"whsec_{new_id('s', 32)[2:]}"
    row = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "created": stand_in.now(),
        "enabled_events": params["enabled_events"],
        "livemode": world.is_live,
        "status": "enabled",
        "url": params["url"],
    }
    stand_in.books.put(world, row | {"hidden_secret": secret})
    return row | {"secret": secret}


OPERATIONS = (
    operation(
        "POST", "checkout/sessions", "checkout._session_create_params:SessionCreateParams",
        checkout.create_session,
    ),
    operation(
        "GET", "checkout/sessions", "checkout._session_list_params:SessionListParams",
        checkout.list_sessions,
    ),
    operation(
        "GET", "checkout/sessions/{id}", "checkout._session_retrieve_params:SessionRetrieveParams",
        checkout.get_session,
    ),
    operation(
        "POST", "checkout/sessions/{id}/expire", "checkout._session_expire_params:SessionExpireParams",
        checkout.expire_session,
    ),
    operation(
        "GET", "checkout/sessions/{id}/line_items", "checkout._session_line_item_list_params:SessionLineItemListParams",
        checkout.line_items,
    ),
    operation("POST", "customers", "_customer_create_params:CustomerCreateParams", customers.create_customer),
    operation("GET", "customers/{id}", "_customer_retrieve_params:CustomerRetrieveParams", customers.get_customer),
    operation("POST", "customers/{id}", "_customer_update_params:CustomerUpdateParams", customers.update_customer),
    operation("DELETE", "customers/{id}", "_customer_delete_params:CustomerDeleteParams", customers.delete_customer),
    operation(
        "GET", "customers/{id}/payment_methods", "_customer_payment_method_list_params:CustomerPaymentMethodListParams",
        customers.list_methods,
    ),
    operation(
        "GET", "payment_methods/{id}", "_payment_method_retrieve_params:PaymentMethodRetrieveParams", _get(customers.METHOD)
    ),
    operation(
        "POST", "payment_methods/{id}/attach", "_payment_method_attach_params:PaymentMethodAttachParams", customers.attach
    ),
    operation(
        "POST", "payment_methods/{id}/detach", "_payment_method_detach_params:PaymentMethodDetachParams", customers.detach
    ),
    operation(
        "POST", "payment_intents", "_payment_intent_create_params:PaymentIntentCreateParams", intents.create_intent
    ),
    operation("GET", "payment_intents", "_payment_intent_list_params:PaymentIntentListParams", intents.list_intents),
    operation(
        "GET", "payment_intents/{id}", "_payment_intent_retrieve_params:PaymentIntentRetrieveParams", _get(intents.INTENT)
    ),
    operation("GET", "setup_intents/{id}", "_setup_intent_retrieve_params:SetupIntentRetrieveParams", _get(setups.SETUP)),
    operation("GET", "charges/{id}", "_charge_retrieve_params:ChargeRetrieveParams", _get(intents.CHARGE)),
    operation("POST", "refunds", "_refund_create_params:RefundCreateParams", refunds.create_refund),
    operation("GET", "refunds", "_refund_list_params:RefundListParams", refunds.list_refunds),
    operation("GET", "refunds/{id}", "_refund_retrieve_params:RefundRetrieveParams", _get(refunds.REFUND)),
    operation("GET", "disputes", "_dispute_list_params:DisputeListParams", disputes.list_disputes),
    operation("GET", "disputes/{id}", "_dispute_retrieve_params:DisputeRetrieveParams", _get(disputes.DISPUTE)),
    operation("GET", "payouts", "_payout_list_params:PayoutListParams", balances.list_payouts),
    operation(
        "GET", "balance_transactions", "_balance_transaction_list_params:BalanceTransactionListParams",
        balances.list_movements,
    ),
    operation("GET", "events", "_event_list_params:EventListParams", _events),
    operation("GET", "events/{id}", "_event_retrieve_params:EventRetrieveParams", _get("event")),
    operation("GET", "account", "_account_retrieve_current_params:AccountRetrieveCurrentParams", _account),
    operation("GET", "accounts/{id}", "_account_retrieve_params:AccountRetrieveParams", _account),
    operation("POST", "webhook_endpoints", "_webhook_endpoint_create_params:WebhookEndpointCreateParams", _endpoint),
)  # fmt: skip
