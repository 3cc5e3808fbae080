"""Stripe's form bodies: `line_items[0][price_data][currency]=usd`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from portal_app.demo.stripe.refusals import invalid

STEP = re.compile(r"\[([^\[\]]*)\]")
NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def decode(text: str) -> dict[str, Any]:
    """Nested dicts and lists of strings. Raises Refusal for a body that Stripe would not read either."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict"):
        match = NAME.match(name)
        if match is None:
            raise invalid(f"Invalid parameter name: {name}", param=name)
        _put(tree, [match[1], *STEP.findall(match[2])], value, name)
    return {key: _lists(value) for key, value in tree.items()}


def _put(tree: dict[str, Any], steps: list[str], value: str, name: str) -> None:
    for step in steps[:-1]:
        tree = tree.setdefault(step or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise invalid(f"Invalid parameter: {name} is both a value and an object", param=name)
    last = steps[-1] or str(len(tree))
    if last in tree:
        raise invalid(f"Duplicate parameter: {name}", param=name)
    tree[last] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    made = {key: _lists(part) for key, part in value.items()}
    return list(made.values()) if made and list(made) == [str(index) for index in range(len(made))] else made
