"""The money of an order at the desk: noted, given back, corrected, credited; and what joins the order or leaves it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound, Problem
from portal_app.core.money import money_typed, money_words, read_money
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.crediting import give_credit, keep_as_credit, return_credit, use_credit
from portal_app.domain.billing.kinds import EntryKind
from portal_app.domain.billing.ledgers import LedgerRow, OrderLedger, order_ledger
from portal_app.domain.billing.offline import record_offline_payment, refund_offline, take_back_offline
from portal_app.domain.billing.refunding import refund
from portal_app.domain.delivery.releasing import lock_again, release
from portal_app.domain.orders.adding import Change, add_offer, add_own, addable, set_quantity, take_off
from portal_app.domain.orders.queries import order_page
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask, leave
from portal_app.ui.shared.session import Base, viewer_of

PAYMENT, REFUND, TAKE_BACK, CREDIT, USE, KEEP = "payment", "refund", "take_back", "credit", "use", "keep"
UNCREDIT = "uncredit"
ADD, OFF, QUANTITY, RELEASE, LOCK = "add", "off", "quantity", "release", "lock"
TITLES = {
    PAYMENT: "Note a payment", REFUND: "Give money back?", TAKE_BACK: "Take this entry back?", CREDIT: "Give credit",
    UNCREDIT: "Take credit back?", USE: "Pay from credit?", KEEP: "Keep as credit?", ADD: "Add to this order",
    OFF: "Take money off?", QUANTITY: "How many?",
    RELEASE: "Open before it is paid?", LOCK: "Wait for the payment again?",
}  # fmt: skip
SAID = {
    PAYMENT: "The payment is noted.", REFUND: "It goes back.", TAKE_BACK: "The entry is taken back.",
    CREDIT: "The credit is given.", UNCREDIT: "The credit is taken back.", USE: "Paid from credit.",
    KEEP: "What was paid too much is credit now.",
    ADD: "Added.", OFF: "The order costs less now.", QUANTITY: "The order is changed.",
    RELEASE: "The photos are open.", LOCK: "The photos wait for the payment.",
}  # fmt: skip
# What may be typed as an offer that is no offer: a line in the studio's own words.
OWN = "own"
METHODS = (("check", "Check"), ("cash", "Cash"), ("transfer", "Bank transfer"), ("other", "Another way"))


class OrderBooks(Base):
    """The dialog that is open, if any."""

    what: str = ""
    heading: str = ""
    amount: str = ""
    sentence: str = ""
    offers: list[tuple[str, str]] = []
    problem: str = ""
    wrong: dict[str, str] = {}
    is_own: bool = False
    is_working: bool = False
    _number: int = 0
    _about: int = 0
    _total: int = 0
    _key: str = ""
    _kind: str = ""

    @staff(Permission.SEE_MONEY)
    async def open_books(self, order: int, what: str, about: int) -> None:
        """Ask, with the amounts as they are now; `about` is an entry, or a line's place."""
        by = viewer_of(self)
        found = await ask(order_ledger, by, order)
        row = next((each for each in found.rows if each.entry_id == about), None)
        self._number, self._about, self._key = order, about, new_public_id()
        self._kind = (
            "" if row is None else EntryKind.CREDIT if row.kind == EntryKind.CREDIT else "online" if row.is_online else "hand"
        )
        self.amount, self.sentence = _amount(what, found, row), _sentence(what, found, row)
        if what in {ADD, OFF, QUANTITY}:
            await self._read_order(by, order, about if what == QUANTITY else -1)
        self.problem, self.wrong, self.is_own = "", {}, False
        self.what, self.heading = what, TITLES.get(what, "")

    async def _read_order(self, by: Viewer, order: int, place: int) -> None:
        page, shelf = await ask(order_page, by, order), await ask(addable, by, order)
        self._total = page.row.total_cents or 0
        line = next((each for each in page.lines if each.position == place), None)
        self.amount = str(line.quantity) if line else "1"
        self.sentence = line.name if line else ""
        words = [(each.public_id, f"{each.name}, {money_words(each.unit_cents, page.row.currency)}") for each in shelf]
        self.offers = [*words, (OWN, "Something else …")]

    @staff(Permission.SEE_MONEY)
    async def shut_books(self) -> None:
        """Leave everything as it is."""
        self.what = ""

    @staff(Permission.SEE_MONEY)
    async def choose_offer(self, text: str) -> None:
        """Something of the catalog, or a line in one's own words."""
        self.is_own = text == OWN

    @staff(Permission.SEE_MONEY)
    async def write_books(self, form: dict[str, str]):
        """Do it. What cannot be is said in the dialog. A second click finds no dialog."""
        if not self.what:
            return
        self.is_working, self.problem, self.wrong = True, "", {}
        yield
        verbs = _VERBS.get(self.what)
        try:
            if verbs is None:
                raise NotFound
            await verbs(self, viewer_of(self), form)
            self._say("It is noted." if self.what == REFUND and self._kind != "online" else SAID[self.what])
            self.what = ""
        except InvalidInput as wrong:
            self.wrong = {wrong.field: wrong.sentence}
            yield rx.set_focus(wrong.field)
        except Problem as problem:
            self.problem = problem.sentence
        finally:
            self.is_working = False

    def _cents(self, form: dict[str, str]) -> int:
        cents = read_money(form.get("amount_cents", ""), self.studio.currency)
        if cents is None:
            raise InvalidInput("amount_cents", "Type an amount.")
        return cents

    @property
    def _bill(self) -> BillName:
        return BillName(order=self._number)

    def _change(self, form: dict[str, str]) -> Change:
        return Change(self._total, is_quiet=not form.get("tells"))


