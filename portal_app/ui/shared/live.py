"""Open pages change when something happened to what they show.

Each web process tails the facts once a second and, for its own open sockets whose viewer is concerned, runs that
route's refresh. A reconnect loads the page again, which repairs what was missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from reflex_base.event import Event

from portal_app.core.viewer import Viewer
from portal_app.domain.activity.queries import FactCard, facts_after, latest_id
from portal_app.domain.identity.sessions import ENDED
from portal_app.domain.listings.audience import accounts_concerned
from portal_app.entrance import Arrival
from portal_app.off_loop import ask
from portal_app.ui.shared.failures import log_fault

EVERY_SECONDS = 1.0
# PostgreSQL hands ids out before it commits: a smaller one may appear later, so the last few are read again.
LATE = 100
QUIET = ("session.", "account.code", "account.password", "account.sign_up", "photo.downloaded", "listing.downloaded")


@dataclass(frozen=True, slots=True)
class Open:
    """A tab as its last page load left it."""

    socket: str
    pattern: str
    viewer: Viewer


OPEN: dict[str, Open] = {}


def seen(event: Event, root: Any, arrival: Arrival) -> None:
    """Remember which page a tab shows, and to whom. Pushed events carry no route and change nothing."""
    path = (event.router_data or {}).get("pathname")
    if not path:
        return
    session = root.router.session
    if arrival.viewer is None:
        OPEN.pop(session.client_token, None)
    else:
        OPEN[session.client_token] = Open(session.session_id, "/" if path == "/index" else path, arrival.viewer)


@asynccontextmanager
async def watching(app: Any, refreshes: Mapping[str, str]) -> AsyncIterator[None]:
    """Tail the facts while the block runs. `refreshes`: route pattern → full name of the event method."""
    watch = asyncio.create_task(_watch(app, refreshes))
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(app: Any, refreshes: Mapping[str, str]) -> None:
    last = await ask(latest_id)
    told = {fact.id for fact in await ask(facts_after, max(0, last - LATE))}
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            recent = await ask(facts_after, max(0, last - LATE))
            news = [fact for fact in recent if fact.id not in told]
            told = {fact.id for fact in recent}
            last = max([last, *told])
            await _turn_out(app, refreshes, news)
            await _tell(app, refreshes, [fact for fact in news if not fact.kind.startswith(QUIET)])
        except Exception as fault:
            log_fault("live", fault)


async def _turn_out(app: Any, refreshes: Mapping[str, str], news: Collection[FactCard]) -> None:
    """Open pages of a session that ended go to the sign-in: any event will do, the guard empties the page and refuses it."""
    ended = {session_id for fact in news if fact.kind == ENDED for session_id in fact.details["session_ids"]}
    mine = _mine(app) if ended else {}
    for token, tab in list(OPEN.items()):
        if tab.viewer.session_id in ended and mine.get(token) == tab.socket:
            await app.event_processor.enqueue(token, Event(name=next(iter(refreshes.values())), payload={}))


def _mine(app: Any) -> dict[str, str]:
    """The sockets this process holds; what it remembers of others is forgotten."""
    sockets = app.event_namespace._token_manager
    mine = {token: kept.sid for token, kept in sockets.token_to_socket.items() if kept.instance_id == sockets.instance_id}
    for token in OPEN.keys() - mine.keys():
        OPEN.pop(token)
    return mine


async def _tell(app: Any, refreshes: Mapping[str, str], news: Collection[FactCard]) -> None:
    mine = _mine(app)
    if not news or not OPEN:
        return
    listings = {fact.listing_id for fact in news if fact.listing_id}
    orders = {fact.order_id for fact in news if fact.order_id}
    customers = {fact.customer_id for fact in news if fact.customer_id}
    teams = {fact.details["team_id"] for fact in news if fact.details.get("team_id")}
    accounts = await ask(accounts_concerned, listings, customers, teams) | _named(news)
    studios = {fact.studio_id for fact in news}
    for token, tab in list(OPEN.items()):
        by = tab.viewer
        concerned = by.is_staff or by.account_id in accounts or by.listing_id in listings
        concerned = concerned or by.order_id in orders or by.about_order_id in orders
        refresh = refreshes.get(tab.pattern)
        if refresh and concerned and by.studio_id in studios and mine.get(token) == tab.socket:
            await app.event_processor.enqueue(token, Event(name=refresh, payload={}))


def _named(news: Collection[FactCard]) -> set[int]:
    """Who left a team, or was taken out of it: they are in none of its lists anymore, and their page must say so at once."""
    changed = [fact.details for fact in news if fact.kind.startswith("team.")]
    return {account for details in changed for account in (details.get("account_id"), *details.get("account_ids", ())) if account}
