"""Rows for everybody in every table, before their canaries are planted."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count

from sqlmodel import Session, select

from portal_app.core.clock import utc_now
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.billing.models import Invoice, LedgerEntry, PaymentAttempt, StripeAccount, WebhookEvent
from portal_app.domain.customers.models import Customer, Team, TeamMember
from portal_app.domain.delivery.models import AccessLink, DeliveryPolicy, Download, Opening, PlannedDelivery, SharedLink
from portal_app.domain.delivery.revision_models import RevisionMark, RevisionRequest
from portal_app.domain.identity.models import (
    Account,
    Attempt,
    Challenge,
    Invitation,
    MailedCode,
    Membership,
    Passkey,
    RecoveryCode,
    SignInSession,
)
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.models import Asset, OriginalsPage, PresetFile, Upload, Watermark
from portal_app.domain.media.presets import presets
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import Order, OrderLine
from portal_app.domain.scheduling.models import Appointment
from tests.conftest import Cast
from tests.integration.delivered import bytes_of, hand_over, kept, photographed
from tests.integration.matrix import bookings
from tests.integration.matrix.shelf import Shelf
from tests.money_rows import add_money, policy_of_money

CUSTOMERS = ("tara", "ann", "lee", "mallory", "sue")
STAFF = {
    "ada": (Role.ADMIN, "", ""), "ed": (Role.EDITOR, "", ""), "rex": (Role.EDITOR, "", ""),
    "wim": (Role.ADMIN, "", "see_money deliver refund charge reports view_as"),
    "gia": (Role.PHOTOGRAPHER, "see_money deliver", ""),
}  # fmt: skip
TEAM = {"carl": "member", "tess": "member", "tara": "admin", "lee": "member"}
# Whose record it is, and whether it is one in the team.
RECORDS = {
    "carl": ("carl", False), "carl_team": ("carl", True), "tess": ("tess", True), "tara": ("tara", False),
    "ann": ("ann", False), "guest": ("", False), "lee": ("lee", True), "ollie": ("ollie", False),
}  # fmt: skip
LIFE = timedelta(days=30)


# Ids that stand out in an answer.
NUMBERS = count(70_000_001)
PASSWORD = "three quiet lighthouses"


class Rows:
    """Fills a fresh database; afterwards `accounts`, `records`, `teams` say which row is whose."""

    def __init__(self, database: Database, store: Shelf, cast: Cast) -> None:
        self.database, self.store, self.cast, self.now = database, store, cast, utc_now()
        self.accounts: dict[str, int] = {
            name: getattr(cast, name).account_id for name in ("olive", "pia", "carl", "tess", "omar", "ollie")
        }
        self.records: dict[str, int] = {"carl": cast.carl_customer, "ollie": cast.ollie_customer}
        self.teams: dict[str, int] = {}
        self.files: dict[str, str] = {}
        self.hash = hash_password(PASSWORD)

    def fill(self) -> None:
        with self.database.unit_of_work() as db:
            self._clear(db)
            self._people(db)
            self._teams(db)
            self._records(db)
        for record in RECORDS:
            self._work_of(record)
        with self.database.unit_of_work() as db:
            for name, account_id in self.accounts.items():
                self._personal(db, name, account_id)
            for studio_id, owner in ((self.cast.harbor, "olive"), (self.cast.bluebird, "omar")):
                self._studio(db, studio_id, self.accounts[owner])
                bookings.of_studio(db, studio_id, getattr(self.cast, owner).member_id, self.now)

    def _clear(self, db: Session) -> None:
        """The cast's own team goes: here somebody leads a team who is no customer of the cast."""
        for model in (TeamMember, Customer, Team):
            rows = db.exec(select(model).where(model.studio_id == self.cast.harbor)).all()
            for row in rows:
                if row.id != self.records["carl"] or model is not Customer:
                    db.delete(row)
            db.flush()

    def _people(self, db: Session) -> None:
        for name in (*CUSTOMERS, *STAFF):
            email = f"{name}@x.example"
            account = Account(
                studio_id=self.cast.harbor, name=name.title(), email=email, email_key=email, password_hash="x",
                verified_at=None if name == "mallory" else self.now, created_at=self.now,
                suspended_at=self.now if name == "sue" else None,
            )  # fmt: skip
            db.add(account)
            db.flush()
            self.accounts[name] = account.id
            if name in STAFF:
                role, granted, withheld = STAFF[name]
                left = self.now if name == "rex" else None
                member = {"role": role, "granted": granted, "withheld": withheld, "joined_at": self.now, "left_at": left}
                db.add(Membership(id=next(NUMBERS), studio_id=self.cast.harbor, account_id=account.id, **member))

    def _teams(self, db: Session) -> None:
        for name, studio_id, members in (("coast", self.cast.harbor, TEAM), ("meadow", self.cast.bluebird, {"ollie": "admin"})):
            team = Team(public_id=f"team-{name}", studio_id=studio_id, name=name, created_at=self.now)
            db.add(team)
            db.flush()
            self.teams[name] = team.id
            for person, role in members.items():
                left = self.now if person == "lee" else None
                who = {"account_id": self.accounts[person], "role": role, "joined_at": self.now, "left_at": left}
                db.add(TeamMember(id=next(NUMBERS), studio_id=studio_id, team_id=team.id, **who))

    def _records(self, db: Session) -> None:
        for record, (person, is_team) in RECORDS.items():
            if record not in self.records:
                customer = Customer(
                    studio_id=self.cast.harbor, account_id=self.accounts.get(person), name=record, email=f"{record}@x.example",
                    email_key=f"{record}@x.example", team_id=self.teams["coast"] if is_team else None, created_at=self.now,
                )  # fmt: skip
                db.add(customer)
                db.flush()
                self.records[record] = customer.id
            customer = db.get_one(Customer, self.records[record])
            customer.phone = customer.company = customer.copy_to = "x"

    def _work_of(self, record: str) -> None:
        """A delivered order that is not paid, an accepted and a pending one, with all that hangs on them."""
        by = self.cast.omar if record == "ollie" else self.cast.olive
        where = (self.database, self.store, by.studio_id, self.records[record])
        shoots = [photographed(*where, photos=n, status=s) for n, s in ((2, "accepted"), (1, "accepted"), (1, "pending"))]
        self.files |= {photo: record for shoot in shoots for photo in shoot.photos}
        hand_over(self.database, by, shoots[0], message="x", copy_to=["copy@x.example"], collect_payment=False)
        with self.database.unit_of_work() as db:
            for shoot in shoots:
                order = db.get_one(Order, shoot.order_id)
                order.access_notes = "x"
                db.get_one(Listing, shoot.listing_id)
                self._beside(db, by, order)
            delivered = db.get_one(Order, shoots[0].order_id)
            self._money(db, delivered, self.accounts.get(RECORDS[record][0]))
            self._link(db, delivered, self.accounts[by.name.split()[0].lower()])
            self._shared(db, delivered, self.accounts.get(RECORDS[record][0], self.accounts["carl"]))

    def _beside(self, db: Session, by: Viewer, order: Order) -> None:
        service = self.cast.photos if by is self.cast.olive else self.cast.photos.replace("harbor", "bluebird")
        from portal_app.domain.catalog.models import Service

        service_id = db.exec(select(Service.id).where(Service.public_id == service)).one()
        here = {"studio_id": order.studio_id, "order_id": order.id}
        db.add(
            OrderLine(
                service_id=service_id, position=0, name="x", detail="x", unit_cents=41250, total_cents=41250, minutes=60, **here
            )
        )
        visit = datetime(2027, 1, 1, 12, tzinfo=self.now.tzinfo) + timedelta(hours=3 * order.id)
        booked = Appointment(
            member_id=by.member_id, starts_at=visit, ends_at=visit + timedelta(hours=1), status="booked",
            zone="America/Los_Angeles", **here,
        )  # fmt: skip
        db.add(booked)
        bookings.on_order(db, order, booked, self.now)
        for kind, role, name in (("order.placed", "customer", "x"), ("order.accepted", "owner", "y")):
            db.add(
                Fact(
                    at=self.now, kind=kind, actor_role=role, actor_name=name, behind_name="x", listing_id=order.listing_id,
                    customer_id=order.customer_id, details={"street": "x"}, **here,
                )
            )  # fmt: skip
        db.add(
            Mail(
                kind="order_placed", once_key=f"m{order.id}", to_name="x", to_email="x@x.example", from_name="x", reply_to="x@x.example",
                subject="x", text="x", html="x", message_id=f"<{order.id}@x>", thread="x", last_answer="x", created_at=self.now, **here,
            )
        )  # fmt: skip

    def _money(self, db: Session, order: Order, account_id: int | None) -> None:
        attempt = PaymentAttempt(
            public_id=f"attempt{order.id}", description="x", payer_email="x@x.example", studio_id=order.studio_id, mode="test",
            currency="USD", amount_cents=100, idempotency_key=f"k{order.id}", return_to="/", base_url="https://localhost",
            session_id=f"cs_{order.id}", session_url="https://pay.example/page", payment_id=f"pi_{order.id}", problem="x", created_at=self.now,
            expires_at=self.now + timedelta(hours=20),
        )  # fmt: skip
        add_money(db, order, attempt, account_id, mark=f"x{order.id}", now=self.now)
        db.exec(select(Invoice).where(Invoice.order_id == order.id)).one().pdf_digest = paper(self.store)

    def _link(self, db: Session, order: Order, account_id: int) -> None:
        here = {"studio_id": order.studio_id, "listing_id": order.listing_id}
        token = fingerprint(f"zz9-link-{order.customer_id}-token")
        db.add(
            AccessLink(
                id=next(NUMBERS), token_hash=token, email="x@x.example", created_at=self.now, ends_at=self.now + LIFE, **here
            )
        )
        db.add(Opening(person="x", what="page", first_at=self.now, last_at=self.now, **here))
        db.add(
            PlannedDelivery(
                studio_id=order.studio_id, order_id=order.id, deliver_at=self.now + LIFE, request={"message": "x"}, by_name="x",
                planned_at=self.now, problem="x",
            )
        )  # fmt: skip
        db.add(OriginalsPage(public_id=f"originals{order.id}", made_at=self.now, **here))
        altered, original = db.exec(select(Asset).where(Asset.listing_id == order.listing_id).order_by(Asset.id)).all()
        altered.altered_how, altered.altered_of_id = "sky", original.id
        request = RevisionRequest(
            public_id=f"revision{order.id}", order_id=order.id, number=1, request_key="x", state="in_work", wish="x", reply="x", again="x",
            asked_by="x", asked_email="x@x.example", asked_at=self.now, changed_at=self.now, reference_size=8, **here,
        )  # fmt: skip
        request.reference_sha256 = kept(self.store, bytes_of("web", altered.public_id, 8))
        db.add(request)
        db.flush()
        db.add(RevisionMark(studio_id=order.studio_id, revision_id=request.id, asset_id=altered.id, shape="pin", note="x"))
        for asset in (altered, original):
            asset.caption = asset.reason = asset.alteration = "x"
            fitted = {"sha256": asset.sha256, "crc32": asset.crc32, "size": asset.size}
            recipe = presets()["ranw"].recipe
            db.add(PresetFile(studio_id=order.studio_id, asset_id=asset.id, preset="ranw", recipe=recipe, **fitted))
        db.add(
            Download(
                public_id=f"download{order.id}", person="x", email="x", name="x", size="x", is_archive=False, is_whole=False, etag="x",
                length=1, started_at=self.now, touched_at=self.now, **here,
            )
        )  # fmt: skip
        db.add(
            Asset(
                public_id=f"tour{order.id}", kind="tour", url="https://my.matterport.com/show/?m=UudGrvdrYZD", state="ready", original_name="x",
                size=0, sha256="", crc32=0, received_at=self.now, delivered_at=self.now, **here,
            )
        )  # fmt: skip
        db.add(
            Upload(
                public_id=f"upload{order.id}", account_id=account_id, file_name="x.jpg", size=10, reason="x",
                created_at=self.now, touched_at=self.now, **here,
            )
        )  # fmt: skip

    def _shared(self, db: Session, order: Order, account_id: int) -> None:
        photos = db.exec(select(Asset.id).where(Asset.listing_id == order.listing_id)).all()
        db.add(
            SharedLink(
                public_id=f"shared{order.id}", studio_id=order.studio_id, listing_id=order.listing_id, account_id=account_id, label="x",
                token_hash=fingerprint(f"zz9-shared-{order.id}-token"), token_box=b"x", size="web", asset_ids=list(photos),
                created_at=self.now, ends_at=self.now + LIFE,
            )
        )  # fmt: skip

    def _personal(self, db: Session, name: str, account_id: int) -> None:
        later = self.now + LIFE
        studio_id = self.cast.bluebird if name in {"omar", "ollie"} else self.cast.harbor
        who = {"studio_id": studio_id, "account_id": account_id}
        account = db.get_one(Account, account_id)
        account.password_hash = self.hash
        db.add(
            SignInSession(
                id=next(NUMBERS),
                token_hash=fingerprint(token_of(name)),
                created_at=self.now,
                seen_at=later - LIFE / 2,
                proven_at=self.now,
                ends_at=later,
                device="x",
                place="x",
                **who,
            )
        )
        db.add(
            MailedCode(purpose="verify", email_key="x", new_email="x", code_hash="x", created_at=self.now, ends_at=later, **who)
        )
        db.add(
            Passkey(id=next(NUMBERS), credential_id=name[:4].ljust(8, "x"), public_key=b"x", name="x", created_at=self.now, **who)
        )
        db.add(Challenge(challenge_hash=name, created_at=self.now, ends_at=later, **who))
        db.add(RecoveryCode(code_hash="x", created_at=self.now, **who))
        db.add(
            Fact(
                at=self.now,
                kind="session.started",
                actor_role="customer",
                actor_name="x",
                actor_account_id=account_id,
                studio_id=studio_id,
                details={"device": "x"},
            )
        )

    def _studio(self, db: Session, studio_id: int, owner: int) -> None:
        here = {"studio_id": studio_id}
        db.add(Watermark(id=next(NUMBERS), text="x", **here))
        db.add(DeliveryPolicy(**here))
        asked = {"invited_by": owner, "created_at": self.now, "sent_at": self.now, "ends_at": self.now + LIFE, **here}
        team = self.teams["coast" if studio_id == self.cast.harbor else "meadow"]
        for role, team_id in (("editor", None), ("member", team)):
            who = f"{role}{studio_id}@x.example"
            token = fingerprint(f"zz9-invitation-{role}-{studio_id}-token")
            db.add(
                Invitation(
                    id=next(NUMBERS),
                    public_id=f"i{role}{studio_id}",
                    role=role,
                    team_id=team_id,
                    name="x",
                    email=who,
                    email_key=who,
                    token_hash=token,
                    **asked,
                )
            )
        db.add(policy_of_money(studio_id, f"x{studio_id}"))
        db.add(
            StripeAccount(
                mode="test",
                endpoint_token=f"e{studio_id}",
                secret_key_box=b"x",
                webhook_secret_box=b"x",
                old_webhook_secret_box=b"x",
                **here,
            )
        )
        event = {"event_id": f"evt_{studio_id}", "kind": "x", "session_id": "cs", "body": b"x", "problem": "x"}
        db.add(WebhookEvent(mode="test", received_at=self.now, **event, **here))
        common = {"mode": "test", "currency": "USD", "amount_cents": 100, "at": self.now}
        db.add(LedgerEntry(order_id=None, kind="unallocated", source_id=f"pi_u{studio_id}", memo="x", **common, **here))
        db.add(Attempt(key=f"x{studio_id}", at=self.now, **here))
        db.add(
            Work(
                kind="react",
                payload={},
                once_key=f"w{studio_id}",
                lease_token="x",
                last_error="x",
                state="dead",
                run_at=self.now,
                created_at=self.now,
                **here,
            )
        )


def paper(store: Shelf) -> str:
    """A PDF that is kept already: who downloads it changes nothing."""
    content = b"%PDF-1.7"
    digest = sha256(content).hexdigest()
    store.add_bytes(content, digest)
    return digest


def token_of(name: str) -> str:
    """The session token in somebody's cookie: itself a canary."""
    return f"zz9-{name}-sign_in_session-token-0"
