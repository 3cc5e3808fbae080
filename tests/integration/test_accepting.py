"""Accepting an invitation by its link, to a team or to the studio: as the right person, once; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.customers import teams
from portal_app.domain.customers.accepting import Accepted, Standing, accept_invitation, reception
from portal_app.domain.customers.joining import SignUp, sign_up
from portal_app.domain.customers.models import Customer, TeamMember
from portal_app.domain.customers.queries import team_page
from portal_app.domain.identity import inviting
from portal_app.domain.identity.models import Account, Invitation, SignInSession
from portal_app.domain.identity.sessions import open_session, viewer_of
from portal_app.web.api import make_api
from tests.conftest import NOW, Cast
from tests.running import wired

pytestmark = pytest.mark.proof("identity-06")

WORDS = "three quiet lighthouses"
NOOR = SignUp("Noor Rahimi", "", WORDS)


def invited(database: Database, cast: Cast, email: str = "noor@coastline.example", role: str = "member", now=NOW) -> str:
    """The token in the mail by which Carl asks somebody into Coastline."""
    with database.unit_of_work() as db:
        teams.invite_member(db, cast.carl, cast.coastline, email=email, name="Noor Rahimi", role=role, now=now)
    return token(database, now)


def token(database: Database, now=NOW) -> str:
    """What the worker writes into the newest invitation's mail."""
    with database.unit_of_work() as db:
        newest = db.exec(select(Invitation).order_by(Invitation.id.desc())).first()
        return inviting.issue_invitation_token(db, newest.id, now=now)


def hired(database: Database, cast: Cast, email: str) -> str:
    with database.unit_of_work() as db:
        inviting.invite(db, cast.olive, email=email, name="Eve Lindgren", role="editor", now=NOW)
    return token(database)


def accept(database: Database, cast: Cast, by: Viewer | None, link: str, typed: SignUp | None = None, now=NOW) -> Accepted:
    return accept_invitation(database.unit_of_work, cast.harbor, by, link, typed, now=now)


def standing(database: Database, cast: Cast, by: Viewer | None, link: str, now=NOW, studio: int = 0) -> Standing:
    with database.reading() as db:
        return reception(db, studio or cast.harbor, by, link, now=now).standing


def viewer(database: Database, cast: Cast, session: str) -> Viewer | None:
    with database.reading() as db:
        return viewer_of(db, cast.harbor, session, now=NOW)


def members(database: Database, cast: Cast) -> dict[str, str]:
    with database.reading() as db:
        page = team_page(db, cast.carl, cast.coastline, now=NOW)
        return {member.email: member.role for member in page.members}


def test_somebody_new_chooses_a_password_and_is_in_with_a_proven_mailbox(database: Database, cast: Cast):
    link = invited(database, cast, role="admin")
    assert standing(database, cast, None, link) is Standing.NEW
    with database.unit_of_work() as db:
        db.add(
            Customer(
                studio_id=cast.harbor,
                name="Noor",
                email="noor@coastline.example",
                email_key="noor@coastline.example",
                created_at=NOW,
            )
        )
    done = accept(database, cast, None, link, NOOR)
    by = viewer(database, cast, done.token)
    assert (by.name, by.email, by.role, by.is_verified) == ("Noor Rahimi", "noor@coastline.example", Role.CUSTOMER, True)
    assert (done.team, members(database, cast)[by.email]) == (cast.coastline, "admin")
    with database.reading() as db:
        own = db.exec(select(Customer.team_id).where(Customer.account_id == by.account_id)).all()
    assert sorted(team_id is None for team_id in own) == [False, True, True]
    with pytest.raises(NotFound, match="has ended or was used"):
        accept(database, cast, None, link, NOOR)


@pytest.mark.parametrize(
    ("typed", "field"), [(None, "name"), (replace(NOOR, name=" "), "name"), (replace(NOOR, password="12345678"), "password")]
)
def test_what_somebody_new_types_must_fit(database: Database, cast: Cast, typed: SignUp | None, field: str):
    link = invited(database, cast)
    with pytest.raises(InvalidInput) as refused:
        accept(database, cast, None, link, typed)
    assert refused.value.field == field
    assert standing(database, cast, None, link) is Standing.NEW


def test_who_came_first_with_the_address_and_no_proof_loses_it(database: Database, cast: Cast):
    squatter = sign_up(database.unit_of_work, cast.harbor, replace(NOOR, email="noor@coastline.example"), now=NOW)
    link = invited(database, cast)
    assert standing(database, cast, viewer(database, cast, squatter), link) is Standing.PROVE
    with pytest.raises(NotAllowed, match="Type the code"):
        accept(database, cast, viewer(database, cast, squatter), link)
    accept(database, cast, None, link, replace(NOOR, password="another quiet lighthouse"))
    assert viewer(database, cast, squatter) is None
    with database.reading() as db:
        assert db.exec(select(Account).where(Account.email_key == "noor@coastline.example")).one().verified_at == NOW


