"""The secret address of an order's status page: whom it lets in, what it shows, and the mail that carries it."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from portal_app.core.errors import NotFound
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Role, guest_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.catalog.models import Service
from portal_app.domain.notifications.models import Mail
from portal_app.domain.notifications.writing import mail_order_accepted, mail_order_placed
from portal_app.domain.orders.links import link_of_request, viewer_of_link
from portal_app.domain.orders.models import Order, OrderLink
from portal_app.domain.orders.placing import GuestRequest, OrderRequest, place_order
from portal_app.domain.orders.queries import order_page, order_rows
from portal_app.ui.public.status.state import status_card
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("booking-03")

KEY = "guest-request-0001"


def asked(service: str, key: str = KEY, email: str = "gus@elsewhere.example") -> OrderRequest:
    return OrderRequest(
        request_key=key,
        street="8 Secret Cove",
        town="Carmel, CA 93923",
        area="1800",
        services=(service,),
        starts_at=None,
        wish="soon",
        access_notes="zz-the-dog-bites",
        entry="lockbox",
        entry_code="zz-4711",
        phone="(831) 555-0100",
        guest=GuestRequest("Gus Guest", email, "(831) 555-0100"),
    )


class Plain:
    """A seal that can be looked through."""

    def seal(self, secret: str, context: str) -> bytes:
        return secret.encode()

    def open(self, sealed: bytes, context: str) -> str:
        return sealed.decode()


def place(database: Database, cast: Cast, **more) -> int:
    with database.unit_of_work() as db:
        service = db.exec(select(Service.public_id).where(Service.studio_id == cast.harbor, Service.kind == "service")).first()
        return place_order(db, guest_viewer(cast.harbor), asked(service, **more), now=NOW, seal=Plain())


def token_of(database: Database, cast: Cast, key: str = KEY) -> str:
    with database.unit_of_work() as db:
        return link_of_request(db, guest_viewer(cast.harbor), key, now=NOW)


def test_whoever_has_the_address_sees_the_order_and_nothing_else(database: Database, cast: Cast) -> None:
    number = place(database, cast)
    other = place(database, cast, key="guest-request-0002")
    token = token_of(database, cast)
    with database.reading() as db:
        by = viewer_of_link(db, cast.harbor, token)
        assert by is not None
        assert (by.role, by.account_id, by.email) == (Role.LINK, None, "")
        assert [row.number for row in order_rows(db, by).rows] == [number]
        with pytest.raises(NotFound):
            order_page(db, by, other)
        card = status_card(order_page(db, by, number), zone="America/Los_Angeles", unit="sq ft", studio="Harbor Light")
    assert card.street == "8 Secret Cove"
    for secret in ("zz-", "Gus", "gus@", "555-0100"):
        assert secret not in repr(card)


def test_the_address_is_kept_as_a_fingerprint_and_opens_nothing_elsewhere(database: Database, cast: Cast) -> None:
    place(database, cast)
    token = token_of(database, cast)
    with database.unit_of_work() as db:
        link = db.exec(select(OrderLink)).one()
        assert link.token_hash == fingerprint(token)
        assert viewer_of_link(db, cast.bluebird, token) is None
        assert viewer_of_link(db, cast.harbor, token[:-1]) is None
        assert viewer_of_link(db, cast.harbor, "") is None
        link.revoked_at = NOW
    with database.reading() as db:
        assert viewer_of_link(db, cast.harbor, token) is None


def test_only_the_tab_that_placed_it_gets_one(database: Database, cast: Cast) -> None:
    place(database, cast)
    for by, key in (
        (guest_viewer(cast.harbor), "another"),
        (guest_viewer(cast.bluebird), KEY),
        (guest_viewer(cast.harbor), ""),
        (cast.carl, KEY),
    ):
        with database.unit_of_work() as db, pytest.raises(NotFound):
            link_of_request(db, by, key, now=NOW)


def test_a_guest_lands_the_same_with_and_without_an_account_at_that_address(database: Database, cast: Cast) -> None:
    """Nobody learns from booking whether an address has an account here."""
    place(database, cast, email="carl@coastline.example")
    with database.reading() as db:
        assert viewer_of_link(db, cast.harbor, token_of(database, cast)) is not None


@pytest.mark.parametrize("write", [mail_order_placed, mail_order_accepted])
def test_the_mails_of_a_guest_lead_to_the_status_page(database: Database, cast: Cast, write) -> None:
    number = place(database, cast)
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == number, Order.studio_id == cast.harbor)).one()
        write(db, order.id, now=NOW)
        mail = db.exec(select(Mail).where(Mail.to_email == "gus@elsewhere.example")).one()
        token = re.search(r"/status/([\w-]+)", mail.text)[1]
        assert mail.is_secret
        assert "zz-" not in mail.text + mail.html
        assert viewer_of_link(db, cast.harbor, token).order_id == order.id
        assert all(token not in repr(fact) for fact in db.exec(select(Fact)))
