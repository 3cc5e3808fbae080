"""Every parameter checked against the library's own description of this API release."""

from __future__ import annotations

import re
import types
import typing
from functools import cache
from importlib import import_module
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

from stripe import RequestOptions
from typing_extensions import is_typeddict

from portal_app.demo.stripe.refusals import invalid

NAMES = {"StripeContext": str, "Mapping": typing.Mapping, "Any": Any}
OPTIONS = frozenset(RequestOptions.__annotations__)
WHOLE = re.compile(r"-?\d{1,12}")


def checked(params: dict[str, Any], description: str) -> dict[str, Any]:
    """The parameters with numbers and booleans read. `description` is `module:TypedDict` below stripe.params.

    Raises Refusal for one that is unknown, missing, or of the wrong type.
    """
    module, name = description.split(":")
    return _table(params, getattr(import_module(f"stripe.params.{module}"), name), "")


@cache
def _hints(description: type) -> dict[str, Any]:
    hints = typing.get_type_hints(description, localns=NAMES, include_extras=True)
    return {key: hint for key, hint in hints.items() if key not in OPTIONS}


def _table(value: Any, description: type, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f"Invalid object: {path}", param=path)
    hints = _hints(description)
    for key in value:
        if key not in hints:
            raise invalid(f"Received unknown parameter: {_join(path, key)}", code="parameter_unknown", param=_join(path, key))
    for key, hint in hints.items():
        if get_origin(hint) is not NotRequired and key not in value:
            raise invalid(f"Missing required param: {_join(path, key)}.", code="parameter_missing", param=_join(path, key))
    return {key: _value(part, hints[key], _join(path, key)) for key, part in value.items()}


def _value(value: Any, hint: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin in (NotRequired, Required):
        return _value(value, get_args(hint)[0], path)
    if origin is Literal:
        return _one_of(value, get_args(hint), path)
    if origin in (Union, types.UnionType):
        return _either(value, get_args(hint), path)
    if origin is list:
        return _many(value, get_args(hint)[0], path)
    if origin is dict:
        return _marks(value, path)
    return _table(value, hint, path) if is_typeddict(hint) else _plain(value, hint, path)


def _either(value: Any, choices: tuple[Any, ...], path: str) -> Any:
    words = [word for choice in choices if get_origin(choice) is Literal for word in get_args(choice)]
    if value == "" and "" in words:
        return None
    if bool in choices and value in ("true", "false"):
        return value == "true"
    if any(words) and str in choices:
        return _one_of(value, tuple(word for word in words if word), path)
    rest = [choice for choice in choices if get_origin(choice) is not Literal and choice is not type(None)]
    wanted = [choice for choice in rest if _is_nested(choice) == isinstance(value, dict | list)]
    if not wanted:
        raise invalid(f"Invalid value for {path}", param=path)
    return _value(value, wanted[0], path)


def _is_nested(hint: Any) -> bool:
    return get_origin(hint) in (list, dict) or is_typeddict(hint)


def _one_of(value: Any, words: tuple[Any, ...], path: str) -> str:
    if value not in words:
        raise invalid(f"Invalid {path}: must be one of {', '.join(map(str, words))}", param=path)
    return value


def _many(value: Any, hint: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(f"Invalid array: {path}", param=path)
    return [_value(part, hint, f"{path}[{index}]") for index, part in enumerate(value)]


def _marks(value: Any, path: str) -> dict[str, str]:
    """Metadata: at most 50 keys of 40 characters, values of 500."""
    if not isinstance(value, dict) or len(value) > 50:
        raise invalid(f"Invalid metadata: {path}", param=path)
    for key, text in value.items():
        if not isinstance(text, str) or len(key) > 40 or len(text) > 500:
            raise invalid(f"Metadata key or value too long: {path}[{key[:40]}]", param=f"{path}[{key[:40]}]")
    return value


def _plain(value: Any, hint: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {path}", param=path)
    if hint is int:
        if not WHOLE.fullmatch(value):
            raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
        return int(value)
    if hint is bool:
        return _one_of(value, ("true", "false"), path) == "true"
    if value.strip() == "":
        raise invalid(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter.",
            code="parameter_invalid_empty",
            param=path,
        )
    return value


def _join(path: str, key: str) -> str:
    return f"{path}[{key}]" if path else key
