"""Looking as a customer and stopping: forms, since the pages that follow belong to somebody else."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app.core.clock import utc_now
from portal_app.core.errors import NotFound
from portal_app.domain.customers.view_as import end_view_as, start_view_as
from portal_app.off_loop import act
from portal_app.web.forms import Form, form, person_of

CUSTOMERS = "/admin/customers"


def routes() -> list[Route]:
    """In and out of a customer's eyes."""
    return [form("/api/view-as", "view-as", CUSTOMERS, _start), form("/api/view-as/end", "view-as", "/", _end)]


async def _start(request: Request, typed: Form) -> Response:
    by, customer = await person_of(request), typed.get("customer", "")
    if not customer.isdecimal() or len(customer) > 9:
        raise NotFound
    await act(start_view_as, by, int(customer), now=utc_now())
    return RedirectResponse("/", 303)


async def _end(request: Request, typed: Form) -> Response:
    await act(end_view_as, await person_of(request), now=utc_now())
    return RedirectResponse(CUSTOMERS, 303)
