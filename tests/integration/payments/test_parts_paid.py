"""Payers pay their parts by their own links; invoices are paid where they are read; whoever paid comes back there."""

from __future__ import annotations

import pytest
from sqlmodel import select

from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer, guest_viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.amounts import NothingDue, Part
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.collecting import collected_by
from portal_app.domain.billing.dividing import PaymentUnderWay, path_of
from portal_app.domain.billing.invoices import viewer_of_invoice
from portal_app.domain.billing.invoicing import address_of
from portal_app.domain.billing.models import LedgerEntry, PaymentLine, Share
from portal_app.domain.billing.policies import locked_policy
from portal_app.domain.billing.returning import mode_of_guests, way_back, way_kept
from portal_app.domain.billing.shares import viewer_of_share
from portal_app.domain.notifications import receipts
from portal_app.domain.notifications.models import Mail
from portal_app.domain.notifications.share_mails import mail_share
from tests.conftest import Cast
from tests.integration.payments.conftest import Till, in_parallel
from tests.integration.payments.office import SEAL, Office
from tests.integration.payments.parted import ANA, Parted, percents

pytestmark = [pytest.mark.proof("payments-08"), pytest.mark.proof("payments-04")]


@pytest.fixture
def parted(till: Till, cast: Cast) -> Parted:
    """Carl pays 60 percent of order 1001, Ana 40."""
    assert till.order
    split = Parted(till.database, cast, till.order.id or 0, 1001, till.gateway)
    split.split(percents("60", "40"))
    return split


def holder(parted: Parted, place: int) -> Viewer:
    with parted.database.reading() as db:
        found = viewer_of_share(db, parted.cast.harbor, parted.token(place))
    assert found
    return found


def part_of(parted: Parted, place: int) -> Part:
    return Part(BillName(share=parted.payers[place].public_id))


def settle(till: Till, which: int = -1) -> str:
    """The buyer pays on the page of an attempt, and we ask."""
    attempt = till.attempts[which]
    till.stand_in.buyer(session=attempt.session_id)
    return till.reconcile(attempt.public_id)


def test_each_payer_pays_by_their_own_link_and_the_order_is_paid(till: Till, parted: Parted) -> None:
    ana = holder(parted, 1)
    pages = in_parallel(
        [lambda: till.pay(ana, part_of(parted, 1)), lambda: till.pay(parted.cast.carl), lambda: till.pay(ana, part_of(parted, 1))]
    )
    assert pages[0] == pages[2] != pages[1]
    hers, his = sorted(till.attempts, key=lambda each: each.amount_cents)
    assert (hers.amount_cents, hers.payer_email, his.amount_cents) == (19103, ANA, 28654)
    assert len(till.sessions()) == 2
    for attempt in (hers, his):
        till.stand_in.buyer(session=attempt.session_id)
        assert till.reconcile(attempt.public_id) == "paid"
    assert parted.due == [0, 0]
    assert till.due() == 0
    entries = {entry.share_id: entry.amount_cents for entry in till.rows(LedgerEntry)}
    assert entries == {parted.payers[0].id: 28654, parted.payers[1].id: 19103}
    with pytest.raises(NothingDue):
        till.pay(ana, part_of(parted, 1))


def test_a_payer_reads_of_their_part_alone(till: Till, parted: Parted) -> None:
    till.pay(holder(parted, 1), part_of(parted, 1))
    settle(till)
    with till.database.unit_of_work() as db:
        for fact in db.exec(select(Fact).where(Fact.kind == "payment.received")):
            receipts.mail_receipt(db, fact, now=utc_now())
        mail_share(db, parted.payers[0].id, 7, SEAL, now=utc_now())
        mail_share(db, parted.payers[1].id, 7, SEAL, now=utc_now())
    mails = {(mail.kind, mail.to_email): mail for mail in till.rows(Mail)}
    assert set(mails) == {("receipt", ANA), ("receipt", "carl@coastline.example"), ("share", "carl@coastline.example")}
    hers = mails["receipt", ANA]
    assert hers.subject == "Receipt: $191.03 for part of order 1001, 1187 Ocean View Blvd (Ana Reyes)"
    assert "477.57" not in hers.text + hers.html
    assert "Paid in full" in hers.text
    assert parted.token(0) in mails["share", "carl@coastline.example"].text
    assert "$286.54" in mails["share", "carl@coastline.example"].text


def test_a_link_pays_nothing_else(till: Till, parted: Parted) -> None:
    ana = holder(parted, 1)
    for other in (part_of(parted, 0), 1001):
        with pytest.raises(NotFound):
            till.pay(ana, other)
    with pytest.raises(NotFound):
        till.pay(parted.cast.omar, part_of(parted, 1))
    assert till.requests() == []


def test_before_a_split_changes_open_pages_close(till: Till, parted: Parted) -> None:
    ana = holder(parted, 1)
    till.pay(ana, part_of(parted, 1))
    parted.split(percents("50", "50"))
    assert till.gateway.checkout(till.attempts[0].session_id or "").status == "expired"
    assert "error" in till.stand_in.buyer(session=till.attempts[0].session_id)
    parted.undo()
    assert ana.share_id
    with pytest.raises(NotFound):
        till.pay(ana, part_of_share(till, ana))
    till.pay(parted.cast.carl)
    assert till.attempts[-1].amount_cents == 47757


