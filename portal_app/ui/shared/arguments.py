"""What a client may pass to an event method: exactly the declared names, of the declared types, in sane sizes. Pure.

Declared types are str, int, float, bool, list[str], dict (flat, of text and numbers) and `X | None` of these.
"""

from __future__ import annotations

import inspect
import math
import types
import typing
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

LONGEST_TEXT = 10_000
MOST_ITEMS = 500
LONGEST_ITEM = 1_000
LARGEST_NUMBER = 2**53
FORM_ENTRIES = "__reflex_form_data__"


class BadArguments(ValueError):
    """The payload is not what the event method declares."""


def coerce(method: Callable[..., Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as the method declares it. Raises BadArguments for anything else."""
    declared = _declared(method)
    if unknown := payload.keys() - declared.keys():
        raise BadArguments(f"{len(unknown)} unknown names")
    missing = [name for name, (_, needed) in declared.items() if needed and name not in payload]
    if missing:
        raise BadArguments(f"{missing[0]} is missing")
    return {name: _fit(name, value, declared[name][0]) for name, value in payload.items()}


def is_declarable(method: Callable[..., Any]) -> bool:
    """Whether every parameter has a type this module can check."""
    return all(_is_known(hint) for hint, _ in _declared(method).values())


@lru_cache(maxsize=2_000)
def _declared(method: Callable[..., Any]) -> dict[str, tuple[Any, bool]]:
    hints = typing.get_type_hints(inspect.unwrap(method))
    parameters = list(inspect.signature(method).parameters.values())[1:]
    return {p.name: (hints.get(p.name, object), p.default is inspect.Parameter.empty) for p in parameters}


def _is_known(hint: Any) -> bool:
    if _is_optional(hint):
        return all(_is_known(part) for part in typing.get_args(hint) if part is not type(None))
    return hint in {str, int, float, bool, dict} or typing.get_origin(hint) is dict or hint == list[str]


def _is_optional(hint: Any) -> bool:
    return typing.get_origin(hint) in {typing.Union, types.UnionType}


def _fit(name: str, value: Any, hint: Any) -> Any:
    if _is_optional(hint):
        kinds = typing.get_args(hint)
        if value is None and type(None) in kinds:
            return None
        hint = next(kind for kind in kinds if kind is not type(None))
    fit = _FITS.get(typing.get_origin(hint) or hint)
    if fit is None:
        raise BadArguments(f"{name} has no declared type")
    try:
        return fit(value)
    except (TypeError, ValueError, OverflowError) as fault:
        raise BadArguments(f"{name} does not fit") from fault


def _text(value: Any, longest: int = LONGEST_TEXT) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    text = str(value)
    if len(text) > longest or "\x00" in text:
        raise ValueError
    return text.encode("utf-8", "strict").decode()


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | float) or len(str(value)) > 20:
        raise TypeError
    number = int(value)
    if isinstance(value, float) and number != value:
        raise ValueError
    return _within(number)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | str | float) or len(str(value)) > 40:
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return _within(number)


def _within(number: Any) -> Any:
    if abs(number) > LARGEST_NUMBER:
        raise ValueError
    return number


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return value == "true"
    raise TypeError


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise TypeError
    return [_text(item, LONGEST_ITEM) for item in value]


def _flat(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and set(value) == {FORM_ENTRIES}:
        value = dict(value[FORM_ENTRIES])
    if not isinstance(value, dict) or len(value) > MOST_ITEMS:
        raise TypeError
    return {_text(name, LONGEST_ITEM): _scalar(item) for name, item in value.items()}


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    return _text(value) if isinstance(value, str) else _number(value)


_FITS: dict[Any, Callable[[Any], Any]] = {
    str: _text, int: _whole, float: _number, bool: _truth, list: _texts, dict: _flat,
}  # fmt: skip
