"""Splitting the price of an order, wherever its page stands: who pays how much, each payer's own link."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_words
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.agreeing import PAYERS_AT_MOST, PERCENT, REST, TypedPayer
from portal_app.domain.billing.dividing import address_of_share, replace_link, send_share, split_order, undo_split
from portal_app.domain.billing.models import UnlockWhen
from portal_app.domain.billing.queries import balances_for
from portal_app.domain.billing.shares import split_of
from portal_app.domain.orders.queries import order_page
from portal_app.ui.shared.guard import person
from portal_app.ui.shared.run import act, ask, leave
from portal_app.ui.shared.session import Base, studio_of, viewer_of
from portal_app.ui.shared.split_cards import PayerField, SplitView, opening_choices, payer_fields, split_view

PROBLEM = "split-payers"


async def read_split(by: Viewer, order_id: int, number: int, status: str, currency: str) -> SplitView:
    """Who pays an order, for its page; nothing for those who see no money."""
    owed = (await ask(balances_for, by, [order_id])).get(order_id)
    if owed is None:
        return SplitView()
    return split_view(await ask(split_of, by, number), status, owed.due, currency)


class Splitting(Base):
    """The dialog that is open: `what` is split, or link with the payer it is about."""

    what: str = ""
    payers: list[PayerField] = []
    opens: str = ""
    total: str = ""
    is_split: bool = False
    is_working: bool = False
    wrong: dict[str, str] = {}  # not `field_errors`: reading the page again afterwards clears those
    payer: str = ""
    address: str = ""
    _key: str = ""
    _order: int = 0
    _share: str = ""

    @rx.var
    def openings(self) -> list[tuple[str, str]]:
        """Whose payment may open the photos."""
        return opening_choices(self.payers)

    @person
    async def open(self, order: int) -> None:
        """Ask who pays how much."""
        by, self._order, self._key = viewer_of(self), order, uuid4().hex[:8]
        card, row = await ask(split_of, by, order), (await ask(order_page, by, order)).row
        self.payers = payer_fields(card, row.currency, self._key, row.customer_name)
        main = next((place for place, one in enumerate(card.payers) if one.is_main), 0)
        self.opens = UnlockWhen.ALL.value if card.unlock_when == UnlockWhen.ALL else f"{UnlockWhen.MAIN}-{main}"
        self.total, self.is_split = money_words(row.total_cents or 0, row.currency), bool(card.payers)
        self.wrong, self.what = {}, "split"

    @person
    async def shut(self) -> None:
        """Leave everything as it is."""
        self.what, self.wrong, self.address = "", {}, ""

    @person
    async def add_payer(self) -> None:
        """One more who pays."""
        if len(self.payers) < PAYERS_AT_MOST:
            at = max((one.at for one in self.payers), default=0) + 1
            self.payers = [*self.payers, PayerField(at, f"{self._key}-{at}")]

    @person
    async def drop_payer(self, at: int) -> rx.event.EventSpec:
        """Somebody who does not pay."""
        self.payers = [one for one in self.payers if one.at != at or at == 0]
        return rx.set_focus("split-add")

    @person
    async def measure(self, at: int, value: str) -> None:
        """A percentage, an amount or the rest: the field beside it follows."""
        self.payers = [replace(one, measure=value) if one.at == at else one for one in self.payers]

    @person
    async def save(self, form: dict[str, Any]):
        """Agree on it; what does not add up is said beside it. A second click finds nothing to save."""
        if self.what != "split":
            return
        self.is_working, self.wrong = True, {}
        yield
        places = [one.at for one in self.payers]
        opens, _, main = str(form.get("opens", "")).partition("-")
        typed = [_typed(form, one, is_main=main == str(one.at)) for one in self.payers]
        try:
            gateways, seal = wiring.current().gateway_for, wiring.current().seal
            await leave(split_order, gateways, viewer_of(self), self._order, typed, opens, seal, now=utc_now())
            self.what = ""
            self._say("Saved. Whoever pays another amount now gets a mail with their own link.")
        except InvalidInput as wrong:
            self.wrong = {_in_form(wrong.field, places): wrong.sentence, "payers": wrong.sentence}
            yield rx.set_focus(PROBLEM)  # the fields are as many as there are payers, and none can be called by its name
        finally:
            self.is_working = False

    @person
    async def undo(self) -> None:
        """One payer again."""
        await leave(undo_split, wiring.current().gateway_for, viewer_of(self), self._order, now=utc_now())
        self.what = ""
        self._say("One person pays it again. What others paid counts for the order.")

    @person
    async def ask_link(self, order: int, share: str, name: str) -> None:
        """Show a payer's own link, to hand on."""
        seal = wiring.current().seal
        path = await ask(address_of_share, viewer_of(self), order, share, seal)
        self._order, self._share, self.payer, self.what = order, share, name, "link"
        self.address = f"{studio_of(self).address}{path}"

    @person
    async def mail_link(self) -> None:
        """Mail it once more."""
        await act(send_share, viewer_of(self), self._order, self._share, now=utc_now())
        self.what = ""
        self._say("The link is on its way by mail.")

    @person
    async def renew_link(self) -> rx.event.EventSpec:
        """A new link: whoever has the one before cannot pay with it anymore."""
        seal = wiring.current().seal
        path = await act(replace_link, viewer_of(self), self._order, self._share, seal, now=utc_now())
        self.address = f"{studio_of(self).address}{path}"
        self._say("The link before opens nothing anymore.")
        return rx.set_focus("split-address")


def _typed(form: dict[str, Any], one: PayerField, *, is_main: bool) -> TypedPayer:
    def said(name: str) -> str:
        return str(form.get(f"{name}-{one.at}", ""))

    measure = said("measure") or PERCENT
    value = "" if measure == REST else said("value")
    return TypedPayer(measure, value, said("name"), said("email"), one.share, is_main)


def _in_form(field: str, places: list[int]) -> str:
    """The verb counts payers, the form names the places they had when the dialog began."""
    name, dash, place = field.rpartition("-")
    if dash and place.isdigit():
        return f"{name}-{places[int(place)]}"
    return "opens" if field == "unlock_when" else field
