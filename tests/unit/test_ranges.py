"""Range headers as a decision table (RFC 9110, section 14)."""

from __future__ import annotations

import pytest

from portal_app.web.ranges import Unsatisfiable, disposition, is_known, span


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes = 10 - 19 ", (10, 20)),
        ("bytes=99-", (99, 100)),
        ("bytes=90-999", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-100", (0, 100)),
        ("bytes=-999", (0, 100)),
        ("bytes=-", None),
        ("bytes=9-3", None),
        ("bytes=0-1,5-9", None),
        ("bytes=a-b", None),
        ("items=0-5", None),
        ("bytes=0x1-5", None),
        ("bytes=٣-", None),
    ],
)
def test_which_bytes_are_asked_for(header: str | None, wanted: tuple[int, int] | None) -> None:
    assert span(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", f"bytes={'9' * 400}-", f"bytes=-{'9' * 5000}"])
def test_bytes_that_do_not_exist(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span(header, 100)


def test_no_byte_of_nothing_exists() -> None:
    with pytest.raises(Unsatisfiable):
        span("bytes=0-", 0)


@pytest.mark.parametrize(
    ("header", "known"),
    [(None, False), ("", False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ('"b"', False), ("*", True), ("a", False)],
)
def test_what_the_browser_already_has(header: str | None, known: bool) -> None:
    assert is_known(header, '"a"') is known


@pytest.mark.parametrize("name", ['a".jpg', "a;b.jpg", "a\\b.jpg", "a%b.jpg", "é.jpg", "a\r\nX: y.jpg"])
def test_a_name_never_leaves_its_quotes(name: str) -> None:
    value = disposition("attachment", name)
    assert value.count('"') == 2
    assert value.isascii()
    assert not set(value) & set("\r\n\\")