def test_who_paid_while_the_split_changed_has_paid(till: Till, parted: Parted) -> None:
    till.pay(holder(parted, 1), part_of(parted, 1))
    till.stand_in.buyer(session=till.attempts[0].session_id)
    parted.undo()
    assert till.ledger == [("payment", 19103)]
    assert till.due() == 47757 - 19103


def test_a_bank_debit_on_its_way_keeps_the_split_as_it_is(till: Till, parted: Parted) -> None:
    till.pay(holder(parted, 1), part_of(parted, 1))
    till.stand_in.buyer(session=till.attempts[0].session_id, debit=True)
    assert till.reconcile(till.attempts[0].public_id) == "processing"
    assert [one.is_on_its_way for one in parted.payers] == [False, True]
    for change in (lambda: parted.split(percents("50", "50")), parted.undo):
        with pytest.raises(PaymentUnderWay):
            change()
    till.pay(parted.cast.carl)
    assert settle(till) == "paid"
    assert parted.due == [0, 19103]


def test_the_page_of_a_whole_order_closes_when_it_is_split(till: Till, cast: Cast) -> None:
    assert till.order
    till.pay(cast.carl)
    split = Parted(till.database, cast, till.order.id or 0, 1001, till.gateway)
    split.split(percents("60", "40"))
    assert till.gateway.checkout(till.attempts[0].session_id or "").status == "expired"
    till.pay(cast.carl)
    (line,) = [line for line in till.rows(PaymentLine) if line.is_live]
    assert (line.amount_cents, line.share_id, line.name) == (
        28654, split.payers[0].id, "Part of order 1001, 1187 Ocean View Blvd (Carl Nakamura)",
    )  # fmt: skip


def test_who_paid_comes_back_to_their_own_page(till: Till, parted: Parted) -> None:
    ana, here = holder(parted, 1), guest_viewer(parted.cast.harbor)
    with till.database.reading() as db:
        kept = way_kept(db, ana)
    assert kept == f"/pay/{ana_id(parted)}"
    till.pay(ana, part_of(parted, 1), return_to=kept)
    attempt = till.attempts[0].public_id
    with till.database.unit_of_work() as db:
        assert mode_of_guests(db, here, attempt, now=utc_now()) == "test"
        assert way_back(db, here, attempt, SEAL, now=utc_now()) == path_of(parted.share(1), SEAL)
        assert mode_of_guests(db, guest_viewer(parted.cast.bluebird), attempt, now=utc_now()) == ""


def test_a_way_back_that_was_made_up_leads_to_nothing_secret(till: Till, parted: Parted, office: Office) -> None:
    """A browser says on which page Pay was pressed: it must not learn the address of another's page."""
    invoice = office.alone()
    office.finalize(invoice)
    for kept in (f"/pay/{ana_id(parted)}", f"/invoice/{invoice}", "/invoice/", "/pay/x/y"):
        till.pay(parted.cast.carl, return_to=kept)
        with till.database.unit_of_work() as db, pytest.raises(NotFound):
            way_back(db, guest_viewer(parted.cast.harbor), till.attempts[0].public_id, SEAL, now=utc_now())


@pytest.mark.proof("payments-07")
def test_an_invoice_is_paid_by_its_address_and_leads_back_to_it(till: Till, cast: Cast, office: Office) -> None:
    invoice = office.alone()
    office.finalize(invoice)
    with till.database.reading() as db:
        path = address_of(db, cast.olive, invoice, SEAL)
        by = viewer_of_invoice(db, cast.harbor, path.removeprefix("/invoice/"))
        assert by
        kept, collected = way_kept(db, by), collected_by(db, by, invoice)
    assert (kept, collected.cents, collected.part) == (f"/invoice/{invoice}", 8000, Part(BillName(invoice=invoice)))
    till.pay(by, collected.part, return_to=kept)
    with till.database.unit_of_work() as db:
        assert way_back(db, guest_viewer(cast.harbor), till.attempts[0].public_id, SEAL, now=utc_now()) == path
    assert settle(till) == "paid"
    assert office.page(invoice).row.standing == "paid"
    with till.database.reading() as db:
        assert collected_by(db, by, invoice).cents == 0
        with pytest.raises(NotFound):
            collected_by(db, cast.omar, invoice)


@pytest.mark.proof("payments-07")
def test_the_button_of_an_order_s_invoice_takes_its_own_amount(till: Till, cast: Cast, office: Office) -> None:
    order = office.order(1002, 20_000)
    invoice = office.draft(1002)
    office.finalize(invoice)

    def collected() -> tuple[int, int | None]:
        with till.database.reading() as db:
            found = collected_by(db, cast.carl, invoice)
        return found.cents, found.part.cents

    assert collected() == (20_000, None)
    office.add(order, "2D floor plan", 14_500)
    assert collected() == (20_000, 20_000)
    with till.database.unit_of_work() as db:
        locked_policy(db, cast.harbor).takes_parts = False
    assert collected() == (34_500, None)
    office.pay(1002, 20_000)
    assert collected() == (0, None)


def ana_id(parted: Parted) -> str:
    return parted.payers[1].public_id


def part_of_share(till: Till, by: Viewer) -> Part:
    with till.database.reading() as db:
        return Part(BillName(share=db.get_one(Share, by.share_id).public_id))
