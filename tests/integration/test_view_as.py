"""Looking as a customer: both names in every fact, nothing that is only theirs to do, over at once when it may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import select

from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.customers.service import open_guest
from portal_app.domain.customers.view_as import NothingToSee, end_view_as, start_view_as
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.sessions import end_session, open_session, viewer_of
from portal_app.domain.identity.staff import remove_member, switch_permission
from portal_app.domain.orders.placing import OrderRequest
from portal_app.domain.orders.queries import order_page, order_rows
from portal_app.domain.orders.service import place_order
from tests.conftest import NOW, Cast

AT = datetime(2026, 11, 26, 9, 30)

pytestmark = pytest.mark.proof("identity-07")


def signed_in(database: Database, by: Viewer) -> str:
    with database.unit_of_work() as db:
        return open_session(db, db.get_one(Account, by.account_id), now=NOW)


def now_is(database: Database, cast: Cast, token: str) -> Viewer | None:
    with database.reading() as db:
        return viewer_of(db, cast.harbor, token, now=NOW)


def look_as_carl(database: Database, cast: Cast, token: str) -> Viewer:
    with database.unit_of_work() as db:
        start_view_as(db, viewer_of(db, cast.harbor, token, now=NOW), cast.carl_customer, now=NOW)
    return now_is(database, cast, token)


def wish(cast: Cast) -> OrderRequest:
    return OrderRequest(request_key="r1", street="1 Elm", town="Salinas, CA", area="2000", services=(cast.photos,), starts_at=AT)


def test_the_owner_sees_what_the_customer_sees_and_both_names_stand_in_every_fact(database, cast):
    token = signed_in(database, cast.olive)
    by = look_as_carl(database, cast, token)
    assert (by.role, by.name, by.account_id, by.behind, by.is_themselves) == (
        Role.CUSTOMER, "Carl Nakamura", cast.carl.account_id, "Olive Marchetti", False,
    )  # fmt: skip
    assert by.permissions == frozenset()
    with database.unit_of_work() as db:
        number = place_order(db, by, wish(cast), now=NOW)
    with database.reading() as db:
        assert [row.number for row in order_rows(db, cast.carl).rows] == [number]
        placed = db.exec(select(Fact).where(Fact.kind == "order.placed")).one()
        assert (placed.actor_name, placed.behind_name) == ("Carl Nakamura", "Olive Marchetti")
        assert order_page(db, cast.olive, number).history[0].behind == "Olive Marchetti"
    with database.unit_of_work() as db:
        end_view_as(db, by, now=NOW)
        end_view_as(db, cast.olive, now=NOW)
    assert now_is(database, cast, token).role is Role.OWNER
    with database.reading() as db:
        told = db.exec(select(Fact).where(Fact.kind.startswith("view_as.")).order_by(Fact.id)).all()
        assert [(fact.kind, fact.actor_name, fact.behind_name) for fact in told] == [
            ("view_as.started", "Olive Marchetti", ""),
            ("view_as.ended", "Carl Nakamura", "Olive Marchetti"),
        ]


def test_a_guest_has_nothing_to_be_looked_at_and_says_so(database, cast):
    token = signed_in(database, cast.olive)
    with database.unit_of_work() as db:
        guest = open_guest(db, cast.olive, "Gia Guest", "gia@else.example", now=NOW).id
    with pytest.raises(NothingToSee, match="no account yet"), database.unit_of_work() as db:
        start_view_as(db, viewer_of(db, cast.harbor, token, now=NOW), guest, now=NOW)


@pytest.mark.parametrize("who", ["pia", "carl"])
def test_without_the_permission_nobody_looks(database, cast, who):
    token = signed_in(database, getattr(cast, who))
    with pytest.raises(NotAllowed), database.unit_of_work() as db:
        start_view_as(db, viewer_of(db, cast.harbor, token, now=NOW), cast.carl_customer, now=NOW)


def test_nobody_looks_from_within_a_look_or_into_another_studio_or_at_a_colleague(database, cast):
    token = signed_in(database, cast.olive)
    by = look_as_carl(database, cast, token)
    with pytest.raises(NotAllowed), database.unit_of_work() as db:
        start_view_as(db, by, cast.carl_customer, now=NOW)
    with pytest.raises(NotFound), database.unit_of_work() as db:
        start_view_as(db, replace(cast.olive, session_id=1), cast.ollie_customer, now=NOW)
    with database.unit_of_work() as db:
        from portal_app.domain.identity.staff import add_member

        add_member(db, db.get_one(Account, cast.carl.account_id), "editor", now=NOW)
    with pytest.raises(Conflict), database.unit_of_work() as db:
        start_view_as(db, replace(cast.olive, session_id=1), cast.carl_customer, now=NOW)


def test_it_is_over_at_once_when_the_permission_goes_and_stays_over_when_it_comes_back(database, cast):
    def switch(*, is_on: bool) -> None:
        with database.unit_of_work() as db:
            switch_permission(db, cast.olive, cast.pia.member_id, Permission.VIEW_AS, is_on=is_on, now=NOW)

    switch(is_on=True)
    token = signed_in(database, cast.pia)
    assert look_as_carl(database, cast, token).behind == cast.pia.name
    switch(is_on=False)
    assert now_is(database, cast, token).role is Role.PHOTOGRAPHER
    switch(is_on=True)
    assert now_is(database, cast, token).role is Role.PHOTOGRAPHER


def test_signing_out_or_being_removed_ends_all_of_it(database, cast):
    token = signed_in(database, cast.olive)
    look_as_carl(database, cast, token)
    with database.unit_of_work() as db:
        end_session(db, cast.harbor, token, now=NOW)
    assert now_is(database, cast, token) is None
    with database.unit_of_work() as db:
        switch_permission(db, cast.olive, cast.pia.member_id, Permission.VIEW_AS, is_on=True, now=NOW)
    token = signed_in(database, cast.pia)
    look_as_carl(database, cast, token)
    with database.unit_of_work() as db:
        remove_member(db, cast.olive, cast.pia.member_id, now=NOW)
    assert now_is(database, cast, token) is None
