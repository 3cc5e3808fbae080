"""From booking to receipt: who is mailed what, each person once, and a secret link that opens the listing."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.core.clock import local, utc_now
from portal_app.core.viewer import Role, system_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work, WorkState
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.service import record_offline_payment
from portal_app.domain.delivery.models import AccessLink
from portal_app.domain.delivery.service import DeliverRequest, deliver, viewer_by_link
from portal_app.domain.media.models import Asset, AssetState
from portal_app.domain.notifications.models import Mail, MailState
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.service import accept
from portal_app.domain.studios.models import Studio
from portal_app.jobs.worker import Worker
from portal_app.jobs.works import WORKS
from tests.conftest import Cast
from tests.running import wired

pytestmark = pytest.mark.proof("main-job-12")
COPIES = ["team@coastline.example", "CARL@coastline.example", "team@coastline.example"]


def book(database: Database, cast: Cast) -> int:
    """Carl's order at a studio that reads its mail."""
    start = (local(utc_now(), "America/Los_Angeles") + timedelta(days=3)).replace(hour=9, minute=30, second=0, microsecond=0)
    request = OrderRequest("k1", "12 Cypress Way", "Carmel, CA 93923", "2940", (cast.photos,), start.replace(tzinfo=None))
    with database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).email = "studio@harbor.example"
        return place_order(db, cast.carl, request, now=utc_now())


def photos(database: Database, number: int, count: int = 3) -> None:
    """Photos that are ready, without their files."""
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == number)).one()
        for position in range(count):
            db.add(
                Asset(
                    studio_id=order.studio_id, listing_id=order.listing_id, public_id=f"photo{position}", position=position,
                    state=AssetState.READY, original_name=f"{position}.jpg", size=1, sha256="0" * 64, crc32=0, received_at=utc_now(),
                )
            )  # fmt: skip


def inbox(folder: Path) -> dict[tuple[str, str], EmailMessage]:
    """Every message by (recipient, subject); a doubled one would have another Message-ID and fail here."""
    messages = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in (folder / "mailbox").glob("*.eml")]
    found = {(message["To"].addresses[0].addr_spec, str(message["Subject"])): message for message in messages}
    assert len(found) == len(messages)
    return found


def test_each_person_is_mailed_once_from_booking_to_receipt(database: Database, cast: Cast, tmp_path: Path) -> None:
    number = book(database, cast)
    with wired(database, tmp_path) as wiring:
        work = Worker(wiring, WORKS)
        work.run_until_idle()
        with database.unit_of_work() as db:
            accept(db, cast.olive, number, now=utc_now())
        photos(database, number)
        request = DeliverRequest(message="Enjoy", collect_payment=True, watermark=True, copy_to=COPIES)
        with database.unit_of_work() as db:
            deliver(db, cast.olive, number, request, now=utc_now())
        work.run_until_idle()
        with database.unit_of_work() as db:
            record_offline_payment(db, cast.olive, BillName(order=number), 40_125, "Check 77", "r1", now=utc_now())
        tell_everything_again(database)
        work.run_until_idle()
    mails = inbox(tmp_path)
    assert set(mails) == {
        ("carl@coastline.example", f"Order {number}: 12 Cypress Way"),
        ("studio@harbor.example", f"New order {number}: 12 Cypress Way"),
        ("carl@coastline.example", f"Accepted: order {number}, 12 Cypress Way"),
        ("carl@coastline.example", "Ready: 12 Cypress Way"),
        ("team@coastline.example", "Ready: 12 Cypress Way"),
        ("carl@coastline.example", f"Receipt: $401.25 for order {number}"),
    }
    assert len({str(message["References"]) for message in mails.values()}) == 1
    assert mails["studio@harbor.example", f"New order {number}: 12 Cypress Way"]["Reply-To"] == "carl@coastline.example"
    ready = [text_of(message) for (_, subject), message in mails.items() if subject == "Ready: 12 Cypress Way"]
    assert all("$401.25 is due. Downloads open once it is paid." in text for text in ready)
    with database.reading() as db:
        assert len(db.exec(select(AccessLink)).all()) == 2
        tokens = {re.search(r"/l/(\S+)", text)[1] for text in ready}
        viewers = [viewer_by_link(db, token, now=utc_now()) for token in tokens]
        assert [viewer.role for viewer in viewers] == [Role.LINK, Role.LINK]
        assert {viewer.email for viewer in viewers} == {"carl@coastline.example", "team@coastline.example"}
        assert {work.state for work in db.exec(select(Work))} == {WorkState.DONE}
        sent = db.exec(select(Mail)).all()
        assert {mail.state for mail in sent} == {MailState.SENT}
        assert not [mail.id for mail in sent if any(token in mail.text + mail.html for token in tokens)]


def test_two_reactions_to_a_fact_do_not_block_each_other(database: Database, cast: Cast, tmp_path: Path, monkeypatch) -> None:
    def broken(*args, **kw) -> None:
        raise RuntimeError("this one is broken")

    monkeypatch.setattr("portal_app.domain.notifications.writing.mail_order_placed_to_studio", broken)
    number = book(database, cast)
    with wired(database, tmp_path) as wiring:
        Worker(wiring, WORKS).run_until_idle()
    assert [subject for _, subject in inbox(tmp_path)] == [f"Order {number}: 12 Cypress Way"]
    with database.reading() as db:
        states = Counter((work.kind, work.state) for work in db.exec(select(Work)))
    assert states == {("react", "done"): 1, ("react_one", "done"): 1, ("react_one", "waiting"): 1, ("send_mail", "done"): 1}


@pytest.mark.proof("main-job-13")
@pytest.mark.parametrize(
    ("kind", "details", "words"),
    [
        ("payment.unallocated", {"problem": "It came in EUR, not USD."}, "It was not counted. It came in EUR, not USD."),
        ("payment.received", {"over_cents": 40_125}, "$401.25 more is paid than is owed."),
        ("payment.received", {"over_cents": 0}, None),
    ],
)
def test_the_studio_learns_of_money_that_does_not_fit(
    database: Database, cast: Cast, tmp_path: Path, kind: str, details: dict, words: str | None
) -> None:
    number = book(database, cast)
    with database.unit_of_work() as db:
        order = db.exec(select(Order).where(Order.number == number)).one()
        told = {"amount_cents": 40_125, "currency": "USD", **details}
        record(db, system_viewer(cast.harbor), kind, now=utc_now(), order_id=order.id, details=told)
    with wired(database, tmp_path) as wiring:
        Worker(wiring, WORKS).run_until_idle()
    found = [text_of(mail) for (to, subject), mail in inbox(tmp_path).items() if subject.startswith("A payment to look at")]
    assert len(found) == (words is not None)
    assert not words or words in found[0]


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def tell_everything_again(database: Database) -> None:
    """As if every fact were told twice: the mails' own keys hold."""
    with database.unit_of_work() as db:
        for fact in db.exec(select(Fact)).all():
            enqueue(db, "react", {"fact_id": fact.id}, now=utc_now(), once_key=f"again:{fact.id}")
