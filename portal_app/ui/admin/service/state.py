"""One thing of the catalog: everything is typed first and saved at once. What is not saved yet stays, page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.shelf import DELIVERS, Form, Shelved, shelf, sold_forms, tax_choices
from portal_app.domain.catalog.shelving import TypedService, archive_service
from portal_app.domain.catalog.tiers import MOST_ROWS, read_number
from portal_app.domain.scheduling.skills import Able, crew_for, save_with_crew
from portal_app.ui.admin.service.cards import (
    KIND_WORDS,
    FormCard,
    Pick,
    SeenCard,
    SizeRow,
    form_cards,
    one_more,
    picks,
    seen_cards,
    typed_forms,
    with_words,
)
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of

TYPED = ("name", "detail", "category", "most", "tax_group", *DELIVERS)
CELLS = ("up_to", "price", "minutes")
PICKED = ("parts", "places", "categories", "crew")
DRAFT = (*TYPED, *PICKED, "kind", "is_twilight", "forms")
MOST_DRAFTS, MOST_FORMS = 20, 12
NEW = "new-"


class ServiceState(Base):
    """What is typed about one service, package or add-on, and what follows from it."""

    title: str = "Catalog"
    kind: str = ""
    kind_words: str = ""
    is_new: bool = False
    is_active: bool = True
    is_archived: bool = False
    asking: bool = False
    name: str = ""
    detail: str = ""
    category: str = ""
    most: str = "1"
    tax_group: str = ""
    photos: str = ""
    videos: str = ""
    floor_plans: str = ""
    tours: str = ""
    revision_rounds: str = ""
    is_twilight: bool = False
    forms: list[FormCard] = []
    parts: list[Pick] = []
    places: list[Pick] = []
    categories: list[Pick] = []
    crew: list[Pick] = []
    taxes: list[tuple[str, str]] = []
    public_id: str = ""
    known_categories: list[str] = []
    seen: list[SeenCard] = []
    size: str = ""
    is_changed: bool = False
    focus_on: str = ""
    focus_turn: int = 0
    edition: int = 0
    loaded: bool = False
    _editing: str = ""
    _shelf: list[Shelved] = []
    _drafts: dict[str, dict[str, Any]] = {}
    _keys: int = 0

    @staff(Permission.SETTINGS)
    async def load(self) -> None:
        """Open what the address names; what was typed there and not saved is still there."""
        wanted = route_argument(self)
        if self.is_changed and self._editing != wanted:
            kept = {self._editing: {name: getattr(self, name) for name in DRAFT}}
            self._drafts = dict([*self._drafts.items(), *kept.items()][-MOST_DRAFTS:])
        if not self.is_changed or self._editing != wanted:
            await self._open(wanted)
        self.loaded = True

    @staff(Permission.SETTINGS)
    async def discard(self) -> None:
        """Back to what is saved."""
        self._drafts = {name: kept for name, kept in self._drafts.items() if name != self._editing}
        await self._open(self._editing)

    @staff(Permission.SETTINGS, marks_stay=True)
    async def keep(self, field: str, value: str) -> None:
        """Keep what was typed."""
        if field in TYPED and value != getattr(self, field):
            setattr(self, field, value[:500])
            self._unmark(field)
            self._redraw()

    @staff(Permission.SETTINGS, marks_stay=True)
    async def keep_cell(self, variant: int, row: int, field: str, value: str) -> None:
        """Keep one cell of a price table."""
        if field in CELLS and self._has(variant, row):
            rows = self.forms[variant].rows
            if getattr(rows[row], field) != value:
                self._unmark(f"{field}-{variant}-{row}")
                self._put_rows(variant, [*rows[:row], replace(rows[row], **{field: value[:40]}), *rows[row + 1 :]])

    @staff(Permission.SETTINGS, marks_stay=True)
    async def keep_variant(self, variant: int, value: str) -> None:
        """Keep the name of a variant."""
        if self._has(variant) and self.forms[variant].name != value:
            self._unmark(f"form-{variant}")
            self._put_form(variant, replace(self.forms[variant], name=value[:200]))

    def _unmark(self, field: str) -> None:
        self.field_errors = {name: text for name, text in self.field_errors.items() if name != field}

    @staff(Permission.SETTINGS)
    async def switch_variant(self, variant: int, is_on: bool) -> None:  # noqa: FBT001
        """Offer this variant or not."""
        if self._has(variant):
            self._put_form(variant, replace(self.forms[variant], is_active=is_on))

    @staff(Permission.SETTINGS)
    async def add_size(self, variant: int) -> None:
        """One more row, priced like the last one until something else is typed."""
        if not self._has(variant) or len(self.forms[variant].rows) >= MOST_ROWS:
            return
        rows, field, at = one_more(self.forms[variant].rows, self._key())
        self._put_rows(variant, rows)
        self._focus(f"{field}-{variant}-{at}")

    @staff(Permission.SETTINGS)
    async def drop_size(self, variant: int, row: int) -> None:
        """Take a row away; the next one begins where it began."""
        if not self._has(variant, row) or len(self.forms[variant].rows) == 1:
            return
        rows = [each for place, each in enumerate(self.forms[variant].rows) if place != row]
        self._put_rows(variant, rows)
        self._focus(f"price-{variant}-{min(row, len(rows) - 1)}")

    @staff(Permission.SETTINGS)
    async def add_variant(self) -> None:
        """One more form, priced like the last one until something else is typed."""
        if not 0 < len(self.forms) < MOST_FORMS:
            return
        last = self.forms[-1]
        rows = [replace(row, key=self._key()) for row in last.rows]
        self.forms = [*self.forms, FormCard(self._key(), rows=rows)]
        self._redraw()
        unnamed = next(place for place, form in enumerate(self.forms) if not form.name)
        self._focus(f"form-{unnamed}")

    @staff(Permission.SETTINGS)
    async def drop_variant(self, variant: int) -> None:
        """Take a form away; the last one that stays has no name of its own anymore."""
        if self._has(variant) and len(self.forms) > 1:
            left = [form for place, form in enumerate(self.forms) if place != variant]
            self.forms = left if len(left) > 1 else [replace(left[0], name="", is_active=True)]
            self._redraw()

    @staff(Permission.SETTINGS)
    async def twilight(self, is_on: bool) -> None:  # noqa: FBT001
        """Taken at dusk, on a visit of its own."""
        self.is_twilight = is_on
        self._redraw()

    @staff(Permission.SETTINGS)
    async def pick(self, group: str, value: str) -> None:
        """Tick a box, or take the tick back."""
        if group in PICKED:
            boxes = [replace(box, is_on=not box.is_on) if box.value == value else box for box in getattr(self, group)]
            setattr(self, group, boxes)
            self._redraw()

    @staff(Permission.SETTINGS)
    async def look(self, area: str) -> None:
        """What a customer sees for a property of this size."""
        self.size = area[:20]
        self._see()

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Everything at once, or nothing and the reason beside its field."""
        self._take(form)
        self.field_errors = {}
        was_new, named = self.is_new, "" if self.is_new else self._editing
        members = [int(box.value) for box in self.crew if box.is_on]
        try:
            await act(save_with_crew, viewer_of(self), named, self._typed(), members, now=utc_now())
        except InvalidInput as wrong:
            self.field_errors = {wrong.field: wrong.sentence}
            self._focus(wrong.field)
            return None
        self._drafts = {name: kept for name, kept in self._drafts.items() if name != self._editing}
        self.is_changed = False
        if was_new:
            self._say(f"{self.name.strip()} is on sale.")
            self._editing = ""
            return rx.redirect("/admin/catalog")
        await self._open(self._editing)
        self._say("Saved. Customers see it so from now on." if self.is_active else "Saved. It is not on sale.")
        return None

    @staff(Permission.SETTINGS)
    async def ask_first(self, is_open: bool) -> None:  # noqa: FBT001
        """Open or close the question before archiving."""
        self.asking = is_open

    @staff(Permission.SETTINGS)
    async def archive(self, service: str) -> rx.event.EventSpec:
        """Off sale and off the shelf; what was typed here and not saved is dropped."""
        self.asking = False
        await act(archive_service, viewer_of(self), service, now=utc_now())
        self._drafts = {name: kept for name, kept in self._drafts.items() if name != service}
        self.is_changed, self._editing = False, ""
        self._say("It is in the archive, at the end of the catalog.")
        return rx.redirect("/admin/catalog")

    def _typed(self) -> TypedService:
        def chosen(boxes: list[Pick]) -> tuple[str, ...]:
            return tuple(box.value for box in boxes if box.is_on)

        return TypedService(
            kind=self.kind,
            name=self.name,
            forms=typed_forms(self.forms),
            detail=self.detail,
            category=self.category,
            is_twilight=self.is_twilight,
            most=self.most,
            tax_group=self.tax_group,
            parts=chosen(self.parts),
            places=chosen(self.places),
            place_categories=chosen(self.categories),
            delivers={name: getattr(self, name) for name in DELIVERS},
        )

    def _take(self, form: dict[str, Any]) -> None:
        """What stands in the fields now, also in the one that still has the focus."""
        for field in TYPED:
            setattr(self, field, str(form.get(field, getattr(self, field)))[:500])
        self.forms = [
            replace(
                each,
                name=str(form.get(f"form-{place}", each.name))[:200],
                rows=[
                    replace(row, **{cell: str(form.get(f"{cell}-{place}-{at}", getattr(row, cell)))[:40] for cell in CELLS})
                    for at, row in enumerate(each.rows)
                ],
            )
            for place, each in enumerate(self.forms)
        ]
        self._redraw()

    async def _open(self, wanted: str) -> None:
        """Read it afresh, then put back what was typed here and not saved."""
        by = viewer_of(self)
        self._shelf = await ask(shelf, by)
        own = await ask(tax_choices, by)
        self.taxes = [("", "Like everything else"), *own] if own else []
        self.is_new = wanted.startswith(NEW)
        found = _blank(wanted) if self.is_new else next((each for each in self._shelf if each.public_id == wanted), None)
        if found is None:
            raise NotFound
        crew = await ask(crew_for, by, "" if self.is_new else wanted)
        self._editing, self.asking = wanted, False
        self._fill(found, crew)
        draft = self._drafts.get(wanted, {})
        for name, value in draft.items():
            setattr(self, name, value)
        self._redraw(is_changed=bool(draft))
        self.edition += 1

    def _fill(self, found: Shelved, crew: list[Able]) -> None:
        for name in ("kind", "name", "detail", "category", "is_twilight", "tax_group", "is_active", "is_archived", "public_id"):
            setattr(self, name, getattr(found, name))
        self.most = str(found.most)
        for name in DELIVERS:
            number = found.delivers.get(name)
            setattr(self, name, "" if number is None else str(number))
        self.kind_words = KIND_WORDS[Kind(found.kind)]
        self.title = f"New {self.kind_words}" if self.is_new else found.name
        forms = [form if form.tiers else replace(form, tiers=()) for form in found.forms]
        keys = [self._key() for form in forms for _ in range(1 + len(form.tiers))]
        self.forms = [
            card if card.rows else replace(card, rows=[SizeRow(self._key())])
            for card in form_cards(forms, self.studio.currency, keys)
        ]
        money = self.studio.currency
        self.parts = picks(self._shelf, {Kind.SERVICE, Kind.ADD_ON}, found.parts, found.public_id, money)
        self.places = picks(self._shelf, {Kind.PACKAGE, Kind.SERVICE}, found.places, found.public_id, money)
        self.known_categories = sorted({each.category for each in self._shelf if not each.is_archived} - {""})
        named = sorted({*self.known_categories, *found.place_categories})
        self.categories = [Pick(each, each, "Everything in this category", each in found.place_categories) for each in named]
        self.crew = [Pick(str(able.member_id), able.name, "", able.can) for able in crew]

    def _redraw(self, *, is_changed: bool = True) -> None:
        """What follows from what is typed."""
        chosen = {box.value for box in self.parts if box.is_on}
        is_package = self.kind == Kind.PACKAGE
        parts = [sold_forms(each) for each in self._shelf if each.public_id in chosen and each.is_active] if is_package else []
        self.forms = with_words(self.forms, parts, self.studio.currency, self.studio.area_unit)
        self.is_changed = is_changed
        self._see()

    def _see(self) -> None:
        chosen = [box.name for box in self.parts if box.is_on] if self.kind == Kind.PACKAGE else []
        about = " + ".join(chosen) or self.detail.strip()
        area = read_number(self.size)
        self.seen = seen_cards(self.name.strip(), about, self.forms, area, self.studio.currency, self.studio.area_unit)

    def _has(self, variant: int, row: int = 0) -> bool:
        return 0 <= variant < len(self.forms) and 0 <= row < len(self.forms[variant].rows)

    def _put_form(self, variant: int, form: FormCard) -> None:
        self.forms = [form if place == variant else each for place, each in enumerate(self.forms)]
        self._redraw()

    def _put_rows(self, variant: int, rows: list[SizeRow]) -> None:
        self._put_form(variant, replace(self.forms[variant], rows=rows))

    def _focus(self, field: str) -> None:
        self.focus_on, self.focus_turn = field, self.focus_turn + 1

    def _key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"


def _blank(wanted: str) -> Shelved:
    """Something new of the kind that the address names. Raises NotFound for another word."""
    kind = wanted.removeprefix(NEW)
    if kind not in {str(each) for each in Kind}:
        raise NotFound
    return Shelved("", kind, "", "", "", is_active=True, is_twilight=False, most=1, tax_group="", forms=(Form(()),))
