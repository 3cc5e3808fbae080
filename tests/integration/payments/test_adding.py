"""What the studio adds to an order or takes off it later, and what that does to what is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.queries import balance
from portal_app.domain.catalog.models import TaxGroup, TaxRate
from portal_app.domain.notifications.change_mails import mail_items_changed
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders import adding
from portal_app.domain.orders.adding import Change, LastLine, Moved, NotNow
from portal_app.domain.orders.models import Order, OrderCharge, OrderLine
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.service import accept
from tests.conftest import NOW, Cast
from tests.integration.payments.conftest import in_parallel
from tests.integration.payments.office import Office

pytestmark = [pytest.mark.proof("payments-02")]


@dataclass
class Counter:
    """Olive, and an order of Carl's that was booked and accepted: photos with tax of ten percent."""

    office: Office
    number: int

    def do(self, verb: Any, *args: Any, by: str = "olive", **more: Any) -> adding.Added:
        return self.office.do(verb, getattr(self.office.cast, by), self.number, *args, **more)

    def own(self, name: str = "Rush", price: str = "50", quantity: str = "1", **more: Any) -> adding.Added:
        return self.do(adding.add_own, name, price, quantity, **more)

    @property
    def order(self) -> Order:
        return self.rows(Order)[0]

    @property
    def due(self) -> int:
        with self.office.database.reading() as db:
            return balance(db, self.order.id or 0).due

    @property
    def over(self) -> int:
        with self.office.database.reading() as db:
            return balance(db, self.order.id or 0).over

    def rows(self, table: type) -> list[Any]:
        with self.office.database.reading() as db:
            found = list(db.exec(select(table).order_by(table.id)).all())
            db.expunge_all()
            return found


@pytest.fixture
def counter(database: Database, cast: Cast, office: Office) -> Counter:
    with database.unit_of_work() as db:
        rates = db.exec(select(TaxRate).join(TaxGroup).where(TaxGroup.studio_id == cast.harbor)).all()
        for place, rate in enumerate(rates):
            rate.name, rate.basis_points = ("Tax", 1000) if place == 0 else (rate.name, 0)
            db.add(rate)
    request = OrderRequest(
        request_key="k", street="1 Pine Street", town="Carmel", area="2940", services=(cast.photos,), starts_at=None, wish="soon"
    )
    with database.unit_of_work() as db:
        number = place_order(db, cast.carl, request, now=NOW)
    return Counter(office, number)


@pytest.fixture
def accepted(counter: Counter) -> Counter:
    with counter.office.database.unit_of_work() as db:
        accept(db, counter.office.cast.olive, counter.number, now=NOW)
    return counter


def test_an_item_added_to_a_paid_order_leaves_it_partly_paid(accepted: Counter) -> None:
    total = accepted.order.total_cents
    accepted.office.pay(accepted.number, total)
    assert accepted.due == 0
    added = accepted.own("Rush delivery", "50")
    assert (added.before_cents, added.total_cents) == (total, total + 5_500)
    assert accepted.due == 5_500
    row = accepted.order
    assert row.total_cents == row.subtotal_cents + row.tax_cents


def test_what_is_in_the_catalog_is_priced_for_the_property_and_keeps_its_service(accepted: Counter) -> None:
    cast, total = accepted.office.cast, accepted.order.total_cents
    with accepted.office.database.reading() as db:
        cards = {card.public_id: card for card in adding.addable(db, cast.olive, accepted.number)}
    card = cards[cast.photos]
    added = accepted.do(adding.add_offer, cast.photos, "2")
    assert added.total_cents - total == 2 * card.unit_cents * 11 // 10
    first, second = accepted.rows(OrderLine)
    assert (second.service_id, second.quantity, second.unit_cents, second.minutes) == (
        first.service_id, 2, first.unit_cents, 2 * first.minutes,
    )  # fmt: skip


def test_added_and_taken_off_again_it_costs_what_it_did(accepted: Counter) -> None:
    before = accepted.order
    charges = [(each.kind, each.amount_cents, each.terms) for each in accepted.rows(OrderCharge)]
    accepted.own()
    accepted.do(adding.set_quantity, 1, 3)
    assert accepted.order.subtotal_cents == before.subtotal_cents + 15_000
    assert accepted.do(adding.set_quantity, 1, 0).total_cents == before.total_cents
    assert [(each.kind, each.amount_cents, each.terms) for each in accepted.rows(OrderCharge)] == charges
    assert [line.position for line in accepted.rows(OrderLine)] == [0]
    told = [fact.details for fact in accepted.rows(Fact) if fact.kind == "order.items_changed"]
    assert [each["what"] for each in told] == ["Added Rush", "3 × Rush instead of 1", "Took Rush off"]
    assert [each["before_cents"] for each in told[1:]] == [each["total_cents"] for each in told[:-1]]