async def _pay(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    cents, memo = self._cents(form), form.get("memo", "")
    method = form.get("method", "")
    await act(record_offline_payment, by, self._bill, cents, memo, self._key, method=method, now=utc_now())


async def _give_back(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    given = (self._about, self._cents(form), form.get("reason", ""), self._key)
    if self._kind == "online":
        await leave(refund, wiring.current().gateway_for, by, *given, now=utc_now())
    else:
        verb = return_credit if self._kind == EntryKind.CREDIT else refund_offline
        await act(verb, by, *given, now=utc_now())


async def _take_back(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    await act(take_back_offline, by, self._about, form.get("reason", ""), now=utc_now())


async def _credit(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    found = await ask(order_ledger, by, self._number)
    await act(give_credit, by, found.customer_id, self._cents(form), form.get("reason", ""), self._key, now=utc_now())


async def _uncredit(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    found = await ask(order_ledger, by, self._number)
    await act(give_credit, by, found.customer_id, -self._cents(form), form.get("reason", ""), self._key, now=utc_now())


async def _use(self: OrderBooks, by: Viewer, _: dict[str, str]) -> None:
    await act(use_credit, by, self._bill, self._key, now=utc_now())


async def _keep(self: OrderBooks, by: Viewer, _: dict[str, str]) -> None:
    await act(keep_as_credit, by, self._bill, self._key, now=utc_now())


async def _add(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    quantity, change = form.get("quantity", ""), self._change(form)
    if form.get("offer") == OWN:
        own = (form.get("name", ""), form.get("price", ""), quantity, change)
        await act(add_own, by, self._number, *own, is_taxed=bool(form.get("taxed")), now=utc_now())
    else:
        await act(add_offer, by, self._number, form.get("offer", ""), quantity, change, now=utc_now())


async def _take_off(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    typed = (form.get("name", ""), form.get("price", ""))
    await act(take_off, by, self._number, *typed, self._change(form), now=utc_now())


async def _count(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    typed = form.get("quantity", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 4):
        raise InvalidInput("quantity", "Type a whole number. 0 takes it off.")
    await act(set_quantity, by, self._number, self._about, int(typed), self._change(form), now=utc_now())


async def _release(self: OrderBooks, by: Viewer, form: dict[str, str]) -> None:
    page = await ask(order_page, by, self._number)
    await act(release, by, page.row.listing, form.get("reason", ""), now=utc_now())


async def _lock(self: OrderBooks, by: Viewer, _: dict[str, str]) -> None:
    page = await ask(order_page, by, self._number)
    await act(lock_again, by, page.row.listing, now=utc_now())


_VERBS: dict[str, Callable[[OrderBooks, Viewer, dict[str, str]], Awaitable[None]]] = {
    PAYMENT: _pay, REFUND: _give_back, TAKE_BACK: _take_back, CREDIT: _credit, UNCREDIT: _uncredit, USE: _use,
    KEEP: _keep, ADD: _add, OFF: _take_off, QUANTITY: _count, RELEASE: _release, LOCK: _lock,
}  # fmt: skip


def _amount(what: str, found: OrderLedger, row: LedgerRow | None) -> str:
    """What stands in the field of the amount at first."""
    back = min(row.refundable_cents, found.balance.over or row.refundable_cents) if row else 0
    cents = {PAYMENT: found.balance.due, REFUND: back, UNCREDIT: found.credit_cents}.get(what, 0)
    return money_typed(cents, found.currency) if cents else ""


def _sentence(what: str, found: OrderLedger, row: LedgerRow | None) -> str:
    def words(cents: int) -> str:
        return money_words(cents, found.currency)

    if what == USE:
        used = min(found.credit_cents, found.balance.due)
        return f"{words(used)} of {words(found.credit_cents)} credit pays this order."
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


def _owed_again(found: OrderLedger, row: LedgerRow) -> str:
    """Money given back is not a lower price: what was not paid too much is due once more."""
    if row.refundable_cents <= found.balance.over:
        return ""
    over = found.balance.over
    what = f"More than the {money_words(over, found.currency)} paid too much" if over else "What you give back"
    return f"{what} is due again. If the order should cost less, take money off it first."
