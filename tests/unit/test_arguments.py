"""Arguments of an event method are of their declared types and of sane sizes, or the event is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from portal_app.ui.shared.arguments import FORM_ENTRIES, BadArguments, coerce, is_declarable


async def method(
    self,
    number: int = 0,
    text: str = "",
    on: bool = False,
    share: float = 0.0,
    ids: list[str] | None = None,
    form: dict[str, Any] | None = None,
) -> None: ...


async def needs(self, number: int) -> None: ...


async def vague(self, thing) -> None: ...


async def odd(self, thing: list[int]) -> None: ...


FITS = [
    ({"number": 7}, {"number": 7}),
    ({"number": "12"}, {"number": 12}),
    ({"number": 3.0}, {"number": 3}),
    ({"text": "Ã – 12 Cypress Way"}, {"text": "Ã – 12 Cypress Way"}),
    ({"text": 5}, {"text": "5"}),
    ({"on": True}, {"on": True}),
    ({"on": "false"}, {"on": False}),
    ({"share": "1.5"}, {"share": 1.5}),
    ({"ids": ["a", "b"]}, {"ids": ["a", "b"]}),
    ({"ids": None}, {"ids": None}),
    ({"form": {"street": "1 Elm", "beds": 3, "pets": True, "note": None}}, {"form": {"street": "1 Elm", "beds": 3, "pets": True, "note": None}}),
    ({"form": {FORM_ENTRIES: [["street", "1 Elm"], ["street", "2 Elm"]]}}, {"form": {"street": "2 Elm"}}),
]  # fmt: skip

DOES_NOT = [
    {"number": True}, {"number": {}}, {"number": [1]}, {"number": "x"}, {"number": 1.5}, {"number": 10**30}, {"number": None},
    {"number": math.inf}, {"number": math.nan}, {"number": "9" * 100}, {"text": {}}, {"text": []}, {"text": True}, {"text": None},
    {"text": "x" * 10_001}, {"text": "a\x00b"}, {"text": "\ud800"}, {"on": 1}, {"on": "yes"}, {"on": []}, {"share": "nan"},
    {"share": math.inf}, {"share": {}}, {"ids": "abc"}, {"ids": [1, {}]}, {"ids": ["x"] * 501}, {"ids": ["x" * 1001]}, {"ids": {"a": 1}},
    {"form": []}, {"form": {"a": {"b": 1}}}, {"form": {"a": [1]}}, {"form": {str(i): 1 for i in range(501)}}, {"form": "x"},
    {"form": {FORM_ENTRIES: [1]}}, {"form": {FORM_ENTRIES: "ab"}}, {"self": 1}, {"more": 1}, {"__class__": 1},
]  # fmt: skip


@pytest.mark.parametrize(("payload", "fitted"), FITS, ids=lambda value: repr(value)[:40])
def test_what_fits_is_taken_as_declared(payload, fitted):
    assert coerce(method, payload) == fitted


@pytest.mark.proof("main-job-06")
@pytest.mark.parametrize("payload", DOES_NOT, ids=lambda value: repr(value)[:40])
def test_what_does_not_fit_is_refused(payload):
    with pytest.raises(BadArguments):
        coerce(method, payload)


def test_what_is_needed_must_be_there():
    with pytest.raises(BadArguments):
        coerce(needs, {})


def test_only_types_that_can_be_checked_may_be_declared():
    assert is_declarable(method)
    assert not is_declarable(vague)
    assert not is_declarable(odd)
