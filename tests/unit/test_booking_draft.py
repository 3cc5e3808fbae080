"""The draft that a tab brings back: whatever comes, each value has its shape, and a code is typed again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from portal_app import wiring
from portal_app.adapters.secret_box import SecretBox
from portal_app.core.tokens import new_token
from portal_app.core.viewer import Role, Viewer, guest_viewer
from portal_app.ui.public.booking.draft import LARGEST, MOST, WORDS, opened_draft, sealed_draft, shaped

pytestmark = pytest.mark.proof("booking-03")

EMPTY = {"answers": {}, "chosen": {}, "wish": "exact", "done": []}


def test_what_was_typed_comes_back() -> None:
    typed = dict.fromkeys(WORDS, "words") | {
        "answers": {"q1": "yes"}, "chosen": {"photos": 2}, "wish": "morning", "done": ["address", "services", "time", "details"],
    }  # fmt: skip
    assert shaped(typed | {"has_code": False}) == typed


def test_it_is_sealed_for_whoever_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "current", lambda: SimpleNamespace(seal=SecretBox(b"k" * 32)))
    typed: Any = SimpleNamespace(**dict.fromkeys(WORDS, ""), chosen={}, answers={}, wish="soon", done=["address"], has_code=False)
    typed.phone, typed.day = "(831) 555-0177", "2026-11-26"
    assert sealed_draft(typed, guest_viewer(1)) == "", "nobody typed anything yet"
    typed.street, typed.notes = "9 Quiet Lane", "the key is under the pot"
    guest, carl = guest_viewer(1), Viewer(studio_id=1, role=Role.CUSTOMER, account_id=7)
    kept = sealed_draft(typed, guest)
    assert "Quiet" not in kept
    assert opened_draft(kept, guest)["notes"] == typed.notes
    for other in (carl, guest_viewer(2)):
        assert opened_draft(kept, other) == {}
    for wrong in ("", "zz", kept[:-4], "é", kept.swapcase()):
        assert opened_draft(wrong, guest) == {}
    typed.answers = {f"q{number}": new_token() * 20 for number in range(20)}
    assert sealed_draft(typed, guest)
    typed.answers = {f"q{number}": "".join(new_token() for _ in range(20)) for number in range(20)}
    assert sealed_draft(typed, guest) == "", "more than a tab may bring back is not kept by halves"


def test_a_step_with_a_code_is_open_again() -> None:
    assert shaped({"done": ["address", "details"], "has_code": True})["done"] == ["address"]


@pytest.mark.parametrize(
    "found",
    [
        None, [], "draft", 7, {}, {"street": 7, "entry_code": "4711", "_request_key": "k", "busy": True},
        {"answers": [1], "chosen": "photos", "wish": "never", "done": "address"},
        {"answers": {"q": 1}, "wish": ["soon"], "chosen": {"photos": "2", "plan": 0, "film": True, "tour": -1}, "done": [{}, "elsewhere", 1]},
    ],
)  # fmt: skip
def test_nothing_else_comes_in(found: Any) -> None:
    assert shaped(found) == (EMPTY if isinstance(found, dict) else {})


def test_lengths_are_cut() -> None:
    draft = shaped({"notes": "n" * 9_999, "answers": {"q" * 99: "a" * 9_999}})
    assert (len(draft["notes"]), draft["answers"]) == (2_000, {"q" * 64: "a" * 1_000})
    assert MOST < 10_000 < LARGEST
