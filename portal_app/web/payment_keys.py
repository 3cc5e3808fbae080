"""A studio's payment keys, posted by the browser itself: what is typed here never becomes part of a page's state."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound
from portal_app.core.flash import Flash
from portal_app.domain.billing import connecting
from portal_app.domain.billing.kinds import Mode
from portal_app.domain.identity.proving import prove_again
from portal_app.off_loop import act, leave
from portal_app.web.forms import Form, form, person_of, say, to
from portal_app.web.viewer import caller_of

PAGE = "/admin/settings/payments"


def routes() -> list[Route]:
    """A form for each secret of each mode, and one to show who one is."""
    kept = [
        each
        for mode in Mode
        for each in (
            form(f"/api/settings/payments/{mode}/key", f"{mode}-key", PAGE, _key),
            form(f"/api/settings/payments/{mode}/webhook", f"{mode}-webhook", PAGE, _webhook),
        )
    ]
    return [*kept, form("/api/settings/payments/prove", "keys-prove", PAGE, _prove)]


async def _key(request: Request, typed: Form) -> Response:
    by, mode = await person_of(request), _mode(request)
    secret_key = typed.get("secret_key", "").strip()
    account = await leave(connecting.save_key, wiring.current().safe, by, mode, secret_key, now=utc_now())
    return say(to(PAGE), Flash(f"{mode}-key", sentence=f"The key works and is kept. It belongs to {account}."))


async def _webhook(request: Request, typed: Form) -> Response:
    by, mode = await person_of(request), _mode(request)
    secret = typed.get("webhook_secret", "").strip()
    await act(connecting.save_webhook_secret, wiring.current().safe, by, mode, secret, now=utc_now())
    return say(to(PAGE), Flash(f"{mode}-webhook", sentence="The signing secret is kept. Send a test event to see it arrive."))


async def _prove(request: Request, typed: Form) -> Response:
    by = await person_of(request)
    await leave(prove_again, by, typed.get("password", ""), caller=caller_of(request), now=utc_now())
    return to(PAGE)


def _mode(request: Request) -> Mode:
    """Which of the two worlds the address names."""
    named = request.url.path.split("/")[4]
    if named not in set(Mode):
        raise NotFound
    return Mode(named)
