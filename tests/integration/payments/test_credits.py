"""Credit: given with a reason, used with one click, made of what was paid too much; never below zero."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing import crediting
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.crediting import NoCredit, NothingOver
from portal_app.domain.billing.models import CreditEntry, LedgerEntry
from portal_app.domain.billing.queries import balance
from portal_app.domain.customers.models import Customer
from portal_app.domain.notifications.models import Mail
from portal_app.domain.notifications.refund_mails import mail_credit
from portal_app.domain.orders.models import Order
from tests.conftest import NOW
from tests.integration.payments.conftest import in_parallel
from tests.integration.payments.office import Office

pytestmark = pytest.mark.proof("payments-06")


def give(office: Office, cents: int, reason: str = "A late delivery", key: str = "", customer: int = 0) -> int:
    who = customer or office.cast.carl_customer
    return office.do(crediting.give_credit, office.cast.olive, who, cents, reason, key or uuid4().hex)


def use(office: Office, number: int = 1001, key: str = "", by: str = "carl"):
    return office.do(crediting.use_credit, getattr(office.cast, by), BillName(order=number), key or uuid4().hex)


def credit(office: Office, by: str = "olive", customer: int = 0) -> crediting.CreditAccount:
    with office.database.reading() as db:
        return crediting.credit_account(db, getattr(office.cast, by), customer or office.cast.carl_customer)


def due(office: Office, order: Order) -> int:
    with office.database.reading() as db:
        return balance(db, order.id or 0).due


def test_one_click_uses_the_credit_or_what_is_due_whichever_is_less(office: Office) -> None:
    order, second = office.order(cents=10_000), office.order(number=1002, cents=10_000)
    assert give(office, 12_500) == 12_500
    assert use(office).due == 0
    assert credit(office).cents == 2_500
    assert use(office, 1002).due == 7_500
    assert credit(office).cents == 0
    with pytest.raises(NoCredit):
        use(office, 1002)
    assert [due(office, each) for each in (order, second)] == [0, 7_500]


def test_every_change_has_a_reason_a_person_and_what_was_left(office: Office) -> None:
    office.order(cents=10_000)
    give(office, 5_000, "A late delivery")
    use(office)
    rows = credit(office, "carl").rows
    assert [(row.amount_cents, row.after_cents, row.reason, row.order_number, row.by_name) for row in rows] == [
        (-5_000, 0, "Used for order 1001", 1001, "Carl Nakamura"),
        (5_000, 5_000, "A late delivery", None, "Olive Marchetti"),
    ]


def test_pressed_twice_it_happens_once(office: Office) -> None:
    office.order(cents=10_000)
    assert give(office, 9_000, key="a") == give(office, 9_000, key="a") == 9_000
    assert use(office, key="b").due == use(office, key="b").due == 1_000
    assert credit(office).cents == 0


def test_a_reason_and_an_amount_are_asked_for_and_only_what_is_left_is_taken_back(office: Office) -> None:
    with pytest.raises(InvalidInput) as none:
        give(office, 500, " ")
    assert none.value.field == "reason"
    give(office, 500)
    for cents in (0, -501):
        with pytest.raises(InvalidInput) as wrong:
            give(office, cents)
        assert wrong.value.field == "amount_cents"
    assert give(office, -500, "Given to the wrong person") == 0


def test_who_may(office: Office) -> None:
    office.order(cents=10_000)
    give(office, 500)
    for who in ("carl", "pia"):
        with pytest.raises(NotAllowed):
            office.do(crediting.give_credit, getattr(office.cast, who), office.cast.carl_customer, 500, "Mine", "k")
    with pytest.raises(NotFound):
        office.do(crediting.give_credit, office.cast.omar, office.cast.carl_customer, 500, "Theirs", "k")
    for who in ("omar", "tess", "ollie"):
        with pytest.raises(NotFound):
            use(office, by=who)
        with pytest.raises(NotFound):
            credit(office, who)
    with pytest.raises(NotAllowed):
        use(office, by="pia")
    assert use(office, by="olive").due == 9_500


def test_ten_clicks_at_once_never_use_more_than_there_is(office: Office) -> None:
    orders = [office.order(number=1001 + place, cents=3_000) for place in range(4)]
    give(office, 10_000)
    clicks = [lambda place=place: use(office, 1001 + place % 4) for place in range(10)]
    found = in_parallel(clicks)
    assert all(not isinstance(each, Exception) or isinstance(each, NoCredit) for each in found)
    assert credit(office).cents == 0
    assert sum(3_000 - due(office, order) for order in orders) == 10_000
    assert min(row.after_cents for row in credit(office).rows) == 0


def test_taking_back_and_using_at_once_leave_no_debt(office: Office) -> None:
    office.order(cents=4_000)
    give(office, 4_000)
    found = in_parallel([lambda: use(office), lambda: give(office, -4_000, "A mistake")])
    assert sum(isinstance(each, (NoCredit, InvalidInput)) for each in found) == 1
    assert credit(office).cents == 0


def test_what_was_paid_too_much_becomes_credit_once_and_names_its_payments(office: Office) -> None:
    order = office.order(cents=10_000)
    office.pay(1001, 4_000, "one")
    office.pay(1001, 6_000, "two")
    with office.database.unit_of_work() as db:
        row = db.get_one(Order, order.id)
        row.subtotal_cents = row.total_cents = 2_500
    made = in_parallel(
        [lambda key=key: office.do(crediting.keep_as_credit, office.cast.olive, BillName(order=1001), key) for key in ("x", "y")]
    )
    assert [each for each in made if each == 7_500] == [7_500]
    assert [type(each) for each in made if each != 7_500] == [NothingOver]
    with office.database.reading() as db:
        kept = balance(db, order.id or 0)
        entries = db.exec(select(LedgerEntry).where(LedgerEntry.kind == "credit").order_by(LedgerEntry.id)).all()
        assert [(each.amount_cents, db.get_one(LedgerEntry, each.about_id).source_id) for each in entries] == [
            (-6_000, "offline:two"),
            (-1_500, "offline:one"),
        ]
    assert (kept.paid, kept.due, kept.over) == (2_500, 0, 0)
    assert credit(office).cents == 7_500
    assert give(office, -7_500, "Sent back by transfer") == 0


def test_credit_that_an_order_was_paid_with_goes_back_to_the_purse(office: Office) -> None:
    order = office.order(cents=10_000)
    give(office, 4_000)
    use(office)
    with office.database.reading() as db:
        entry = db.exec(select(LedgerEntry.id)).one()
    back = (crediting.return_credit, office.cast.olive, entry)
    with pytest.raises(InvalidInput):
        office.do(*back, 4_001, "Sorry", "r0")
    assert office.do(*back, 1_000, "Sorry", "r1").due == 7_000
    assert office.do(*back, 1_000, "Sorry", "r1").due == 7_000
    with pytest.raises(InvalidInput):
        office.do(*back, 3_001, "Sorry", "r2")
    assert credit(office).cents == 1_000
    assert due(office, order) == 7_000


def test_records_of_one_account_are_one_purse_and_a_team_has_its_own(office: Office) -> None:
    cast = office.cast
    office.order(cents=10_000)
    with office.database.unit_of_work() as db:
        own = db.get_one(Customer, cast.carl_customer)
        claimed = Customer(
            studio_id=cast.harbor, account_id=own.account_id, name="Carl, a guest", email="old@x.example",
            email_key="old@x.example", created_at=NOW,
        )  # fmt: skip
        db.add(claimed)
        db.flush()
        other = claimed.id
    give(office, 1_000, customer=other)
    give(office, 2_000, customer=cast.carl_in_team)
    assert (credit(office).cents, credit(office, customer=cast.carl_in_team).cents) == (1_000, 2_000)
    assert use(office).due == 9_000
    with office.database.reading() as db:
        used = db.exec(select(CreditEntry.customer_id).where(CreditEntry.amount_cents < 0)).all()
        assert used == [cast.carl_customer]


def test_who_is_given_credit_sees_it_and_hears_of_it_once(office: Office) -> None:
    office.order(cents=10_000)
    give(office, 5_000, "A late delivery")
    with office.database.reading() as db:
        assert crediting.own_credit(db, office.cast.carl) == (5_000, "USD")
        assert crediting.own_credit(db, office.cast.omar)[0] == 0
    for _ in range(2):
        with office.database.unit_of_work() as db:
            mail_credit(db, db.exec(select(Fact).where(Fact.kind == "credit.given")).one(), now=NOW)
    with office.database.reading() as db:
        (mail,) = db.exec(select(Mail)).all()
        assert mail.subject == "$50.00 of credit from Harbor Light"
        assert "A late delivery" in mail.text


def test_a_slip_of_the_keys_gives_no_fortune(office: Office) -> None:
    with pytest.raises(InvalidInput, match="Give up to"):
        give(office, crediting.MOST_CENTS + 1)
    assert credit(office).cents == 0
