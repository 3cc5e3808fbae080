"""Teams of customers: who sees, orders and pays for whom, and what leaving takes away; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import func, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.bills import locked_order
from portal_app.domain.billing.models import PaymentAttempt
from portal_app.domain.billing.owing import owed
from portal_app.domain.customers import teams
from portal_app.domain.customers.copies import addressees, set_copies
from portal_app.domain.customers.models import Customer, Team, TeamMember
from portal_app.domain.customers.queries import (
    MINE,
    customer_rows,
    invited_to_teams,
    own_ids,
    records,
    team_page,
    teams_of,
)
from portal_app.domain.delivery.models import Delivery
from portal_app.domain.delivery.queries import listing_cards, listing_page, recipients
from portal_app.domain.delivery.service import make_link, viewer_by_link
from portal_app.domain.identity.codes import request_code
from portal_app.domain.identity.models import Account, Purpose
from portal_app.domain.listings.audience import accounts_concerned
from portal_app.domain.notifications import account_mails, receipts, writing
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.queries import last_ordered_for, next_visit, order_page, order_rows, status_counts
from portal_app.domain.orders.service import accept
from portal_app.jobs.reactions import end_links
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("identity-06")

MORNING = datetime(2026, 11, 26, 9, 30)


def act(database: Database, verb, *args, **more):
    with database.unit_of_work() as db:
        return verb(db, *args, **more, now=NOW)


def ask(database: Database, query, *args, **more):
    with database.reading() as db:
        return query(db, *args, **more)


def ordered(database: Database, by: Viewer, cast: Cast, record: int | None, hour: int = 9, key: str = "") -> int:
    request = OrderRequest(
        request_key=key or f"{by.name}-{record}-{hour}", street=f"{hour} Team Lane", town="Monterey, CA 93940", area="2940",
        services=("photos-bluebird" if by.studio_id == cast.bluebird else cast.photos,), starts_at=MORNING.replace(hour=hour), on_behalf_of=record,
    )  # fmt: skip
    return act(database, place_order, by, request)


def accepted(database: Database, by: Viewer, cast: Cast, record: int | None, hour: int = 9) -> int:
    number = ordered(database, by, cast, record, hour)
    act(database, accept, cast.olive, number)
    return number


def seen(database: Database, by: Viewer, team: str = "") -> dict[int, str]:
    return {row.number: row.whose for row in ask(database, order_rows, by, team=team).rows}


def page(database: Database, by: Viewer, team: str):
    return ask(database, team_page, by, team, now=NOW)


def member_id(database: Database, cast: Cast, who: Viewer) -> int:
    return next(member.id for member in page(database, cast.carl, cast.coastline).members if member.email == who.email)


def join(database: Database, leads: Viewer, team: str, who: Viewer, role: str = "member") -> None:
    act(database, teams.invite_member, leads, team, email=who.email, name=who.name, role=role)
    act(database, teams.join_team, who, ask(database, invited_to_teams, who, now=NOW)[-1].public_id)


def test_an_admin_sees_and_pays_what_members_order_in_the_team_and_a_member_sees_their_own(database: Database, cast: Cast):
    hers = accepted(database, cast.tess, cast, cast.tess_in_team, 9)
    her_own = accepted(database, cast.tess, cast, None, 11)
    his = accepted(database, cast.carl, cast, cast.carl_in_team, 13)

    assert seen(database, cast.carl) == {hers: "Tess Abernathy, Coastline", his: "Coastline"}
    assert seen(database, cast.tess) == {hers: "Coastline", her_own: ""}
    assert {debt.order_number: debt.whose for debt in ask(database, owed, cast.carl)} == seen(database, cast.carl)
    assert sum(ask(database, status_counts, cast.carl).values()) == 2
    assert ask(database, next_visit, cast.carl, now=NOW).number == hers
    cards = ask(database, listing_cards, cast.carl)
    assert {card.whose for card in cards} == {"Tess Abernathy, Coastline", "Coastline"}
    shown = ask(database, order_page, cast.carl, hers).row
    assert ask(database, listing_page, cast.carl, shown.listing).whose == shown.whose == "Tess Abernathy, Coastline"
    with database.unit_of_work() as db:
        assert locked_order(db, cast.carl, hers).number == hers
    for by, number in ((cast.tess, his), (cast.carl, her_own), (cast.ollie, hers)):
        with pytest.raises(NotFound):
            ask(database, order_page, by, number)
        with pytest.raises(NotFound), database.unit_of_work() as db:
            locked_order(db, by, number)


def test_an_admin_orders_for_a_member_who_then_hears_of_it(database: Database, cast: Cast):
    number = ordered(database, cast.carl, cast, cast.tess_in_team)
    with database.reading() as db:
        order = db.exec(select(Order).where(Order.number == number)).one()
        fact = db.exec(select(Fact).where(Fact.kind == "order.placed")).one()
        assert (order.customer_name, order.customer_id, fact.actor_name) == ("Tess Abernathy", cast.tess_in_team, "Carl Nakamura")
        assert [each.email for each in addressees(db, order.customer_id)] == ["tess@coastline.example"]
    assert list(seen(database, cast.tess)) == [number]


def test_nobody_orders_for_a_record_that_is_not_theirs_to_order_for(database: Database, cast: Cast):
    crafted = {
        cast.tess: (cast.carl_customer, cast.carl_in_team, cast.ollie_customer, 999_999),
        cast.carl: (cast.tess_customer, cast.ollie_customer, 0, -1),
        cast.ollie: (cast.tess_in_team, cast.carl_in_team),
    }
    for by, ids in crafted.items():
        for record in ids:
            with pytest.raises(NotFound):
                ordered(database, by, cast, record)
    with database.reading() as db:
        assert db.exec(select(func.count()).select_from(Order)).one() == 0


def test_somebody_in_several_teams_sees_them_all_and_can_look_at_one(database: Database, cast: Cast):
    other = act(database, teams.start_team, cast.tess, "  Harbor   Collective ")
    join(database, cast.tess, other, cast.carl)
    choices = ask(database, records, cast.carl)
    assert [(card.team_name, card.person) for card in choices] == [
        ("", ""), ("Coastline", ""), ("Coastline", "Tess Abernathy"), ("Harbor Collective", ""),
    ]  # fmt: skip
    numbers = [ordered(database, cast.carl, cast, card.id, 9 + at) for at, card in enumerate(choices)]
    assert set(seen(database, cast.carl)) == set(numbers)
    assert list(seen(database, cast.carl, MINE)) == numbers[:1]
    assert set(seen(database, cast.carl, cast.coastline)) == set(numbers[1:3])
    assert list(seen(database, cast.carl, other)) == numbers[3:]
    assert seen(database, cast.ollie, other) == seen(database, cast.carl, "no such team") == {}
    assert [(card.name, card.role, card.members) for card in ask(database, teams_of, cast.carl)] == [
        ("Coastline", "admin", 2), ("Harbor Collective", "member", 2),
    ]  # fmt: skip
    assert ask(database, last_ordered_for, cast.carl) == choices[3].id
    assert seen(database, cast.tess)[numbers[3]] == "Carl Nakamura, Harbor Collective"


@pytest.mark.parametrize("how", ["leaves", "is removed"])
def test_leaving_takes_access_away_at_once_and_the_team_keeps_its_orders(database: Database, cast: Cast, how: str):
    hers = accepted(database, cast.tess, cast, cast.tess_in_team)
    her_own = ordered(database, cast.tess, cast, None, 11)
    act(database, set_copies, cast.tess, cast.tess_in_team, ["assistant@x.example"])
    if how == "leaves":
        act(database, teams.leave_team, cast.tess, cast.coastline)
    else:
        act(database, teams.remove_member, cast.carl, cast.coastline, member_id(database, cast, cast.tess))

    assert list(seen(database, cast.tess)) == [her_own]
    assert list(seen(database, cast.carl)) == [hers]
    with pytest.raises(NotFound):
        page(database, cast.tess, cast.coastline)
    for by in (cast.tess, cast.carl):
        with pytest.raises(NotFound):
            ordered(database, by, cast, cast.tess_in_team, 15)
    with database.reading() as db:
        assert [each.email for each in addressees(db, cast.tess_in_team)] == ["carl@coastline.example"]
        assert accounts_concerned(db, set(), {cast.tess_in_team}) == {cast.carl.account_id}
        left = db.exec(select(Fact).where(Fact.kind.in_(["team.left", "team.member_removed"]))).one()
        assert left.details["account_id"] == cast.tess.account_id
    with pytest.raises(NotFound):
        act(database, teams.leave_team, cast.tess, cast.coastline)

    join(database, cast.carl, cast.coastline, cast.tess)
    assert set(seen(database, cast.tess)) == {hers, her_own}


def test_only_an_admin_leads(database: Database, cast: Cast):
    carl = member_id(database, cast, cast.carl)
    asked = {"email": "new@x.example", "name": "New Person", "role": "member"}
    for verb, args in (
        (teams.rename_team, ("Mine now",)), (teams.remove_member, (carl,)), (teams.change_role, (carl, "member")), (teams.close_team, ()),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            act(database, verb, cast.tess, cast.coastline, *args)
    with pytest.raises(NotAllowed):
        act(database, teams.invite_member, cast.tess, cast.coastline, **asked)
    through = replace(cast.carl, behind="Olive", behind_account_id=cast.olive.account_id)
    for by in (through, replace(cast.carl, account_id=None), cast.olive, cast.ollie, cast.omar):
        with pytest.raises((NotFound, NotAllowed)):
            act(database, teams.invite_member, by, cast.coastline, **asked)
    for by in (through, cast.olive):
        with pytest.raises(NotAllowed):
            act(database, teams.start_team, by, "A team")
    assert page(database, cast.tess, cast.coastline).name == "Coastline"
    assert not page(database, cast.tess, cast.coastline).is_admin


def test_a_team_is_never_without_an_admin(database: Database, cast: Cast):
    carl, tess = member_id(database, cast, cast.carl), member_id(database, cast, cast.tess)
    with pytest.raises(teams.LastAdmin, match="Make somebody else an admin first, or close the team"):
        act(database, teams.leave_team, cast.carl, cast.coastline)
    with pytest.raises(teams.LastAdmin):
        act(database, teams.change_role, cast.carl, cast.coastline, carl, "member")
    with pytest.raises(InvalidInput):
        act(database, teams.change_role, cast.carl, cast.coastline, tess, "owner")
    act(database, teams.change_role, cast.carl, cast.coastline, tess, "admin")
    act(database, teams.change_role, cast.carl, cast.coastline, tess, "admin")
    act(database, teams.leave_team, cast.carl, cast.coastline)
    assert [(member.name, member.role) for member in page(database, cast.tess, cast.coastline).members] == [
        ("Tess Abernathy", "admin")
    ]


def test_two_admins_who_remove_each_other_at_once_leave_one(database: Database, cast: Cast):
    carl, tess = member_id(database, cast, cast.carl), member_id(database, cast, cast.tess)
    act(database, teams.change_role, cast.carl, cast.coastline, tess, "admin")

    def remove(by: Viewer, member: int) -> str:
        try:
            act(database, teams.remove_member, by, cast.coastline, member)
        except Problem as problem:
            return type(problem).__name__
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, (cast.carl, cast.tess), (tess, carl)))
    assert sorted(done) == ["NotFound", "removed"]
    with database.reading() as db:
        left = db.exec(select(TeamMember).where(TeamMember.left_at.is_(None))).all()
        assert [member.role for member in left] == ["admin"]


def test_a_closed_team_gives_everybody_their_own_orders(database: Database, cast: Cast):
    hers = accepted(database, cast.tess, cast, cast.tess_in_team)
    act(database, teams.invite_member, cast.carl, cast.coastline, email="new@x.example", name="New Person", role="member")
    act(database, teams.close_team, cast.carl, cast.coastline)
    assert seen(database, cast.carl) == {}
    assert seen(database, cast.tess) == {hers: ""}
    with pytest.raises(NotFound):
        act(database, teams.close_team, cast.carl, cast.coastline)
    with database.reading() as db:
        assert db.exec(select(Team)).one().closed_at == NOW
        assert not db.exec(select(Customer).where(Customer.team_id.is_not(None))).all()


def test_an_invitation_is_answered_once_by_whom_it_is_for(database: Database, cast: Cast):
    other = act(database, teams.start_team, cast.tess, "Harbor Collective")
    act(database, teams.invite_member, cast.tess, other, email="CARL@coastline.example", name="Carl", role="admin")
    waiting = ask(database, invited_to_teams, cast.carl, now=NOW)
    assert [(card.team_name, card.invited_by, card.role) for card in waiting] == [
        ("Harbor Collective", "Tess Abernathy", "admin")
    ]
    name = waiting[0].public_id
    for by in (cast.tess, cast.ollie, replace(cast.carl, behind="Olive", behind_account_id=1)):
        with pytest.raises((NotFound, NotAllowed)):
            act(database, teams.join_team, by, name)

    def accept_it(_: int) -> str:
        try:
            return act(database, teams.join_team, cast.carl, name)
        except NotFound:
            return "once"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept_it, range(2))) == sorted([other, "once"])
    assert page(database, cast.carl, other).is_admin
    with pytest.raises(InvalidInput, match="in the team already"):
        act(database, teams.invite_member, cast.carl, other, email=cast.tess.email, name="Tess", role="member")


def test_an_unproven_address_starts_and_joins_nothing(database: Database, cast: Cast):
    act(database, teams.invite_member, cast.carl, cast.coastline, email=cast.ollie.email, name="Ollie", role="member")
    with database.unit_of_work() as db:
        claims = Account(
            studio_id=cast.harbor, name="Not Ollie", email=cast.ollie.email, email_key=cast.ollie.email, password_hash="", created_at=NOW
        )  # fmt: skip
        db.add(claims)
        db.flush()
        by = Viewer(studio_id=cast.harbor, role=Role.CUSTOMER, name="Not Ollie", email=claims.email, account_id=claims.id)
    assert ask(database, invited_to_teams, by, now=NOW) == []
    with pytest.raises(NotAllowed, match="Prove your mailbox first"):
        act(database, teams.start_team, by, "A team")
    with pytest.raises(NotAllowed, match="Prove your mailbox first"):
        act(database, set_copies, by, _record_of(database, by), ["a@x.example"])


def _record_of(database: Database, by: Viewer) -> int:
    from portal_app.domain.customers.service import customer_for

    with database.unit_of_work() as db:
        return customer_for(db, by, now=NOW).id


def test_copies_go_to_the_assistants_of_one_record(database: Database, cast: Cast):
    wanted = ["Ann@x.example", "ann@X.example", " bo@x.example ", "tess@coastline.example", ""]
    act(database, set_copies, cast.carl, cast.tess_in_team, wanted)
    act(database, set_copies, cast.carl, cast.tess_in_team, wanted)
    with database.reading() as db:
        assert [(each.email, each.is_copy) for each in addressees(db, cast.tess_in_team)] == [
            ("tess@coastline.example", False), ("Ann@x.example", True), ("bo@x.example", True),
        ]  # fmt: skip
        assert len(db.exec(select(Fact).where(Fact.kind == "customer.copies_set")).all()) == 1
        assert [each.email for each in addressees(db, cast.tess_customer)] == ["tess@coastline.example"]
    for by in (cast.tess, cast.ollie, cast.olive, cast.omar):
        with pytest.raises(NotFound):
            act(database, set_copies, by, cast.carl_in_team, ["a@x.example"])
    with pytest.raises(NotAllowed):
        act(database, set_copies, replace(cast.carl, behind="Olive", behind_account_id=1), cast.carl_in_team, ["a@x.example"])
    for wrong in (["nobody"], ["a@x.example\nBcc: b@x.example"], [f"{n}@x.example" for n in range(6)]):
        with pytest.raises(InvalidInput) as refused:
            act(database, set_copies, cast.carl, cast.carl_in_team, wrong)
        assert refused.value.field == "copies"


def test_the_studio_sees_whose_team_it_is(database: Database, cast: Cast):
    number = ordered(database, cast.tess, cast, cast.tess_in_team)
    assert ask(database, order_page, cast.olive, number).row.team == "Coastline"
    rows = {row.name: row.teams for row in ask(database, customer_rows, cast.olive)}
    assert rows == {"Carl Nakamura": ("Coastline",), "Tess Abernathy": ("Coastline",)}


def test_open_pages_are_told_of_whom_they_concern(database: Database, cast: Cast):
    carl, tess = cast.carl.account_id, cast.tess.account_id
    with database.reading() as db:
        team = db.exec(select(Team.id)).one()
        assert accounts_concerned(db, set(), {cast.tess_in_team}) == {carl, tess}
        assert accounts_concerned(db, set(), {cast.carl_in_team}) == accounts_concerned(db, set(), {cast.carl_customer}) == {carl}
        assert accounts_concerned(db, set(), set(), {team}) == {carl, tess}
        assert set(db.exec(own_ids(cast.tess))) == {cast.tess_customer, cast.tess_in_team}


def test_an_account_is_not_closed_while_a_team_needs_it(database: Database, cast: Cast):
    with pytest.raises(teams.LastAdmin):
        act(database, teams.part_with_every_team, cast.carl)
    act(database, teams.part_with_every_team, cast.tess)
    act(database, teams.part_with_every_team, cast.carl)
    with database.reading() as db:
        assert db.exec(select(Team)).one().closed_at == NOW
    with pytest.raises(Conflict):
        for number in range(teams.MOST_TEAMS + 1):
            act(database, teams.start_team, cast.carl, f"Team {number}")


def test_whoever_leaves_and_their_assistant_open_nothing_by_an_earlier_link(database: Database, cast: Cast):
    number = accepted(database, cast.tess, cast, cast.tess_in_team)
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == number)).one()
        delivery = Delivery(
            studio_id=cast.harbor, listing_id=order.listing_id, order_id=order.id, delivered_at=NOW, collect_payment=False,
            watermark=False, photo_count=0, new_count=0, copy_to=["seller@x.example"],
        )  # fmt: skip
        db.add(delivery)
        db.flush()
        set_copies(db, cast.tess, cast.tess_in_team, ["assistant@x.example"], now=NOW)
        people = [each.email for each in recipients(db, delivery.id)]
        links = {email: make_link(db, delivery.id, email, now=NOW) for email in people}
    assert people == ["tess@coastline.example", "assistant@x.example", "seller@x.example"]
    act(database, teams.remove_member, cast.carl, cast.coastline, member_id(database, cast, cast.tess))
    with database.unit_of_work() as db:
        end_links(db, db.exec(select(Fact).where(Fact.kind == "team.member_removed")).one(), now=NOW)
    with database.reading() as db:
        still = [email for email, link in links.items() if viewer_by_link(db, link, now=NOW)]
    assert still == ["seller@x.example"]


def test_an_assistant_gets_every_mail_about_the_orders_and_no_code(database: Database, cast: Cast):
    act(database, set_copies, cast.tess, cast.tess_in_team, ["assistant@x.example"])
    number = accepted(database, cast.tess, cast, cast.tess_in_team)
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == number)).one()
        attempt = PaymentAttempt(
            public_id="attempt", studio_id=cast.harbor, mode="test", currency="USD", amount_cents=40_125,
            description="", payer_email="carl@coastline.example", idempotency_key="a", return_to="/", base_url="http://localhost",
            created_at=NOW, expires_at=NOW,
        )  # fmt: skip
        db.add(attempt)
        paid = {"amount_cents": 40_125, "attempt": "attempt"}
        for _ in range(2):
            writing.mail_order_placed(db, order.id, now=NOW)
            writing.mail_order_accepted(db, order.id, now=NOW)
            receipts.mail_receipt(db, Fact(id=7, studio_id=cast.harbor, order_id=order.id, details=paid), now=NOW)
        code = request_code(db, db.get_one(Account, cast.tess.account_id), Purpose.RESET, now=NOW)
        account_mails.mail_code(db, code.id, now=NOW)
        sent = sorted((mail.kind, mail.to_email) for mail in db.exec(select(Mail)))
    both = ["assistant@x.example", "tess@coastline.example"]
    assert sent == sorted(
        [(kind, email) for kind in ("order_placed", "order_accepted", "receipt") for email in both]
        + [("receipt", "carl@coastline.example"), ("code", "tess@coastline.example")]
    )
