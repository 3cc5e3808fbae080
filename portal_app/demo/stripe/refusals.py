"""What Stripe says no with: a status and its error JSON."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer other than 200, in Stripe's own form."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", param: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.is_kept = False
        self.error = {"type": kind, "message": message} | more
        self.error |= {key: value for key, value in (("code", code), ("param", param)) if value}

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def invalid(message: str, *, code: str = "", param: str = "", status: int = 400) -> Refusal:
    """A parameter or an act that does not fit."""
    return Refusal(status, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, name: str, *, param: str = "id") -> Refusal:
    """Unknown, or of another account or mode: the two look the same. 404 in an address, 400 in a parameter."""
    status = 404 if param == "id" else 400
    return invalid(f"No such {kind}: '{name}'", code="resource_missing", param=param, status=status)


def declined(message: str, code: str, decline_code: str, **about: Any) -> Refusal:
    """The card said no; the payment or setup intent is inside the error, and what happened is kept."""
    refusal = Refusal(402, "card_error", message, code=code, decline_code=decline_code, **about)
    refusal.is_kept = True
    return refusal
