"""The draft of an order, kept by the browser's tab for the day the server forgets it: sealed, so that nobody reads or
writes it there, and bound to who it is of. The code of a door is never in it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portal_app import wiring
from portal_app.core.errors import Problem
from portal_app.core.viewer import Viewer
from portal_app.ui.public.booking.folded import WISHES
from portal_app.ui.public.booking.steps import DETAILS, EXACT, STEPS

if TYPE_CHECKING:
    from portal_app.ui.public.booking.choices import Choices

WORDS = (
    "street", "town", "area", "on_behalf_of", "day", "time", "at", "dusk", "wish_on", "notes", "entry", "coupon", "tip",
    "own_tip", "name", "email", "phone",
)  # fmt: skip
FILLED_IN = {"phone", "on_behalf_of", "day"}  # stand there before anybody typed
MOST = 9_000  # what the guard lets a tab bring back is a little more
LARGEST = 100_000


def sealed_draft(typed: Choices, by: Viewer) -> str:
    """What was chosen and typed so far, as the tab keeps it; empty before anything was, and when it is too much for a tab."""
    if not (typed.chosen or typed.answers or any(getattr(typed, name) for name in WORDS if name not in FILLED_IN)):
        return ""
    draft = {name: getattr(typed, name) for name in WORDS} | {
        "chosen": dict(typed.chosen), "answers": dict(typed.answers), "wish": typed.wish, "done": list(typed.done),
        "has_code": typed.has_code,
    }  # fmt: skip
    packed = base64.b85encode(zlib.compress(json.dumps(draft).encode())).decode()
    kept = base64.urlsafe_b64encode(wiring.current().seal.seal(packed, _context(by))).decode()
    return kept if len(kept) <= MOST else ""


def opened_draft(kept: str, by: Viewer) -> dict[str, Any]:
    """The draft, every value in its shape; empty for what is not ours, somebody else's, or sealed with a key that is gone."""
    try:
        packed = wiring.current().seal.open(base64.urlsafe_b64decode(kept), _context(by))
        whole = zlib.decompressobj().decompress(base64.b85decode(packed), LARGEST)
        return shaped(json.loads(whole))
    except (Problem, ValueError, zlib.error):
        return {}


def shaped(found: Any) -> dict[str, Any]:
    """Only what a draft has, and each part of the kind and length it may be; a newer version may have written it."""
    if not isinstance(found, dict):
        return {}
    draft: dict[str, Any] = {name: found[name][:2000] for name in WORDS if isinstance(found.get(name), str)}
    draft["answers"] = {name[:64]: text[:1000] for name, text in _pairs(found, "answers", str)}
    draft["chosen"] = {name: count for name, count in _pairs(found, "chosen", int) if count > 0}
    draft["wish"] = found["wish"] if found.get("wish") in (EXACT, *WISHES) else EXACT
    # A code is typed again: its step must not look done.
    is_open = {DETAILS} if found.get("has_code") else set()
    done = found["done"] if isinstance(found.get("done"), list) else []
    draft["done"] = [step for step in STEPS if step in done and step not in is_open]
    return draft


def _pairs(found: Mapping[str, Any], name: str, kind: type) -> list[tuple[str, Any]]:
    pairs = found[name] if isinstance(found.get(name), dict) else {}
    return [(key, value) for key, value in list(pairs.items())[:200] if isinstance(key, str) and type(value) is kind]


def _context(by: Viewer) -> str:
    """A draft opens for whoever wrote it, at their studio: a person who signs in on the same tab starts anew."""
    return f"draft:{by.studio_id}:{by.account_id or 'guest'}"
