"""Two studios with everybody in them: who asks, what they may see, and what somebody could name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Permission, Role, Viewer, permissions_in
from portal_app.db import Database
from portal_app.domain.billing.models import Invoice, LedgerEntry, PaymentAttempt, PaymentLine, Share
from portal_app.domain.catalog.models import Coupon, Fee, Question, TaxGroup
from portal_app.domain.customers.models import Team, TeamMember
from portal_app.domain.delivery.models import AccessLink, SharedLink
from portal_app.domain.delivery.revision_models import RevisionRequest
from portal_app.domain.identity.models import Account, Invitation, Membership, Passkey, SignInSession, Waits
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, OriginalsPage, Upload
from portal_app.domain.orders.models import Order
from portal_app.domain.scheduling.models import Appointment, CrewMember, ServiceArea, TimeOff
from tests.conftest import Cast, make_cast
from tests.integration.matrix.canaries import BEHIND_A_LINK, NAMES, SECRET, SHOP, Owners, owners_of, plant
from tests.integration.matrix.rows import NUMBERS, RECORDS, Rows, token_of
from tests.integration.matrix.shelf import Shelf

HARBOR = frozenset(RECORDS) - {"ollie"}
HARBOR_PEOPLE = frozenset(
    {"carl", "tess", "tara", "ann", "lee", "mallory", "sue", "olive", "ada", "pia", "ed", "wim", "gia", "rex"}
)
# Whose names a studio tells everybody: who comes to the property stands on its status page.
STAFF_OF = {"harbor": frozenset({"olive", "ada", "pia", "ed", "wim", "gia"}), "bluebird": frozenset({"omar"})}
COAST = frozenset({"carl", "carl_team", "tess", "tara"})
MADE_UP = "nobody's"


@dataclass(frozen=True, slots=True)
class Things:
    """What somebody could name: the ids, numbers and secrets of one customer record and of whose it is."""

    owner: str
    studio_id: int = 0
    number: int = 88_888_801
    accepted: int = 88_888_802
    pending: int = 88_888_803
    order_id: int = 88_888_804
    listing_id: int = 88_888_805
    customer_id: int = 88_888_806
    account_id: int = 88_888_807
    invitation_id: int = 88_888_808
    passkey_id: int = 88_888_809
    session_id: int = 88_888_810
    link_id: int = 88_888_811
    member_id: int = 88_888_812
    crew_member: int = 88_888_816
    team_id: int = 88_888_813
    team_member: int = 88_888_814
    listing: str = "zz8-nobody-listing-public_id-0"
    asset: str = "zz8-nobody-asset-public_id-0"
    player: str = "zz8-nobody-asset-public_id-1"
    originals: str = "zz8-nobody-originals_page-public_id-0"
    revision: str = "zz8-nobody-revision_request-public_id-0"
    upload: str = "zz8-nobody-upload-public_id-0"
    attempt: str = "zz8-nobody-payment_attempt-public_id-0"
    team: str = "zz8-nobody-team-public_id-0"
    invitation: str = "zz8-nobody-invitation-public_id-0"
    staff_invitation: str = "zz8-nobody-invitation-public_id-1"
    time_off: str = "zz8-nobody-time_off-public_id-1"
    service_area: str = "zz8-nobody-service_area-public_id-1"
    coupon: str = "zz8-nobody-coupon-public_id-1"
    fee: str = "zz8-nobody-fee-public_id-1"
    question: str = "zz8-nobody-question-public_id-1"
    tax_group: str = "zz8-nobody-tax_group-public_id-1"
    visit: int = 88_888_815
    loose: int = 88_888_817
    service: str = "zz8-nobody-service"
    email: str = "zz8-nobody@x.example"
    link_token: str = "zz8-nobody-link-token"
    invitation_token: str = "zz8-nobody-invitation-token"
    invoice: str = "zz8-nobody-invoice-public_id-0"
    invoice_token: str = "zz8-nobody-invoice-token"
    share: str = "zz8-nobody-share-public_id-0"
    share_token: str = "zz8-nobody-share-token"
    shared_link: str = "zz8-nobody-shared_link-public_id-0"
    shared_token: str = "zz8-nobody-shared_link-token"

    def named(self, text: str) -> str:
        """The text with every one of these taken for the same word: what is left must not depend on them."""
        values = (getattr(self, name) for name in self.__slots__ if name not in {"owner", "studio_id", "service", "question"})
        for value in sorted({str(value) for value in values if value}, key=len, reverse=True):
            if len(value) > 3:
                text = text.replace(value, "…")
        for room, named in (("catalog", self.service), ("crew", self.crew_member)):
            for path in (f"/admin/{room}/", f"%2Fadmin%2F{room}%2F"):
                text = text.replace(f"{path}{named}", f"{path}…")
        return text


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: the host they came to, their cookie, whom the app must take them for, and what they may see.

    `sees` are customer records whose orders and listings are theirs, `knows` are owners whose name and address they may
    read, `own` is what is personally theirs, `holds` whose cookie it is that does not count here.
    """

    name: str
    host: str = "localhost"
    cookie: str = ""
    viewer: Viewer | None = None
    sees: frozenset[str] = frozenset()
    knows: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()

    @property
    def studio(self) -> str:
        return "harbor" if self.host == "localhost" else "bluebird"

    @property
    def is_staff(self) -> bool:
        return self.viewer is not None and self.viewer.is_staff

    def may_hear(self, owner: str, table: str, column: str) -> bool:
        """Whether this canary may reach this person. What is asked for by a wrong owner, table or column is a leak."""
        if column == "endpoint_token":  # whoever may set the keys enters this address at the payment service
            return self.viewer is not None and self.viewer.may(Permission.SETTINGS) and owner == self.studio
        if column in SECRET:
            return False
        if table in SHOP:
            return owner == self.studio
        if table == "account" and column == "name" and owner in STAFF_OF[self.studio]:
            return True
        if column in NAMES.get(table, ()) and owner in self.knows | self.sees | self.own:
            return True
        if self.viewer is not None and self.viewer.role is Role.LINK:
            return owner in self.sees and table in BEHIND_A_LINK
        return owner in self.sees | self.own or (
            self.is_staff and owner in {self.studio, "coast" if self.studio == "harbor" else "meadow"}
        )


