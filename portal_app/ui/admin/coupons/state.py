"""The coupons, and the one that is edited."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.catalog.couponing import coupons, remove_coupon, save_coupon
from portal_app.domain.catalog.shelf import shelf
from portal_app.ui.admin.coupons.cards import CouponCard, EditCoupon, Tick, coupon_card, edit_coupon, typed_coupon
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of


class Coupons(Base):
    """The list, or the editor in its place."""

    coupons: list[CouponCard] = []
    edit: EditCoupon = EditCoupon()
    ticks: list[Tick] = []
    asking: bool = False
    loaded: bool = False

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Read every coupon afresh; also called when something changed. An open editor keeps what is typed."""
        rows = await ask(coupons, viewer_of(self))
        self.coupons = [coupon_card(row, self.studio.currency, self.studio.zone) for row in rows]
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def open_editor(self, coupon: str) -> rx.event.EventSpec | None:
        """Edit a coupon; an empty id begins a new one."""
        by = viewer_of(self)
        row = {each.public_id: each for each in await ask(coupons, by)}.get(coupon)
        chosen = row.services if row else ()
        self.field_errors = {}
        self.ticks = [
            Tick(each.public_id, each.name, each.public_id in chosen)
            for each in await ask(shelf, by)
            if each.public_id in chosen or not each.is_archived
        ]
        self.edit = edit_coupon(row, uuid4().hex[:8], self.studio.currency, self.studio.zone)
        return rx.set_focus("code")

    @staff(Permission.SETTINGS)
    async def close_editor(self) -> rx.event.EventSpec | None:
        """Back to the list; nothing is saved."""
        self.edit, self.field_errors = EditCoupon(), {}
        return rx.set_focus("new-coupon")

    @staff(Permission.SETTINGS)
    async def tick(self, service: str) -> None:
        """Good for this service, or no longer."""
        self.ticks = [replace(each, is_on=each.is_on != (each.id == service)) for each in self.ticks]

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save what the editor holds."""
        self.field_errors = {}
        typed = typed_coupon(form, [each.id for each in self.ticks if each.is_on])
        try:
            await act(save_coupon, viewer_of(self), self.edit.id, typed, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.edit = EditCoupon()
        self._say("The coupon is saved. Placed orders keep their price.")
        await Coupons.load.fn(self)
        return rx.set_focus("new-coupon")

    @staff(Permission.SETTINGS)
    async def ask_first(self, is_open: bool) -> None:  # noqa: FBT001
        """Open or close the question before removing."""
        self.asking = is_open

    @staff(Permission.SETTINGS)
    async def remove(self, coupon: str) -> rx.event.EventSpec | None:
        """Forget a coupon that no order was placed with."""
        self.asking = False
        await act(remove_coupon, viewer_of(self), coupon, now=utc_now())
        self.edit = EditCoupon()
        self._say("The coupon is removed.")
        await Coupons.load.fn(self)
        return rx.set_focus("new-coupon")
