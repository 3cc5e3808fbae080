"""How a refusal or a fault reads on a page: rendered here once, for every screen."""

from __future__ import annotations

import logging
import traceback
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import reflex as rx

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound, Problem
from portal_app.core.paths import safe_next

log = logging.getLogger("portal_app.screens")

OUT_OF_DATE = "This page is out of date. Load it again, then go on."


def tell(state: Any, problem: Problem, *, signed_in: bool) -> rx.event.EventSpec | None:
    """Show a refusal where it belongs: beside the field, as a missing page, at the sign-in, or as a note."""
    if isinstance(problem, InvalidInput):
        state.field_errors = {problem.field: problem.sentence}
    elif isinstance(problem, NotFound):
        state.missing = True
    elif isinstance(problem, NotAllowed) and not signed_in:
        return to_sign_in(state.router.url.path)
    else:
        state._say(problem.sentence, "bad")
    return None


def beside(state: Any, wrong: InvalidInput) -> rx.event.EventSpec:
    """Show the refusal of a whole form beside its first wrong field, and take the person there."""
    state.field_errors = {wrong.field: wrong.sentence}
    return rx.set_focus(wrong.field)


def tell_fault(state: Any, name: str, fault: Exception) -> None:
    """Something broke: one line in the log under a number, and a note that names the number."""
    number = log_fault(name, fault)
    state._say(f"Something broke on our side. Try again; if it stays, tell the studio: fault {number}.", "bad")


def log_fault(name: str, fault: BaseException) -> str:
    """One escaped line with the last place in the code; returns its number."""
    number = uuid4().hex[:8]
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
    log.error("fault %s in %s: %s at %s", number, name, one_line(f"{type(fault).__name__}: {fault}"), place)
    return number


def one_line(text: str, longest: int = 300) -> str:
    """Text from outside as it may stand in a log: no line breaks, no control characters, not endless."""
    return text[:longest].encode("unicode_escape").decode("ascii")


def to_sign_in(path: str) -> rx.event.EventSpec:
    """The sign-in page, which comes back to this path."""
    wanted = safe_next(path)
    return rx.redirect(f"/login?next={quote(wanted, safe='')}" if wanted != "/" else "/login")


def browser_fault(exception: Exception) -> None:
    """What a browser reported, as one line."""
    log.warning("in a browser: %s", one_line(str(exception)))


def server_fault(exception: Exception) -> None:
    """What broke outside any screen's own event method."""
    log_fault("event", exception)