TEAM_THINGS = ("team", "team_id", "team_member", "invitation", "invitation_id", "invitation_token")


@dataclass(slots=True)
class World:
    """Everybody, and everything there is to name."""

    cast: Cast
    owners: Owners
    people: dict[str, Person]
    things: dict[str, Things]
    planted: set[tuple[str, str, str]]

    def named_by(self, person: Person, owner: str) -> Things:
        """What this person names of this owner: of somebody else's, never the team they are in themselves."""
        things = self.things[owner]
        if owner in person.sees | person.own or "coast" not in person.own or owner == MADE_UP:
            return things
        return replace(things, **{name: getattr(self.things["ollie"], name) for name in TEAM_THINGS})


def build(database: Database, store: Shelf) -> tuple[World, dict[str, str]]:
    """The whole world in a fresh database, and whose each file is by the word in it."""
    cast = make_cast(database)
    rows = Rows(database, store, cast)
    rows.fill()
    owners = owners_of(rows)
    planted = plant(database, owners)
    with database.unit_of_work() as db:
        for token, changes in _turned(rows).items():
            session = db.exec(select(SignInSession).where(SignInSession.token_hash == fingerprint(token_of(token)))).one()
            _again(db, session, changes)
        things = {record: _things(db, rows, record) for record in RECORDS}
        people = {person.name: person for person in _people(db, rows, things)}
    things[MADE_UP] = Things(MADE_UP)
    return World(cast, owners, people, things, planted), rows.files


def _turned(rows: Rows) -> dict[str, dict]:
    """Further sessions of the same people: ended, waiting for something, looking through somebody's eyes."""
    return {
        "carl": {"ended": {"ended_at": rows.now}, "set_up": {"waits_for": Waits.SET_UP}},
        "olive": {"waiting": {"waits_for": Waits.SECOND_STEP}, "view_as": {"view_as_account_id": rows.accounts["carl"]}},
        "wim": {"view_as_withheld": {"view_as_account_id": rows.accounts["carl"]}},
    }


