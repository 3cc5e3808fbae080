"""Harbor Light in full: every table with rows, every private text carrying a marker nobody else may ever read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain.billing.models import PaymentAttempt, StripeAccount, WebhookEvent
from portal_app.domain.catalog.models import (
    AddOnPlace,
    Coupon,
    CouponService,
    Fee,
    Question,
    QuestionChoice,
    Service,
    TaxGroup,
    TaxRate,
    Variant,
)
from portal_app.domain.customers.models import Team, TeamMember
from portal_app.domain.delivery.models import DeliveryPolicy, SharedLink
from portal_app.domain.delivery.opening import note_link_opened
from portal_app.domain.delivery.planning import plan_delivery
from portal_app.domain.delivery.revising import Asked, AskedPhoto, ask_revision
from portal_app.domain.delivery.revision_models import RevisionRequest
from portal_app.domain.delivery.service import DeliverRequest, deliver, make_link
from portal_app.domain.delivery.taking import Item, Taking, begin_download, keep_sent
from portal_app.domain.identity.models import (
    Attempt,
    Challenge,
    Invitation,
    MailedCode,
    Passkey,
    RecoveryCode,
    SignInSession,
)
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.altering import AlteredAs, mark_altered
from portal_app.domain.media.linking import add_link
from portal_app.domain.media.models import Asset, PresetFile, Rendition, RenditionName, Upload, Watermark
from portal_app.domain.notifications.models import Mail
from portal_app.domain.orders.models import CouponUse, Order, OrderAnswer, OrderCharge, OrderLink
from portal_app.domain.orders.placing import OrderRequest
from portal_app.domain.orders.queries import visible
from portal_app.domain.orders.service import accept, place_order
from portal_app.domain.scheduling.models import (
    Appointment,
    BookingPolicy,
    CrewMember,
    DayHours,
    Decline,
    ServiceArea,
    ServiceSkill,
    TimeOff,
    TravelTier,
    WeeklyHours,
)
from tests.conftest import NOW, Cast
from tests.money_rows import add_money, policy_of_money

MARK = "Zz9marker"


@dataclass(frozen=True, slots=True)
class World:
    """What a stranger could try to name: numbers, ids and secrets of Harbor Light."""

    pending: int
    accepted: int
    delivered: int
    listing_id: int
    listing: str
    asset: str
    upload: str
    attempt: str
    order_id: int
    delivery_id: int
    link_token: str
    session_token: str
    link: Viewer
    member_id: int
    customer_id: int
    invitation: str
    team: str
    team_member: int
    team_invitation: str
    service: str
    category: str
    revision: str


def build(database: Database, cast: Cast) -> World:
    """Three orders: pending, accepted, and delivered but not paid."""
    numbers = [_placed(database, cast, position) for position in range(3)]
    for number in numbers[1:]:
        with database.unit_of_work() as db:
            accept(db, cast.olive, number, now=NOW)
    with database.unit_of_work() as db:
        order = db.exec(visible(cast.olive).where(Order.number == numbers[2])).one()
        listing = db.get(Listing, order.listing_id)
        asset = _photo(db, cast, listing, 0)
        original = _photo(db, cast, listing, 1)
        mark_altered(db, cast.olive, asset.public_id, AlteredAs(["sky"], MARK, original.public_id), now=NOW)
        add_link(db, cast.olive, listing.public_id, f"https://{MARK}.example", MARK, now=NOW)
        done = deliver(db, cast.olive, order.number, DeliverRequest(message=MARK, with_gaps=True), now=NOW)
        plan_delivery(db, cast.olive, order.number, DeliverRequest(), NOW + timedelta(days=1), now=NOW)
        token = make_link(db, done.delivery_id, "carl@coastline.example", now=NOW)
        note_link_opened(db, token, now=NOW)
        attempt = _money(db, cast, order)
        _session(db, cast)
        team = _team(db, cast)
        _messages(db, cast, order)
        _catalog(db, cast, order)
        _crew(db, cast, order)
        upload = _upload(db, cast, listing)
        _download(db, cast, listing)
        _shared(db, cast, listing, asset)
        link = Viewer(studio_id=cast.harbor, role=Role.LINK, listing_id=listing.id, link_id=1)
        return World(
            *numbers, listing.id, listing.public_id, asset.public_id, upload, attempt, order.id, done.delivery_id, token, "session", link,
            cast.pia.member_id, cast.carl_customer, f"work{MARK}", *team, cast.photos, MARK, _revision(db, cast, listing, asset),
        )  # fmt: skip


def _placed(database: Database, cast: Cast, position: int) -> int:
    request = OrderRequest(
        request_key=f"{MARK}-{position}",
        street=f"{position} {MARK} Lane",
        town=f"{MARK} Town",
        area="2940",
        services=(cast.photos, cast.floor_plan),
        starts_at=datetime(2026, 11, 26 + position, 9, 30),
        access_notes=f"{MARK} 4711",
    )
    with database.unit_of_work() as db:
        return place_order(db, cast.carl, request, now=NOW + timedelta(seconds=position))


def _photo(db: Session, cast: Cast, listing: Listing, position: int) -> Asset:
    sha = f"{position:x}" * 64
    asset = Asset(
        studio_id=cast.harbor, listing_id=listing.id, public_id=f"asset{position}{MARK}", state="ready",
        original_name=f"{MARK}-{position}.jpg", size=10, sha256=sha, crc32=1, width=6000, height=4000, position=position, received_at=NOW,
    )  # fmt: skip
    db.add(asset)
    db.flush()
    db.add_all(
        Rendition(studio_id=cast.harbor, asset_id=asset.id, name=name, sha256=sha, crc32=1, size=10, width=480, height=320)
        for name in RenditionName
    )
    db.add(PresetFile(studio_id=cast.harbor, asset_id=asset.id, preset="ranw", recipe="0", sha256=sha, crc32=1, size=10))
    db.flush()
    return asset


def _shared(db: Session, cast: Cast, listing: Listing, asset: Asset) -> None:
    db.add(
        SharedLink(
            public_id=f"shared{MARK}", studio_id=cast.harbor, listing_id=listing.id, account_id=cast.carl.account_id, label=MARK,
            token_hash=fingerprint("shared"), token_box=b"x", size="web", asset_ids=[asset.id], created_at=NOW, ends_at=NOW + timedelta(days=9),
        )
    )  # fmt: skip


def _money(db: Session, cast: Cast, order: Order) -> str:
    attempt = PaymentAttempt(
        public_id=f"attempt{MARK}", studio_id=cast.harbor, mode="test", currency="USD", amount_cents=100,
        description=MARK, payer_email=f"{MARK}@x.example", idempotency_key=MARK, return_to="/", base_url="http://localhost:3000",
        session_id="cs_1", created_at=NOW, expires_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    add_money(db, order, attempt, cast.carl.account_id, mark=MARK, now=NOW)
    db.add(policy_of_money(cast.harbor, MARK))
    db.add(WebhookEvent(studio_id=cast.harbor, mode="test", event_id="evt_1", kind="x", body=MARK.encode(), received_at=NOW))
    db.add(StripeAccount(studio_id=cast.harbor, mode="test", endpoint_token=MARK, secret_key_box=b"x", webhook_secret_box=b"x"))
    db.flush()
    return attempt.public_id


def _session(db: Session, cast: Cast) -> None:
    who = {"studio_id": cast.harbor, "account_id": cast.carl.account_id}
    later = NOW + timedelta(days=1)
    db.add(SignInSession(token_hash=fingerprint("session"), created_at=NOW, seen_at=NOW, ends_at=later, device=MARK, **who))
    db.add(MailedCode(purpose="verify", email_key=MARK, code_hash="x", created_at=NOW, ends_at=later, **who))
    db.add(Passkey(credential_id=MARK, public_key=MARK.encode(), name=MARK, created_at=NOW, **who))
    db.flush()
    olives = {"studio_id": cast.harbor, "account_id": cast.olive.account_id}
    db.add(Passkey(credential_id=f"{MARK}-2", public_key=MARK.encode(), name=MARK, created_at=NOW, **olives))
    db.add(SignInSession(token_hash=fingerprint("olives"), created_at=NOW, seen_at=NOW, ends_at=later, device=MARK, **olives))
    db.add(Challenge(challenge_hash=MARK, created_at=NOW, ends_at=later, **who))
    db.add(RecoveryCode(code_hash=MARK, created_at=NOW, **who))


def _team(db: Session, cast: Cast) -> tuple[str, int, str]:
    """A team that Carl leads and Tess is asked into; its name, his membership in it, her invitation."""
    team = Team(public_id=f"team{MARK}", studio_id=cast.harbor, name=f"{MARK} Realty", created_at=NOW)
    db.add(team)
    db.flush()
    here = {"studio_id": cast.harbor, "team_id": team.id}
    member = TeamMember(account_id=cast.carl.account_id, role="admin", joined_at=NOW, **here)
    invitation = Invitation(
        public_id=f"invitation{MARK}", role="member", name=MARK, email=cast.tess.email, email_key=cast.tess.email,
        invited_by=cast.carl.account_id, token_hash=fingerprint("invitation"), created_at=NOW, sent_at=NOW,
        ends_at=NOW + timedelta(days=30), **here,
    )  # fmt: skip
    db.add_all([member, invitation, Attempt(studio_id=cast.harbor, key=MARK, at=NOW)])
    db.add(
        Invitation(
            public_id=f"work{MARK}", studio_id=cast.harbor, role="editor", name=MARK, email=f"{MARK}@y.example",
            email_key=f"{MARK}@y.example".lower(), invited_by=cast.olive.account_id, token_hash=fingerprint("work"),
            created_at=NOW, sent_at=NOW, ends_at=NOW + timedelta(days=30),
        )
    )  # fmt: skip
    db.flush()
    return team.public_id, member.id, invitation.public_id


def _catalog(db: Session, cast: Cast, order: Order) -> None:
    """What is sold beside services, and an order that used it."""
    here = {"studio_id": cast.harbor}
    service = db.exec(select(Service).where(Service.public_id == cast.photos)).one()
    service.category = MARK
    coupon = Coupon(public_id=f"coupon{MARK}", code=MARK.upper(), amount=1000, **here)
    question = Question(public_id=f"question{MARK}", prompt=MARK, hint=MARK, kind="choice", **here)
    group = TaxGroup(public_id=f"tax{MARK}", name=MARK, **here)
    db.add_all([coupon, question, group])
    db.flush()
    db.add_all(
        [
            Fee(public_id=f"fee{MARK}", name=MARK, amount=100, is_active=False, **here),
            TaxRate(tax_group_id=group.id, name=MARK, basis_points=100),
            CouponService(coupon_id=coupon.id, service_id=service.id),
            QuestionChoice(question_id=question.id, label=MARK, price_cents=100),
            Variant(service_id=service.id, public_id=f"variant{MARK}", name=MARK, is_active=False),
            AddOnPlace(add_on_id=service.id, category=MARK),
            OrderCharge(order_id=order.id, position=900, kind="fee", name=MARK, amount_cents=0, **here),
            OrderAnswer(order_id=order.id, position=900, prompt=MARK, answer=MARK, **here),
            CouponUse(coupon_id=coupon.id, order_id=order.id, customer_id=order.customer_id, at=NOW, **here),
            OrderLink(order_id=order.id, token_hash=fingerprint("status"), created_at=NOW, **here),
        ]
    )
    db.flush()


def _crew(db: Session, cast: Cast, order: Order) -> None:
    """Pia's calendar, and how the studio is booked."""
    pias = {"studio_id": cast.harbor, "member_id": cast.pia.member_id}
    far = NOW + timedelta(days=300)
    service = db.exec(select(Service.id).where(Service.public_id == cast.photos)).one()
    visit = db.exec(select(Appointment.id).where(Appointment.order_id == order.id)).first()
    area = ServiceArea(studio_id=cast.harbor, public_id=f"area{MARK}", name=MARK, is_active=False)
    db.add_all(
        [
            area,
            CrewMember(base_lat=36.6, base_lon=-121.9, base_words=MARK, **pias),
            WeeklyHours(weekday=6, starts_minute=0, ends_minute=1, **pias),
            DayHours(day=far.date(), **pias),
            TimeOff(public_id=f"off{MARK}", starts_at=far, ends_at=far + timedelta(days=1), reason=MARK, **pias),
            ServiceSkill(service_id=service, **pias),
            BookingPolicy(studio_id=cast.harbor),
            Watermark(studio_id=cast.harbor, text=MARK),
            DeliveryPolicy(studio_id=cast.harbor),
            Decline(appointment_id=visit, reason=MARK, at=NOW, **pias),
        ]
    )
    db.flush()
    db.add(TravelTier(area_id=area.id, fee_cents=100))
    db.flush()


