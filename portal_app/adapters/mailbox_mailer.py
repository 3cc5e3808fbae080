"""A mailer that keeps messages as files: the demo's mailbox page and the tests read them."""

from __future__ import annotations

import os
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from uuid import uuid4


class MailboxMailer:
    """One `.eml` file per message, complete when it appears. The same Message-ID again is the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> str:
        """Write the message; the answer is the file's name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{sha256(str(message['Message-ID']).encode()).hexdigest()[:24]}.eml"
        part = self.folder / f".{uuid4().hex}.part"
        part.write_bytes(message.as_bytes())
        os.replace(part, self.folder / name)
        return name
