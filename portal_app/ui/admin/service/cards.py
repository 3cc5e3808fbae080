"""One thing of the catalog while it is edited: as typed, with what follows from it in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from portal_app.core.errors import InvalidInput
from portal_app.core.money import money_typed, money_words
from portal_app.domain.catalog.models import Kind
from portal_app.domain.catalog.offering import PriceTier, tier_for, tier_words
from portal_app.domain.catalog.shelf import Form, Shelved
from portal_app.domain.catalog.shelving import TypedForm
from portal_app.domain.catalog.tiers import TypedTier, read_number, read_tiers, savings

KIND_WORDS = {Kind.PACKAGE: "package", Kind.SERVICE: "service", Kind.ADD_ON: "add-on"}


@dataclass(frozen=True)
class SizeRow:
    """One row of the price table as typed; `span` says which sizes it covers, `saving` what a package saves there."""

    key: str
    up_to: str = ""
    price: str = ""
    minutes: str = ""
    span: str = ""
    saving: str = ""
    is_dearer: bool = False


@dataclass(frozen=True)
class FormCard:
    """One form of a service: the only one, or a variant with a name."""

    key: str
    id: str = ""
    name: str = ""
    is_active: bool = True
    rows: list[SizeRow] = field(default_factory=list)


@dataclass(frozen=True)
class Pick:
    """One box to tick."""

    value: str
    name: str
    caption: str
    is_on: bool


@dataclass(frozen=True)
class SeenCard:
    """How a customer reads one form of it."""

    name: str
    detail: str
    price: str


def form_cards(forms: Sequence[Form], currency: str, keys: Sequence[str]) -> list[FormCard]:
    """What is kept, as it is typed; each card and row takes a key of its own."""
    given = iter(keys)
    return [
        FormCard(
            next(given), form.public_id, form.name, form.is_active, [_row(tier, currency, next(given)) for tier in form.tiers]
        )
        for form in forms
    ]


def typed_forms(forms: Sequence[FormCard]) -> tuple[TypedForm, ...]:
    """What is typed, as the verb takes it."""
    return tuple(
        TypedForm(tuple(TypedTier(row.up_to, row.price, row.minutes) for row in form.rows), form.name, form.id, form.is_active)
        for form in forms
    )


def with_words(
    forms: Sequence[FormCard], parts: Sequence[Sequence[Sequence[PriceTier]]], currency: str, unit: str
) -> list[FormCard]:
    """The same with the words that follow from what is typed: which sizes a row covers, what a package saves."""
    return [replace(form, rows=_with_savings(_with_spans(form.rows, unit), parts, currency)) for form in forms]


def one_more(rows: Sequence[SizeRow], key: str) -> tuple[list[SizeRow], str, int]:
    """The rows with one more, and the field and row to type in next: above the open row, or beneath when the last one has
    an end, so that what is typed stays where it was typed."""
    *above, last = rows
    if last.up_to.strip():
        return [*rows, replace(last, key=key, up_to="")], "price", len(rows)
    return [*above, replace(last, key=key, up_to=""), last], "up_to", len(above)


def seen_cards(name: str, detail: str, forms: Sequence[FormCard], area: int | None, currency: str, unit: str) -> list[SeenCard]:
    """What stands on the booking page for a property of this size; a price that does not read yet is a dash."""
    seen = []
    for form in forms:
        if not form.is_active:
            continue
        tiers = readable(form, currency)
        tier = tier_for(tiers, area) if tiers else None
        about = [detail, tier_words(tier, tiers, unit) if tier else ""]
        title = ", ".join(words for words in (name or "Its name", form.name) if words)
        price = money_words(tier.price_cents, currency) if tier else "–"
        seen.append(SeenCard(title, " · ".join(words for words in about if words), price))
    return seen


def readable(form: FormCard, currency: str) -> tuple[PriceTier, ...]:
    """The tiers of what is typed, or none while it does not read."""
    try:
        return read_tiers([TypedTier(row.up_to, row.price, row.minutes) for row in form.rows], currency=currency)
    except InvalidInput:
        return ()


def picks(shelf: Sequence[Shelved], kinds: Collection[Kind], chosen: Collection[str], but: str, currency: str) -> list[Pick]:
    """Things of these kinds to tick, with their price; what is archived only while it is ticked."""
    return [
        Pick(each.public_id, each.name, _price_words(each, currency), each.public_id in chosen)
        for each in shelf
        if each.kind in kinds and each.public_id != but and (each.public_id in chosen or not each.is_archived)
    ]


def _price_words(one: Shelved, currency: str) -> str:
    prices = [tier.price_cents for form in one.forms for tier in form.tiers]
    words = f"from {money_words(min(prices), currency)}" if prices else "no price yet"
    return words if one.is_active else f"{words}, {'archived' if one.is_archived else 'off sale'}"


def _row(tier: PriceTier, currency: str, key: str) -> SizeRow:
    return SizeRow(
        key, f"{tier.up_to:,}" if tier.up_to is not None else "", money_typed(tier.price_cents, currency), str(tier.minutes)
    )


def _with_spans(rows: Sequence[SizeRow], unit: str) -> list[SizeRow]:
    ends = [read_number(row.up_to) for row in rows]
    spans = []
    for place, end in enumerate(ends):
        below = ends[place - 1] if place else None
        if end is not None:
            spans.append(f"{below + 1:,} to {end:,} {unit}" if below is not None and below < end else f"Up to {end:,} {unit}")
        else:
            spans.append("Every size" if place == 0 else f"Over {below:,} {unit}" if below is not None else "Any size above")
    return [replace(row, span=span) for row, span in zip(rows, spans, strict=True)]


def _with_savings(rows: Sequence[SizeRow], parts: Sequence[Sequence[Sequence[PriceTier]]], currency: str) -> list[SizeRow]:
    tiers = readable(FormCard("", rows=list(rows)), currency) if parts else ()
    if not tiers:
        return [replace(row, saving="", is_dearer=False) for row in rows]
    return [
        replace(row, saving=_saving_words(least, most, currency), is_dearer=least < 0)
        for row, (least, most) in zip(rows, savings(tiers, parts), strict=True)
    ]


def _saving_words(least: int, most: int, currency: str) -> str:
    if least == most:
        if least == 0:
            return "Costs as much as its parts one by one"
        words = money_words(abs(least), currency)
        return f"Saves {words} against its parts one by one" if least > 0 else f"Costs {words} more than its parts one by one"
    if most <= 0:
        return f"Costs up to {money_words(-least, currency)} more than its parts one by one"
    if least < 0:
        return f"Saves up to {money_words(most, currency)}, but costs more than its parts at some of these sizes"
    return f"Saves {money_words(least, currency)} to {money_words(most, currency)} against its parts one by one"
