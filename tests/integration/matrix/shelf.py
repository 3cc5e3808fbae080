"""The outside of the matrix: a store in memory, a renderer whose pictures are words, a payment service that always opens a
page, a mailer that keeps quiet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from portal_app.domain.billing.gateway import (
    AccountNow,
    BadSignature,
    CardOnFile,
    CardPageRequest,
    ChargeRequest,
    Checkout,
    CheckoutRequest,
    CustomerRequest,
    DisputeNow,
    Event,
    PaymentNow,
    RefundNow,
    RefundRequest,
)
from portal_app.domain.media.models import RenditionName
from portal_app.domain.media.renderer import Rendered, RenderRequest
from portal_app.domain.media.store import Kept
from portal_app.wiring import Wiring
from tests.conftest import NOW


@dataclass(slots=True)
class Shelf:
    """Every file by its SHA-256."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add_bytes(self, content: bytes, sha256: str) -> None:
        self.files[sha256] = content

    def add_file(self, path: Path, sha256: str) -> None:
        self.files[sha256] = path.read_bytes()
        path.unlink()

    def has(self, sha256: str) -> bool:
        return sha256 in self.files

    def size(self, sha256: str) -> int:
        return len(self.files[sha256])

    def everything(self) -> Iterator[Kept]:
        return (Kept(name, len(content), NOW) for name, content in self.files.items())

    def kept_at(self, sha256: str) -> datetime | None:
        return NOW if sha256 in self.files else None

    def remove(self, sha256: str) -> None:
        self.files.pop(sha256, None)

    def drop_unfinished(self, before: datetime) -> None:
        return None

    def link(self, sha256: str, media_type: str, disposition: str) -> None:
        return None

    def local_path(self, sha256: str) -> None:
        return None

    def read(self, sha256: str, start: int = 0, length: int | None = None, chunk: int = 1 << 16) -> Iterator[bytes]:
        content = self.files[sha256][start:]
        yield content if length is None else content[:length]


class Easel:
    """A renderer for what nobody waits for: a preview of a watermark."""

    def missing_letters(self, text: str) -> str:
        return ""

    def remark(self, request: RenderRequest) -> list[Rendered]:
        made = request.into / "marked"
        made.write_bytes(b"marked")
        return [Rendered(RenditionName.WEB_MARKED, made, "0" * 64, 0, 6, 4, 3)]


class Till:
    """A payment service that opens the same page for everybody."""

    is_live = False

    def create_checkout(self, request: CheckoutRequest) -> Checkout:
        return self._open(request.attempt, request.amount_cents)

    def checkout(self, session_id: str) -> Checkout:
        return self._open(session_id, 100)

    def expire_checkout(self, session_id: str) -> Checkout:
        return self._open(session_id, 100)

    def create_customer(self, request: CustomerRequest) -> str:
        return f"cus_{request.account}"

    def open_card_page(self, request: CardPageRequest) -> str:
        return "https://pay.example/card"

    def cards(self, customer: str) -> list[CardOnFile]:
        return [CardOnFile("pm_1", "visa", "4242", "12/34")]

    def charge_card(self, request: ChargeRequest) -> PaymentNow:
        cents, name = request.amount_cents, f"pi_{request.attempt}"
        return PaymentNow(name, "succeeded", cents, cents, request.currency, request.attempt, "ch_1", self.is_live)

    def set_default_card(self, customer: str, card: str) -> None:
        return None

    def remove_card(self, customer: str, card: str) -> None:
        return None

    def create_refund(self, request: RefundRequest) -> RefundNow:
        name = f"re_{request.refund}"
        return RefundNow(name, "succeeded", request.amount_cents, "USD", request.payment_id, request.refund)

    def refunds_of(self, payment_id: str) -> list[RefundNow]:
        return []

    def disputes_of(self, payment_id: str) -> list[DisputeNow]:
        return []

    def account(self) -> AccountNow:
        return AccountNow("acct_1", "Harbor Light", self.is_live, takes_charges=True)

    def read_event(self, body: bytes, signature: str) -> Event:
        raise BadSignature("nobody signs here")

    def _open(self, attempt: str, cents: int) -> Checkout:
        return Checkout(
            f"cs_{attempt[:8]}", "https://pay.example/page", "open", "unpaid", cents, "USD", attempt, None, is_live=False
        )


class Matrixed(Wiring):
    """Wiring with that till at every studio."""

    __slots__ = ()

    def gateway_for(self, studio_id: int, mode: str = "") -> Till:
        return Till()
