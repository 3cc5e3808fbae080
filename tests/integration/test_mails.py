"""Every cause mails each person once; the mail server may be slow, down or say no."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import replace
from email.message import EmailMessage

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.adapters.mailbox_mailer import MailboxMailer
from portal_app.adapters.smtp_mailer import SmtpMailer
from portal_app.core.clock import utc_now
from portal_app.core.errors import Unavailable
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work, WorkState
from portal_app.domain.activity.service import record
from portal_app.domain.customers.joining import SignUp, request_reset, sign_up
from portal_app.domain.customers.leaving import close_account
from portal_app.domain.customers.readdressing import confirm_new_email, request_new_email
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.service import hash_password
from portal_app.domain.notifications.account_mails import CHANGES
from portal_app.domain.notifications.letters import Letter
from portal_app.domain.notifications.mailer import MailDelayed, MailRefused
from portal_app.domain.notifications.models import Mail, MailState
from portal_app.domain.notifications.sending import SENT_TWICE, message_of, send
from portal_app.domain.notifications.service import write_mail
from portal_app.domain.studios.models import Studio
from portal_app.jobs.worker import Worker
from portal_app.jobs.works import WORKS
from portal_app.web import mailbox
from tests.conftest import NOW, Cast
from tests.mail_server import smtp_server
from tests.running import wired

pytestmark = pytest.mark.proof("main-job-09")
LETTER = Letter(
    "Ready: 12 Cypress Way", "36 photos are ready.", "36 photos are ready", ("See https://harbor.example/l/abc now.",)
)


def write(database: Database, cast: Cast, *, to: str = "carl@coastline.example", key: str = "k", **more) -> int | None:
    with database.unit_of_work() as db:
        studio = db.get_one(Studio, cast.harbor)
        mail = write_mail(db, studio, LETTER, kind="delivered", once_key=key, to_email=to, to_name="Carl, N.", now=NOW, **more)
        return mail and mail.id


def read(database: Database, mail_id: int) -> Mail:
    with database.reading() as db:
        mail = db.get_one(Mail, mail_id)
        db.expunge_all()
        return mail


def hand_over(database: Database, mailer, mail_id: int) -> None:
    send(database.unit_of_work, mailer, mail_id, mail_from="mail@portal.example", done=lambda db: None, now=NOW)


class Fails:
    """A mailer that dies or raises, then takes it."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.messages: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> str:
        self.messages.append(message)
        if self.errors:
            raise self.errors.pop(0)
        return "250 OK"


def test_a_cause_writes_to_a_person_once(database: Database, cast: Cast) -> None:
    assert write(database, cast)
    assert write(database, cast) is None
    assert write(database, cast, to="", key="nobody") is None
    with database.reading() as db:
        assert len(db.exec(select(Work).where(Work.kind == "send_mail")).all()) == 1


def test_a_temporary_failure_is_tried_again_with_the_same_message_id(database: Database, cast: Cast) -> None:
    mail_id = write(database, cast, is_secret=True)
    with smtp_server("451 4.3.0 Busy, later") as (url, taken):
        with pytest.raises(Unavailable):
            hand_over(database, SmtpMailer(url), mail_id)
        waiting = read(database, mail_id)
        assert (waiting.state, waiting.last_answer) == (MailState.WAITING, "451 4.3.0 Busy, later")
        hand_over(database, SmtpMailer(url), mail_id)
        hand_over(database, SmtpMailer(url), mail_id)
    sent = read(database, mail_id)
    assert (sent.state, sent.tries, sent.last_answer) == (MailState.SENT, 2, "250 taken as 7F3A")
    assert (sent.text, sent.html) == ("", "")
    assert len(taken) == 1
    message = taken[0]
    assert message["Message-ID"] == sent.message_id
    assert message["To"].addresses[0].display_name == "Carl, N."
    assert message["From"].addresses[0].display_name == "Harbor Light"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("html",)).get_content().startswith("<!doctype html>")


def test_a_refusal_is_final_and_the_studio_can_see_it(database: Database, cast: Cast) -> None:
    mail_id = write(database, cast, to="nobody@nowhere.example")
    with smtp_server() as (url, taken):
        hand_over(database, SmtpMailer(url), mail_id)
    mail = read(database, mail_id)
    assert (mail.state, mail.last_answer, taken) == (MailState.FAILED, "550 5.1.1 No such person here", [])
    with database.reading() as db:
        assert db.exec(select(Fact.kind)).all() == ["mail.refused"]


def test_a_server_that_hangs_or_is_gone_only_delays() -> None:
    message = EmailMessage()
    message["From"], message["To"] = "mail@portal.example", "carl@coastline.example"
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        mailer = SmtpMailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}", seconds=0.3)
        with pytest.raises(MailDelayed):
            mailer.send(message)
    with pytest.raises(MailDelayed):
        mailer.send(message)


def test_a_worker_that_dies_while_sending_leaves_it_unsure_and_it_goes_out_again(database: Database, cast: Cast) -> None:
    mail_id = write(database, cast)
    mailer = Fails(KeyboardInterrupt(), MailDelayed("busy"))
    with pytest.raises(KeyboardInterrupt):
        hand_over(database, mailer, mail_id)
    assert read(database, mail_id).state == MailState.SENDING
    with pytest.raises(Unavailable):
        hand_over(database, mailer, mail_id)
    assert read(database, mail_id).state == MailState.UNSURE
    hand_over(database, mailer, mail_id)
    mail = read(database, mail_id)
    assert (mail.state, mail.last_answer) == (MailState.SENT, SENT_TWICE + "250 OK")
    assert {message["Message-ID"] for message in mailer.messages} == {mail.message_id}


