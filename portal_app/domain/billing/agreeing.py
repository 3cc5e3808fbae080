"""What was typed about who pays how much of an order, as parts that make it up. Each refusal names its field. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.core.errors import InvalidInput
from portal_app.core.money import least_charge, money_words, step
from portal_app.domain.billing.splitting import Measure, Wrong, amounts, wrong_in
from portal_app.domain.catalog.typed import read_cents, read_share

PERCENT, AMOUNT, REST = "percent", "amount", "rest"
PAYERS_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class TypedPayer:
    """One payer as typed. `share` is the public id of one who pays already, empty for somebody new; `measure` is percent,
    amount or rest. The first is who ordered: their name and address are the order's."""

    measure: str
    value: str = ""
    name: str = ""
    email: str = ""
    share: str = ""
    is_main: bool = False


def read_measures(typed: Sequence[TypedPayer], total_cents: int, currency: str) -> list[Measure]:
    """What was typed, as parts that make up the total. Only who ordered may pay nothing; nobody pays less than a card takes.

    Raises InvalidInput for `payers`, `value-0`, `value-1` and so on.
    """
    if not 2 <= len(typed) <= PAYERS_AT_MOST:
        raise InvalidInput("payers", f"An order is split among 2 to {PAYERS_AT_MOST} payers.")
    measures = [_read_measure(one, place, currency) for place, one in enumerate(typed)]
    if wrong := wrong_in(total_cents, measures, of=step(currency)):
        raise InvalidInput("payers", _sentence(wrong, total_cents, currency))
    least = least_charge(currency)
    for place, part in enumerate(amounts(total_cents, measures, of=step(currency))):
        if part < least and (part or place):
            raise InvalidInput(
                f"value-{place}", f"That is {money_words(part, currency)}. Cards take {money_words(least, currency)} or more."
            )
    return measures


def _read_measure(one: TypedPayer, place: int, currency: str) -> Measure:
    field = f"value-{place}"
    if one.measure == PERCENT:
        return Measure(basis_points=read_share(one.value or "0", field))
    if one.measure == AMOUNT:
        return Measure(amount_cents=read_cents(one.value, field, currency))
    if one.measure == REST:
        return Measure()
    raise InvalidInput(field, "Choose a percentage, an amount or the rest.")


def _sentence(wrong: Wrong, total: int, currency: str) -> str:
    words = money_words(total, currency)
    match wrong:
        case Wrong.TWO_RESTS:
            return "Only one payer pays the rest. Say for the others how much they pay."
        case Wrong.NOT_A_HUNDRED:
            return "The percentages do not make 100. Change one, or let one payer pay the rest."
        case Wrong.TOO_MUCH:
            return f"The parts are more than the order, which is {words}. Lower one of them."
        case Wrong.TOO_LITTLE:
            return f"The parts are less than the order, which is {words}. Raise one, or let one payer pay the rest."
