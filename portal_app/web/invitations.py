"""Accepting an invitation: the button behind the mailed link. Opening the link does nothing."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput, NotFound, Problem
from portal_app.core.flash import Flash
from portal_app.domain.customers.accepting import accept_invitation
from portal_app.domain.customers.joining import SignUp
from portal_app.off_loop import leave
from portal_app.web.forms import Form, end_session_here, form, say, to, welcome
from portal_app.web.viewer import caller_of, viewer_of_request

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def routes() -> list[Route]:
    """The one form of an invitation."""
    return [form("/api/invitation/accept", "invitation", "/login", _accept)]


async def _accept(request: Request, typed: Form) -> Response:
    token = typed.get("token", "")
    if not TOKEN.fullmatch(token):
        raise NotFound("This link is not whole. Open it from the mail again.")
    studio, by = await viewer_of_request(request)
    wanted = SignUp(typed.get("name", ""), "", typed.get("password", ""))
    try:
        done = await leave(accept_invitation, studio.id, by, token, wanted, caller=caller_of(request), now=utc_now())
    except Problem as problem:
        field = problem.field if isinstance(problem, InvalidInput) else ""
        return say(to(f"/invitation/{token}"), Flash("invitation", field, problem.sentence, name=wanted.name, refused=True))
    page = f"/account/teams/{done.team}" if done.team else "/admin"
    if not done.token:
        return RedirectResponse(page, 303)
    await end_session_here(request)
    return await welcome(studio.id, done.token, page)
