"""The money of a bill at the desk, an order's or an invoice's that stands alone: noted, given back, corrected, credited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound, Problem
from portal_app.core.money import money_typed, money_words, read_money
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.crediting import give_credit, keep_as_credit, return_credit, use_credit
from portal_app.domain.billing.kinds import EntryKind
from portal_app.domain.billing.ledgers import BillLedger, LedgerRow, ledger_of_bill
from portal_app.domain.billing.offline import record_offline_payment, refund_offline, take_back_offline
from portal_app.domain.billing.refunding import refund
from portal_app.ui.shared.bill_keys import named
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask, leave
from portal_app.ui.shared.session import Base, viewer_of

PAYMENT, REFUND, TAKE_BACK, CREDIT, USE, KEEP = "payment", "refund", "take_back", "credit", "use", "keep"
UNCREDIT = "uncredit"
TITLES = {
    PAYMENT: "Note a payment", REFUND: "Give money back?", TAKE_BACK: "Take this entry back?", CREDIT: "Give credit",
    UNCREDIT: "Take credit back?", USE: "Pay from credit?", KEEP: "Keep as credit?",
}  # fmt: skip
SAID = {
    PAYMENT: "The payment is noted.", REFUND: "It goes back.", TAKE_BACK: "The entry is taken back.",
    CREDIT: "The credit is given.", UNCREDIT: "The credit is taken back.", USE: "Paid from credit.",
    KEEP: "What was paid too much is credit now.",
}  # fmt: skip
METHODS = (("check", "Check"), ("cash", "Cash"), ("transfer", "Bank transfer"), ("other", "Another way"))
Form = dict[str, str]


async def carry_out(
    state: Any, verb: Callable[[Any, Viewer, Form], Awaitable[None]] | None, form: Form, said: str
) -> AsyncIterator[Any]:
    """Do what the open dialog asks for, and close it. What cannot be is said in the dialog."""
    state.is_working, state.problem, state.wrong = True, "", {}
    yield
    try:
        if verb is None:
            raise NotFound
        await verb(state, viewer_of(state), form)
        state._say(said)
        state.what = ""
    except InvalidInput as wrong:
        state.wrong = {wrong.field: wrong.sentence}
        yield rx.set_focus(wrong.field)
    except Problem as problem:
        state.problem = problem.sentence
    finally:
        state.is_working = False


class BillBooks(Base):
    """The dialog that is open, if any."""

    what: str = ""
    heading: str = ""
    amount: str = ""
    sentence: str = ""
    problem: str = ""
    wrong: dict[str, str] = {}
    is_working: bool = False
    _bill: str = ""
    _about: int = 0
    _key: str = ""
    _kind: str = ""

    @staff(Permission.SEE_MONEY)
    async def open_books(self, bill: str, what: str, about: int) -> None:
        """Ask, with the amounts as they are now; `about` is an entry."""
        found = await ask(ledger_of_bill, viewer_of(self), named(bill))
        row = next((each for each in found.rows if each.entry_id == about), None)
        self._bill, self._about, self._key = bill, about, new_public_id()
        self._kind = (
            "" if row is None else EntryKind.CREDIT if row.kind == EntryKind.CREDIT else "online" if row.is_online else "hand"
        )
        self.amount, self.sentence = _amount(what, found, row), _sentence(what, found, row)
        self.problem, self.wrong = "", {}
        self.what, self.heading = what, TITLES.get(what, "")

    @staff(Permission.SEE_MONEY)
    async def shut_books(self) -> None:
        """Leave everything as it is."""
        self.what = ""

    @staff(Permission.SEE_MONEY)
    async def write_books(self, form: dict[str, str]):
        """Do it. A second click finds no dialog."""
        if not self.what:
            return
        said = "It is noted." if self.what == REFUND and self._kind != "online" else SAID.get(self.what, "")
        async for then in carry_out(self, _VERBS.get(self.what), form, said):
            yield then

    def _cents(self, form: Form) -> int:
        cents = read_money(form.get("amount_cents", ""), self.studio.currency)
        if cents is None:
            raise InvalidInput("amount_cents", "Type an amount.")
        return cents


async def _pay(self: BillBooks, by: Viewer, form: Form) -> None:
    cents, memo = self._cents(form), form.get("memo", "")
    method = form.get("method", "")
    await act(record_offline_payment, by, named(self._bill), cents, memo, self._key, method=method, now=utc_now())


async def _give_back(self: BillBooks, by: Viewer, form: Form) -> None:
    given = (self._about, self._cents(form), form.get("reason", ""), self._key)
    if self._kind == "online":
        await leave(refund, wiring.current().gateway_for, by, *given, now=utc_now())
    else:
        verb = return_credit if self._kind == EntryKind.CREDIT else refund_offline
        await act(verb, by, *given, now=utc_now())


async def _take_back(self: BillBooks, by: Viewer, form: Form) -> None:
    await act(take_back_offline, by, self._about, form.get("reason", ""), now=utc_now())


async def _credit(self: BillBooks, by: Viewer, form: Form) -> None:
    found = await ask(ledger_of_bill, by, named(self._bill))
    await act(give_credit, by, found.customer_id, self._cents(form), form.get("reason", ""), self._key, now=utc_now())


async def _uncredit(self: BillBooks, by: Viewer, form: Form) -> None:
    found = await ask(ledger_of_bill, by, named(self._bill))
    await act(give_credit, by, found.customer_id, -self._cents(form), form.get("reason", ""), self._key, now=utc_now())


async def _use(self: BillBooks, by: Viewer, _: Form) -> None:
    await act(use_credit, by, named(self._bill), self._key, now=utc_now())


async def _keep(self: BillBooks, by: Viewer, _: Form) -> None:
    await act(keep_as_credit, by, named(self._bill), self._key, now=utc_now())


_VERBS: dict[str, Callable[[BillBooks, Viewer, Form], Awaitable[None]]] = {
    PAYMENT: _pay, REFUND: _give_back, TAKE_BACK: _take_back, CREDIT: _credit, UNCREDIT: _uncredit, USE: _use, KEEP: _keep,
}  # fmt: skip


def _amount(what: str, found: BillLedger, row: LedgerRow | None) -> str:
    """What stands in the field of the amount at first."""
    back = min(row.refundable_cents, found.balance.over or row.refundable_cents) if row else 0
    cents = {PAYMENT: found.balance.due, REFUND: back, UNCREDIT: found.credit_cents}.get(what, 0)
    return money_typed(cents, found.currency) if cents else ""


def _sentence(what: str, found: BillLedger, row: LedgerRow | None) -> str:
    def words(cents: int) -> str:
        return money_words(cents, found.currency)

    if what == USE:
        used = min(found.credit_cents, found.balance.due)
        return f"{words(used)} of {words(found.credit_cents)} credit pays this {_kind_of(found)}."
    if what == KEEP:
        return f"{words(found.balance.over)} was paid too much. As credit it pays the next order, and is not refunded anymore."
    if what == REFUND and row and row.is_online:
        return "It goes back to the card or account it came from. That takes some days. " + _owed_again(found, row)
    if what == REFUND and row:
        back = (
            "It is the customer’s credit again."
            if row.kind == EntryKind.CREDIT
            else "You give it back yourself; here it is noted."
        )
        return f"{back} {_owed_again(found, row)}"
    if what == TAKE_BACK and row:
        return f"{words(abs(row.amount_cents))} is written down again with the opposite sign. Both entries stay."
    return ""


def _owed_again(found: BillLedger, row: LedgerRow) -> str:
    """Money given back is not a lower price: what was not paid too much is due once more."""
    if row.refundable_cents <= found.balance.over:
        return ""
    over = found.balance.over
    what = f"More than the {money_words(over, found.currency)} paid too much" if over else "What you give back"
    less = "If nothing should be owed, make the invoice void afterwards."
    if found.name.order:
        less = "If the order should cost less, take money off it first."
    return f"{what} is due again. {less}"


def _kind_of(found: BillLedger) -> str:
    return "order" if found.name.order else "invoice"
