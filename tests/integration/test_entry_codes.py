"""The code of a door is gone when its visit is, whoever pressed what, and no mail ever carries it."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.smtp_mailer import SmtpMailer
from portal_app.core.clock import local, utc_now
from portal_app.core.errors import Conflict
from portal_app.core.viewer import Viewer, guest_viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work, WorkState
from portal_app.domain.activity.service import record
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.queries import balance
from portal_app.domain.billing.service import record_offline_payment
from portal_app.domain.delivery.service import DeliverRequest, deliver
from portal_app.domain.notifications.models import Mail, MailState
from portal_app.domain.orders.attending import finish_visit, show_code, start_visit
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.changing import Why, postpone
from portal_app.domain.orders.confirming import confirm_visit, decline_visit
from portal_app.domain.orders.entry_codes import forget_codes
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.moving import openings_of, reschedule
from portal_app.domain.orders.placing import GuestRequest, OrderRequest, place_order
from portal_app.domain.orders.service import accept
from portal_app.domain.scheduling.models import Appointment, Purpose
from portal_app.domain.studios.models import Studio
from portal_app.jobs.schedule import TIMES, enqueue_due, write_rows
from portal_app.jobs.worker import Worker
from portal_app.jobs.works import WORKS
from tests.conftest import NOW, Cast
from tests.integration.crew import at, give_hours, hire, set_policy
from tests.integration.test_mails import smtp_server
from tests.integration.test_my_day import SEAL, an_order, box_of, day_of, do
from tests.integration.test_order_mails import photos
from tests.running import wired

pytestmark = pytest.mark.proof("booking-13")
LAST_MINUTE, MIDNIGHT = at(23, 59), at(0) + timedelta(days=1)
CODE, PIECES = "Quagga-70613", ("quagga", "70613")


def forget(database: Database, now: datetime) -> int:
    with database.unit_of_work() as db:
        return forget_codes(db, now=now)


def shown(database: Database, by: Viewer, visit: int, now: datetime) -> str:
    with database.unit_of_work() as db:
        return show_code(db, by, visit, SEAL, now=now)


def test_a_code_is_hidden_when_the_day_of_its_visit_is_over(database: Database, cast: Cast) -> None:
    visits = an_order(database, cast, 1001)
    assert shown(database, cast.pia, visits["twilight"], LAST_MINUTE) == "4711"
    assert [each.has_code for each in day_of(database, cast.pia, LAST_MINUTE)] == [True, True]
    assert [each.has_code for each in day_of(database, cast.pia, MIDNIGHT)] == [False, False]
    for visit in visits.values():
        with pytest.raises(Conflict, match="no code anymore"):
            shown(database, cast.pia, visit, MIDNIGHT)


def test_the_day_is_over_where_the_property_is(database: Database, cast: Cast) -> None:
    """Five in the morning in Greenwich is nine in the evening in California: whoever is at the door still gets in."""
    visits = an_order(database, cast, 1001)
    in_greenwich = datetime.fromisoformat("2026-11-27T05:00+00:00")
    assert shown(database, cast.pia, visits["visit"], in_greenwich) == "4711"


def test_nobody_finished_and_the_code_is_gone_all_the_same(database: Database, cast: Cast) -> None:
    visits = an_order(database, cast, 1001)
    an_order(database, cast, 1002)
    assert forget(database, LAST_MINUTE) == 0
    do(database, start_visit, cast.pia, visits["visit"])
    assert forget(database, MIDNIGHT) == 2
    assert box_of(database) is box_of(database, 1002) is None
    assert forget(database, MIDNIGHT) == 0


def test_a_visit_that_was_postponed_keeps_its_code_for_a_season(database: Database, cast: Cast) -> None:
    visits = an_order(database, cast, 1001)
    with database.unit_of_work() as db:
        postpone(db, cast.olive, 1001, Purpose.TWILIGHT, now=NOW)
    for verb in (start_visit, finish_visit):
        do(database, verb, cast.pia, visits["visit"])
    assert forget(database, at(0) + timedelta(days=60)) == 0
    assert forget(database, at(0) + timedelta(days=120)) == 1
    assert box_of(database) is None


def test_a_wish_nobody_answered_keeps_its_code_no_longer(database: Database, cast: Cast) -> None:
    an_order(database, cast, 1001)
    with database.unit_of_work() as db:
        for visit in db.exec(select(Appointment)):
            db.delete(visit)
    assert forget(database, NOW + timedelta(days=60)) == 0
    assert forget(database, NOW + timedelta(days=91)) == 1


def test_the_worker_forgets_it(database: Database, cast: Cast, tmp_path: Path) -> None:
    an_order(database, cast, 1001)
    with database.unit_of_work() as db:
        for visit in db.exec(select(Appointment)):
            visit.starts_at, visit.ends_at = visit.starts_at - timedelta(days=400), visit.ends_at - timedelta(days=400)
    write_rows(database.unit_of_work, [each for each in TIMES if each.kind == "forget_codes"], now=utc_now())
    with wired(database, tmp_path) as wiring:
        with database.unit_of_work() as db:
            assert enqueue_due(db, now=utc_now()) == ["forget_codes"]
        Worker(wiring, WORKS).run_until_idle()
    assert box_of(database) is None


def place(database: Database, by: Viewer, cast: Cast, seal: SecretBox, **changes) -> int:
    day = local(utc_now(), "America/Los_Angeles") + timedelta(days=4)
    asked = {
        "request_key": "k1", "street": "12 Cypress Way", "town": "Carmel, CA 93923", "area": "2940", "services": (cast.photos,),
        "starts_at": day.replace(hour=9, minute=30, second=0, microsecond=0, tzinfo=None), "entry": "lockbox", "entry_code": CODE,
    } | changes  # fmt: skip
    with database.unit_of_work() as db:
        return place_order(db, by, OrderRequest(**asked), now=utc_now(), seal=seal)


def lives(database: Database, cast: Cast, number: int, crew: dict[int, Viewer], drain) -> None:
    """Accepted, declined, confirmed, moved, postponed, set again, looked at, started, finished, delivered, paid."""

    def does(verb, *arguments, **more):
        with database.unit_of_work() as db:
            return verb(db, *arguments, **more, now=utc_now())

    def visit() -> tuple[int, Viewer]:
        with database.reading() as db:
            row = db.exec(select(Appointment)).one()
            return row.id, crew[row.member_id]

    def free(days: int) -> datetime:
        day = local(utc_now(), "America/Los_Angeles").date() + timedelta(days=days)
        with database.reading() as db:
            return openings_of(db, cast.carl, number, Purpose.VISIT, first=day, last=day, now=utc_now())[0].starts[2].at

    does(accept, cast.olive, number)
    does(decline_visit, visit()[1], number, Purpose.VISIT, "I am away")
    does(confirm_visit, visit()[1], number, Purpose.VISIT)
    does(reschedule, cast.carl, number, Purpose.VISIT, free(6), Why("The seller is ill"))
    does(confirm_visit, visit()[1], number, Purpose.VISIT)
    drain()
    does(postpone, cast.carl, number, Purpose.VISIT, Why("Still ill"))
    does(reschedule, cast.carl, number, Purpose.VISIT, free(8))
    with database.unit_of_work() as db:  # the day has come
        row = db.exec(select(Appointment)).one()
        length = row.ends_at - row.starts_at
        row.starts_at, row.ends_at, row.status = utc_now(), utc_now() + length, "booked"
        row.blocked_from, row.blocked_until = row.starts_at, row.ends_at
    at_door, who = visit()
    assert does(show_code, who, at_door, SEAL) == CODE
    does(start_visit, who, at_door)
    does(finish_visit, who, at_door)
    photos(database, number)
    does(deliver, cast.olive, number, DeliverRequest(message="Enjoy", collect_payment=True, watermark=True))
    with database.reading() as db:
        order_id = db.exec(select(Order.id).where(Order.number == number)).one()
        due = balance(db, order_id).due
    does(record_offline_payment, cast.olive, BillName(order=number), due, "Check 77", "r1")
    odd = {"amount_cents": 100, "problem": "It was paid twice."}
    does(record, cast.olive, "payment.unallocated", order_id=order_id, details=odd)


def words_in(message: EmailMessage) -> str:
    """Everything somebody could read in a mail: its head, and each part as it is written and as it is read."""
    parts = [part.get_payload(decode=True) or b"" for part in message.walk() if not part.is_multipart()]
    return "\n".join([message.as_string(), *(part.decode("utf-8", "replace") for part in parts)]).lower()


def test_no_mail_of_the_whole_life_of_an_order_carries_its_code(database: Database, cast: Cast, tmp_path: Path) -> None:
    jonas = hire(database, cast.harbor, "Jonas")
    give_hours(database, cast.pia, jonas)
    set_policy(database, cast.harbor, member_confirms=True)
    with database.unit_of_work() as db:
        db.get_one(Studio, cast.harbor).email = "studio@harbor.example"
    with smtp_server() as (url, taken), wired(database, tmp_path, mailer=SmtpMailer(url)) as wiring:
        drain = Worker(wiring, WORKS).run_until_idle
        lives(database, cast, place(database, cast.carl, cast, SEAL), {m.member_id: m for m in (cast.pia, jonas)}, drain)
        gwen = {"request_key": "k2", "street": "9 Elm Street", "guest": GuestRequest("Gwen", "gwen@home.example")}
        number = place(database, guest_viewer(cast.harbor), cast, SEAL, **gwen)
        with database.unit_of_work() as db:
            cancel(db, cast.olive, number, now=utc_now())
        drain()
    with database.reading() as db:
        kinds = {mail.kind for mail in db.exec(select(Mail))}
        assert {mail.state for mail in db.exec(select(Mail))} == {MailState.SENT}
        assert {work.state for work in db.exec(select(Work))} == {WorkState.DONE}
        told = repr([fact.details for fact in db.exec(select(Fact))]) + repr([work.payload for work in db.exec(select(Work))])
    assert kinds >= {
        "order_placed", "order_arrived", "order_accepted", "visit_confirmed", "visit_declined_studio", "visit_moved",
        "visit_moved_studio", "visit_postponed", "visit_postponed_studio", "visit_set", "visit_canceled", "delivered", "receipt",
        "odd_payment",
    }  # fmt: skip
    assert len(taken) >= len(kinds)
    assert any("cypress" in words_in(mail) for mail in taken)
    for piece in PIECES:
        assert not [str(mail["Subject"]) for mail in taken if piece in words_in(mail)]
        assert piece not in told.lower()
