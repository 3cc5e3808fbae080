"""A real mail server in this process, which takes mails or refuses them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller


@contextmanager
def smtp_server(*answers: str) -> Iterator[tuple[str, list[EmailMessage]]]:
    """A real SMTP server giving these answers to DATA, then OK."""
    taken: list[EmailMessage] = []
    left = list(answers)

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            if address.startswith("nobody"):
                return "550 5.1.1 No such person here"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):
            if left:
                return left.pop(0)
            taken.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 taken as 7F3A"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", taken
    finally:
        controller.stop()
