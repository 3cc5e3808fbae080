"""The ledger of a bill as people read it: every entry, what was paid after it, and what may still be done about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Permission
from portal_app.domain.billing import crediting, offline
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.ledgers import BillLedger, ledger_of_bill
from portal_app.domain.billing.models import LedgerEntry
from portal_app.ui.shared.bill_keys import bill_key, named
from portal_app.ui.shared.ledger_cards import books_card
from tests.conftest import NOW
from tests.integration.payments.conftest import Till
from tests.integration.payments.office import Office
from tests.integration.payments.parted import Parted, percents
from tests.integration.payments.refund_desk import Desk

pytestmark = [pytest.mark.proof("payments-02"), pytest.mark.proof("payments-13")]
BILL = BillName(order=1001)


@pytest.fixture
def kept(office: Office) -> Office:
    """100.00: a check of 60.00 with 10.00 given back, 30.00 of 50.00 credit used, and money that fits no bill."""
    order, cast = office.order(cents=10_000), office.cast
    office.do(offline.record_offline_payment, cast.olive, BILL, 6_000, "Check 204", "k1", method="check")
    office.do(offline.refund_offline, cast.olive, 1, 1_000, "A photo less", "k2")
    office.do(crediting.give_credit, cast.olive, cast.carl_customer, 3_000, "A late delivery", "k3")
    office.do(crediting.use_credit, cast.carl, BILL, "k4")
    office.do(crediting.give_credit, cast.olive, cast.carl_customer, 2_000, "Again", "k5")
    with office.database.unit_of_work() as db:
        stray = {"kind": "unallocated", "mode": "test", "source_id": "pi_9", "currency": "USD", "amount_cents": 7, "at": NOW}
        db.add(LedgerEntry(studio_id=order.studio_id, **stray))
    return office


def read(office: Office, who: str = "olive", bill: BillName = BILL, **changes: object) -> BillLedger:
    with office.database.reading() as db:
        return ledger_of_bill(db, replace(getattr(office.cast, who), **changes), bill)


def test_every_entry_in_words_with_what_was_paid_after_it(kept: Office) -> None:
    found = read(kept)
    card = books_card(found, zone="UTC")
    assert [(row.words, row.amount, row.after) for row in card.rows] == [
        ("Payment by check", "+$60.00", "$60.00"),
        ("Refund by check", "−$10.00", "$50.00"),
        ("Credit used", "+$30.00", "$80.00"),
    ]
    assert (card.due, card.over, card.credit, card.usable) == ("$20.00", "", "$20.00", "$20.00")
    assert [row.who for row in found.rows] == ["Olive Marchetti", "Olive Marchetti", "Carl Nakamura"]
    assert "A photo less" in card.rows[1].caption


def test_what_may_be_done_about_each(kept: Office) -> None:
    assert [(row.refundable_cents, row.can_take_back) for row in read(kept).rows] == [(5_000, False), (0, True), (3_000, False)]
    withheld = frozenset({Permission.REFUND})
    assert [row.refundable_cents for row in read(kept, "olive", role="admin", withheld=withheld).rows] == [0, 0, 0]


def test_the_customer_reads_it_without_what_is_the_studios_own(kept: Office) -> None:
    found = read(kept, "carl")
    assert [row.amount_cents for row in found.rows] == [6_000, -1_000, 3_000]
    assert {(row.who, row.reference, row.refundable_cents, row.can_take_back) for row in found.rows} == {("", "", 0, False)}


@pytest.mark.parametrize("who", ["omar", "ollie", "tess", "pia"])
def test_nobody_else_reads_it(kept: Office, who: str) -> None:
    with pytest.raises(NotFound):
        read(kept, who)


def test_as_many_statements_for_many_entries_as_for_few(kept: Office) -> None:
    def statements() -> int:
        asked: list[str] = []
        engine = kept.database.engine
        event.listen(engine, "before_cursor_execute", listen := lambda *each: asked.append(each[2]))
        try:
            read(kept)
        finally:
            event.remove(engine, "before_cursor_execute", listen)
        return len(asked)

    few = statements()
    for place in range(5):
        kept.do(offline.record_offline_payment, kept.cast.olive, BILL, 100, "", f"more{place}", method="cash")
    assert statements() == few


def test_an_invoice_without_an_order_has_a_ledger_of_its_own(office: Office, till: Till) -> None:
    """80.00: a check of 30.00 noted by mistake and taken back, 20.00 of credit, and the rest by card with 10.00 given back."""
    cast, desk = office.cast, Desk(till, office.cast)
    office.finalize(alone := office.alone())
    bill = BillName(invoice=alone)
    office.finalize(another := office.alone())
    office.do(offline.record_offline_payment, cast.olive, BillName(invoice=another), 8_000, "", "k0", method="cash")
    office.do(offline.record_offline_payment, cast.olive, bill, 3_000, "Check 9", "k1", method="check")
    (noted,) = read(office, bill=bill).rows
    assert (noted.can_take_back, noted.refundable_cents, read(office, bill=bill).balance.due) == (True, 3_000, 5_000)
    office.do(offline.take_back_offline, cast.olive, noted.entry_id, "Another customer's")
    office.do(crediting.give_credit, cast.olive, cast.carl_customer, 2_000, "A late delivery", "k2")
    assert read(office, bill=bill).credit_cents == 2_000
    office.do(crediting.use_credit, cast.olive, bill, "k3")
    desk.paid(alone)
    online = read(office, bill=bill).rows[-1]
    assert (online.is_online, online.refundable_cents) == (True, 6_000)
    assert desk.refund(1_000, entry=online.entry_id) == "succeeded"

    found = read(office, bill=bill)
    card = books_card(found, zone="UTC")
    assert [(row.words, row.amount, row.after) for row in card.rows] == [
        ("Payment by check", "+$30.00", "$30.00"),
        ("Payment by check, taken back", "−$30.00", "$0.00"),
        ("Credit used", "+$20.00", "$20.00"),
        ("Payment by card", "+$60.00", "$80.00"),
        ("Refund by card", "−$10.00", "$70.00"),
    ]
    assert [row.refundable_cents for row in found.rows] == [0, 0, 2_000, 5_000, 0]
    assert (card.bill, card.due, card.over, card.usable) == (f"invoice-{alone}", "$10.00", "", "")
    assert {(row.who, row.refundable_cents) for row in read(office, "carl", bill).rows} == {("", 0)}


@pytest.mark.parametrize("who", ["omar", "ollie", "tess", "pia"])
def test_nobody_else_reads_that_of_an_invoice(office: Office, who: str) -> None:
    office.finalize(alone := office.alone())
    with pytest.raises(NotFound):
        read(office, who, BillName(invoice=alone))


def test_neither_an_orders_invoice_nor_a_payers_share_has_one(office: Office) -> None:
    parted = Parted(office.database, office.cast, office.order().id or 0, 1001)
    office.finalize(of_order := office.draft())
    parted.split(percents("60", "40"))
    for name in (BillName(invoice=of_order), BillName(share=parted.payers[1].public_id)):
        with pytest.raises(NotFound):
            read(office, bill=name)


def test_a_bill_is_found_again_by_its_key() -> None:
    for name in (BillName(order=1042), BillName(invoice="ab-12")):
        assert named(bill_key(name)) == name
    for mangled in ("order-", "order-²", f"order-{10**30}", "what", ""):
        assert named(mangled).order == 0
