"""The history of a listing as a PDF: for the studio, for its customer, and for the holder of a secret link."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.domain.delivery.archive import safe_name
from portal_app.domain.notifications.evidence_paper import evidence_paper
from portal_app.off_loop import call
from portal_app.web.downloads import LOCKED, SAFE
from portal_app.web.ranges import disposition
from portal_app.web.viewer import first_to_see


def routes() -> list[Route]:
    """One address for each listing."""
    return [Route("/pdf/history/{listing}", history_file, methods=["GET"])]


async def history_file(request: Request) -> Response:
    """Made when it is asked for. `for=customer` is what the studio may hand on: what its customer reads."""
    paper_for = partial(evidence_paper, now=utc_now(), as_customer=request.query_params.get("for") == "customer")
    _, paper = await first_to_see(request, paper_for, request.path_params["listing"])
    content = await call(wiring.current().printer.pdf, paper)
    named = disposition("attachment", safe_name(f"{paper.bill_to[0]} delivery history.pdf", otherwise="Delivery history.pdf"))
    return Response(content, 200, {**SAFE, "cache-control": LOCKED, "content-disposition": named}, "application/pdf")
