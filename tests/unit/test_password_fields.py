"""Password managers and the clipboard are welcome in every form: each field says what it takes, none refuses a paste."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof("identity-01")

UI = Path(__file__).resolve().parents[2] / "portal_app" / "ui"
CALLS = [
    (path.relative_to(UI).as_posix(), {word.arg: word.value for word in call.keywords if word.arg})
    for path in sorted(UI.rglob("*.py"))
    for call in ast.walk(ast.parse(path.read_text()))
    if isinstance(call, ast.Call)
]


def test_every_password_field_says_which_password_it_takes():
    fields = [
        (path, words) for path, words in CALLS if isinstance(kind := words.get("type"), ast.Constant) and kind.value == "password"
    ]
    assert len(fields) >= 3
    for path, words in fields:
        said = ast.literal_eval(words["auto_complete"]) if "auto_complete" in words else ""
        assert said in {"current-password", "new-password"}, path


def test_no_field_refuses_a_paste():
    assert not [path for path, words in CALLS if {"on_paste", "on_copy"} & words.keys()]
    assert not [path for path in UI.parents[1].glob("assets/*.jsx") if "onPaste" in path.read_text()]
