"""What somebody chose and typed while booking, and what is made of it: a basket to price, a request to place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import reflex as rx

from portal_app import wiring
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Viewer, guest_viewer
from portal_app.domain.catalog.pricing import Quote
from portal_app.domain.listings.places import Place
from portal_app.domain.orders.placing import Basket, GuestRequest, OrderRequest, read_area
from portal_app.ui.public.booking.cards import QuoteCard, StepCard
from portal_app.ui.public.booking.draft import sealed_draft
from portal_app.ui.public.booking.folded import fold, time_words
from portal_app.ui.public.booking.steps import EXACT
from portal_app.ui.shared.session import Base, acting, studio_of

TYPED = (
    "street", "town", "area", "on_behalf_of", "day", "time", "wish_on", "notes", "entry", "coupon", "tip", "own_tip",
    "name", "email", "phone",
)  # fmt: skip
PRICED = {"area", "coupon", "tip", "own_tip"}
CODE = "booking"


class Choices(Base):
    """It outlives a reload, a walk through the app and a lost connection, and sealed in the tab, the server's own
    forgetting; placing the order clears it."""

    street: str = ""
    town: str = ""
    area: str = ""
    on_behalf_of: str = ""
    chosen: dict[str, int] = {}
    wish: str = EXACT
    wish_on: str = ""
    day: str = ""
    time: str = ""
    at: str = ""
    dusk: str = ""
    answers: dict[str, str] = {}
    entry: str = ""
    has_code: bool = False
    notes: str = ""
    coupon: str = ""
    tip: str = ""
    own_tip: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    takes: bool = False  # free times are offered here; else a day and a time are asked for
    summary: QuoteCard = QuoteCard()
    done: list[str] = []
    step: str = ""
    steps: dict[str, StepCard] = {}
    caption: str = ""
    draft: str = rx.SessionStorage("", name="foyer_draft")
    _request_key: str = ""
    _code_box: bytes = b""
    _place: Place | None = None
    _quote: Quote | None = None

    def _put(self, field: str, value: str) -> None:
        """Keep one thing that was typed. A code is sealed at once: what is kept of a tab lies on a disk."""
        if field == "entry_code":
            self._code_box = wiring.current().seal.seal(value[:200], CODE) if value else b""
            self.has_code = bool(value)
        elif field.startswith("answer_"):
            self.answers = {**self.answers, field.removeprefix("answer_")[:64]: value[:1000]}
        elif field in TYPED:
            setattr(self, field, value[:2000])
        if field in {"day", "time"}:
            self.at = f"{self.day}T{self.time}" if self.day and self.time else ""

    def _stands(self, field: str, value: str) -> bool:
        """Whether exactly this is kept there already."""
        if field.startswith("answer_"):
            return self.answers.get(field.removeprefix("answer_")[:64], "") == value
        return field in TYPED and getattr(self, field) == value

    def _fold(self) -> None:
        """What finished steps say, and the time beside the total, after something changed; the tab's copy follows."""
        self.steps = fold(self, self.step, unit=self.studio.area_unit)
        self.caption = time_words(self)[0] or self.summary.duration
        self.draft = sealed_draft(self, self._by())

    @property
    def _only_dusk(self) -> bool:
        """Whether everything chosen is taken at dusk: then the one time is the twilight visit's."""
        return self._quote is not None and self._quote.twilight_minutes > 0 and self._quote.visit_minutes == 0

    def _area(self) -> int | None:
        try:
            return read_area(self.area)
        except InvalidInput as typed:
            self.field_errors = {**self.field_errors, typed.field: typed.sentence}
            return None

    def _basket(self) -> Basket:
        return Basket(
            services=dict(self.chosen),
            area=self._area(),
            answers=dict(self.answers),
            coupon=self.coupon,
            tip=self.tip,
            own_tip=self.own_tip,
            place=self._place,
        )

    def _request(self, *, is_guest: bool) -> OrderRequest:
        asked = OrderRequest(
            request_key=self._request_key,
            street=self.street,
            town=self.town,
            area=self.area,
            services=tuple(self.chosen),
            quantities=dict(self.chosen),
            starts_at=None if self._only_dusk else _naive(self.at),
            twilight_at=_naive(self.at if self._only_dusk else self.dusk),
            wish=self.wish,
            wish_on=day_of(self.wish_on),
            answers=dict(self.answers),
            access_notes=self.notes,
            entry=self.entry,
            entry_code=wiring.current().seal.open(self._code_box, CODE) if self._code_box else "",
            phone=self.phone,
            coupon=self.coupon,
            tip=self.tip,
            own_tip=self.own_tip,
            place=self._place,
            expected_total_cents=self.summary.total_cents if self.chosen else None,
        )
        if is_guest:
            return replace(asked, guest=GuestRequest(self.name, self.email, self.phone))
        return replace(asked, on_behalf_of=_record_id(self.on_behalf_of))

    def _by(self) -> Viewer:
        """A signed-in customer, else a guest: whoever else is here books like somebody who is not."""
        by = acting()
        return by if by is not None and by.is_customer else guest_viewer(studio_of(self).id)

    def _clear(self) -> None:
        """The order is placed: nothing of it stays behind."""
        state = self
        while type(state) is not Choices:
            state = state.parent_state
        state.reset()


def _naive(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """A day as fields and addresses write it, `2026-12-03`; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _record_id(chosen: str) -> int | None:
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None
