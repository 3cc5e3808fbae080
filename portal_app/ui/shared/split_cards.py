"""Who pays an order, in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal_app.core.money import money_typed, money_words
from portal_app.domain.billing.agreeing import AMOUNT, PERCENT, REST
from portal_app.domain.billing.models import UnlockWhen
from portal_app.domain.billing.shares import Payer, SplitCard
from portal_app.domain.billing.splitting import Measure
from portal_app.domain.catalog.typed import share_typed
from portal_app.domain.orders.models import OrderStatus


@dataclass(frozen=True)
class PayerCard:
    """One payer: `Ana Reyes`, `40%`, `$191.03`, `$191.03 due`."""

    id: str
    name: str
    email: str
    how: str
    part: str
    standing: str
    is_paid: bool


@dataclass(frozen=True)
class SplitView:
    """The payers of an order; none when one person pays it. `mine` is what its own customer still pays of it."""

    payers: list[PayerCard] = field(default_factory=list)
    opens: str = ""
    mine: str = ""
    is_on_its_way: bool = False
    can_split: bool = False


@dataclass(frozen=True)
class PayerField:
    """One payer of the dialog as it began; `at` is their place in the form, `share` the public id of who pays already."""

    at: int
    key: str
    share: str = ""
    name: str = ""
    email: str = ""
    measure: str = PERCENT
    value: str = ""


def split_view(card: SplitCard, status: str, due_cents: int, currency: str) -> SplitView:
    """What an order's page says about who pays it."""
    first = card.payers[0] if card.payers else None
    mine = first.owes.due if first else due_cents
    main = next((one.name for one in card.payers if one.is_main), "")
    return SplitView(
        payers=[_payer(one, currency) for one in card.payers],
        opens="" if not card.payers else _opens(card.unlock_when, main),
        mine=money_words(mine, currency) if mine else "",
        is_on_its_way=bool(first and first.is_on_its_way),
        can_split=status in {OrderStatus.ACCEPTED, OrderStatus.COMPLETED} and (due_cents > 0 or bool(card.payers)),
    )


def payer_fields(card: SplitCard, currency: str, key: str, customer: str) -> list[PayerField]:
    """What the dialog begins with: who pays today, else halves."""
    if not card.payers:
        halves = ((0, customer), (1, ""))
        return [PayerField(at, f"{key}-{at}", name=name, value="50") for at, name in halves]
    return [
        PayerField(at, f"{key}-{at}", one.public_id, one.name, one.email, *_typed(one.measure, currency))
        for at, one in enumerate(card.payers)
    ]


def opening_choices(payers: list[PayerField]) -> list[tuple[str, str]]:
    """Whose payment opens the photos: everybody's, or one payer's."""
    return [
        (UnlockWhen.ALL.value, "Everybody has paid"),
        *((f"{UnlockWhen.MAIN}-{one.at}", f"{one.name or f'Payer {place}'} has paid") for place, one in enumerate(payers, 1)),
    ]


def _payer(one: Payer, currency: str) -> PayerCard:
    return PayerCard(
        id=one.public_id,
        name=one.name,
        email=one.email,
        how=_how(one.measure, currency),
        part=money_words(one.owes.part, currency),
        standing=_standing(one, currency),
        is_paid=one.owes.due == 0,
    )


def _standing(one: Payer, currency: str) -> str:
    if one.is_on_its_way:
        return "Payment on its way"
    if one.owes.due:
        paid = f", {money_words(one.owes.paid, currency)} paid" if one.owes.paid else ""
        return f"{money_words(one.owes.due, currency)} due{paid}"
    if one.owes.over:
        return f"Paid, {money_words(one.owes.over, currency)} too much"
    return "Paid" if one.owes.part else "Nothing to pay"


def _how(measure: Measure, currency: str) -> str:
    kind, value = _typed(measure, currency)
    return {PERCENT: f"{value}%", AMOUNT: "A fixed amount", REST: "The rest"}[kind]


def _typed(measure: Measure, currency: str) -> tuple[str, str]:
    if measure.basis_points is not None:
        return PERCENT, share_typed(measure.basis_points)
    return (AMOUNT, money_typed(measure.amount_cents, currency)) if measure.amount_cents is not None else (REST, "")


def _opens(unlock_when: str, main: str) -> str:
    return (
        f"The photos open when {main} has paid." if unlock_when == UnlockWhen.MAIN else "The photos open when everybody has paid."
    )