def _again(db: Session, session: SignInSession, kinds: dict[str, dict]) -> None:
    for name, changed in kinds.items():
        as_it_is = {key: value for key, value in session.model_dump().items() if key != "id"}
        db.add(SignInSession(**(as_it_is | {"id": next(NUMBERS), "token_hash": fingerprint(token_of(name))} | changed)))
    db.flush()


def _things(db: Session, rows: Rows, record: str) -> Things:
    person, nobody = RECORDS[record][0], Things(MADE_UP)
    studio_id = rows.cast.bluebird if record == "ollie" else rows.cast.harbor
    customer_id = rows.records[record]
    orders = db.exec(select(Order).where(Order.customer_id == customer_id).order_by(col(Order.id))).all()
    delivered, accepted, pending = orders
    listing = db.get_one(Listing, delivered.listing_id)
    team_id = rows.teams["meadow" if record == "ollie" else "coast"]
    account_id = rows.accounts.get(person)
    first = lambda model, *where: db.exec(select(model).where(*where).order_by(col(model.id))).first()  # noqa: E731
    invitation = first(Invitation, Invitation.team_id == team_id)
    passkey, session = (first(model, model.account_id == account_id) for model in (Passkey, SignInSession))
    staff = first(
        Membership, Membership.studio_id == studio_id, Membership.role == (Role.OWNER if record == "ollie" else Role.EDITOR)
    )
    return Things(
        owner=record, studio_id=studio_id, number=delivered.number, accepted=accepted.number, pending=pending.number,
        order_id=delivered.id, listing_id=listing.id, customer_id=customer_id, account_id=account_id or nobody.account_id,
        invitation_id=invitation.id, passkey_id=passkey.id if passkey else nobody.passkey_id, session_id=session.id if session else nobody.session_id,
        link_id=first(AccessLink, AccessLink.listing_id == listing.id).id, member_id=staff.id, team_id=team_id,
        crew_member=db.exec(select(CrewMember.member_id).where(CrewMember.studio_id == studio_id)).one(),
        listing=listing.public_id, asset=first(Asset, Asset.listing_id == listing.id).public_id,
        player=first(Asset, Asset.listing_id == listing.id, Asset.kind == "tour").public_id,
        originals=first(OriginalsPage, OriginalsPage.listing_id == listing.id).public_id,
        revision=first(RevisionRequest, RevisionRequest.listing_id == listing.id).public_id,
        upload=first(Upload, Upload.listing_id == listing.id).public_id,
        attempt=first(PaymentAttempt, PaymentAttempt.id == first(PaymentLine, PaymentLine.order_id == delivered.id).attempt_id).public_id,
        loose=first(LedgerEntry, LedgerEntry.studio_id == studio_id, LedgerEntry.kind == "unallocated").id,
        team_member=getattr(first(TeamMember, TeamMember.team_id == team_id, TeamMember.account_id == account_id), "id", nobody.team_member),
        team=db.get_one(Team, team_id).public_id, invitation=invitation.public_id,
        visit=getattr(first(Appointment, Appointment.order_id == accepted.id), "id", nobody.visit),
        service="photos-bluebird" if record == "ollie" else "photos-harbor",
        email=db.get_one(Account, account_id).email if account_id else f"{record}@x.example",
        staff_invitation=first(Invitation, Invitation.studio_id == studio_id, col(Invitation.team_id).is_(None)).public_id,
        time_off=first(TimeOff, TimeOff.studio_id == studio_id).public_id,
        **{model.__tablename__: first(model, model.studio_id == studio_id).public_id for model in (Coupon, Fee, Question, TaxGroup)},
        service_area=first(ServiceArea, ServiceArea.studio_id == studio_id).public_id,
        invoice=first(Invoice, Invoice.order_id == delivered.id).public_id, invoice_token=f"zz9-invoice-{delivered.id}-token",
        share=first(Share, Share.order_id == delivered.id).public_id, share_token=f"zz9-share-{delivered.id}-token",
        shared_link=first(SharedLink, SharedLink.listing_id == listing.id).public_id, shared_token=f"zz9-shared-{delivered.id}-token",
        link_token=f"zz9-link-{customer_id}-token", invitation_token=f"zz9-invitation-member-{studio_id}-token",
    )  # fmt: skip


