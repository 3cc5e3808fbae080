"""Inviting somebody to work here: mailed, renewed, taken back, accepted once; on both databases."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Role
from portal_app.db import Database
from portal_app.domain.activity.models import Fact
from portal_app.domain.identity.inviting import (
    INVITATION_LIFE,
    AlreadyHere,
    InvitationCard,
    invitation_by_token,
    invite,
    issue_invitation_token,
    resend_invitation,
    revoke_invitation,
)
from portal_app.domain.identity.models import Account, Invitation
from portal_app.domain.identity.staff import add_member
from portal_app.domain.notifications.models import Mail
from portal_app.domain.notifications.writing import mail_invitation
from tests.conftest import NOW, Cast

pytestmark = pytest.mark.proof("identity-07")

EVE = {"email": "Eve@darkroom.example", "name": "Eve Lindgren", "role": "editor"}


def invited(database: Database, by, now=NOW, **other) -> str:
    with database.unit_of_work() as db:
        return invite(db, by, **(EVE | other), now=now).public_id


def token_of(database: Database, public_id: str, now=NOW) -> str:
    """What the worker would write into the mail."""
    with database.unit_of_work() as db:
        row = db.exec(select(Invitation).where(Invitation.public_id == public_id)).one()
        return issue_invitation_token(db, row.id, now=now)


def opened(database: Database, cast: Cast, token: str, now=NOW, studio=None) -> InvitationCard | None:
    with database.reading() as db:
        return invitation_by_token(db, studio or cast.harbor, token, now=now)


def test_an_owner_invites_and_the_mail_carries_the_only_copy_of_the_link(database, cast):
    invited(database, cast.olive)
    with database.unit_of_work() as db:
        fact = db.exec(select(Fact).where(Fact.kind == "invitation.sent")).one()
        mail_invitation(db, fact.details["invitation_id"], fact.id, now=NOW)
        mail_invitation(db, fact.details["invitation_id"], fact.id, now=NOW)
        mail = db.exec(select(Mail).where(Mail.kind == "invitation")).one()
        text, details = mail.text, repr(fact.details)
    token = re.search(r"http://localhost:3000/invitation/(\S+)", text)[1]
    assert mail.is_secret
    assert token not in details
    assert "Olive Marchetti invites you to work at Harbor Light as an editor" in text
    card = opened(database, cast, token)
    assert (card.email, card.name, card.role, card.team_id, card.invited_by) == (
        "Eve@darkroom.example", "Eve Lindgren", "editor", None, "Olive Marchetti",
    )  # fmt: skip


def test_its_link_is_good_for_thirty_days_and_at_its_own_studio(database, cast):
    token = token_of(database, invited(database, cast.olive))
    assert opened(database, cast, token, NOW + INVITATION_LIFE - timedelta(seconds=1))
    assert opened(database, cast, token, NOW + INVITATION_LIFE) is None
    assert opened(database, cast, token, studio=cast.bluebird) is None
    assert opened(database, cast, "") is None


def test_inviting_again_renews_the_same_invitation_and_the_old_link_dies(database, cast):
    first = invited(database, cast.olive)
    old = token_of(database, first)
    later = NOW + timedelta(days=40)
    again = invited(database, cast.olive, later, email="eve@DARKROOM.example", role="photographer")
    assert again == first
    assert opened(database, cast, old, later) is None
    assert opened(database, cast, token_of(database, first, later), later).role == "photographer"


def test_two_owners_inviting_the_same_address_at_once_make_one_invitation(database, cast):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: invited(database, cast.olive), range(4)))
    assert len(set(made)) == 1


def test_sending_it_again_kills_the_old_link_and_taking_it_back_kills_both(database, cast):
    public_id = invited(database, cast.olive)
    old = token_of(database, public_id)
    with database.unit_of_work() as db:
        resend_invitation(db, cast.olive, public_id, now=NOW)
    fresh = token_of(database, public_id)
    assert opened(database, cast, old) is None
    assert opened(database, cast, fresh)
    with database.unit_of_work() as db:
        revoke_invitation(db, cast.olive, public_id, now=NOW)
    assert opened(database, cast, fresh) is None
    for verb in (resend_invitation, revoke_invitation):
        with pytest.raises(Conflict), database.unit_of_work() as db:
            verb(db, cast.olive, public_id, now=NOW)


@pytest.mark.parametrize("who", ["pia", "carl"])
def test_only_who_manages_staff_invites(database, cast, who):
    public_id = invited(database, cast.olive)
    by = getattr(cast, who)
    with pytest.raises(NotAllowed), database.unit_of_work() as db:
        invite(db, by, **EVE, now=NOW)
    for verb in (resend_invitation, revoke_invitation):
        with pytest.raises(NotAllowed), database.unit_of_work() as db:
            verb(db, by, public_id, now=NOW)


def test_another_studio_finds_no_such_invitation(database, cast):
    public_id = invited(database, cast.olive)
    for verb in (resend_invitation, revoke_invitation):
        with pytest.raises(NotFound), database.unit_of_work() as db:
            verb(db, cast.omar, public_id, now=NOW)


def test_what_is_typed_is_checked_and_nobody_is_invited_twice_into_work(database, cast):
    for wrong, field in (({"email": "eve"}, "email"), ({"name": " "}, "name"), ({"role": "customer"}, "role")):
        with pytest.raises(InvalidInput) as refused:
            invited(database, cast.olive, **wrong)
        assert refused.value.field == field
    with pytest.raises(AlreadyHere):
        invited(database, cast.olive, email="PIA@harbor.example")


def test_a_customers_address_is_answered_like_an_unknown_one(database, cast):
    """Whether an address has an account is not for the inviter to learn."""
    for email in ("carl@coastline.example", "nobody@else.example"):
        public_id = invited(database, cast.olive, email=email)
        with database.reading() as db:
            fact = db.exec(select(Fact).where(Fact.kind == "invitation.sent").order_by(Fact.id.desc())).first()
            details = fact.details
        assert set(details) == {"invitation_id", "email", "name", "role", "team_id"}
        assert public_id


def test_who_joins_is_a_member_from_then_on_and_who_left_comes_back_without_old_switches(database, cast):
    with database.unit_of_work() as db:
        account = db.get_one(Account, cast.carl.account_id)
        member = add_member(db, account, Role.EDITOR, now=NOW)
        member.granted, member.left_at = "refund", NOW
    with database.unit_of_work() as db:
        back = add_member(db, db.get_one(Account, cast.carl.account_id), Role.PHOTOGRAPHER, now=NOW)
        assert (back.id, back.role, back.granted, back.left_at) == (member.id, "photographer", "", None)
    with pytest.raises(Conflict), database.unit_of_work() as db:
        add_member(db, db.get_one(Account, cast.carl.account_id), Role.ADMIN, now=NOW)
