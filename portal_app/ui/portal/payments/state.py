"""What a customer owes: which of it to pay now, and how much."""

from __future__ import annotations

import reflex as rx

from portal_app import wiring
from portal_app.core.errors import InvalidInput
from portal_app.core.money import least_charge, money_example, money_words, read_money
from portal_app.domain.billing.amounts import Part
from portal_app.domain.billing.cards import keeps_cards
from portal_app.domain.billing.crediting import own_credit
from portal_app.domain.billing.owing import money_moves, owed_bills
from portal_app.domain.billing.policies import takes_parts
from portal_app.domain.billing.spreading import TooLittleLeft, oldest_first
from portal_app.off_loop import call
from portal_app.ui.portal.payments.cards import BillRow, MoveRow, bill_row, move_row
from portal_app.ui.shared.bill_keys import named
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.paying import payment_page
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import studio_of, viewer_of
from portal_app.ui.shared.team_choice import TeamChoice

PATH = "/payments"


class Payments(TeamChoice):
    """The bills with a tick each, an amount for them, and what was paid before."""

    bills: list[BillRow] = []
    moves: list[MoveRow] = []
    left_out: list[str] = []
    credit: str = ""
    amount: str = ""
    typed: str = ""
    parts: list[tuple[str, str]] = []
    keeps: bool = False
    may_keep: bool = False
    takes_cards: bool = True
    may_part: bool = True
    going: bool = False
    loaded: bool = False

    @rx.var
    def payable(self) -> int:
        """How many can be paid now."""
        return sum(not bill.waits for bill in self.bills)

    @rx.var
    def picked(self) -> int:
        """How many are ticked."""
        return sum(bill.is_picked for bill in self.bills)

    @rx.var
    def total(self) -> str:
        """What is ticked, together; in several currencies side by side."""
        sums: dict[str, int] = {}
        for bill in self.bills:
            sums[bill.currency] = sums.get(bill.currency, 0) + (bill.cents if bill.is_picked else 0)
        shown = {currency: cents for currency, cents in sums.items() if cents} or sums
        return " + ".join(money_words(cents, currency) for currency, cents in shown.items())

    @rx.var
    def for_what(self) -> str:
        """*For 1 bill*, *For 3 bills, the oldest first*, *For 2 of 3 bills*."""
        if self.picked < self.payable:
            return f"For {self.picked} of {self.payable} bills"
        return "For 1 bill" if self.picked == 1 else f"For {self.picked} bills"

    @customer
    async def load(self) -> None:
        """Read everything afresh; also called when something changed."""
        await self._read_teams()
        await self._read()
        if self.left_out and not self.picked:  # what was ticked is paid: begin with all of the rest
            self.left_out = []
            await self._read()
        self.loaded = True

    @customer
    async def in_team(self, team: str) -> None:
        """One team's; empty shows all."""
        self._choose(team)
        await self._read()

    @customer
    async def pick(self, bill: str) -> None:
        """Tick a bill, or take its tick away."""
        known = {row.key for row in self.bills}
        self.left_out = [key for key in self.left_out if key in known and key != bill] + [bill] * (bill not in self.left_out)
        await self._read()
        self._spread()

    @customer
    async def pick_all(self) -> None:
        """Tick all, or none when all are ticked."""
        self.left_out = [bill.key for bill in self.bills] if self.picked == self.payable else []
        await self._read()
        self._spread()

    @customer
    async def set_amount(self, amount: str) -> None:
        """An amount other than all that is ticked; what it would pay is shown at once."""
        self.amount = amount.strip()[:20]
        self._spread()

    @customer
    async def keep_card(self) -> None:
        """Agree that the card is kept, or no more: nothing is, unless this is ticked."""
        self.keeps = not self.keeps

    @customer
    async def pay(self):
        """To the payment page for what is ticked; pressing again, or in two tabs, leads to the same page."""
        self.going = True
        yield
        try:
            yield rx.redirect(await self._checkout())
        finally:
            self.going = False

    async def _checkout(self) -> str:
        picked = [bill for bill in self.bills if bill.is_picked]
        parts = [Part(named(bill.key)) for bill in picked]
        cents = self._cents(picked[0].currency) if picked and self.amount.strip() else None
        return await payment_page(studio_of(self), viewer_of(self), parts, PATH, cents=cents, keeps_card=self.keeps)

    def _cents(self, currency: str) -> int:
        cents = read_money(self.amount, currency)
        if not cents:
            raise InvalidInput("cents", f"Type an amount, {money_example(currency)}.")
        return cents

    def _spread(self) -> None:
        """What the typed amount would pay, in words; the same rule decides when it is paid."""
        self.parts, self.typed, self.field_errors = [], "", {}
        picked = [bill for bill in self.bills if bill.is_picked]
        if not picked or not self.amount or len({bill.currency for bill in picked}) > 1:
            return
        currency, total = picked[0].currency, sum(bill.cents for bill in picked)
        cents = read_money(self.amount, currency)
        if not cents or cents > total:
            self.field_errors = {"cents": f"Type an amount up to {money_words(total, currency)}, {money_example(currency)}."}
            return
        self.typed = money_words(cents, currency)
        try:
            shares = oldest_first(cents, [bill.cents for bill in picked], least_charge(picked[0].currency))
        except (TooLittleLeft, ValueError):
            return
        self.parts = [
            (bill.title, money_words(share, bill.currency)) for bill, share in zip(picked, shares, strict=True) if share
        ]

    async def _read(self) -> None:
        by = viewer_of(self)
        before, known = [(bill.key, bill.cents) for bill in self.bills], {move.key for move in self.moves}
        owed = await ask(owed_bills, by, team=self.team)
        rows = [bill_row(one, is_picked=True) for one in owed]
        self.bills = [bill_row(one, is_picked=row.key not in self.left_out) for one, row in zip(owed, rows, strict=True)]
        self.moves = [move_row(move, self.studio.zone) for move in await ask(money_moves, by, team=self.team)]
        if self.loaded and any(move.is_payment and move.key not in known for move in self.moves[:1]):
            self._say("Your payment has arrived. Thank you.")
        if self.loaded and before != [(bill.key, bill.cents) for bill in self.bills]:
            self.amount = ""  # it was for what was owed before
            self._spread()
        cents, currency = await ask(own_credit, by, team=self.team)
        self.credit = money_words(cents, currency) if cents else ""
        self.may_part = await ask(takes_parts, by)
        self.takes_cards = await call(wiring.current().gateway_for, studio_of(self).id) is not None
        self.may_keep = self.takes_cards and await ask(keeps_cards, by)
