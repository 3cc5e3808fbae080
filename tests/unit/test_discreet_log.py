"""No cookie and no authorization reaches a log, in any shape a library may write it."""

from __future__ import annotations

import io
import logging

import pytest

from portal_app.core.discreet_log import discreet, keep_logs_discreet

SECRET = "s3cr3t-T0ken_value"
SHAPES = [
    f"headers {{'host': 'a', 'cookie': 'foyer={SECRET}; other={SECRET}'}}",
    f'{{"Cookie": "foyer={SECRET}"}}',
    f"Cookie: foyer={SECRET}; x={SECRET}",
    f"cookie=foyer={SECRET}",
    f"(b'cookie', b'foyer={SECRET}; other={SECRET}')",
    f"Set-Cookie: __Host-foyer={SECRET}; HttpOnly",
    f"Authorization: Bearer {SECRET}",
    f"'authorization': 'Basic {SECRET}'",
    f'"GET /l/{SECRET} HTTP/1.1" 303',
    f'"POST /webhooks/stripe/{SECRET} HTTP/1.1" 200',
    f'"GET /enter/{SECRET} HTTP/1.1" 200',
    f'"GET /invitation/{SECRET} HTTP/1.1" 200',
    f'"GET /_event/?EIO=4&transport=websocket&token={SECRET} HTTP/1.1" 101',
    f"bare __Host-foyer_link={SECRET} in a sentence",
]


@pytest.mark.proof("main-job-06")
@pytest.mark.parametrize("line", SHAPES)
def test_secrets_are_blanked(line):
    assert SECRET not in discreet(line)


def test_other_words_stay():
    line = "order 1042 accepted by Olive, cookies were never mentioned: 3 of 4"
    assert discreet(line) == line


def test_every_record_passes_also_its_traceback():
    kept = logging.getLogRecordFactory()
    out = io.StringIO()
    stream = logging.StreamHandler(out)
    log = logging.getLogger("elsewhere")
    log.addHandler(stream)
    try:
        keep_logs_discreet()
        keep_logs_discreet()
        log.error("asked with %s", {"cookie": f"foyer={SECRET}"})
        try:
            raise KeyError(f"{{'cookie': 'foyer={SECRET}'}}")
        except KeyError:
            log.exception("broke")
        log.error("100% odd", 5)
    finally:
        logging.setLogRecordFactory(kept)
        log.removeHandler(stream)
    assert SECRET not in out.getvalue()
    assert "asked with" in out.getvalue()
    assert "Traceback" in out.getvalue()
