"""What joins every price: fees, tax groups, suggested tips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_typed, money_words
from portal_app.core.viewer import Permission
from portal_app.domain.catalog.models import AmountKind
from portal_app.domain.catalog.taxing import (
    FeeRow,
    GroupRow,
    TypedFee,
    fees,
    move_fee,
    move_tax_group,
    remove_fee,
    remove_tax_group,
    save_fee,
    save_tax_group,
    tax_groups,
)
from portal_app.domain.catalog.typed import share_typed
from portal_app.domain.scheduling.ruling import own_policy, save_tips
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of
from portal_app.ui.shared.sorting import stands_elsewhere


@dataclass(frozen=True)
class PriceRow:
    """A fee or a tax group in the list."""

    id: str
    name: str
    words: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class EditPrice:
    """What the editor begins with; `what` is fee or group, empty while it is closed."""

    what: str = ""
    id: str = ""
    key: str = ""
    title: str = ""
    name: str = ""
    kind: str = "fixed"
    amount: str = ""
    tax_group: str = ""
    use: str = "on"
    rates: str = ""
    is_default: str = "off"


class Prices(Base):
    """Two lists, one editor, one line of tips."""

    fees: list[PriceRow] = []
    groups: list[PriceRow] = []
    choices: list[list[str]] = []
    tips: str = ""
    edit: EditPrice = EditPrice()
    asking: bool = False
    said: str = ""
    focus_on: str = ""
    focus_turn: int = 0
    loaded: bool = False

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Read everything afresh; an open editor keeps what is typed."""
        by = viewer_of(self)
        groups = await ask(tax_groups, by)
        self.fees = _rows([_fee_words(each, groups, self.studio.currency) for each in await ask(fees, by)])
        self.groups = _rows([_group_words(each) for each in groups])
        self.choices = [["", "Not taxed"], *([each.public_id, each.name] for each in groups)]
        shares = (await ask(own_policy, by)).tip_basis_points.split()
        self.tips = ", ".join(share_typed(int(each)) for each in shares)
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def edit_fee(self, fee: str) -> rx.event.EventSpec | None:
        """Edit a fee; an empty id begins a new one."""
        row = {each.public_id: each for each in await ask(fees, viewer_of(self))}.get(fee)
        self.field_errors, self.edit = {}, _edit_fee(row, self.studio.currency)
        return rx.set_focus("name")

    @staff(Permission.SETTINGS)
    async def edit_group(self, tax_group: str) -> rx.event.EventSpec | None:
        """Edit a tax group; an empty id begins a new one."""
        row = {each.public_id: each for each in await ask(tax_groups, viewer_of(self))}.get(tax_group)
        self.field_errors, self.edit = {}, _edit_group(row)
        return rx.set_focus("name")

    @staff(Permission.SETTINGS)
    async def close_editor(self) -> rx.event.EventSpec | None:
        """Back to the lists; nothing is saved."""
        self.field_errors = {}
        return self._closed()

    @staff(Permission.SETTINGS)
    async def sort_fee(self, fee: str, by_places: int) -> None:
        """A fee one place earlier or later; it keeps the focus."""
        place, of = await act(move_fee, viewer_of(self), fee, by_places, now=utc_now())
        await Prices.load.fn(self)
        stands_elsewhere(self, self._name_of(fee), fee, by_places, place, of)

    @staff(Permission.SETTINGS)
    async def sort_group(self, tax_group: str, by_places: int) -> None:
        """A tax group one place earlier or later; it keeps the focus."""
        place, of = await act(move_tax_group, viewer_of(self), tax_group, by_places, now=utc_now())
        await Prices.load.fn(self)
        stands_elsewhere(self, self._name_of(tax_group), tax_group, by_places, place, of)

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save what the editor holds."""
        self.field_errors = {}
        by, text = viewer_of(self), {name: str(value) for name, value in form.items()}.get
        try:
            if self.edit.what == "group":
                rates, is_default = text("rates", ""), text("is_default") == "on"
                await act(save_tax_group, by, self.edit.id, text("name", ""), rates, is_default=is_default, now=utc_now())
            else:
                typed = TypedFee(
                    text("name", ""), text("kind", ""), text("amount", ""), text("tax_group", ""), text("use") != "off"
                )
                await act(save_fee, by, self.edit.id, typed, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("Saved. New orders follow it; placed ones keep their price.")
        await Prices.load.fn(self)
        return self._closed()

    @staff(Permission.SETTINGS)
    async def ask_first(self, is_open: bool) -> None:  # noqa: FBT001
        """Open or close the question before removing."""
        self.asking = is_open

    @staff(Permission.SETTINGS)
    async def remove_fee(self, fee: str) -> rx.event.EventSpec | None:
        """Forget a fee."""
        return await self._remove(remove_fee, fee)

    @staff(Permission.SETTINGS)
    async def remove_group(self, tax_group: str) -> rx.event.EventSpec | None:
        """Forget a tax group that nothing is taxed by."""
        return await self._remove(remove_tax_group, tax_group)

    async def _remove(self, verb: Callable, public_id: str) -> rx.event.EventSpec | None:
        self.asking = False
        await act(verb, viewer_of(self), public_id, now=utc_now())
        self._say("Removed. Placed orders keep their price.")
        await Prices.load.fn(self)
        return self._closed()

    def _closed(self) -> rx.event.EventSpec | None:
        """The lists again, at the button that begins another of the same."""
        what, self.edit = self.edit.what or "fee", EditPrice()
        return rx.set_focus(f"new-{what}")

    def _name_of(self, public_id: str) -> str:
        return next((row.name for row in [*self.fees, *self.groups] if row.id == public_id), "It")

    @staff(Permission.SETTINGS)
    async def save_tips(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save the tips that are suggested."""
        self.field_errors = {}
        try:
            await act(save_tips, viewer_of(self), str(form.get("tips", "")), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("The suggested tips are saved.")
        return None


def _rows(named: list[tuple[str, str, str]]) -> list[PriceRow]:
    return [PriceRow(*each, is_first=place == 0, is_last=place == len(named) - 1) for place, each in enumerate(named)]


def _fee_words(fee: FeeRow, groups: list[GroupRow], currency: str) -> tuple[str, str, str]:
    much = f"{share_typed(fee.amount)}%" if fee.kind == AmountKind.PERCENT else money_words(fee.amount, currency)
    taxed = next((f"taxed as {each.name}" for each in groups if each.public_id == fee.tax_group), "not taxed")
    return fee.public_id, fee.name, " · ".join(filter(None, (much, taxed, "" if fee.is_active else "Turned off")))


def _group_words(group: GroupRow) -> tuple[str, str, str]:
    rates = ", ".join(f"{name} {share_typed(share)}%" for name, share in group.rates) or "No tax"
    return group.public_id, group.name, f"{rates} · the usual one" if group.is_default else rates


def _edit_fee(fee: FeeRow | None, currency: str) -> EditPrice:
    if fee is None:
        return EditPrice(what="fee", key=uuid4().hex[:8], title="New fee")
    is_share = fee.kind == AmountKind.PERCENT
    return EditPrice(
        what="fee",
        id=fee.public_id,
        key=uuid4().hex[:8],
        title=fee.name,
        name=fee.name,
        kind=fee.kind,
        amount=share_typed(fee.amount) if is_share else money_typed(fee.amount, currency),
        tax_group=fee.tax_group,
        use="on" if fee.is_active else "off",
    )


def _edit_group(group: GroupRow | None) -> EditPrice:
    if group is None:
        return EditPrice(what="group", key=uuid4().hex[:8], title="New tax group")
    return EditPrice(
        what="group",
        id=group.public_id,
        key=uuid4().hex[:8],
        title=group.name,
        name=group.name,
        rates="\n".join(f"{name} {share_typed(share)}" for name, share in group.rates),
        is_default="on" if group.is_default else "off",
    )
