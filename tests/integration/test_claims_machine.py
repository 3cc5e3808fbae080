"""Who sees which orders, whatever happens in which order: people, their mailboxes, and those who type other people's.

Three people with a mailbox each do what they like, also with addresses that are not theirs, but read only their own
mail. After every step each signed-in browser sees nothing but what the person before it may see: what was ordered under
an address whose mailbox is theirs, what they ordered in this very account, and what belongs to a team they lead.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func
from sqlmodel import col, select

from portal_app.core.errors import Problem
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.customers import entering, joining, leaving, readdressing, teams
from portal_app.domain.customers.accepting import accept_invitation
from portal_app.domain.customers.joining import SignUp
from portal_app.domain.customers.models import Team
from portal_app.domain.customers.service import open_guest
from portal_app.domain.identity import inviting, passwords, service
from portal_app.domain.identity.codes import issue_code
from portal_app.domain.identity.inviting import issue_invitation_token
from portal_app.domain.identity.models import Account, Invitation, MailedCode, Purpose
from portal_app.domain.identity.sessions import end_session, viewer_of
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.queries import visible as visible_orders
from tests.conftest import NOW, Cast, fresh_database, make_cast
from tests.integration.builders import make_order

pytestmark = [pytest.mark.proof("identity-04"), pytest.mark.proof("identity-13")]

PEOPLE = ("ann", "bob", "mal")
BOXES = ("ann", "ann.home", "bob", "bob.home", "mal")
MOST_BROWSERS = 6
people, boxes, picks = st.sampled_from(PEOPLE), st.sampled_from(BOXES), st.integers(0, 11)
# What must have gone through now and then, or the machine shows nothing.
VERBS = (
    "prove_mailbox", "reset_password", "enter_by_link", "sign_in", "change_password", "confirm_new_email", "close_account",
    "invite_member", "accept_invitation", "start_team", "place_order",
)  # fmt: skip
_serial = count(1)
# A step that could do nothing is no step.
somebody_is_in = precondition(lambda machine: machine.world.browsers)
few_teams = precondition(lambda machine: machine.world.browsers and machine.world.teams < 6)
somebody_leads = precondition(lambda machine: machine.world.leads and machine.world.browsers)
somebody_is_invited = precondition(lambda m: any(kind == "invitation" for got in m.world.mail.values() for kind, _ in got))


@dataclass(frozen=True)
class Home:
    """A studio that every run of the machine shares; each run has addresses of its own."""

    database: Database
    cast: Cast


@dataclass
class Placed:
    """An order as the test remembers it: the address it is kept under, who ordered it in which account, whose team."""

    address: str
    person: str = ""
    account_id: int | None = None
    team: str = ""
    owner: int | None = None


@dataclass
class World:
    """What the test remembers of one run."""

    orders: dict[int, Placed] = field(default_factory=dict)
    browsers: list[tuple[str, str]] = field(default_factory=list)
    mail: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    leads: list[tuple[str, int]] = field(default_factory=list)
    teams: int = 0


class Claims(RuleBasedStateMachine):
    """Every way in and out, by anybody, with anybody's address."""

    home: Home
    steps = 0
    went_through: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.run, self.world = next(_serial), World()
        self.unit, self.studio = self.home.database.unit_of_work, self.home.cast.harbor

    def address(self, box: str) -> str:
        return f"{box}@run{self.run}.example"

    def is_theirs(self, person: str, address: str) -> bool:
        return address.startswith((f"{person}@", f"{person}."))

    def password(self, person: str) -> str:
        return f"{person} keeps three lighthouses"

    def browser(self, pick: int) -> tuple[str, str, Viewer] | None:
        """One of the signed-in browsers: the person before it, its token, and who the server takes it for."""
        if not self.world.browsers:
            return None
        person, token = self.world.browsers[pick % len(self.world.browsers)]
        with self.home.database.reading() as db:
            by = viewer_of(db, self.studio, token, now=NOW)
        return (person, token, by) if by else None

    def open_browser(self, person: str, token: str) -> None:
        self.world.browsers.append((person, token))
        if len(self.world.browsers) > MOST_BROWSERS:
            with self.unit() as db:
                end_session(db, self.studio, self.world.browsers.pop(0)[1], now=NOW)

    def deliver(self) -> None:
        """Every mail that was asked for arrives in the mailbox of its address."""
        with self.unit() as db:
            waiting = (MailedCode.used_at.is_(None), MailedCode.code_hash == "")
            for row in db.exec(select(MailedCode).where(*waiting).order_by(MailedCode.id)).all():
                account = db.get_one(Account, row.account_id)
                self.receive(row.new_email or account.email, row.purpose, issue_code(db, row.id, now=NOW))
            unsent = (Invitation.token_hash == "", Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
            for row in db.exec(select(Invitation).where(*unsent).order_by(col(Invitation.id))).all():
                self.receive(row.email, "invitation", issue_invitation_token(db, row.id, now=NOW))

    def receive(self, address: str, purpose: str, secret: str) -> None:
        if address.endswith(f"@run{self.run}.example"):
            self.world.mail.setdefault(address[:3], []).append((purpose, secret))

    def reads(self, person: str, purpose: str, pick: int) -> str:
        """A secret from the person's own mailboxes: mostly the newest, sometimes an older one, else a guess."""
        got = [secret for kind, secret in self.world.mail.get(person, []) if kind == purpose]
        return got[-1 if pick < 9 else -1 - pick % len(got)] if got else "000000"

    def attempt(self, verb, *args, **kwargs):
        """What the verb gives, or None when it refuses in words."""
        try:
            result = verb(*args, **kwargs, now=NOW)
        except Problem:
            return None
        self.went_through[verb.__name__] += 1
        return result

    def attempt_in_unit(self, verb, *args, **kwargs):
        try:
            with self.unit() as db:
                result = verb(db, *args, **kwargs, now=NOW)
        except Problem:
            return None
        self.went_through[verb.__name__] += 1
        return result

    def email_of(self, token: str) -> str:
        with self.home.database.reading() as db:
            return viewer_of(db, self.studio, token, now=NOW).email

    def proved(self, address: str) -> None:
        """What is kept under a proven address joins the account that owns it, whoever had it before; teams keep theirs."""
        with self.home.database.reading() as db:
            owned = select(Account.id).where(Account.email_key == address, Account.verified_at.is_not(None))
            owner = db.exec(owned.where(Account.closed_at.is_(None))).one()
        for placed in self.world.orders.values():
            if placed.address == address and not placed.team:
                placed.owner = owner
        with self.home.database.reading() as db:
            account = db.get_one(Account, owner)
            seen = {order.number for order in db.exec(visible_orders(service_viewer(account)))}
        assert {number for number, placed in self.world.orders.items() if placed.owner == owner and not placed.team} <= seen

    @initialize()
    def a_past(self) -> None:
        """Somebody has an account, orders and a team, somebody ordered by phone, and somebody came first with another's address."""
        for person, whose in (("ann", "ann"), ("mal", "bob")):
            self.sign_up(person, whose)
        self.deliver()
        self.verify(0, 0)
        for whose in ("ann.home", "bob"):
            self.guest_order(whose)
        self.order(0)
        self.start_team(0)
        for whose, role in (("bob", "member"), ("mal", "admin")):
            self.invite(0, whose, role)

    @rule(person=people, whose=boxes)
    def sign_up(self, person, whose) -> None:
        typed = SignUp(person.title(), self.address(whose), self.password(person))
        token = self.attempt(joining.sign_up, self.unit, self.studio, typed)
        assert token, "signing up is the same for every address"
        self.open_browser(person, token)

    @somebody_is_in
    @rule(pick=picks, mail=picks)
    def verify(self, pick, mail) -> None:
        if not (browser := self.browser(pick)):
            return
        person, _, by = browser
        proof = self.attempt(joining.prove_mailbox, self.unit, by, self.reads(person, Purpose.VERIFY, mail))
        if proof:
            assert self.is_theirs(person, by.email), "a code proved a mailbox that is somebody else's"
            if proof.token:
                self.open_browser(person, proof.token)
            self.proved(by.email)

    @somebody_is_in
    @rule(pick=picks)
    def resend(self, pick) -> None:
        if browser := self.browser(pick):
            self.attempt_in_unit(joining.resend_code, browser[2])

    @rule(person=people, whose=boxes, mail=picks)
    def reset(self, person, whose, mail) -> None:
        address = self.address(whose)
        with self.unit() as db:
            joining.request_reset(db, self.studio, address, now=NOW)
            joining.answer_reset(db, self.studio, address, now=NOW)
        self.deliver()
        code = self.reads(person, Purpose.RESET, mail)
        token = self.attempt(joining.reset_password, self.unit, self.studio, address, code, self.password(person))
        if token:
            assert self.is_theirs(person, address), "a new password by a code from another mailbox"
            self.open_browser(person, token)
            self.proved(address)

    @rule(person=people, whose=boxes, mail=picks)
    def enter_by_link(self, person, whose, mail) -> None:
        with self.unit() as db:
            entering.answer_link(db, self.studio, self.address(whose), now=NOW)
        self.deliver()
        token = self.attempt(entering.enter_by_link, self.unit, self.studio, self.reads(person, Purpose.ENTER, mail))
        if token:
            self.open_browser(person, token)
            self.proved(self.email_of(token))

    @rule(person=people, whose=boxes)
    def sign_in(self, person, whose) -> None:
        token = self.attempt(service.sign_in, self.unit, self.studio, self.address(whose), self.password(person))
        if token:
            self.open_browser(person, token)

    @somebody_is_in
    @rule(pick=picks)
    def change_password(self, pick) -> None:
        if not (browser := self.browser(pick)):
            return
        person, _, by = browser
        token = self.attempt(service.change_password, self.unit, by, self.password(person), self.password(person))
        if token:
            self.open_browser(person, token)

    @somebody_is_in
    @rule(pick=picks, whose=boxes, mail=picks)
    def change_email(self, pick, whose, mail) -> None:
        if not (browser := self.browser(pick)):
            return
        person, _, by = browser
        self.attempt(readdressing.request_new_email, self.unit, by, self.address(whose), self.password(person))
        self.deliver()
        code = self.reads(person, Purpose.CHANGE_EMAIL, mail)
        if self.tried(readdressing.confirm_new_email, self.unit, by, code):
            with self.home.database.reading() as db:
                moved = db.get_one(Account, by.account_id).email_key
            assert self.is_theirs(person, moved), "an account moved to a mailbox that is somebody else's"
            for placed in self.world.orders.values():
                if by.account_id in (placed.owner, placed.account_id if placed.team else None) and placed.address == by.email:
                    placed.address = moved
            self.proved(moved)

    def tried(self, verb, *args) -> bool:
        """Whether a verb that gives nothing back went through."""
        try:
            verb(*args, now=NOW)
        except Problem:
            return False
        self.went_through[verb.__name__] += 1
        return True

    @somebody_is_in
    @rule(pick=picks)
    def close(self, pick) -> None:
        if not (browser := self.browser(pick)):
            return
        person, _, by = browser
        if self.tried(leaving.close_account, self.unit, by, self.password(person), "delete"):
            for placed in self.world.orders.values():
                placed.owner = None if placed.owner == by.account_id else placed.owner
            self.forget_closed_teams()
            self.world.leads = [lead for lead in self.world.leads if lead[1] != by.account_id]

    def forget_closed_teams(self) -> None:
        """What was ordered in a team that closed is its people's own again."""
        with self.home.database.reading() as db:
            closed = set(db.exec(select(Team.public_id).where(Team.closed_at.is_not(None))))
        for placed in self.world.orders.values():
            placed.team = "" if placed.team in closed else placed.team

    @rule(whose=boxes)
    def guest_order(self, whose) -> None:
        number = 100_000 + next(_serial)
        with self.unit() as db:
            record = open_guest(db, self.home.cast.olive, "A guest", self.address(whose), now=NOW)
            record_id, owner = record.id, record.account_id
        make_order(self.home.database, self.studio, record_id, number=number)
        self.world.orders[number] = Placed(self.address(whose), owner=owner)

    @somebody_is_in
    @rule(pick=picks)
    def order(self, pick) -> None:
        if browser := self.browser(pick):
            self.place(*browser, team="", record=None)

    @somebody_is_in
    @rule(pick=picks)
    def order_in_a_team(self, pick) -> None:
        if not (browser := self.browser(pick)):
            return
        with self.home.database.reading() as db:
            cards = [card for card in teams_records(db, browser[2]) if card.team and not card.person]
        if cards:
            self.place(*browser, team=cards[0].team, record=cards[0].id)

    def place(self, person: str, _token: str, by: Viewer, *, team: str, record: int | None) -> None:
        when = (NOW + timedelta(days=9)).replace(tzinfo=None)
        wanted = OrderRequest(
            f"r{next(_serial)}", "12 Cypress Way", "Carmel", "1800", [self.home.cast.photos], when, on_behalf_of=record
        )
        number = self.attempt_in_unit(place_order, by, wanted)
        assert number, "anybody who is signed in orders at once, proven or not"
        owner = None if team else by.account_id
        self.world.orders[number] = Placed(by.email, person, by.account_id, team, owner)

    @few_teams
    @rule(pick=picks)
    def start_team(self, pick) -> None:
        if browser := self.browser(pick):
            self.world.teams += 1
            team = self.attempt_in_unit(teams.start_team, browser[2], f"Team {self.world.teams:03}")
            assert bool(team) is browser[2].is_verified, "whoever has proven a mailbox starts a team, and nobody else"
            if team:
                self.world.leads.append((team, browser[2].account_id))

    @somebody_leads
    @rule(pick=picks, whose=boxes, role=st.sampled_from(["member", "admin"]))
    def invite(self, pick, whose, role) -> None:
        if not (browser := self.browser(pick)):
            return
        led = [team for team, account_id in self.world.leads if account_id == browser[2].account_id]
        if led:
            wanted = {"email": self.address(whose), "name": whose, "role": role}
            self.attempt_in_unit(teams.invite_member, browser[2], led[pick % len(led)], **wanted)

    @somebody_is_invited
    @rule(person=people, pick=st.none() | picks, mail=picks)
    def accept(self, person, pick, mail) -> None:
        """By whoever holds the link: signed in, or as somebody new."""
        browser = self.browser(pick) if pick is not None else None
        person, by = (browser[0], browser[2]) if browser else (person, None)
        link = self.reads(person, "invitation", mail)
        typed = SignUp(person.title(), "", self.password(person))
        accepted = self.attempt(accept_invitation, self.unit, self.studio, by, link, typed)
        if accepted is None:
            return
        if accepted.token:
            self.open_browser(person, accepted.token)
            self.proved(self.email_of(accepted.token))
        with self.home.database.reading() as db:
            mine = col(Invitation.email).like(f"%@run{self.run}.example")
            admins = select(Team.public_id, Invitation.accepted_by).join(Team, Team.id == Invitation.team_id)
            for lead in db.execute(admins.where(mine, Invitation.role == "admin", Invitation.accepted_by.is_not(None))):
                if tuple(lead) not in self.world.leads:
                    self.world.leads.append(tuple(lead))

    @invariant()
    def everybody_sees_only_what_they_may(self) -> None:
        self.deliver()
        type(self).steps += 1
        for person, token in list(self.world.browsers):
            with self.home.database.reading() as db:
                by = viewer_of(db, self.studio, token, now=NOW)
                seen = {order.number for order in db.exec(visible_orders(by))} if by else set()
            if by is None:
                self.world.browsers.remove((person, token))
            for number in seen:
                assert self.may_see(person, by, self.world.orders[number]), f"{person} sees {self.world.orders[number]}"

    def may_see(self, person: str, by: Viewer, placed: Placed) -> bool:
        leads = placed.team and (placed.team, by.account_id) in self.world.leads
        own = placed.account_id == by.account_id and placed.person == person
        proves = placed.address == by.email and self.is_theirs(person, by.email) and by.is_verified and not placed.team
        return bool(leads or own or proves)

    @invariant()
    def an_address_has_one_proven_account(self) -> None:
        with self.home.database.reading() as db:
            proven = select(func.count()).where(Account.verified_at.is_not(None), Account.closed_at.is_(None))
            most = proven.where(Account.email_key.like(f"%@run{self.run}.example")).group_by(Account.email_key)
            assert all(number == 1 for number in db.exec(most))


def service_viewer(account: Account) -> Viewer:
    """The account as a viewer, with no session."""
    from portal_app.domain.identity.queries import viewer_from

    return viewer_from(account, None)


def teams_records(db, by: Viewer):
    from portal_app.domain.customers.queries import records

    return records(db, by)


@pytest.fixture
def home(database_kind, request) -> Iterator[Home]:
    """A database in memory where there is one: the machine asks it some hundred thousand times."""
    shared = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=shared) as place, fresh_database(database_kind, Path(place), request) as database:
        yield Home(database, make_cast(database))


def test_nobody_sees_an_order_without_having_proven_its_mailbox_or_placed_it_or_leading_its_team(home, full, monkeypatch):
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for module in (joining, entering, readdressing, service, inviting):
        monkeypatch.setattr(module, "count_try", lambda *args, **kwargs: None)
    wanted, steps = (10_000, 50) if full else (150, 25)
    machine = type("Claims", (Claims,), {"home": home, "steps": 0, "went_through": Counter()})
    while machine.steps < wanted:  # some runs end early
        counts = settings(
            max_examples=(wanted - machine.steps) // steps + 2,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=not full,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(machine, settings=counts)
    assert not full or min(machine.went_through[verb] for verb in VERBS) >= 3, machine.went_through
