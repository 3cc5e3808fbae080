"""The log of whoever runs the machine: one JSON object a line, in UTC, without secrets and without foreign line breaks.

`note` is for what somebody who looks into an attack must be able to find again: who came in, who was turned away, where
and why. Words of a stranger are cut short, and an address somebody typed is noted by its fingerprint: enough to see that
two lines speak of the same one.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from portal_app.core.discreet_log import discreet, keep_logs_discreet
from portal_app.core.tokens import fingerprint

LONGEST = 200
OURS = ("portal_app", "foyer")

_security = logging.getLogger("portal_app.security")


def note(event: str, **what: str | int | None) -> None:
    """One line: `note("form", form="sign-in", outcome="TooManyTries", address="203.0.113.7")`."""
    told = {name: _short(value) for name, value in what.items() if value not in {None, ""}}
    _security.info(event, extra={"what": told})


def same_one(typed: str) -> str:
    """What stands for a typed address in the log: the same for the same one, and nobody reads it back."""
    return fingerprint(f"log:{typed.strip().lower()}")[:12] if typed.strip() else ""


def keep_journal() -> None:
    """From now on our own lines go to standard error in this form. Safe to call twice."""
    keep_logs_discreet()
    for name in OURS:
        ours = logging.getLogger(name)
        if not any(isinstance(one.formatter, Lines) for one in ours.handlers):
            out = logging.StreamHandler(sys.stderr)
            out.setFormatter(Lines())
            ours.addHandler(out)
            ours.setLevel(logging.INFO)
            ours.propagate = False


class Lines(logging.Formatter):
    """A record as one JSON object: when, how bad, where in the program, what, and what belongs to it."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": at,
            "level": record.levelname.lower(),
            "from": record.name,
            "process": record.process,
            "event": record.getMessage(),
            **getattr(record, "what", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_text or self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def _short(value: str | int | None) -> str | int | None:
    return discreet(value)[:LONGEST] if isinstance(value, str) else value
