"""Invoices: drafts that follow their order, numbers without gaps, papers that keep what they say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.adapters.resealing import seal_anew
from portal_app.adapters.secret_box import SecretBox
from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from portal_app.core.viewer import Permission
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.billing import invoices, invoicing
from portal_app.domain.billing.invoicing import TypedLine
from portal_app.domain.billing.models import Invoice, InvoiceLine, LedgerEntry, PaymentPolicy
from portal_app.domain.notifications.invoice_mails import mail_invoice
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import Order, OrderLine
from portal_app.domain.studios.models import Studio
from portal_app.ui.shared.invoice_cards import InvoiceSheet, invoice_sheet
from tests.conftest import NOW
from tests.integration.payments.office import SEAL, TODAY, Office

pytestmark = pytest.mark.proof("payments-07")


def test_a_draft_follows_its_order_until_it_is_finalized(office: Office) -> None:
    order = office.order()
    draft = office.draft()
    assert office.draft() == draft
    office.add(order, "2D floor plan", 14_500)
    assert [line.name for line in office.page(draft).lines] == ["Signature photos", "2D floor plan"]
    assert office.finalize(draft) == "0001"
    office.add(order, "Twilight", 20_000, position=2)
    page = office.page(draft)
    assert [line.name for line in page.lines] == ["Signature photos", "2D floor plan"]
    assert (page.row.total_cents, page.row.standing, page.row.due_on) == (53_400, "open", TODAY + timedelta(days=14))


def test_a_finalized_invoice_keeps_lines_brand_and_names(office: Office) -> None:
    office.charge(office.order(), "discount", "AUTUMN10", 3_890)
    invoice = office.draft()
    office.finalize(invoice)
    before = office.page(invoice)
    with office.database.unit_of_work() as db:
        studio = db.get_one(Studio, office.cast.harbor)
        studio.name, studio.accent, studio.zone = "Renamed", "#000000", "Asia/Tokyo"
        order = db.exec(select(Order).where(Order.number == 1001)).one()
        order.customer_name = "Somebody Else"
        for line in db.exec(select(OrderLine)):
            line.name = "Changed"
        db.add(PaymentPolicy(studio_id=office.cast.bluebird, invoice_prefix="XX-"))
    after = office.page(invoice)
    assert (after.issuer, after.bill_to, after.lines) == (before.issuer, before.bill_to, before.lines)
    assert sum(line.amount_cents for line in after.lines) == after.row.total_cents == 35_010


@pytest.mark.parametrize("verb", ["save_lines", "discard_draft"])
def test_an_open_invoice_changes_its_memo_and_due_date_only(office: Office, verb: str) -> None:
    office.order()
    invoice = office.alone()
    office.finalize(invoice)
    more = {"save_lines": ([TypedLine("More", price="1")],), "discard_draft": ()}[verb]
    with pytest.raises(invoicing.NotADraft):
        office.do(getattr(invoicing, verb), office.cast.olive, invoice, *more, **({"is_taxed": False} if more else {}))
    office.do(invoicing.save_words, office.cast.olive, invoice, "Thank you\nfor the house", "2026-12-31")
    page = office.page(invoice)
    assert (page.memo, page.row.due_on, page.row.total_cents) == ("Thank you\nfor the house", date(2026, 12, 31), 8_000)


def test_finalizing_twice_gives_one_number(office: Office) -> None:
    office.order()
    draft = office.draft()
    assert [office.finalize(draft), office.finalize(draft)] == ["0001", "0001"]
    with office.database.reading() as db:
        assert db.exec(select(PaymentPolicy.next_invoice_number)).one() == 2


def test_numbers_have_no_gaps_when_many_finalize_at_once_and_some_fail(office: Office, full: bool) -> None:
    count = 60 if full else 14
    drafts = [office.alone() for _ in range(count)]

    def finalize(place: int) -> None:
        with office.database.unit_of_work() as db:
            invoicing.finalize(db, office.cast.olive, drafts[place], now=NOW)
            if place % 3 == 0:
                raise ZeroDivisionError  # the transaction is undone after the number was taken

    with ThreadPoolExecutor(8) as threads:
        outcomes = [threads.submit(finalize, place) for place in range(count) for _ in (1, 2)]
    failed = [outcome.exception() for outcome in outcomes]
    assert {type(each) for each in failed} == {type(None), ZeroDivisionError}
    with office.database.reading() as db:
        numbers = sorted(db.exec(select(Invoice.number).where(Invoice.status == "open")))
    assert numbers == list(range(1, len(drafts) - len(range(0, count, 3)) + 1))


def test_a_discarded_draft_leaves_no_gap_and_a_void_number_stays_used(office: Office) -> None:
    kept, dropped, third = (office.alone() for _ in range(3))
    office.do(invoicing.discard_draft, office.cast.olive, dropped)
    office.finalize(kept)
    office.do(invoicing.void_invoice, office.cast.olive, kept, "Wrong address")
    assert office.finalize(third) == "0002"
    page = office.page(kept)
    assert (page.row.standing, page.row.left_cents, page.void_reason, page.row.name) == ("void", 0, "Wrong address", "0001")


def test_two_studios_count_each_for_themselves(office: Office) -> None:
    office.finalize(office.alone())
    omar = office.cast.omar
    draft = office.do(invoicing.draft_alone, omar, office.cast.ollie_customer, SEAL)
    office.do(invoicing.save_lines, omar, draft, [TypedLine("Print", price="5")], is_taxed=False)
    assert office.do(invoicing.finalize, omar, draft) == "0001"


def test_paid_partly_and_overdue_follow_from_money_and_the_day(office: Office) -> None:
    office.order()
    invoice = office.draft()
    office.finalize(invoice)
    assert office.page(invoice).row.standing == "open"
    office.pay(1001, 10_000)
    page = office.page(invoice)
    assert (page.row.standing, page.paid_cents, page.row.left_cents) == ("partly", 10_000, 28_900)
    assert office.page(invoice, today=TODAY + timedelta(days=15)).row.standing == "overdue"
    office.pay(1001, 28_900, "rest")
    assert office.page(invoice, today=TODAY + timedelta(days=15)).row.standing == "paid"


def test_what_joins_a_paid_order_goes_on_a_second_invoice(office: Office) -> None:
    order = office.order()
    first = office.draft()
    office.finalize(first)
    with pytest.raises(invoicing.InvoiceIsOpen):
        office.draft()
    office.pay(1001, 38_900)
    with pytest.raises(invoicing.NothingToInvoice):
        office.draft()
    office.add(order, "2D floor plan", 14_500)
    second = office.draft()
    assert office.finalize(second) == "0002"
    assert [(line.name, line.amount_cents) for line in office.page(second).lines] == [("2D floor plan", 14_500)]
    assert [office.page(each).row.standing for each in (first, second)] == ["paid", "open"]
    office.pay(1001, 500, "more")
    assert [office.page(each).paid_cents for each in (first, second)] == [38_900, 500]
    assert [row.standing for row in office.rows()] == ["partly", "paid"]


def test_a_canceled_order_voids_what_nobody_paid_and_may_be_invoiced_its_late_fee(office: Office) -> None:
    order = office.order(status="accepted")
    invoice = office.draft()
    office.finalize(invoice)
    office.charge(order, "late", "Late cancellation", 7_500)
    with office.database.unit_of_work() as db:
        db.get_one(Order, order.id).status = "canceled"
        invoicing.void_unpaid(db, office.cast.olive, order.id, "The order was canceled.", now=NOW)
    assert office.page(invoice).row.standing == "void"
    late = office.draft()
    office.finalize(late)
    assert [(line.name, line.amount_cents) for line in office.page(late).lines] == [("Late cancellation", 7_500)]


def test_an_invoice_with_money_on_it_is_not_voided(office: Office) -> None:
    office.order()
    invoice = office.draft()
    office.finalize(invoice)
    office.pay(1001, 100)
    with pytest.raises(invoicing.MoneyOnIt):
        office.do(invoicing.void_invoice, office.cast.olive, invoice, "Wrong")
    with office.database.unit_of_work() as db:
        invoicing.void_unpaid(db, office.cast.olive, db.exec(select(Order.id)).one(), "Canceled", now=NOW)
    assert office.page(invoice).row.standing == "partly"


def test_a_standalone_invoice_is_paid_by_its_own_ledger(office: Office) -> None:
    invoice = office.alone(TypedLine("Album", "Linen, 30 pages", "2", "80"), TypedLine("Delivery", price="12.50"), is_taxed=True)
    office.finalize(invoice)
    page = office.page(invoice)
    assert [(line.kind, line.amount_cents) for line in page.lines] == [("line", 16_000), ("line", 1_250), ("tax", 543)]
    with office.database.unit_of_work() as db:
        db.add(
            LedgerEntry(
                studio_id=office.cast.harbor, invoice_id=page.id, kind="payment", mode="test", source_id="x", currency="USD",
                amount_cents=10_000, at=NOW,
            )
        )  # fmt: skip
    with office.database.reading() as db:
        balance = invoices.invoice_balances(db, [page.id])[page.id]
    assert (balance.paid, balance.due, balance.over) == (10_000, 7_793, 0)
    assert office.page(invoice).row.standing == "partly"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (TypedLine("", price="5"), "name-0"),
        (TypedLine("Album", price="five"), "price-0"),
        (TypedLine("Album", price="5.005"), "price-0"),
        (TypedLine("Album", quantity="0", price="5"), "quantity-0"),
    ],
)
def test_a_line_that_cannot_be_read_names_its_field(office: Office, line: TypedLine, field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        office.alone(line)
    assert wrong.value.field == field


def test_what_cannot_be_invoiced_says_why(office: Office) -> None:
    office.order(status="pending")
    with pytest.raises(invoicing.NotAcceptedYet):
        office.draft()
    empty = office.do(invoicing.draft_alone, office.cast.olive, office.cast.carl_customer, SEAL)
    with pytest.raises(invoicing.NothingOnIt):
        office.finalize(empty)
    with pytest.raises(NotFound):
        office.do(invoicing.draft_alone, office.cast.olive, office.cast.ollie_customer, SEAL)


def test_who_may_write_and_who_may_read(office: Office) -> None:
    office.order()
    draft = office.draft()
    cast = office.cast
    for by in (cast.carl, cast.pia, replace(cast.pia, granted=frozenset(Permission) - {Permission.SEE_MONEY})):
        with pytest.raises(NotAllowed):
            office.do(invoicing.finalize, by, draft)
        with pytest.raises(NotFound):
            office.page(draft, by)
    with pytest.raises(NotFound):
        office.do(invoicing.finalize, cast.omar, draft)
    office.finalize(draft)
    assert office.page(draft, cast.carl).row.total_cents == 38_900
    for by in (cast.tess, cast.omar, cast.ollie, cast.pia):
        with pytest.raises(NotFound):
            office.page(draft, by)
        assert office.rows(by) == []
    assert [row.public_id for row in office.rows(cast.carl)] == [draft]


def test_the_address_opens_the_invoice_and_nothing_else(office: Office) -> None:
    office.order()
    other = office.alone()
    office.finalize(other)
    draft = office.draft()
    with office.database.reading() as db:
        token = invoicing.address_of(db, office.cast.olive, draft, SEAL).removeprefix("/invoice/")
        assert invoices.viewer_of_invoice(db, office.cast.harbor, token) is None
    office.finalize(draft)
    with office.database.reading() as db:
        holder = invoices.viewer_of_invoice(db, office.cast.harbor, token)
        assert holder is not None
        assert invoices.held_invoice(db, holder, today=TODAY).row.public_id == draft
        assert invoices.viewer_of_invoice(db, office.cast.bluebird, token) is None
        assert invoices.viewer_of_invoice(db, office.cast.harbor, "x" * 43) is None
    assert [row.public_id for row in office.rows(holder)] == [draft]
    with pytest.raises(NotAllowed):
        office.do(lambda db, by, public, now: invoicing.address_of(db, by, public, SEAL), office.cast.carl, draft)


def test_mailing_leaves_a_fact_and_one_piece_of_work(office: Office) -> None:
    invoice = office.alone()
    with pytest.raises(Conflict):
        office.do(invoicing.send_invoice, office.cast.olive, invoice)
    office.finalize(invoice)
    office.do(invoicing.send_invoice, office.cast.olive, invoice)
    with office.database.reading() as db:
        kinds = [fact.kind for fact in db.exec(select(Fact).order_by(Fact.id))]
        assert kinds == ["invoice.drafted", "invoice.changed", "invoice.finalized", "invoice.sent"]
        assert [work.kind for work in db.exec(select(Work).where(Work.kind == "mail_invoice"))] == ["mail_invoice"]


def test_finalized_and_mailed_in_one_press_however_often_it_is_pressed(office: Office) -> None:
    invoice = office.alone()
    assert [office.do(invoicing.issue, office.cast.olive, invoice) for _ in range(2)] == ["0001"] * 2
    with office.database.reading() as db:
        assert len(db.exec(select(Work).where(Work.kind == "mail_invoice")).all()) == 1


def test_an_empty_draft_is_written_on_before_another_is_begun(office: Office) -> None:
    drafts = [office.do(invoicing.draft_alone, office.cast.olive, office.cast.carl_customer, SEAL) for _ in range(2)]
    assert drafts[0] == drafts[1]
    office.do(invoicing.save_lines, office.cast.olive, drafts[0], [TypedLine("Travel", price="80")], is_taxed=False)
    assert office.do(invoicing.draft_alone, office.cast.olive, office.cast.carl_customer, SEAL) != drafts[0]


def test_an_invoice_asks_for_no_more_than_its_order_owes(office: Office) -> None:
    """The price fell after it was finalized: paying the order in full settles it, and another may follow."""
    order = office.order()
    invoice = office.draft()
    office.finalize(invoice)
    office.add(order, "Two photos were blurred", -5_000, position=1)
    page = office.page(invoice)
    assert (page.row.total_cents, page.row.left_cents, page.row.standing) == (38_900, 33_900, "open")
    office.pay(1001, 33_900)
    page = office.page(invoice)
    assert (page.row.left_cents, page.row.standing, page.paid_cents) == (0, "paid", 33_900)
    office.add(order, "2D floor plan", 14_500, position=2)
    assert office.page(invoice).row.left_cents == 5_000, "what it said and the order did not owe for a while"


def test_thirty_invoices_are_read_in_as_many_statements_as_three(office: Office) -> None:
    def statements() -> int:
        told: list[str] = []
        listener = lambda _connection, _cursor, statement, *_: told.append(statement)  # noqa: E731
        event.listen(office.database.engine, "before_cursor_execute", listener)
        office.rows()
        event.remove(office.database.engine, "before_cursor_execute", listener)
        return len(told)

    counted = []
    for start, stop in ((0, 3), (3, 15)):
        for number in range(start, stop):
            office.order(2000 + number)
            office.finalize(office.draft(2000 + number))
            office.finalize(office.alone())
        counted.append(statements())
    assert counted[0] == counted[1] <= 10


def test_two_people_write_the_draft_of_one_order(office: Office) -> None:
    office.order()
    with ThreadPoolExecutor(6) as threads:
        drafts = {each.result() for each in [threads.submit(office.draft) for _ in range(6)]}
    assert len(drafts) == 1


def test_lines_are_gone_with_their_draft(office: Office) -> None:
    office.do(invoicing.discard_draft, office.cast.olive, office.alone())
    with office.database.reading() as db:
        assert not db.exec(select(InvoiceLine)).all()
    with pytest.raises(Problem):
        office.page("nothing")


def test_the_mail_carries_the_address_and_its_words_are_wiped_once_it_was_sent(office: Office) -> None:
    office.order()
    draft = office.draft()
    office.finalize(draft)
    office.pay(1001, 8_900)
    with office.database.unit_of_work() as db:
        invoice = db.exec(select(Invoice)).one()
        for fact_id in (7, 7):
            mail_invoice(db, invoice.id, fact_id, SEAL, now=NOW)
        [mail] = db.exec(select(Mail)).all()
        assert mail.is_secret
        assert (mail.subject, mail.to_email) == ("Invoice 0001 from Harbor Light", "carl@coastline.example")
        assert f"http://localhost:3000{invoicing.address_of(db, office.cast.olive, draft, SEAL)}" in mail.text
        assert "Please pay $300.00 by 7 Dec 2026." in mail.text
    with office.database.unit_of_work() as db:
        invoice = db.exec(select(Invoice)).one()
        invoice.status = "void"
        db.flush()
        mail_invoice(db, invoice.id, 8, SEAL, now=NOW)
        assert len(db.exec(select(Mail)).all()) == 1


def test_a_new_installation_key_opens_the_address_too(office: Office) -> None:
    invoice = office.alone()
    with office.database.unit_of_work() as db:
        before = invoicing.address_of(db, office.cast.olive, invoice, SEAL)
        seal_anew(db, SecretBox(b"n" * 32, b"k" * 32))
    with office.database.reading() as db:
        assert invoicing.address_of(db, office.cast.olive, invoice, SecretBox(b"n" * 32)) == before


def test_whoever_paid_what_was_made_void_meanwhile_reads_whose_money_it_is(office: Office) -> None:
    """The payer was on the payment page when it was made void."""
    invoice = office.alone()
    office.finalize(invoice)
    office.do(invoicing.void_invoice, office.cast.olive, invoice, "Written twice")
    assert sheet_of(office, invoice).note == "This invoice is void. There is nothing to pay for it."
    with office.database.unit_of_work() as db:
        row = db.exec(select(Invoice).where(Invoice.public_id == invoice)).one()
        db.add(
            LedgerEntry(
                studio_id=row.studio_id, invoice_id=row.id, kind="payment", method="card", mode="test", source_id="pi_late",
                currency="USD", amount_cents=8_000, memo="", by_name="", at=NOW,
            )
        )  # fmt: skip
    assert sheet_of(office, invoice).note.startswith("This invoice is void. $80.00 was paid for it and is yours:")


def sheet_of(office: Office, invoice: str) -> InvoiceSheet:
    return invoice_sheet(office.page(invoice), zone="America/Los_Angeles", pdf="")
