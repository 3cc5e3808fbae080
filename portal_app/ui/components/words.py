"""Types the parts share: a plain value or one that lives in a State var."""

from __future__ import annotations

from typing import Any

import reflex as rx

Words = str | rx.Var[str]
Flag = bool | rx.Var[bool]
Number = int | rx.Var[int]
Child = rx.Component | rx.Var[Any] | str


def classes(*names: str) -> str:
    """Class names joined, empty ones left out."""
    return " ".join(name for name in names if name)
