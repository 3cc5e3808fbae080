"""Whose session waits in this browser: asked by the sign-in page and by the page of the second step."""

from __future__ import annotations

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.domain.identity.stepping import Waiting, waiting
from portal_app.entrance import SESSION, cookie_name, cookies_of
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import studio_of


async def waiting_here(state: rx.State) -> Waiting | None:
    """The session of this browser's cookie while it is nobody's yet."""
    token = cookies_of(state.router.headers.cookie).get(cookie_name(SESSION), "")
    return await ask(waiting, studio_of(state).id, token, now=utc_now()) if token else None
