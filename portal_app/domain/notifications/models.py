"""The mail log, which is also the outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from portal_app.domain.columns import instant, one_of


class MailState(StrEnum):
    """UNSURE: the worker died between the server's last OK and our commit; it may have been sent."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"


class Mail(SQLModel, table=True):
    """One message to one recipient. `once_key` keeps a cause from mailing the same person twice.

    `thread` names the conversation it belongs to (all mails of one order), for References. The words of a mail that
    carries a secret (`is_secret`: a code, a link) are wiped once it was handed over. `last_answer` is what the mail server
    said at the last try, `answered_at` when.
    """

    __tablename__ = "mail"
    __table_args__ = (one_of("state", MailState, "mail"),)

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True)
    kind: str
    once_key: str = Field(unique=True)
    to_name: str = ""
    to_email: str
    from_name: str
    reply_to: str = ""
    subject: str
    text: str
    html: str
    message_id: str
    thread: str = ""
    is_secret: bool = False
    state: str = MailState.WAITING
    tries: int = 0
    last_answer: str = ""
    created_at: datetime = instant()
    sent_at: datetime | None = instant(default=None)
    answered_at: datetime | None = instant(default=None)