def _people(db: Session, rows: Rows, things: dict[str, Things]) -> list[Person]:
    """Everybody who may come: each role, and each way of not being let in."""

    def viewer(name: str, **changed) -> Viewer:
        account = db.get_one(Account, rows.accounts[name])
        member = db.exec(select(Membership).where(Membership.account_id == account.id, col(Membership.left_at).is_(None))).first()
        made = Viewer(
            studio_id=account.studio_id, role=Role(member.role) if member else Role.CUSTOMER, name=account.name,
            email=account.email, account_id=account.id, member_id=member.id if member else None,
            is_verified=account.verified_at is not None, granted=permissions_in(member.granted) if member else frozenset(),
            withheld=permissions_in(member.withheld) if member else frozenset(),
        )  # fmt: skip
        return replace(made, **changed)

    def person(name: str, who: str = "", **more) -> Person:
        known = {"viewer": viewer(who or name), "own": frozenset({who or name})} | more
        return Person(name=name, cookie=f"__Host-foyer={token_of(name)}", **known)

    def nobody(name: str, cookie: str = "", who: str = "", **more) -> Person:
        return Person(name=name, cookie=cookie, holds=frozenset({who}), **more)

    def staff(name: str, who: str = "", **more) -> Person:
        return person(name, who, sees=HARBOR, knows=HARBOR_PEOPLE, **more)

    carl = {"sees": frozenset({"carl", "carl_team"}), "knows": COAST, "own": frozenset({"carl", "coast"})}
    link = Viewer(
        studio_id=rows.cast.harbor, role=Role.LINK, listing_id=things["guest"].listing_id, link_id=things["guest"].link_id
    )
    blue = {"host": "bluebird.localhost", "sees": frozenset({"ollie"}), "knows": frozenset({"ollie", "omar"})}
    return [
        nobody("nobody"),
        nobody("forged", "__Host-foyer=made-up"),
        nobody("ended", f"__Host-foyer={token_of('ended')}", "carl"),
        nobody("set_up", f"__Host-foyer={token_of('set_up')}", "carl", knows=frozenset({"carl"})),
        nobody("waiting", f"__Host-foyer={token_of('waiting')}", "olive", knows=frozenset({"olive"})),
        nobody("sue", f"__Host-foyer={token_of('sue')}", "sue"),
        nobody("carl_next_door", f"__Host-foyer={token_of('carl')}", "carl", host="bluebird.localhost"),
        person("carl", **carl),
        person("tess", sees=frozenset({"tess"}), knows=COAST, own=frozenset({"tess", "coast"})),
        person("tara", sees=frozenset({"tara", "carl_team", "tess", "lee"}), knows=COAST | {"lee"}, own=frozenset({"tara", "coast"})),
        person("ann", sees=frozenset({"ann"})),
        person("lee"),
        person("mallory"),
        person("rex"),
        Person("link", cookie=f"__Host-foyer_link={things['guest'].link_token}", viewer=link, sees=frozenset({"guest"})),
        staff("olive"), staff("ada"), staff("pia"), staff("ed"), staff("wim"), staff("gia"),
        staff("view_as_withheld", "wim"),
        person("view_as", "carl", holds=frozenset({"olive"}), **carl | {"viewer": viewer("carl", behind="x", behind_account_id=rows.accounts["olive"])}),
        person("omar", **blue),
        person("ollie", **blue | {"own": frozenset({"ollie", "meadow"})}),
    ]  # fmt: skip


__all__ = ["MADE_UP", "Person", "Things", "World", "build"]
