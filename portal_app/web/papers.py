"""Papers over HTTP: the PDF of an invoice, for whoever may see it or has its secret address, and statements."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.invoices import viewer_of_invoice
from portal_app.domain.billing.keeping import KeptPaper, held_paper, keep_paper, kept_paper
from portal_app.domain.billing.statements import statement_paper
from portal_app.domain.delivery.archive import CHUNK, exactly, safe_name
from portal_app.off_loop import ask, call, stay
from portal_app.web.downloads import ASK_AGAIN, LOCKED, SAFE
from portal_app.web.ranges import Content, disposition, respond
from portal_app.web.viewer import first_to_see, viewer_of_request


def routes() -> list[Route]:
    """Every address of this module."""
    return [
        Route("/pdf/invoice/{invoice}", invoice_file, methods=["GET"]),
        Route("/invoice/{token}/pdf", held_file, methods=["GET"]),
        Route("/pdf/statement", statement_file, methods=["GET"]),
        Route("/pdf/statement/{customer}", statement_file, methods=["GET"]),
    ]


async def invoice_file(request: Request) -> Response:
    """The PDF for those of the studio who see money, and for its customer."""
    by, kept = await first_to_see(request, kept_paper, request.path_params["invoice"])
    return await _answer(request, by, request.path_params["invoice"], kept)


async def held_file(request: Request) -> Response:
    """The PDF for whoever has the invoice's secret address."""
    studio, _ = await viewer_of_request(request)
    by = await ask(viewer_of_invoice, studio.id, request.path_params["token"])
    if by is None:
        raise NotFound
    public_id, kept = await ask(held_paper, by)
    return await _answer(request, by, public_id, kept)


async def statement_file(request: Request) -> Response:
    """The statement of one's own account, or for the studio that of a customer; made when it is asked for."""
    _, by = await viewer_of_request(request)
    customer, days = (
        request.path_params.get("customer", "0"),
        [request.query_params.get(name, "")[:10] for name in ("first", "last")],
    )
    if by is None or not customer.isdigit() or len(customer) > 9:
        raise NotFound
    if not by.is_staff and "customer" in request.path_params:
        raise NotFound  # everybody else asks for their own, without a number
    paper = await ask(statement_paper, by, *days, customer_id=int(customer), now=utc_now())
    content = await call(wiring.current().printer.pdf, paper)
    name = disposition("attachment", "Statement.pdf")
    return Response(content, 200, {**SAFE, "cache-control": LOCKED, "content-disposition": name}, "application/pdf")


async def _answer(request: Request, by: Viewer, public_id: str, kept: KeptPaper) -> Response:
    store = wiring.current().store
    if not kept.digest:
        kept = await stay(keep_paper, wiring.current().printer, store, by, public_id)
    name = disposition("attachment", safe_name(kept.name, otherwise="Invoice.pdf"))
    headers = {**SAFE, "cache-control": ASK_AGAIN, "content-disposition": name}
    length = await call(store.size, kept.digest)
    content = Content(length, f'"{kept.digest}"', "application/pdf", partial(_stored, kept.digest), headers)
    return respond(request, content)


def _stored(digest: str, start: int, stop: int) -> Iterator[bytes]:
    return exactly(wiring.current().store.read(digest, start, stop - start, CHUNK), stop - start)
