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
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.gateway import BadSignature
from portal_app.domain.billing.queries import AttemptCard, attempt_card
from portal_app.domain.billing.service import receive_event, reconcile
from portal_app.domain.units import UnitOfWork
from portal_app.off_loop import call, leave
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
        found = wiring.current().gateway_at(endpoint_token)
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
    _, viewer = await viewer_of_request(request)
    if viewer is None:
        return _to(f"/login?next={quote(request.url.path)}")
    viewer, card = await first_to_see(request, attempt_card, request.path_params["attempt"])
    await leave(settle, viewer, card)
    return _to(card.return_to)


def settle(unit_of_work: UnitOfWork, viewer: Viewer, card: AttemptCard) -> None:
    """Reconcile now if that is possible; otherwise the webhook or the sweep does it soon."""
    try:
        gateway = wiring.current().gateway_for(viewer.studio_id, card.mode)
        if gateway is not None:
            reconcile(unit_of_work, gateway, card.public_id, now=utc_now())
    except (Unavailable, PaymentProblem) as problem:
        log.warning("a return could not be settled at once: %s", problem)


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


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
