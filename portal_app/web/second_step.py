"""The second step as forms: a code after the password, the first code of a new app, proving oneself once more."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotAllowed
from portal_app.core.flash import Flash
from portal_app.domain.identity.enrolling import confirm_app, turn_off
from portal_app.domain.identity.models import Waits
from portal_app.domain.identity.proving import prove_again
from portal_app.domain.identity.stepping import START_AGAIN, pass_on, take_step, waiting
from portal_app.entrance import SESSION, cookie_name, cookies_of
from portal_app.off_loop import act, ask, leave
from portal_app.web.forms import Form, form, person_of, say, signed_in, to, welcome
from portal_app.web.viewer import caller_of, viewer_of_request

SECURITY = "/account/security"


def routes() -> list[Route]:
    """Forms whose answer is a new cookie, or that carry a password."""
    return [
        form("/api/second-step", "second-step", "/second-step", _take),
        form("/api/second-step/set-up", "second-step", "/second-step", _set_up),
        form("/api/second-step/off", "second-step-off", SECURITY, _turn_off),
        form("/api/prove", "prove", SECURITY, _prove),
    ]


async def _take(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    token = _token(request)
    fresh = await leave(
        take_step, wiring.current().seal, studio.id, token, typed.get("code", ""), caller=caller_of(request), now=utc_now()
    )
    return await welcome(studio.id, fresh, typed.get("next", ""))


async def _set_up(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    token = _token(request)
    found = await ask(waiting, studio.id, token, now=utc_now())
    if found is None or found.waits_for is not Waits.SET_UP:
        raise NotAllowed(START_AGAIN)
    await leave(confirm_app, wiring.current().seal, found.by, typed.get("code", ""), caller=caller_of(request), now=utc_now())
    fresh = await act(pass_on, studio.id, token, "set up", now=utc_now())
    return say(signed_in(fresh, SECURITY), Flash("second-step-on"))


async def _turn_off(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    await leave(turn_off, by, typed.get("password", ""), caller=caller_of(request), now=utc_now())
    return say(to(SECURITY), Flash("second-step-off", sentence="Signing in asks for no code anymore."))


async def _prove(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    await leave(prove_again, by, typed.get("password", ""), caller=caller_of(request), now=utc_now())
    return RedirectResponse(SECURITY, 303)


def _token(request: Request) -> str:
    return cookies_of(request.headers.get("cookie", "")).get(cookie_name(SESSION), "")
