"""The port to a mail server."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol


class MailRefused(Exception):
    """The server refused this message for good; its words are the text."""


class MailDelayed(Exception):
    """The server could not take it now; try again later."""


class Mailer(Protocol):
    """Sends one message. Returns the server's answer; raises MailRefused or MailDelayed."""

    def send(self, message: EmailMessage) -> str: ...
