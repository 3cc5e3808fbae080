"""What the log of a running installation looks like: one JSON object a line, and no word of a stranger breaks out of it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from portal_app.core.journal import LONGEST, Lines, keep_journal, note, same_one

pytestmark = pytest.mark.proof("identity-11")


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict]]]:
    """What was written since, read as the log's reader would."""
    out, stream = io.StringIO(), logging.StreamHandler()
    stream.setStream(out)
    stream.setFormatter(Lines())
    log = logging.getLogger("portal_app")
    level = log.level
    log.addHandler(stream)
    log.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    log.removeHandler(stream)
    log.setLevel(level)


def test_a_line_says_when_where_who_and_what(written) -> None:
    note("form", form="sign-in", outcome="TooManyTries", address="203.0.113.7", account=7, who="")
    (line,) = written()
    assert datetime.fromisoformat(line["at"]).utcoffset() == datetime.now(UTC).utcoffset()
    assert line["event"] == "form"
    assert (line["form"], line["outcome"], line["address"], line["account"]) == ("sign-in", "TooManyTries", "203.0.113.7", 7)
    assert line["level"] == "info"
    assert line["from"] == "portal_app.security"
    assert "who" not in line


@pytest.mark.parametrize("typed", ["a\nb", 'x","level":"debug', "\x1b[31mred", "\u2028next", "\r\n{}", "é" * 3_000])
def test_a_strangers_words_stay_in_their_place(written, typed) -> None:
    note("turned away", host=typed)
    logging.getLogger("portal_app.web").warning("asked for %s", typed)
    first, second = written()
    assert first["host"] == typed[:LONGEST]
    assert first["level"] == "info"
    assert second["event"] == f"asked for {typed}"


def test_a_typed_address_is_known_again_and_not_read_back() -> None:
    assert same_one(" Carl@Coast.example ") == same_one("carl@coast.example")
    assert same_one("carl@coast.example") != same_one("carla@coast.example")
    assert "carl" not in same_one("carl@coast.example")
    assert same_one("") == ""


def test_secrets_in_a_note_are_blanked_too(written) -> None:
    note("refused", path="/l/s3cr3t-T0ken_value", origin="cookie: foyer=s3cr3t-T0ken_value")
    assert "s3cr3t-T0ken_value" not in json.dumps(written())


def test_a_fault_carries_its_trace_in_the_same_line(written) -> None:
    try:
        raise KeyError("missing\nthing")
    except KeyError:
        logging.getLogger("portal_app.web").exception("broke")
    (line,) = written()
    assert "KeyError" in line["fault"]
    assert line["level"] == "error"


def test_our_lines_go_to_standard_error_once() -> None:
    kept = logging.getLogRecordFactory()
    before = {name: (list(logging.getLogger(name).handlers), logging.getLogger(name).level) for name in ("portal_app", "foyer")}
    try:
        keep_journal()
        keep_journal()
        for name, (handlers, _) in before.items():
            assert len(logging.getLogger(name).handlers) == len(handlers) + 1
    finally:
        logging.setLogRecordFactory(kept)
        for name, (handlers, level) in before.items():
            log = logging.getLogger(name)
            log.handlers, log.level, log.propagate = handlers, level, True
            log.setLevel(level)
