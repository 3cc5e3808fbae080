"""Writing a studio's journal: its own books, and what its payment service paid out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from portal_app.core.viewer import Viewer
from portal_app.domain.billing.books import Books, books
from portal_app.domain.billing.journal import Transaction, heard_of, in_order, money_of, payouts_of, sales_of
from portal_app.domain.billing.journal_text import Form, written
from portal_app.domain.billing.kinds import Mode
from portal_app.domain.billing.settling import GatewayFor
from portal_app.domain.units import UnitOfWork

A_DAY = timedelta(days=1)  # the payment service has days of its own, which begin before or after the studio's


def journal(
    reading: UnitOfWork,
    gateway_for: GatewayFor,
    by: Viewer,
    form: Form,
    *,
    since: date | None = None,
    until: date | None = None,
    now: datetime,
) -> str:
    """The text of the journal from one day to another, both counted; without them everything up to today.

    The payment service is asked with no transaction open, and only for a mode that money moved in. Raises NotAllowed,
    PaymentProblem, Unavailable.
    """
    with reading() as db:
        found = books(db, by)
    money = money_of(found.moves, found.credits)
    paid_out = _paid_out(found, money, gateway_for, by, since, until or now.date() + A_DAY)
    return written(found.title, in_order([*sales_of(found.sales), *money, *paid_out], since, until), form)


def _paid_out(
    found: Books, money: Sequence[Transaction], gateway_for: GatewayFor, by: Viewer, since: date | None, until: date
) -> list[Transaction]:
    paid_out: list[Transaction] = []
    for mode in (Mode.LIVE, Mode.TEST):
        days = [each.on for each in found.moves if each.is_hosted and each.mode == mode]
        gateway = gateway_for(by.studio_id, mode) if days else None
        if gateway is not None:
            paid_out += payouts_of(gateway.payouts(since or min(days) - A_DAY, until), mode, heard_of(money, mode))
    return paid_out
