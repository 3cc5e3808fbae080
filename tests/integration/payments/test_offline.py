"""Money that came by check, cash or transfer: noted with its method, given back, and corrected by a counter-entry."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.domain.billing import offline
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.models import LedgerEntry, Method
from portal_app.domain.billing.offline import NotOffline, PartlyGivenBack
from tests.conftest import NOW
from tests.integration.payments.conftest import in_parallel
from tests.integration.payments.office import Office

pytestmark = pytest.mark.proof("payments-06")


def entries(office: Office) -> list[LedgerEntry]:
    with office.database.reading() as db:
        found = list(db.exec(select(LedgerEntry).order_by(LedgerEntry.id)).all())
        db.expunge_all()
        return found


def pay(office: Office, cents: int, method: str = Method.CHECK, key: str = "key") -> int:
    office.do(offline.record_offline_payment, office.cast.olive, BillName(order=1001), cents, "Check 204", key, method=method)
    return entries(office)[-1].id or 0


def take_back(office: Office, entry: int, by: Any = None, reason: str = "Typed twice"):
    return office.do(offline.take_back_offline, by or office.cast.olive, entry, reason)


def refund(office: Office, entry: int, cents: int, key: str = "r", by: Any = None):
    return office.do(offline.refund_offline, by or office.cast.olive, entry, cents, "Two photos less", key)


@pytest.mark.parametrize("method", offline.OFFLINE)
def test_it_is_noted_how_the_money_came_and_who_wrote_it_down(office: Office, method: str) -> None:
    office.order(cents=10_000)
    pay(office, 4_000, method)
    entry = entries(office)[0]
    assert (entry.kind, entry.method, entry.amount_cents, entry.memo, entry.by_name, entry.mode) == (
        "payment", method, 4_000, "Check 204", "Olive Marchetti", "live",
    )  # fmt: skip


@pytest.mark.parametrize("method", ["card", "bank_debit", "credit", "pigeon", ""])
def test_a_card_is_not_noted_by_hand(office: Office, method: str) -> None:
    office.order(cents=10_000)
    with pytest.raises(InvalidInput) as wrong:
        pay(office, 4_000, method)
    assert wrong.value.field == "method"
    assert entries(office) == []


def test_a_mistake_is_taken_back_by_its_opposite_once_and_the_first_entry_stays(office: Office) -> None:
    office.order(cents=10_000)
    entry = pay(office, 4_000)
    with pytest.raises(InvalidInput):
        take_back(office, entry, reason="")
    assert take_back(office, entry).due == 10_000
    assert take_back(office, entry).due == 10_000
    assert [(each.kind, each.amount_cents, each.about_id, each.memo) for each in entries(office)] == [
        ("payment", 4_000, None, "Check 204"),
        ("payment", -4_000, entry, "Typed twice"),
    ]
    with pytest.raises(NotOffline):
        take_back(office, entries(office)[1].id or 0)
    with pytest.raises(InvalidInput):
        refund(office, entry, 1)


def test_money_given_back_leaves_what_is_left_of_its_payment(office: Office) -> None:
    office.order(cents=10_000)
    entry = pay(office, 10_000, Method.CASH)
    assert refund(office, entry, 3_000, "r1").due == 3_000
    assert refund(office, entry, 3_000, "r1").due == 3_000
    for cents in (0, 7_001):
        with pytest.raises(InvalidInput) as wrong:
            refund(office, entry, cents, "r2")
        assert wrong.value.field == "amount_cents"
    with pytest.raises(PartlyGivenBack):
        take_back(office, entry)
    given_back = entries(office)[-1]
    assert (given_back.kind, given_back.method, given_back.amount_cents) == ("refund", "cash", -3_000)
    assert take_back(office, given_back.id or 0).due == 0
    assert entries(office)[-1].kind == "refund_returned"
    assert refund(office, entry, 10_000, "r3").due == 10_000


def test_two_refunds_at_once_give_back_no_more_than_came(office: Office) -> None:
    office.order(cents=10_000)
    entry = pay(office, 10_000)
    found = in_parallel([lambda key=key: refund(office, entry, 6_000, key) for key in ("a", "b", "c")])
    assert sum(isinstance(each, InvalidInput) for each in found) == 2
    assert sum(each.amount_cents for each in entries(office)) == 4_000


def test_who_may(office: Office) -> None:
    office.order(cents=10_000)
    entry = pay(office, 4_000)
    for who in ("carl", "tess", "pia", "ollie"):
        for verb in (take_back, lambda *each, by: refund(*each, 100, by=by)):
            with pytest.raises(NotAllowed):
                verb(office, entry, by=getattr(office.cast, who))
    for verb in (take_back, lambda *each, by: refund(*each, 100, by=by)):
        with pytest.raises(NotFound):
            verb(office, entry, by=office.cast.omar)
    assert len(entries(office)) == 1


def test_what_was_paid_online_is_not_corrected_by_hand(office: Office) -> None:
    order = office.order(cents=10_000)
    with office.database.unit_of_work() as db:
        online = LedgerEntry(
            studio_id=order.studio_id, order_id=order.id, kind="payment", method="card", mode="test", source_id="pi_1",
            currency="USD", amount_cents=10_000, at=NOW,
        )  # fmt: skip
        db.add(online)
        db.flush()
        entry = online.id
    for verb in (take_back, lambda *each: refund(*each, 100)):
        with pytest.raises(NotOffline):
            verb(office, entry)
