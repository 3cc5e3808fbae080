"""What a step still needs before the next one opens. The verb that places the order checks everything again."""

from __future__ import annotations

from collections.abc import Sequence

from portal_app.core.errors import InvalidInput
from portal_app.core.money import read_money
from portal_app.domain.catalog.questions import Asked, read_answers
from portal_app.domain.identity.callers import email_key
from portal_app.domain.orders.checking import read_area, read_entry, read_line, read_phone
from portal_app.domain.orders.quoting import NOTHING_CHOSEN
from portal_app.ui.public.booking.choices import Choices
from portal_app.ui.public.booking.steps import ADDRESS, DETAILS, EXACT, SERVICES, TIME

STREET = "Type the street and number, or the lot name for a new build."
TOWN = "Type the town, so that the photographer finds it."
NAME = "Type your name, so that the photographer knows whom to ask for."
NO_TIME = "Choose a day and a time."
NO_DAY = "Choose a day."
NO_HOUR = "Choose a time. The studio confirms it, or offers you another."
TIP = "Type an amount, for example 20."
NOT_FOR_THEM = "You cannot order for them anymore: the team changed. Choose again."


def wrong_with(step: str, typed: Choices, asked: Sequence[Asked]) -> InvalidInput | None:
    """The first thing on this step that does not fit, in the order it is asked."""
    checks = {ADDRESS: _address, SERVICES: _services, TIME: _time, DETAILS: _details}
    try:
        if step in checks:
            checks[step](typed, asked)
    except InvalidInput as wrong:
        return wrong
    return None


def _address(typed: Choices, _asked: Sequence[Asked]) -> None:
    read_line("street", typed.street, STREET)
    read_line("town", typed.town, TOWN)
    read_area(typed.area)


def _services(typed: Choices, _asked: Sequence[Asked]) -> None:
    if not typed.summary.rows:
        raise InvalidInput("services", NOTHING_CHOSEN)


def _time(typed: Choices, _asked: Sequence[Asked]) -> None:
    if typed.wish == EXACT and not typed.takes and not typed.at:
        raise InvalidInput("time", NO_HOUR) if typed.day else InvalidInput("day", NO_DAY)
    if typed.wish == EXACT and not (typed.at or typed.dusk):
        raise InvalidInput("starts_at", NO_TIME)


def _details(typed: Choices, asked: Sequence[Asked]) -> None:
    if not typed.me.is_customer:
        read_line("name", typed.name, NAME)
        email_key(typed.email)
    read_phone(typed.phone)
    read_entry(typed.entry, "")
    read_answers(asked, typed.answers)
    if typed.summary.coupon_problem:
        raise InvalidInput("coupon", typed.summary.coupon_problem)
    if typed.tip == "own" and read_money(typed.own_tip or "0", typed.studio.currency) is None:
        raise InvalidInput("own_tip", TIP)
