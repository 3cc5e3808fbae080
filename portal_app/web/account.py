"""One's own account: another password, another address, and the end of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.core.clock import utc_now
from portal_app.core.flash import Flash
from portal_app.domain.customers import leaving, readdressing
from portal_app.domain.identity.service import change_password
from portal_app.entrance import LINK, SESSION
from portal_app.off_loop import act, leave
from portal_app.web.forms import Form, form, person_of, say, to
from portal_app.web.viewer import caller_of, forget, keep_session


def routes() -> list[Route]:
    """Every form of somebody who is signed in and changes how they sign in."""
    return [
        form("/api/account/password", "password", "/account/security", _password),
        form("/api/account/email", "email", "/account", _email),
        form("/api/account/email/confirm", "email", "/account", _confirm_email),
        form("/api/account/email/resend", "email", "/account", _resend_email),
        form("/api/account/close", "close", "/account", _close),
    ]


async def _password(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    current, password = typed.get("current", ""), typed.get("password", "")
    token = await leave(change_password, by, current, password, caller=caller_of(request), now=utc_now())
    note = Flash("password", sentence="Your password is changed. Every other browser is signed out.")
    onward = say(to("/account/security"), note)
    keep_session(onward, token)
    return onward


async def _email(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    wanted = typed.get("email", ""), typed.get("password", "")
    await leave(readdressing.request_new_email, by, *wanted, caller=caller_of(request), now=utc_now())
    return say(to("/account"), Flash("email", "code"))


async def _confirm_email(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    await leave(readdressing.confirm_new_email, by, typed.get("code", ""), caller=caller_of(request), now=utc_now())
    return say(to("/account"), Flash("email", sentence="Your address is changed. Sign in with it from now on."))


async def _resend_email(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    await act(readdressing.resend_new_email, by, caller=caller_of(request), now=utc_now())
    return say(to("/account"), Flash("email", sentence="A new code is on its way. Older ones no longer work."))


async def _close(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    wanted = typed.get("password", ""), typed.get("word", "")
    await leave(leaving.close_account, by, *wanted, caller=caller_of(request), now=utc_now())
    onward = say(to("/login"), Flash("sign-in", sentence="Your account is deleted. Thank you for having been here."))
    forget(onward, SESSION, LINK)
    return onward