def _messages(db: Session, cast: Cast, order: Order) -> None:
    db.add(
        Mail(
            studio_id=cast.harbor,
            order_id=order.id,
            kind="order_placed",
            once_key=MARK,
            to_email="carl@coastline.example",
            from_name="Harbor Light",
            subject=MARK,
            text=MARK,
            html=MARK,
            message_id=f"<{MARK}@x>",
            created_at=NOW,
        )
    )
    db.flush()


def _download(db: Session, cast: Cast, listing: Listing) -> None:
    taking = Taking(listing.id, f"{MARK}.zip", "original", "e" * 40, 10, (Item(1, f"{MARK}.jpg", "0" * 64),), is_whole=True)
    keep_sent(db, cast.carl, begin_download(db, cast.carl, taking, 0, now=NOW), taking, (0, 10), now=NOW)


def _revision(db: Session, cast: Cast, listing: Listing, asset: Asset) -> str:
    asked = Asked(MARK, f"{MARK} bluer", (AskedPhoto(asset.public_id, note=MARK),))
    revision = ask_revision(db, cast.carl, listing.public_id, asked, now=NOW)
    row = db.exec(select(RevisionRequest).where(RevisionRequest.public_id == revision)).one()
    row.public_id, row.reference_sha256 = f"revision{MARK}", "0" * 64
    db.flush()
    return row.public_id


def _upload(db: Session, cast: Cast, listing: Listing) -> str:
    upload = Upload(
        public_id=f"upload{MARK}", studio_id=cast.harbor, listing_id=listing.id, account_id=cast.pia.account_id,
        file_name=f"{MARK}.jpg", size=10, created_at=NOW, touched_at=NOW,
    )  # fmt: skip
    db.add(upload)
    db.flush()
    return upload.public_id
