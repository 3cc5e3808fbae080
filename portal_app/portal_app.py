"""Assembles the app: pages, HTTP routes, guard, worker, failures. Nothing else.

The server imports this module and then forks: whatever holds a connection, a thread or a process is made in `_alive`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import reflex as rx
from reflex.constants import Dirs
from reflex.utils.prerequisites import get_web_dir
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_connection_errors

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.journal import keep_journal
from portal_app.demo.stripe.process import start_stand_in, stop_stand_in
from portal_app.jobs.embedded import embedded_worker
from portal_app.memory import collecting_when_quiet, keep_freed_blocks
from portal_app.off_loop import call
from portal_app.readiness import ready_settings
from portal_app.starting import prepare
from portal_app.ui.components.failing import missing_page, offline_banner, sorry_page
from portal_app.ui.components.waiting import skeleton_page
from portal_app.ui.routes import ROUTES
from portal_app.ui.shared import live
from portal_app.ui.shared.failures import browser_fault, server_fault
from portal_app.ui.shared.guard import Guard
from portal_app.web.api import make_api
from portal_app.web.hardening import Hardening

STATIC_PAGES = [row.path for row in ROUTES if "[" not in row.path]


@asynccontextmanager
async def _alive() -> AsyncIterator[None]:
    """Everything a running process holds, from the first request to the last."""
    keep_journal()
    keep_freed_blocks()
    settings = ready_settings()
    async with AsyncExitStack() as stack:
        wiring.open_wiring(settings)
        stack.callback(wiring.close_wiring)
        await call(prepare, wiring.current(), now=utc_now())
        if settings.demo_stripe_port:
            stack.callback(stop_stand_in, start_stand_in(settings))
        await stack.enter_async_context(embedded_worker(settings))
        await stack.enter_async_context(live.watching(app, _refreshes()))
        await stack.enter_async_context(collecting_when_quiet())
        yield


def _refreshes() -> dict[str, str]:
    return {row.path: rx.utils.format.format_event_handler(row.refresh) for row in ROUTES if row.refresh}


app = rx.App(
    html_lang="en",
    stylesheets=["/foyer.css"],
    toaster=None,
    frontend_exception_handler=browser_fault,
    backend_exception_handler=server_fault,
    hydrate_fallback=skeleton_page,
    head_components=[
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.link(rel="stylesheet", href="/brand.css"),
        rx.el.link(rel="icon", type="image/svg+xml", href="/brand/icon"),
    ],
    app_wraps={
        (55, "ErrorBoundary"): lambda _stateful: ErrorBoundary.create(fallback_render=rx.Var.create(sorry_page())),
        (5, "Overlay"): lambda stateful: rx.fragment(rx.memo(_connection)()) if stateful else None,
    },
    api_transformer=[make_api(), partial(Hardening, build=get_web_dir() / Dirs.STATIC, pages=STATIC_PAGES)],
)


def _connection() -> rx.Component:
    """The banner while the connection is lost."""
    return offline_banner(has_connection_errors)


for row in ROUTES:
    app.add_page(row.page, route=row.path, title=row.title, image="/brand/logo", on_load=row.load)
app.add_page(missing_page, route="404", title="Not found", image="/brand/logo")
app.add_middleware(Guard({row.path: row.callers for row in ROUTES}))
app.register_lifespan_task(_alive)