def test_taxes_of_today_do_not_change_what_was_agreed(accepted: Counter) -> None:
    total = accepted.order.total_cents
    with accepted.office.database.unit_of_work() as db:
        rate = db.exec(select(TaxRate).where(TaxRate.basis_points == 1000)).one()
        rate.basis_points = 2000
        db.add(rate)
    assert accepted.own(price="100", is_taxed=False).total_cents == total + 10_000
    assert accepted.own(price="100").total_cents == total + 22_000


def test_money_taken_off_lowers_the_tax_too_and_what_was_paid_beyond_is_over(accepted: Counter) -> None:
    total = accepted.order.total_cents
    accepted.office.pay(accepted.number, total)
    assert accepted.do(adding.take_off, "Two photos were blurred", "50").total_cents == total - 5_500
    row = accepted.order
    assert row.total_cents == row.subtotal_cents + row.tax_cents
    assert (accepted.due, accepted.over) == (0, 5_500)
    assert accepted.rows(Fact)[-1].details["what"] == "Took $50.00 off: Two photos were blurred"
    assert accepted.do(adding.set_quantity, 1, 0).total_cents == total
    assert (accepted.due, accepted.over) == (0, 0)


def test_no_more_comes_off_than_an_order_costs(accepted: Counter) -> None:
    before = accepted.order
    whole = f"{before.subtotal_cents // 100}.{before.subtotal_cents % 100:02}"
    with pytest.raises(adding.TooMuchOff):
        accepted.do(adding.take_off, "All of it and more", f"{before.subtotal_cents // 100 + 1}")
    assert accepted.order.total_cents == before.total_cents
    assert accepted.do(adding.take_off, "All of it", whole).total_cents == 0
    with pytest.raises(adding.TooMuchOff):
        accepted.do(adding.set_quantity, 0, 0)


def test_the_second_click_adds_nothing(accepted: Counter) -> None:
    total = accepted.order.total_cents
    found = in_parallel([lambda: accepted.own(change=Change(total)) for _ in range(3)])
    assert sum(isinstance(each, Moved) for each in found) == 2
    assert accepted.order.total_cents == total + 5_500
    assert accepted.do(adding.set_quantity, 1, 1, Change(total + 5_500)).total_cents == total + 5_500


@pytest.mark.parametrize(
    ("verb", "args", "field"),
    [
        (adding.add_own, ("", "5", "1"), "name"),
        (adding.add_own, ("Rush", "", "1"), "price"),
        (adding.add_own, ("Rush", "-5", "1"), "price"),
        (adding.add_own, ("Rush", "5", "100"), "quantity"),
        (adding.take_off, ("", "5"), "name"),
        (adding.take_off, ("Blurred", ""), "price"),
        (adding.take_off, ("Blurred", "-5"), "price"),
        (adding.add_offer, ("nothing", "1"), "offer"),
        (adding.set_quantity, (0, 100), "quantity"),
        (adding.set_quantity, (0, -1), "quantity"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(accepted: Counter, verb: Any, args: tuple, field: str) -> None:
    before = accepted.order.total_cents
    with pytest.raises(InvalidInput) as wrong:
        accepted.do(verb, *args)
    assert wrong.value.field == field
    assert accepted.order.total_cents == before


def test_the_last_line_stays_and_a_line_that_is_not_there_is_not_found(accepted: Counter) -> None:
    with pytest.raises(LastLine):
        accepted.do(adding.set_quantity, 0, 0)
    with pytest.raises(NotFound):
        accepted.do(adding.set_quantity, 7, 1)


def test_a_pending_or_canceled_order_stays_as_it_is(counter: Counter) -> None:
    with pytest.raises(NotNow):
        counter.own()
    with counter.office.database.unit_of_work() as db:
        db.exec(select(Order)).one().status = "canceled"
    with pytest.raises(NotNow):
        counter.own()


@pytest.mark.parametrize(("who", "refusal"), [("carl", NotAllowed), ("pia", NotAllowed), ("omar", NotFound), ("tess", NotFound)])
def test_only_who_accepts_orders_and_sees_money(accepted: Counter, who: str, refusal: type) -> None:
    with pytest.raises(refusal):
        accepted.own(by=who)


def test_the_customer_hears_of_another_total_unless_the_studio_keeps_it_quiet(accepted: Counter) -> None:
    def mails() -> list[Mail]:
        return [mail for mail in accepted.rows(Mail) if mail.kind == "items_changed"]

    def react() -> None:
        with accepted.office.database.unit_of_work() as db:
            fact = db.exec(select(Fact).where(Fact.kind == "order.items_changed").order_by(Fact.id.desc())).first()
            mail_items_changed(db, fact, now=NOW)

    accepted.own()
    react()
    react()
    accepted.own("Quiet", change=Change(is_quiet=True))
    react()
    (mail,) = mails()
    assert mail.to_email == accepted.office.cast.carl.email
    assert "Added Rush" in mail.text
    assert "Total now" in mail.text
