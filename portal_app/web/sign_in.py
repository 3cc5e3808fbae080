"""Sign-in, sign-up, codes and reset: native form posts that end in a full navigation (303).

Only a route can set an HttpOnly cookie, and an open socket keeps the cookie of its handshake: so every change of
identity is a form and a new page. What went wrong travels in a sealed cookie that lives a minute.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, Problem
from portal_app.core.flash import Flash, sealed
from portal_app.core.paths import safe_next
from portal_app.domain.customers import joining
from portal_app.domain.identity.codes import WRONG_CODE
from portal_app.domain.identity.service import sign_in
from portal_app.domain.identity.sessions import end_session, viewer_of
from portal_app.entrance import FLASH, LINK, SESSION, cookie_name, cookies_of
from portal_app.off_loop import act, ask, stay
from portal_app.web.viewer import caller_of, forget, keep_session, viewer_of_request

FLASH_SECONDS = 60
LONGEST_FIELD, MOST_FIELDS = 300, 20

Form = dict[str, str]
Answer = Callable[[Request, Form], Awaitable[Response]]


def routes() -> list[Route]:
    """Every form that changes who is signed in."""
    forms: dict[str, tuple[str, str, Answer]] = {
        "/api/sign-in": ("sign-in", "/login", _sign_in),
        "/api/sign-up": ("sign-up", "/sign-up", _sign_up),
        "/api/verify": ("verify", "/verify", _verify),
        "/api/verify/resend": ("verify", "/verify", _resend),
        "/api/reset": ("reset", "/reset", _ask_reset),
        "/api/reset/confirm": ("reset", "/reset?step=code", _reset),
        "/api/sign-out": ("sign-out", "/login", _sign_out),
    }
    return [Route(path, _form(*form), methods=["POST"]) for path, form in forms.items()]


def _form(name: str, page: str, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def post(request: Request) -> Response:
        typed = await _typed(request)
        try:
            return await answer(request, typed)
        except Problem as problem:
            field = problem.field if isinstance(problem, InvalidInput) else ""
            flash = Flash(name, field, problem.sentence, typed.get("email", ""), typed.get("name", ""))
            return _say(_to(page, next=safe_next(typed.get("next"))), flash)

    return post


async def _sign_in(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    token = await stay(
        sign_in, studio.id, typed.get("email", ""), typed.get("password", ""), caller=caller_of(request), now=utc_now()
    )
    await _end_session(request)
    by = await ask(viewer_of, studio.id, token, now=utc_now())
    home = "/admin" if by and by.is_staff else "/"
    return _signed_in(token, safe_next(typed.get("next"), home))


async def _sign_up(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    wanted = joining.SignUp(*(typed.get(name, "") for name in ("name", "email", "password", "phone", "company")))
    token = await stay(joining.sign_up, studio.id, wanted, caller=caller_of(request), now=utc_now())
    onward = _say(_to("/verify", next=safe_next(typed.get("next"))), Flash("verify", email=wanted.email))
    if token:
        await _end_session(request)
        keep_session(onward, token)
    return onward


async def _verify(request: Request, typed: Form) -> Response:
    _, by = await viewer_of_request(request)
    if by is None or by.account_id is None:
        raise InvalidInput("code", WRONG_CODE)
    await stay(joining.prove_mailbox, by, typed.get("code", ""), now=utc_now())
    return RedirectResponse(safe_next(typed.get("next")), 303)


async def _resend(request: Request, typed: Form) -> Response:
    _, by = await viewer_of_request(request)
    if by and by.account_id:
        await act(joining.resend_code, by, caller=caller_of(request), now=utc_now())
    note = Flash("verify", sentence="A new code is on its way. Older ones no longer work.")
    return _say(_to("/verify", next=safe_next(typed.get("next"))), note)


async def _ask_reset(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    email = typed.get("email", "")
    await act(joining.request_reset, studio.id, email, caller=caller_of(request), now=utc_now())
    return _say(_to("/reset", step="code"), Flash("reset", email=email))


async def _reset(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    wanted = (typed.get(name, "") for name in ("email", "code", "password"))
    token = await stay(joining.reset_password, studio.id, *wanted, caller=caller_of(request), now=utc_now())
    await _end_session(request)
    return _signed_in(token, "/")


async def _sign_out(request: Request, typed: Form) -> Response:
    await _end_session(request)
    onward = RedirectResponse("/login", 303)
    forget(onward, SESSION, LINK, FLASH)
    return onward


async def _end_session(request: Request) -> None:
    """Whoever was signed in here no longer is: the old cookie is worth nothing, also where it was copied to."""
    if token := cookies_of(request.headers.get("cookie", "")).get(cookie_name(SESSION)):
        await act(end_session, token, now=utc_now())


async def _typed(request: Request) -> Form:
    """The fields of a url-encoded form, each cut to a sane length."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=MOST_FIELDS, keep_blank_values=True)
    except ValueError:
        return {}
    return {name: value[:LONGEST_FIELD] if name == "password" else _one_line(value) for name, value in pairs}


def _one_line(typed: str) -> str:
    """Every field is one line: no control character reaches a name, a mail header or the database."""
    seen = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in typed[:LONGEST_FIELD])
    return " ".join(seen.split())


def _signed_in(token: str, path: str) -> Response:
    onward = RedirectResponse(path, 303)
    keep_session(onward, token)
    forget(onward, FLASH)
    return onward


def _to(page: str, **query: str) -> RedirectResponse:
    wanted = {name: value for name, value in query.items() if value not in {"", "/"}}
    joined = "&" if "?" in page else "?"
    return RedirectResponse(f"{page}{joined}{urlencode(wanted)}" if wanted else page, 303)


def _say(response: RedirectResponse, flash: Flash) -> RedirectResponse:
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