def test_whoever_has_an_account_signs_in_first_and_joins_as_themselves(database: Database, cast: Cast):
    link = invited(database, cast, email="NGOZI@bayside.example")
    with database.unit_of_work() as db:
        ngozi = Account(
            studio_id=cast.harbor, name="Ngozi", email="ngozi@bayside.example", email_key="ngozi@bayside.example", password_hash="",
            verified_at=NOW, created_at=NOW,
        )  # fmt: skip
        db.add(ngozi)
        db.flush()
        by = Viewer(
            studio_id=cast.harbor, role=Role.CUSTOMER, name="Ngozi", email=ngozi.email, account_id=ngozi.id, is_verified=True
        )
    assert standing(database, cast, None, link) is Standing.SIGN_IN
    with pytest.raises(NotAllowed, match="Sign in to it"):
        accept(database, cast, None, link, NOOR)
    for wrong in (cast.tess, replace(by, behind="Olive", behind_account_id=cast.olive.account_id), cast.olive):
        assert standing(database, cast, wrong, link) is Standing.WRONG_PERSON
        with pytest.raises(NotAllowed, match="Sign out"):
            accept(database, cast, wrong, link)
    assert standing(database, cast, by, link) is Standing.JOIN
    assert accept(database, cast, by, link) == Accepted(team=cast.coastline)
    assert members(database, cast)[by.email] == "member"


def test_a_link_that_is_over_says_whom_to_ask(database: Database, cast: Cast):
    later = NOW + timedelta(days=30)
    link = invited(database, cast)
    assert standing(database, cast, None, link, now=later - timedelta(seconds=1)) is Standing.NEW
    with pytest.raises(NotFound, match="Ask Carl Nakamura for a new one"):
        accept(database, cast, None, link, NOOR, now=later)
    newer = invited(database, cast)
    for over in (link, newer + "x", "nonsense"):
        assert standing(database, cast, None, over) is Standing.ENDED
    assert standing(database, cast, None, newer, studio=cast.bluebird) is Standing.ENDED
    with database.unit_of_work() as db:
        page = team_page(db, cast.carl, cast.coastline, now=NOW)
        teams.take_back(db, cast.carl, cast.coastline, page.invited[0].public_id, now=NOW)
    with pytest.raises(NotFound, match="Ask whoever invited you"):
        accept(database, cast, None, newer, NOOR)
    closing = invited(database, cast)
    with database.unit_of_work() as db:
        teams.close_team(db, cast.carl, cast.coastline, now=NOW)
    assert standing(database, cast, None, closing) is Standing.ENDED


def test_pressed_twice_at_once_it_is_one_account_and_one_membership(database: Database, cast: Cast):
    link = invited(database, cast)

    def press(_: int) -> str:
        try:
            return accept(database, cast, None, link, NOOR).team
        except Problem as problem:
            return type(problem).__name__

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(press, range(2)))
    assert done[1] == cast.coastline
    assert done[0] in {"NotAllowed", "NotFound"}
    with database.reading() as db:
        assert len(db.exec(select(Account).where(Account.email_key == "noor@coastline.example")).all()) == 1
        assert len(db.exec(select(TeamMember)).all()) == 3


@pytest.mark.proof("identity-07")
def test_an_invitation_to_work_here_makes_a_member_with_a_fresh_session(database: Database, cast: Cast):
    new = accept(database, cast, None, hired(database, cast, "eve@darkroom.example"), replace(NOOR, name="Eve Lindgren"))
    eve = viewer(database, cast, new.token)
    assert (eve.role, eve.is_verified, new.team) == (Role.EDITOR, True, "")
    with database.unit_of_work() as db:
        assert db.exec(select(Customer).where(Customer.account_id == eve.account_id)).first() is None
        old = open_session(db, db.get_one(Account, cast.tess.account_id), now=NOW)
    link = hired(database, cast, cast.tess.email)
    done = accept(database, cast, cast.tess, link)
    assert viewer(database, cast, old) is None
    assert viewer(database, cast, done.token).role is Role.EDITOR
    again = invited(database, cast, email="eve@darkroom.example")
    assert standing(database, cast, eve, again) is Standing.WORKS_HERE
    with pytest.raises(NotAllowed, match="You work at this studio"):
        accept(database, cast, eve, again)


@pytest.fixture
def browser(database: Database, tmp_path: Path, cast: Cast) -> Iterator[TestClient]:
    with wired(database, tmp_path):
        yield TestClient(make_api(), base_url="http://localhost", follow_redirects=False)


def test_the_button_signs_in_and_goes_to_the_team_and_a_refusal_comes_back_to_its_page(
    database: Database, cast: Cast, browser: TestClient
):
    link = invited(database, cast, now=utc_now())
    form = {"token": link, "name": "Noor Rahimi", "password": "short"}
    assert browser.get("/api/invitation/accept", params=form).status_code == 405
    wrong = browser.post("/api/invitation/accept", data=form)
    assert (wrong.status_code, wrong.headers["location"]) == (303, f"/invitation/{link}")
    assert "foyer" not in browser.cookies
    right = browser.post("/api/invitation/accept", data=form | {"password": WORDS})
    assert (right.status_code, right.headers["location"]) == (303, f"/account/teams/{cast.coastline}")
    with database.reading() as db:
        by = viewer_of(db, cast.harbor, browser.cookies["foyer"], now=utc_now())
        assert by.email == "noor@coastline.example"
        assert len(db.exec(select(SignInSession)).all()) == 1
    for hostile in ("", "//evil.example", "x" * 65, "../../login"):
        gone = browser.post("/api/invitation/accept", data={"token": hostile})
        assert gone.headers["location"] == "/login"
    out = browser.post("/api/sign-out", data={"next": f"/invitation/{link}"})
    assert out.headers["location"] == f"/invitation/{link}"
    assert browser.post("/api/sign-out", data={"next": "//evil.example"}).headers["location"] == "/login"
