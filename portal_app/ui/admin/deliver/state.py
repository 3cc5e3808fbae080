"""Uploading and delivering one order: photos arrive, are put in order, and are handed over."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now, when_words
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.billing.queries import balances_for
from portal_app.domain.delivery.checklist import checklist_of
from portal_app.domain.delivery.originals import publishing_standing
from portal_app.domain.delivery.planning import cancel_plan, plan_delivery
from portal_app.domain.delivery.plans import plan_of
from portal_app.domain.delivery.promises import gap_words
from portal_app.domain.delivery.service import DeliverRequest, deliver
from portal_app.domain.media.linking import AssetWords, add_link, describe_asset, show_asset
from portal_app.domain.media.queries import PhotoCard, beside_photos
from portal_app.domain.media.queries import photos as photos_of
from portal_app.domain.media.service import arrange_photos, make_cover, move_photo, remove_photo, restore_photo
from portal_app.domain.orders.queries import order_page
from portal_app.ui.admin.deliver.cards import (
    Check,
    DeliverCard,
    Editing,
    Group,
    PlanView,
    checks,
    deliver_card,
    editing,
    groups,
    plan_view,
    tiles,
)
from portal_app.ui.shared.failures import beside as beside_field
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_number, viewer_of
from portal_app.ui.shared.wall_times import instant_of


class DeliverState(Base):
    """The order in the address, its photos, and what goes with them."""

    order: DeliverCard = DeliverCard()
    photos: list[dict[str, Any]] = []
    groups: list[Group] = []
    replacing: str = ""
    editing: Editing = Editing()
    removed: str = ""
    removed_name: str = ""
    link_turn: int = 0
    message: str = ""
    copy_to: str = ""
    collect: bool = True
    mark: bool = True
    later: bool = False
    checks: list[Check] = []
    gaps: str = ""
    with_gaps: bool = False
    plan: PlanView = PlanView()
    loaded: bool = False
    _listing_id: int = 0
    _every: dict[str, PhotoCard] = {}

    @rx.var
    def title(self) -> str:
        """The browser's title follows the order."""
        return f"Deliver order {self.order.number}" if self.order.number else "Deliver"

    @staff(Permission.UPLOAD)
    async def load(self) -> None:
        """Read order and photos afresh; also called when a photo became ready."""
        by = viewer_of(self)
        page = await ask(order_page, by, route_number(self))
        money = (await ask(balances_for, by, [page.row.id])).get(page.row.id)
        found = await ask(photos_of, by, page.row.listing_id)
        beside = await ask(beside_photos, by, page.row.listing_id)
        if self._listing_id != page.row.listing_id:
            self.removed, self.editing, self.field_errors, self.with_gaps = "", Editing(), {}, False
        self._listing_id, self._every = page.row.listing_id, {card.public_id: card for card in (*found, *beside)}
        problems = (await ask(publishing_standing, by, page.row.listing)).problems
        unpaired = problems[0].sentence if problems else ""
        self.order, self.groups = deliver_card(page, money, [*found, *beside], unpaired), groups(beside)
        self.photos = tiles(found)
        ordered = await ask(checklist_of, by, page.row.number)
        self.checks, self.gaps = checks(ordered), gap_words(ordered)
        self.plan = plan_view(await ask(plan_of, by, page.row.number), self.studio.zone)
        self.loaded = True

    @staff(Permission.UPLOAD)
    async def uploaded(self, name: str) -> None:
        """A file arrived: show it."""
        self.replacing = ""
        await DeliverState.load.fn(self)

    @staff(Permission.UPLOAD)
    async def arrange(self, ids: list[str]) -> None:
        """A photo was moved: this is the whole order now, the first one the cover."""
        await act(arrange_photos, viewer_of(self), self._listing_id, ids, now=utc_now())
        await DeliverState.load.fn(self)

    @staff(Permission.UPLOAD)
    async def act_on(self, action: str, photo: str) -> None:
        """A button of a photo or anything beside: cover, words, replace, hide, show, up, down, take out (the file is kept)."""
        by, chosen = viewer_of(self), self._every.get(photo)
        if action == "replace":
            self.replacing = photo
            return
        if action == "edit":
            self.editing = editing(chosen) if chosen else Editing()
            return
        if action == "cover":
            await act(make_cover, by, photo, now=utc_now())
        if action in {"hide", "show"}:
            await act(show_asset, by, photo, is_shown=action == "show", now=utc_now())
        if action in {"up", "down"} and chosen:
            await act(move_photo, by, photo, max(0, chosen.position + (1 if action == "down" else -1)), now=utc_now())
        if action == "remove":
            await act(remove_photo, by, photo, now=utc_now())
            self.removed, self.removed_name = photo, chosen.name if chosen else ""
        await DeliverState.load.fn(self)

    @staff(Permission.UPLOAD)
    async def bring_back(self) -> None:
        """Undo the last taking out."""
        await act(restore_photo, viewer_of(self), self.removed, now=utc_now())
        self.removed = ""
        await DeliverState.load.fn(self)

    @staff(Permission.UPLOAD)
    async def add_link(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """A tour, a video or a website was pasted."""
        self.field_errors = {}
        try:
            await act(add_link, viewer_of(self), self.order.listing, str(form.get("url", "")), now=utc_now())
        except InvalidInput as wrong:
            return beside_field(self, wrong)
        self.link_turn += 1
        await DeliverState.load.fn(self)
        return None

    @staff(Permission.UPLOAD)
    async def save_words(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """The caption, room and section of the asset in the dialog."""
        words = AssetWords(*(str(form.get(name, "")) for name in ("caption", "room", "kind")))
        try:
            await act(describe_asset, viewer_of(self), self.editing.id, words, now=utc_now())
        except InvalidInput as wrong:
            return beside_field(self, wrong)
        self.editing = Editing()
        await DeliverState.load.fn(self)
        return None

    @staff(Permission.UPLOAD)
    async def keep_words(self) -> None:
        """Close the dialog as it was."""
        self.editing = Editing()

    @staff(Permission.UPLOAD)
    async def keep_photo(self) -> None:
        """Close the question about replacing."""
        self.replacing = ""

    @staff(Permission.DELIVER)
    async def choose_collect(self, on: bool) -> None:  # noqa: FBT001
        """Whether downloads wait for the payment."""
        self.collect = on

    @staff(Permission.DELIVER)
    async def choose_mark(self, on: bool) -> None:  # noqa: FBT001
        """Whether previews carry the studio's name until then."""
        self.mark = on

    @staff(Permission.DELIVER)
    async def choose_later(self, on: bool) -> None:  # noqa: FBT001
        """Whether it is handed over now or at a time that is chosen."""
        self.later, self.field_errors = on, {}

    @staff(Permission.DELIVER)
    async def choose_gaps(self, on: bool) -> None:  # noqa: FBT001
        """Whether it goes out although something that was ordered is missing."""
        self.with_gaps = on

    @staff(Permission.DELIVER)
    async def call_off(self) -> None:
        """The planned delivery does not happen. The second press finds nothing to call off."""
        await act(cancel_plan, viewer_of(self), self.order.number, now=utc_now())
        self._say("Nothing is delivered by itself now.")
        await DeliverState.load.fn(self)

    @staff(Permission.DELIVER)
    async def keep(self, field: str, value: str) -> None:
        """Keep what was typed."""
        if field in {"message", "copy_to"}:
            setattr(self, field, value[:4000])

    @staff(Permission.DELIVER)
    async def deliver(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Hand over, or plan to; pressed twice it is one delivery."""
        self.message, self.copy_to = (str(form.get(name, getattr(self, name)))[:4000] for name in ("message", "copy_to"))
        self.field_errors = {}
        request = DeliverRequest(
            message=self.message,
            collect_payment=self.collect,
            watermark=self.mark,
            copy_to=[address for address in self.copy_to.replace(",", " ").replace(";", " ").split() if address],
            with_gaps=self.with_gaps,
        )
        try:
            said = await (self._plan(form, request) if self.later else self._deliver(request))
        except InvalidInput as wrong:
            return beside_field(self, wrong)
        self.message, self.copy_to, self.later, self.with_gaps = "", "", False, False
        self._say(said)
        await DeliverState.load.fn(self)
        return None

    async def _deliver(self, request: DeliverRequest) -> str:
        return (await act(deliver, viewer_of(self), self.order.number, request, now=utc_now())).words

    async def _plan(self, form: dict[str, Any], request: DeliverRequest) -> str:
        day, time = (str(form.get(name, "")) for name in ("deliver_at", "deliver_time"))
        at = instant_of(day, time, self.studio.zone, "deliver_at")
        await act(plan_delivery, viewer_of(self), self.order.number, request, at, now=utc_now())
        return f"Planned for {when_words(at, self.studio.zone)}."
