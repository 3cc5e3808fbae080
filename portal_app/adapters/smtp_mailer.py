"""Sends through an SMTP server: `smtp://` (STARTTLS, except on this machine) or `smtps://`, name and password in the address."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from portal_app.domain.notifications.mailer import MailDelayed, MailRefused

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SECONDS = 20.0


class SmtpMailer:
    """One connection per message, encrypted unless the server is this machine. Safe to call from several threads."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "localhost"
        self.is_tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.is_tls else 587)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.seconds = seconds

    def send(self, message: EmailMessage) -> str:
        """The server's answer. Raises MailRefused for a 5xx about this message, MailDelayed for everything that may pass."""
        try:
            server = self._connect()
            try:
                return _hand_over(server, message)
            finally:
                _leave(server)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _judged(*next(iter(refused.recipients.values()))) from refused
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            raise _judged(refused.smtp_code, refused.smtp_error) from refused
        except (smtplib.SMTPException, OSError) as error:
            raise MailDelayed(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        try:
            self._prove(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _prove(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        if not self.is_tls and self.host not in LOOPBACK:
            server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> str:
    """MAIL, RCPT and DATA by hand: `send_message` throws the server's last answer away."""
    server.ehlo_or_helo_if_needed()
    sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    code, words = server.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, words, sender)
    code, words = server.rcpt(recipient)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({recipient: (code, words)})
    code, words = server.data(message.as_bytes())
    if code != 250:
        raise smtplib.SMTPDataError(code, words)
    return f"{code} {words.decode(errors='replace')}"


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye, if the server still listens: once it took the message, nothing here may look like a failure."""
    try:
        if server.sock:
            server.sock.settimeout(2)
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _judged(code: int, words: bytes | str) -> MailRefused | MailDelayed:
    answer = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return MailRefused(answer) if 500 <= code < 600 else MailDelayed(answer)
