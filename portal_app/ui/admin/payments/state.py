"""Money that waits for a person: give it to a bill or back, try a refund again, look after disputes."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import local, utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_example, read_money
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Permission
from portal_app.domain.billing.afterwards import sweep_payments
from portal_app.domain.billing.allocating import allocate
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.invoices import invoice_rows
from portal_app.domain.billing.kinds import RefundStatus
from portal_app.domain.billing.printed import Standing
from portal_app.domain.billing.refunding import refund
from portal_app.domain.billing.waiting import disputes, refunds_not_through, unplaced_money, waiting_count
from portal_app.ui.admin.payments.cards import (
    DisputeCard,
    RefundCard,
    UnplacedCard,
    dispute_card,
    refund_card,
    summary,
    unplaced_card,
)
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask, leave
from portal_app.ui.shared.session import Base, studio_of, viewer_of

UNPAID = {Standing.OPEN, Standing.PARTLY, Standing.OVERDUE}


class AdminPayments(Base):
    """What waits. `placing` is the money whose bill is asked for, `back` the entry that is given back."""

    summary: str = ""
    unplaced: list[UnplacedCard] = []
    refunds: list[RefundCard] = []
    disputes: list[DisputeCard] = []
    placing: UnplacedCard = UnplacedCard()
    choices: list[list[str]] = []
    back: int = 0
    back_amount: str = ""
    back_reason: str = ""
    checking: bool = False
    busy: bool = False
    loaded: bool = False
    _key: str = ""
    _currency: str = ""

    @staff(Permission.SEE_MONEY)
    async def load(self) -> None:
        """Read what waits afresh; also called when something changed."""
        by, now, zone = viewer_of(self), utc_now(), self.studio.zone
        self.unplaced = [unplaced_card(row, zone) for row in await ask(unplaced_money, by)]
        self.refunds = [refund_card(row, zone) for row in await ask(refunds_not_through, by, now=now)]
        self.disputes = [dispute_card(row, zone) for row in await ask(disputes, by, now=now)]
        self.summary = summary(await ask(waiting_count, by, now=now))
        self.loaded = True

    @staff(Permission.SEE_MONEY)
    async def check_now(self):
        """Ask the payment service at once about everything undecided, and about the latest payments."""
        self.checking = True
        yield
        try:
            studio = studio_of(self)
            looked = await leave(sweep_payments, wiring.current().gateway_for, now=utc_now(), studio_id=studio.id)
            self._say(f"Asked about {looked} payment{'' if looked == 1 else 's'}. This page is up to date.")
        finally:
            self.checking = False
        await AdminPayments.load.fn(self)

    @staff(Permission.SEE_MONEY)
    async def ask_bill(self, entry: int) -> None:
        """Open the question which bill this money is for; 0 closes it."""
        self.field_errors = {}
        self.placing = next((card for card in self.unplaced if card.entry == entry), UnplacedCard())
        self.choices = self.placing.choices
        if self.placing.entry and not self.placing.is_refund:
            today = local(utc_now(), self.studio.zone).date()
            rows = await ask(invoice_rows, viewer_of(self), today=today)
            alone = [row for row in rows if row.standing in UNPAID and not row.order_number]
            named = [[f"invoice:{row.public_id}", f"Invoice {row.name}, {row.customer}"] for row in alone]
            self.choices = [["", "No invoice"], *named] if named else []

    @staff(Permission.SEE_MONEY)
    async def place(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Give it, or a part of it, to the bill that was named."""
        self.field_errors = {}
        name, cents = _bill(form), read_money(str(form.get("amount", "")), self.placing.currency)
        if name is None:
            return beside(self, InvalidInput("bill" if self.placing.is_refund else "number", "Say which bill it is for."))
        if cents is None:
            return beside(self, InvalidInput("amount", f"Type an amount, {money_example(self.placing.currency)}."))
        try:
            bill = await act(allocate, viewer_of(self), self.placing.entry, name, cents, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say(f"Done. {bill.label} is up to date.")
        self.placing = UnplacedCard()
        await AdminPayments.load.fn(self)
        return None

    @staff(Permission.REFUND)
    async def ask_back(self, entry: int) -> None:
        """Open the question how much goes back, and why; 0 closes it."""
        loose = next((card for card in self.unplaced if card.entry == entry and not card.is_refund), None)
        failed = next((card for card in self.refunds if card.entry == entry), None)
        found = loose or failed
        self.field_errors, self._key = {}, new_public_id()
        self.back, self._currency = (entry, found.currency) if found else (0, "")
        self.back_amount, self.back_reason = found.typed if found else "", failed.reason if failed else ""

    @staff(Permission.REFUND)
    async def give_back(self, form: dict[str, Any]):
        """Give it back to the method it came from. Pressed twice it is one refund."""
        self.field_errors, self.busy = {}, True
        yield
        try:
            cents = read_money(str(form.get("amount_cents", "")), self._currency)
            if cents is None:
                raise InvalidInput("amount_cents", f"Type an amount, {money_example(self._currency)}.")
            status = await leave(
                refund, wiring.current().gateway_for, viewer_of(self), self.back, cents, str(form.get("reason", "")),
                self._key, now=utc_now(),
            )  # fmt: skip
        except InvalidInput as wrong:
            yield beside(self, wrong)
            return
        finally:
            self.busy = False
        self.back = 0
        self._say(SAID.get(status, "It goes back. The customer hears of it by mail."))
        await AdminPayments.load.fn(self)


SAID = {
    RefundStatus.REQUESTED: "The payment service has not answered yet. It is asked again by itself, and never pays twice.",
    RefundStatus.FAILED: "It did not go back. Look at the refund here.",
}


def _bill(form: dict[str, Any]) -> BillName | None:
    """An order by its number, or what was chosen."""
    number = str(form.get("number", "")).strip().lstrip("#")
    kind, _, which = str(form.get("bill", "")).partition(":")
    if number.isdigit() and len(number) < 10:
        return BillName(order=int(number))
    if kind == "order" and which.isdigit() and len(which) < 10:
        return BillName(order=int(which))
    return BillName(invoice=which) if kind == "invoice" and which else None
