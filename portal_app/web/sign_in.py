"""Signing in and out, signing up, codes and reset: the forms before the door."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.flash import Flash
from portal_app.core.paths import safe_next
from portal_app.domain.customers import entering, joining
from portal_app.domain.identity.codes import WRONG_CODE
from portal_app.domain.identity.service import sign_in
from portal_app.entrance import FLASH, LINK, SESSION
from portal_app.off_loop import act, leave
from portal_app.web.forms import Form, end_session_here, form, say, signed_in, to, welcome
from portal_app.web.viewer import caller_of, forget, keep_session, viewer_of_request

SIGN_IN_INSTEAD = "You already have an account with this address. Sign in with its own password."


def routes() -> list[Route]:
    """Every form of somebody who comes or goes."""
    return [
        form("/api/sign-in", "sign-in", "/login", _sign_in),
        form("/api/sign-up", "sign-up", "/sign-up", _sign_up),
        form("/api/verify", "verify", "/verify", _verify),
        form("/api/verify/resend", "verify", "/verify", _resend),
        form("/api/reset", "reset", "/reset", _ask_reset),
        form("/api/reset/confirm", "reset", "/reset?step=code", _reset),
        form("/api/enter", "enter", "/login", _ask_link),
        form("/api/enter/confirm", "enter", "/login", _enter),
        form("/api/sign-out", "sign-out", "/login", _sign_out),
    ]


async def _sign_in(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    token = await leave(
        sign_in, studio.id, typed.get("email", ""), typed.get("password", ""), caller=caller_of(request), now=utc_now()
    )
    await end_session_here(request)
    return await welcome(studio.id, token, typed.get("next", ""))


async def _sign_up(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    wanted = joining.SignUp(*(typed.get(name, "") for name in ("name", "email", "password", "phone", "company")))
    token = await leave(joining.sign_up, studio.id, wanted, caller=caller_of(request), now=utc_now())
    await end_session_here(request)
    onward = say(to("/verify", next=safe_next(typed.get("next"))), Flash("verify", email=wanted.email))
    keep_session(onward, token)
    return onward


async def _verify(request: Request, typed: Form) -> Response:
    _, by = await viewer_of_request(request)
    if by is None or by.account_id is None:
        raise InvalidInput("code", WRONG_CODE)
    proof = await leave(joining.prove_mailbox, by, typed.get("code", ""), caller=caller_of(request), now=utc_now())
    onward = safe_next(typed.get("next"))
    if proof.must_sign_in:
        return say(to("/login", next=onward), Flash("sign-in", sentence=SIGN_IN_INSTEAD, email=by.email))
    return signed_in(proof.token, onward) if proof.token else RedirectResponse(onward, 303)


async def _resend(request: Request, typed: Form) -> Response:
    _, by = await viewer_of_request(request)
    if by and by.account_id:
        await act(joining.resend_code, by, caller=caller_of(request), now=utc_now())
    note = Flash("verify", sentence="A new code is on its way. Older ones no longer work.")
    return say(to("/verify", next=safe_next(typed.get("next"))), note)


async def _ask_reset(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    email = typed.get("email", "")
    await act(joining.request_reset, studio.id, email, caller=caller_of(request), now=utc_now())
    return say(to("/reset", step="code"), Flash("reset", email=email))


async def _reset(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    wanted = (typed.get(name, "") for name in ("email", "code", "password"))
    token = await leave(joining.reset_password, studio.id, *wanted, caller=caller_of(request), now=utc_now())
    await end_session_here(request)
    return await welcome(studio.id, token, "")


async def _ask_link(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    onward = safe_next(typed.get("next"), "")
    await act(entering.request_link, studio.id, typed.get("email", ""), onward, caller=caller_of(request), now=utc_now())
    return to("/login", step="mailed")


async def _enter(request: Request, typed: Form) -> Response:
    studio, _ = await viewer_of_request(request)
    token = await leave(entering.enter_by_link, studio.id, typed.get("token", ""), caller=caller_of(request), now=utc_now())
    await end_session_here(request)
    return signed_in(token, safe_next(typed.get("next")))


async def _sign_out(request: Request, typed: Form) -> Response:
    await end_session_here(request)
    onward = RedirectResponse(safe_next(typed.get("next"), "/login"), 303)
    forget(onward, SESSION, LINK, FLASH)
    return onward