@pytest.mark.parametrize("address", ["no address", "a@b\r\nBcc: all@example.com", "@", ""])
def test_an_address_that_is_none_is_refused_before_it_travels(address: str) -> None:
    mail = Mail(
        studio_id=1, kind="k", once_key="k", to_email=address, to_name="x\r\nBcc: y@z", from_name="S", subject="s",
        text="t", html="<p>t</p>", message_id="<1@h>", created_at=NOW,
    )  # fmt: skip
    with pytest.raises(MailRefused):
        message_of(mail, "mail@portal.example")


def test_a_code_is_mailed_and_kept_nowhere(database: Database, cast: Cast, tmp_path) -> None:
    again = SignUp(name="Carl again", email=cast.carl.email, password="three quiet lighthouses")
    with database.unit_of_work() as db:
        request_reset(db, cast.harbor, cast.carl.email, now=utc_now())
        request_reset(db, cast.harbor, "nobody@coastline.example", now=utc_now())
    sign_up(database.unit_of_work, cast.harbor, again, now=utc_now())
    mailer = Fails()
    with wired(database, tmp_path, mailer=mailer) as wiring:
        Worker(wiring, WORKS).run_until_idle()
        subjects = sorted(str(message["Subject"]) for message in mailer.messages)
        assert subjects == ["You already have an account at Harbor Light", "Your code for a new password at Harbor Light"]
        with database.reading() as db:
            assert {(mail.state, mail.text == "") for mail in db.exec(select(Mail))} == {("sent", True)}
            assert {work.state for work in db.exec(select(Work))} == {WorkState.DONE}
            facts = "".join(str(fact.details) for fact in db.exec(select(Fact)))
    for message in mailer.messages:
        code = message.get_body(("plain",)).get_content()
        digits = [line.strip() for line in code.splitlines() if line.startswith("    ")]
        assert len(digits[0].replace(" ", "")) == 6
        assert digits[0] not in facts


@pytest.mark.proof("identity-01")
def test_every_change_of_how_somebody_signs_in_is_told_to_them(database: Database, cast: Cast, tmp_path) -> None:
    words, mailer = "three quiet lighthouses", Fails()
    with database.unit_of_work() as db:
        db.get_one(Account, cast.tess.account_id).password_hash = hash_password(words)
        for kind in CHANGES:
            record(db, cast.tess, kind, now=utc_now())
    with wired(database, tmp_path, mailer=mailer) as wiring:
        Worker(wiring, WORKS).run_until_idle()
        request_new_email(database.unit_of_work, cast.tess, "tess@new.example", words, now=utc_now())
        Worker(wiring, WORKS).run_until_idle()
        code = re.search(r"\d{3} ?\d{3}", mailer.messages[-1].get_body(("plain",)).get_content()).group()
        confirm_new_email(database.unit_of_work, cast.tess, code, now=utc_now())
        close_account(database.unit_of_work, cast.tess, words, "delete", now=utc_now())
        Worker(wiring, WORKS).run_until_idle()
    told = {(str(message["To"]).rpartition("<")[2].rstrip(">"), str(message["Subject"])) for message in mailer.messages}
    assert {("tess@coastline.example", f"{what} at Harbor Light") for what in CHANGES.values()} <= told
    assert {
        ("tess@new.example", "Your code for Harbor Light"),
        ("tess@coastline.example", "Your account at Harbor Light has another address now"),
        ("tess@new.example", "Your account at Harbor Light is deleted"),
    } <= told
    with database.reading() as db:
        assert "new.example" not in repr([fact.details for fact in db.exec(select(Fact)) if fact.kind.startswith("account.")])


def test_the_demos_mailbox_shows_text_and_links_and_production_has_none(database: Database, cast: Cast, tmp_path) -> None:
    with wired(database, tmp_path) as wiring:
        for number in range(2):
            hand_over(database, wiring.mailer, write(database, cast, key=f"k{number}"))
        hand_over(database, MailboxMailer(tmp_path / "mailbox"), write(database, cast, key="<script>", to="x@y.example"))
        client = TestClient(Starlette(routes=mailbox.routes()))
        page = client.get("/mailbox").text
        assert page.count("<li>") == 3
        name = page.split('href="/mailbox/')[1].split('"')[0]
        shown = client.get(f"/mailbox/{name}").text
        assert '<a href="https://harbor.example/l/abc">https://harbor.example/l/abc</a> now.' in shown
        for wrong in ("..%2f..%2fportal.db", "0" * 24 + ".eml", "x.eml"):
            assert client.get(f"/mailbox/{wrong}").status_code == 404
        wiring.settings = replace(wiring.settings, env="production")
        assert {client.get(path).status_code for path in ("/mailbox", f"/mailbox/{name}")} == {404}
    assert mailbox.with_links('<script>"http://x.y/"onload') == (
        '&lt;script&gt;&#34;<a href="http://x.y/">http://x.y/</a>&#34;onload'
    )


def test_the_mailbox_keeps_one_file_per_message(tmp_path) -> None:
    mailer = MailboxMailer(tmp_path)
    message = EmailMessage()
    message["Message-ID"] = "<1@h>"
    threads = [threading.Thread(target=mailer.send, args=(message,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(tmp_path.iterdir())) == 1
