"""Handing one mail to the mail server: intent first, then the call, then the answer.

The server's OK and our commit cannot be one: a worker that dies between them leaves the mail SENDING. The next try
marks it UNSURE and sends the same message again under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from sqlmodel import Session, select

from portal_app.core.errors import Unavailable
from portal_app.core.viewer import system_viewer
from portal_app.domain.activity.service import record
from portal_app.domain.notifications.mailer import MailDelayed, Mailer, MailRefused
from portal_app.domain.notifications.models import Mail, MailState
from portal_app.domain.orders.models import Order
from portal_app.domain.units import UnitOfWork

DELIVERED = "delivered"
OVER = (MailState.SENT, MailState.FAILED)
SENT_TWICE = "Sent again after an interrupted try; it may have arrived twice. "


def send(
    unit_of_work: UnitOfWork,
    mailer: Mailer,
    mail_id: int,
    *,
    mail_from: str,
    done: Callable[[Session], None],
    now: datetime,
) -> None:
    """Send it unless that is over. `done` joins the last transaction. Raises Unavailable to be tried again later."""
    with unit_of_work() as db:
        mail = _begin(db, mail_id)
        if mail is None:
            done(db)
            return
    try:
        state, answer = MailState.SENT, mailer.send(message_of(mail, mail_from))
    except MailRefused as refused:
        state, answer = MailState.FAILED, str(refused)
    except MailDelayed as delayed:
        with unit_of_work() as db:
            _delay(db, mail_id, str(delayed), now)
        raise Unavailable(f"The mail server did not take it: {delayed}") from delayed
    with unit_of_work() as db:
        _end(db, mail_id, state, answer, now)
        done(db)


def message_of(mail: Mail, mail_from: str) -> EmailMessage:
    """The message as it travels; the same bytes on every try but for the boundary. Raises MailRefused for a bad address."""
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["From"] = Address(mail.from_name, addr_spec=parseaddr(mail_from)[1])
        message["To"] = Address(mail.to_name, addr_spec=mail.to_email)
        if mail.reply_to:
            message["Reply-To"] = Address(addr_spec=mail.reply_to)
    except (MessageError, ValueError, IndexError) as error:
        raise MailRefused(f"The address cannot be read: {error}") from error
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    if mail.thread:
        message["References"] = mail.thread
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _begin(db: Session, mail_id: int) -> Mail | None:
    mail = _locked(db, mail_id)
    if mail.state in OVER:
        return None
    was_interrupted = mail.state in (MailState.SENDING, MailState.UNSURE)
    mail.state = MailState.UNSURE if was_interrupted else MailState.SENDING
    mail.tries += 1
    db.flush()
    return mail


def _delay(db: Session, mail_id: int, answer: str, now: datetime) -> None:
    mail = _locked(db, mail_id)
    if mail.state == MailState.SENDING:
        mail.state = MailState.WAITING
    mail.last_answer, mail.answered_at = answer, now
    db.flush()


def _end(db: Session, mail_id: int, state: MailState, answer: str, now: datetime) -> None:
    mail = _locked(db, mail_id)
    mail.last_answer = (SENT_TWICE if mail.state == MailState.UNSURE and state == MailState.SENT else "") + answer
    mail.state, mail.answered_at = state, now
    mail.sent_at = now if state == MailState.SENT else None
    if mail.is_secret:
        mail.text = mail.html = ""
    db.flush()
    if state == MailState.FAILED or (mail.kind == DELIVERED and mail.order_id):
        _tell(db, mail, answer, now)


def _tell(db: Session, mail: Mail, answer: str, now: datetime) -> None:
    """A refusal is always news; that a mail with a delivery was taken is what its studio waits to read."""
    kind, told = (
        f"mail.{'refused' if mail.state == MailState.FAILED else 'accepted'}",
        {"to": mail.to_email, "answer": answer[:500]},
    )
    listing_id = db.exec(select(Order.listing_id).where(Order.id == mail.order_id)).first()
    by = system_viewer(mail.studio_id)
    record(db, by, kind, now=now, order_id=mail.order_id, listing_id=listing_id, details=told)


def _locked(db: Session, mail_id: int) -> Mail:
    return db.exec(select(Mail).where(Mail.id == mail_id).with_for_update()).one()
