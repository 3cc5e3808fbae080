"""What Stripe says no with: a status and its error JSON."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer other than 200, in Stripe's own form."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", param: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message} | more
        self.error |= {key: value for key, value in (("code", code), ("param", param)) if value}

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def invalid(message: str, *, code: str = "", param: str = "", status: int = 400) -> Refusal:
    """A parameter or an act that does not fit."""
    return Refusal(status, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, name: str) -> Refusal:
    """Unknown, or of another account or mode: the two look the same."""
    return invalid(f"No such {kind}: '{name}'", code="resource_missing", param="id", status=404)


def declined(message: str, decline_code: str, intent: dict[str, Any]) -> Refusal:
    """The card said no; the payment intent is inside the error."""
    return Refusal(
        402, "card_error", message, code="card_declined", decline_code=decline_code, payment_intent=intent, charge=None
    )
