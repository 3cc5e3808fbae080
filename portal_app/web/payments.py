"""What the payment service and a returning payer knock on: the webhook, and the way back."""

from __future__ import annotations

import logging
from urllib.parse import quote

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import PaymentProblem, Unavailable
from portal_app.core.flash import ARRIVED, Flash
from portal_app.core.viewer import guest_viewer
from portal_app.domain.billing.gateway import BadSignature
from portal_app.domain.billing.kinds import AttemptStatus
from portal_app.domain.billing.queries import attempt_card
from portal_app.domain.billing.returning import mode_of_guests, way_back
from portal_app.domain.billing.service import receive_event, reconcile
from portal_app.domain.units import UnitOfWork
from portal_app.off_loop import act, ask, call, leave
from portal_app.web.forms import say
from portal_app.web.viewer import first_to_see, viewer_of_request

BODY_AT_MOST = 256 * 1024

log = logging.getLogger(__name__)


async def webhook(request: Request) -> Response:
    """Verify, store once, answer. What follows from the event is the worker's."""
    body = await _body(request)
    if body is None:
        return PlainTextResponse("too large", 413)
    token, signature = request.path_params["endpoint_token"], request.headers.get("stripe-signature", "")
    status = await call(take_in, token, body, signature)
    return PlainTextResponse("ok" if status == 200 else "refused", status)


def take_in(endpoint_token: str, body: bytes, signature: str) -> int:
    """The status to answer with: 200 stored (now or before), 404 no such address, 400 unsound, 500 send it again."""
    try:
        found = wiring.current().gateway_at(endpoint_token, now=utc_now())
        if found is None:
            return 404
        studio_id, mode, gateway = found
        event = gateway.read_event(body, signature)
        if event.is_live != gateway.is_live:
            raise BadSignature("an event of the other mode")
        receive_event(wiring.current().database.unit_of_work, studio_id, mode, event, body, now=utc_now())
    except BadSignature as error:
        log.warning("refused a webhook: %s", error)
        return 400
    except (SQLAlchemyError, Unavailable) as error:
        log.error("could not store a webhook: %s", type(error).__name__)
        return 500
    return 200


async def come_back(request: Request) -> Response:
    """The payer is back, or says so: ask the payment service, then show the page the attempt was started from."""
    studio, viewer = await viewer_of_request(request)
    attempt, guest = request.path_params["attempt"], guest_viewer(studio.id)
    if mode := await ask(mode_of_guests, guest, attempt, now=utc_now()):
        has_come = await leave(settle, studio.id, mode, attempt)
        return _back(await act(way_back, guest, attempt, wiring.current().seal, now=utc_now()), has_come=has_come)
    if viewer is None:
        return _to(f"/login?next={quote(request.url.path)}")
    _, card = await first_to_see(request, attempt_card, attempt)
    has_come = await leave(settle, studio.id, card.mode, attempt)
    return _back(card.return_to, has_come=has_come)


def settle(unit_of_work: UnitOfWork, studio_id: int, mode: str, attempt: str) -> bool:
    """Reconcile now if that is possible; otherwise the webhook or the sweep does it soon. Whether the money has come."""
    try:
        gateway = wiring.current().gateway_for(studio_id, mode)
        if gateway is not None:
            return reconcile(unit_of_work, gateway, attempt, now=utc_now()) == AttemptStatus.PAID
    except (Unavailable, PaymentProblem) as problem:
        log.warning("a return could not be settled at once: %s", problem)
    return False


def routes() -> list[BaseRoute]:
    """This room's routes."""
    return [
        Route("/webhooks/stripe/{endpoint_token}", webhook, methods=["POST"]),
        Route("/pay/return/{attempt}", come_back, methods=["GET"]),
    ]


async def _body(request: Request) -> bytes | None:
    """The raw bytes, or None when there are too many."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > BODY_AT_MOST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_AT_MOST:
            return None
    return bytes(body)


def _back(path: str, *, has_come: bool) -> Response:
    """To the page it was paid from, which says that the money came: also where nothing else of it is to be seen there."""
    onward = _to(path)
    return say(onward, Flash(ARRIVED, sentence="Your payment has arrived. Thank you.")) if has_come else onward


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
