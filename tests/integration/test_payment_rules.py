"""The studio's own rules of money, written at once or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.models import Invoice, PaymentPolicy
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.billing.ruling import own_payment_policy, save_payment_policy
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("payments-13")

TYPED = {
    "relocks_on_dispute": "on", "takes_parts": "off", "keeps_cards": "on", "cancel_refund": "full", "invoice_prefix": "HL-",
    "next_invoice_number": "120", "invoice_due_days": "30", "invoice_memo": "Thank you.", "tax_id": "94-1",
    "payable_to": "Bank of the Bay\r\nAccount 12",
}  # fmt: skip


def save(database: Database, by, **changes: str) -> PaymentPolicy:
    with database.unit_of_work() as db:
        save_payment_policy(db, by, TYPED | changes, now=NOW)
    with database.reading() as db:
        return PaymentPolicy(**payment_policy(db, by.studio_id).model_dump())


def test_every_rule_is_kept_and_told_once(database: Database, cast: Cast) -> None:
    kept = save(database, cast.olive)
    assert (kept.relocks_on_dispute, kept.takes_parts, kept.keeps_cards, kept.cancel_refund) == (True, False, True, "full")
    assert (kept.invoice_prefix, kept.next_invoice_number, kept.invoice_due_days) == ("HL-", 120, 30)
    assert kept.payable_to == "Bank of the Bay\nAccount 12"
    save(database, cast.olive)
    with database.reading() as db:
        assert own_payment_policy(db, cast.olive).tax_id == "94-1"
        assert own_payment_policy(db, cast.omar).tax_id == ""
        (fact,) = db.exec(select(Fact).where(Fact.kind == "payment_policy.changed")).all()
        assert "next invoice number" in fact.details["what"]


WRONG = {
    "cancel_refund": "some", "invoice_prefix": "H" * 13, "next_invoice_number": "0", "invoice_due_days": "400",
    "invoice_memo": "x" * 1001, "tax_id": "9\t4", "payable_to": "a\x00b",
}  # fmt: skip


@pytest.mark.parametrize("field", WRONG)
def test_one_wrong_rule_keeps_all_as_they_were(database: Database, cast: Cast, field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        save(database, cast.olive, **{field: WRONG[field]})
    assert wrong.value.field == field
    with database.reading() as db:
        assert payment_policy(db, cast.harbor).cancel_refund == "minus_fee"


def test_a_number_that_was_used_never_comes_again(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        db.add(
            Invoice(
                public_id="used", studio_id=cast.harbor, customer_id=cast.carl_customer, number=120, status="void", currency="USD",
                token_hash="used", token_box=b"-", created_at=NOW - timedelta(days=1),
            )
        )  # fmt: skip
    with pytest.raises(InvalidInput, match="Number 120 is used already"):
        save(database, cast.olive)
    assert save(database, cast.olive, next_invoice_number="121").next_invoice_number == 121
    assert save(database, cast.omar).next_invoice_number == 120


def test_who_may(database: Database, cast: Cast) -> None:
    for by in (cast.pia, cast.carl, replace(cast.olive, behind="x", behind_account_id=1)):
        with pytest.raises(NotAllowed):
            save(database, by)
