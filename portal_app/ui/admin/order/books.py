"""What joins an order or leaves it at the desk, and whether its photos wait for the money."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_words
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.delivery.releasing import lock_again, release
from portal_app.domain.orders.adding import Change, add_offer, add_own, addable, set_quantity, take_off
from portal_app.domain.orders.queries import order_page
from portal_app.ui.shared.books import Form, carry_out
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of

ADD, OFF, QUANTITY, RELEASE, LOCK = "add", "off", "quantity", "release", "lock"
TITLES = {
    ADD: "Add to this order", OFF: "Take money off?", QUANTITY: "How many?", RELEASE: "Open before it is paid?",
    LOCK: "Wait for the payment again?",
}  # fmt: skip
SAID = {
    ADD: "Added.", OFF: "The order costs less now.", QUANTITY: "The order is changed.", RELEASE: "The photos are open.",
    LOCK: "The photos wait for the payment.",
}  # fmt: skip
# What may be typed as an offer that is no offer: a line in the studio's own words.
OWN = "own"


class OrderBooks(Base):
    """The dialog that is open, if any."""

    what: str = ""
    heading: str = ""
    quantity: str = ""
    sentence: str = ""
    offers: list[tuple[str, str]] = []
    problem: str = ""
    wrong: dict[str, str] = {}
    is_own: bool = False
    is_working: bool = False
    _number: int = 0
    _place: int = 0
    _total: int = 0

    @staff(Permission.SEE_MONEY)
    async def open_order(self, order: int, what: str, place: int) -> None:
        """Ask, with the order as it is now; `place` is a line's."""
        self._number, self._place, self.sentence = order, place, ""
        if what in {ADD, OFF, QUANTITY}:
            await self._read_order(viewer_of(self), place if what == QUANTITY else -1)
        self.problem, self.wrong, self.is_own = "", {}, False
        self.what, self.heading = what, TITLES.get(what, "")

    async def _read_order(self, by: Viewer, place: int) -> None:
        page, shelf = await ask(order_page, by, self._number), await ask(addable, by, self._number)
        self._total = page.row.total_cents or 0
        line = next((each for each in page.lines if each.position == place), None)
        self.quantity, self.sentence = (str(line.quantity), line.name) if line else ("1", "")
        words = [(each.public_id, f"{each.name}, {money_words(each.unit_cents, page.row.currency)}") for each in shelf]
        self.offers = [*words, (OWN, "Something else …")]

    @staff(Permission.SEE_MONEY)
    async def shut_order(self) -> None:
        """Leave everything as it is."""
        self.what = ""

    @staff(Permission.SEE_MONEY)
    async def choose_offer(self, text: str) -> None:
        """Something of the catalog, or a line in one's own words."""
        self.is_own = text == OWN

    @staff(Permission.SEE_MONEY)
    async def change_order(self, form: dict[str, str]):
        """Do it. A second click finds no dialog."""
        if not self.what:
            return
        async for then in carry_out(self, _VERBS.get(self.what), form, SAID.get(self.what, "")):
            yield then

    def _change(self, form: Form) -> Change:
        return Change(self._total, is_quiet=not form.get("tells"))


async def _add(self: OrderBooks, by: Viewer, form: Form) -> None:
    quantity, change = form.get("quantity", ""), self._change(form)
    if form.get("offer") == OWN:
        own = (form.get("name", ""), form.get("price", ""), quantity, change)
        await act(add_own, by, self._number, *own, is_taxed=bool(form.get("taxed")), now=utc_now())
    else:
        await act(add_offer, by, self._number, form.get("offer", ""), quantity, change, now=utc_now())


async def _take_off(self: OrderBooks, by: Viewer, form: Form) -> None:
    typed = (form.get("name", ""), form.get("price", ""))
    await act(take_off, by, self._number, *typed, self._change(form), now=utc_now())


async def _count(self: OrderBooks, by: Viewer, form: Form) -> None:
    typed = form.get("quantity", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 4):
        raise InvalidInput("quantity", "Type a whole number. 0 takes it off.")
    await act(set_quantity, by, self._number, self._place, int(typed), self._change(form), now=utc_now())


async def _release(self: OrderBooks, by: Viewer, form: Form) -> None:
    page = await ask(order_page, by, self._number)
    await act(release, by, page.row.listing, form.get("reason", ""), now=utc_now())


async def _lock(self: OrderBooks, by: Viewer, _: Form) -> None:
    page = await ask(order_page, by, self._number)
    await act(lock_again, by, page.row.listing, now=utc_now())


_VERBS: dict[str, Callable[[OrderBooks, Viewer, Form], Awaitable[None]]] = {
    ADD: _add, OFF: _take_off, QUANTITY: _count, RELEASE: _release, LOCK: _lock,
}  # fmt: skip
