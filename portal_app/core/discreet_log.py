"""No secret reaches a log: cookies, authorization, secret links and webhook tokens are blanked in every record."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

SECRETS = re.compile(
    r"""(?ix)
    ( \b (?: set-cookie | cookie | authorization | proxy-authorization ) ["']? \s* [:=,] \s* )
    ( b?"[^"]*" | b?'[^']*' | [^\n}\])]+ )
    """
)
SECRET_LINKS = re.compile(r"(/(?:l|enter|invitation|webhooks/stripe)/|[?&]token=)[A-Za-z0-9_%-]{8,}")
OWN_COOKIES = re.compile(r"(?i)((?:__Host-)?foyer(?:_link|_flash)?=)[^\s;,'\"]+")


def discreet(text: str) -> str:
    """The text with every secret blanked."""
    return SECRET_LINKS.sub(r"\1…", OWN_COOKIES.sub(r"\1…", SECRETS.sub(r"\1'…'", text)))


def keep_logs_discreet() -> None:
    """Every log record of this process passes through here from now on. Safe to call twice."""
    make = logging.getLogRecordFactory()
    if getattr(make, "is_discreet", False):
        return

    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = discreet(_message(record)), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = discreet("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record

    made.is_discreet = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(made)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)
