"""Where the studio goes: the list, the editor of one area, and an address to try."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.listings.places import Place, typed_point
from portal_app.domain.scheduling.drawing import MOST_TIERS, DrawnArea, drawn_areas, remove_area, save_area
from portal_app.domain.scheduling.going import area_of, home_of
from portal_app.ui.admin.areas.cards import AreaCard, EditCard, TierCard, area_card, edit_card, tried_words, typed_area
from portal_app.ui.admin.areas.drawing import DrawingCard, drawing_of
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask, call
from portal_app.ui.shared.session import Base, viewer_of


class AreasState(Base):
    """The areas in words and as a drawing, and the one that is edited."""

    areas: list[AreaCard] = []
    drawing: DrawingCard = DrawingCard([])
    edit: EditCard = EditCard()
    shape: str = "radius"
    tried: str = ""
    removing: str = ""
    named: str = ""
    loaded: bool = False
    _tried_at: Place | None = None

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Read every area afresh; also called when something changed."""
        drawn: list[DrawnArea] = await ask(drawn_areas, viewer_of(self))
        unit = self.studio.area_unit
        self.areas = [area_card(each, unit, self.studio.currency) for each in drawn]
        self.drawing = drawing_of([(each.area, each.is_active) for each in drawn], self._tried_at, unit)
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def open_editor(self, area: str) -> rx.event.EventSpec | None:
        """Edit an area; an empty id begins a new one."""
        drawn = {each.public_id: each for each in await ask(drawn_areas, viewer_of(self))}.get(area)
        self.field_errors = {}
        self.edit = edit_card(drawn, uuid4().hex[:8], self.studio.area_unit, self.studio.currency)
        self.shape = drawn.area.shape if drawn else "radius"
        return rx.set_focus("name")

    @staff(Permission.SETTINGS)
    async def close_editor(self) -> rx.event.EventSpec | None:
        """Back to the list; nothing is saved."""
        self.edit, self.field_errors = EditCard(), {}
        return rx.set_focus("new-area")

    @staff(Permission.SETTINGS)
    async def choose_shape(self, shape: str) -> None:
        """What the editor asks for follows how the area is drawn."""
        self.shape, self.field_errors = shape[:20], {}

    @staff(Permission.SETTINGS)
    async def add_tier(self) -> rx.event.EventSpec | None:
        """One more row of travel tiers; what is typed in the others stays."""
        rows = [*self.edit.tiers, TierCard()][:MOST_TIERS]
        self.edit = replace(self.edit, tiers=rows)
        return rx.set_focus(f"up_to-{len(rows) - 1}")

    @staff(Permission.SETTINGS)
    async def drop_tier(self) -> None:
        """Without the last row."""
        self.edit = replace(self.edit, tiers=self.edit.tiers[:-1])

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save what the editor holds."""
        self.field_errors = {}
        typed = typed_area(form, len(self.edit.tiers))
        try:
            await act(save_area, viewer_of(self), self.edit.id, typed, wiring.current().places, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.edit = EditCard()
        self._say("The area is saved. New orders follow it; placed ones keep their travel fee.")
        await AreasState.load.fn(self)
        return rx.set_focus("new-area")

    @staff(Permission.SETTINGS)
    async def ask_remove(self, area: str, name: str) -> None:
        """Open the question before removing an area; an empty id closes it."""
        self.removing, self.named = area[:64], name[:120]

    @staff(Permission.SETTINGS)
    async def remove(self) -> None:
        """Remove the area that was asked about."""
        area, self.removing = self.removing, ""
        await act(remove_area, viewer_of(self), area, now=utc_now())
        self._say(f"{self.named} is removed.")
        await AreasState.load.fn(self)

    @staff(Permission.SETTINGS)
    async def try_address(self, form: dict[str, Any]) -> None:
        """What a customer at this address would meet, and where it lies in the drawing."""
        by, typed = viewer_of(self), str(form.get("address", ""))[:160]
        home = await ask(home_of, by)
        place = typed_point(typed) or await call(wiring.current().places.find, "", typed, home)
        found = await ask(area_of, by, place)
        self._tried_at = place
        self.tried = tried_words(place, found, self.studio.area_unit, self.studio.currency) if typed.strip() else ""
        await AreasState.load.fn(self)
