"""Native form posts that end in a full navigation (303): what was typed, what went wrong, where it leads.

Only a route can set an HttpOnly cookie, and an open socket keeps the cookie of its handshake: so every change of
identity is a form and a new page. What went wrong travels in a sealed cookie that lives a minute.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, Problem
from portal_app.core.flash import Flash, sealed
from portal_app.core.journal import note, same_one
from portal_app.core.paths import safe_next
from portal_app.core.viewer import Viewer
from portal_app.core.words import one_line
from portal_app.domain.identity.limits import TooManyTries
from portal_app.domain.identity.sessions import end_session, viewer_of
from portal_app.entrance import FLASH, SESSION, cookie_name, cookies_of, studio_of
from portal_app.off_loop import act, ask, call
from portal_app.web.viewer import caller_of, forget, keep_session, viewer_of_request

FLASH_SECONDS = 60
LONGEST_FIELD, MOST_FIELDS = 300, 20
PASSWORDS = {"password", "current"}

Form = dict[str, str]
Answer = Callable[[Request, Form], Awaitable[Response]]


def form(path: str, name: str, page: str, answer: Answer) -> Route:
    """The route of one form. A refusal goes back to `page` as the flash called `name`, beside its field."""

    async def post(request: Request) -> Response:
        typed = await _typed(request)
        told = {"form": name, "address": caller_of(request).address, "who": same_one(typed.get("email", ""))}
        try:
            answered = await answer(request, typed)
            note("form", **told, outcome="done")
            return answered
        except Problem as problem:
            note("form", **told, outcome=type(problem).__name__, field=getattr(problem, "field", ""))
            if isinstance(problem, TooManyTries) and "application/json" in request.headers.get("accept", ""):
                raise  # a program is told by status and Retry-After, a person by a sentence on the page
            field = problem.field if isinstance(problem, InvalidInput) else ""
            kept = {word: typed.get(word, "") for word in ("email", "name", "phone")}
            flash = Flash(name, field, problem.sentence, **kept, refused=True)
            return say(to(page, next=safe_next(typed.get("next"))), flash)

    return Route(path, post, methods=["POST"])


async def person_of(request: Request) -> Viewer:
    """Who is signed in here. Raises a refusal that leads to the sign-in page's sentence."""
    _, by = await viewer_of_request(request)
    if by is None or by.account_id is None:
        raise Problem("Sign in first, then try again.")
    return by


async def end_session_here(request: Request) -> None:
    """Whoever was signed in here no longer is: the old cookie is worth nothing, also where it was copied to."""
    token = cookies_of(request.headers.get("cookie", "")).get(cookie_name(SESSION))
    studio = await call(studio_of, request.headers.get("host", "")) if token else None
    if token and studio:
        await act(end_session, studio.id, token, now=utc_now())


def signed_in(token: str, path: str) -> Response:
    """Onward as the person whose fresh session this is."""
    onward = RedirectResponse(path, 303)
    keep_session(onward, token)
    forget(onward, FLASH)
    return onward


async def welcome(studio_id: int, token: str, wanted: str) -> Response:
    """Onward to where they wanted to go, or home; to the second step while the session waits for one."""
    return signed_in(token, await onward_of(studio_id, token, wanted))


async def onward_of(studio_id: int, token: str, wanted: str) -> str:
    """The path after signing in."""
    by = await ask(viewer_of, studio_id, token, now=utc_now())
    if by is None:
        path = safe_next(wanted)
        return f"/second-step?{urlencode({'next': path})}" if path != "/" else "/second-step"
    return safe_next(wanted, "/admin" if by.is_staff else "/")


def to(page: str, **query: str) -> RedirectResponse:
    """Onward to a page of ours, with what is worth saying in its address."""
    wanted = {name: value for name, value in query.items() if value not in {"", "/"}}
    joined = "&" if "?" in page else "?"
    return RedirectResponse(f"{page}{joined}{urlencode(wanted)}" if wanted else page, 303)


def say(response: RedirectResponse, flash: Flash) -> RedirectResponse:
    """Give the next page a sentence: sealed, so that nobody else can put words on our pages."""
    settings = wiring.current().settings
    response.set_cookie(
        cookie_name(FLASH),
        sealed(flash, settings.secret_key),
        max_age=FLASH_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.is_https,
    )
    return response


async def _typed(request: Request) -> Form:
    """The fields of a url-encoded form, each cut to a sane length."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=MOST_FIELDS, keep_blank_values=True)
    except ValueError:
        return {}
    return {name: value[:LONGEST_FIELD] if name in PASSWORDS else one_line(value, LONGEST_FIELD) for name, value in pairs}
