"""Who comes in: the studio by host, the viewer by cookie. Screens and routes ask here, on every event and request.

Identity is the HttpOnly cookie and its row, looked up each time. Nothing else a client sends says who it is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import Problem
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.invoices import viewer_of_invoice
from portal_app.domain.billing.shares import viewer_of_share
from portal_app.domain.delivery.seeing import is_visible
from portal_app.domain.delivery.service import viewer_by_link
from portal_app.domain.identity.queries import live_session
from portal_app.domain.identity.sessions import SEEN_EVERY, touch_session
from portal_app.domain.orders.links import viewer_of_link
from portal_app.domain.studios.queries import StudioCard, host_name, moved_to, studio_by_host

SESSION, LINK, FLASH = "foyer", "foyer_link", "foyer_flash"
STATUS, INVOICE, PAY = "/status/", "/invoice/", "/pay/"
# A page whose address is itself a secret, and who that makes of whoever has it.
HOLDERS = {STATUS: viewer_of_link, INVOICE: viewer_of_invoice, PAY: viewer_of_share}
STUDIO_SECONDS = 5.0
_studios: dict[str, tuple[float, StudioCard | None]] = {}
_moved: dict[str, tuple[float, str | None]] = {}


class UnknownHost(Problem):
    """No studio answers here."""

    sentence = "No studio answers on this address. Check the link you followed."
    status = 421


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where somebody came in, and as whom."""

    studio: StudioCard | None
    viewer: Viewer | None
    beside: Viewer | None = None  # who else this browser is: signed in, and the holder of a secret link

    @property
    def identity(self) -> str:
        """What must not change under a page that is open: if it does, the page is emptied."""
        viewer, studio = self.viewer, self.studio
        if studio is None or viewer is None:
            return f"{studio.id if studio else 0}:nobody"
        held = (viewer.order_id, viewer.invoice_id, viewer.share_id)
        link = f"order {held[0]} {held[1]} {held[2]}" if any(held) else viewer.link_id
        return f"{studio.id}:{viewer.role}:{viewer.account_id}:{viewer.session_id}:{link}:{viewer.behind_account_id}"


def cookie_name(name: str) -> str:
    """`__Host-` on https: bound to this exact host, never sent in clear, not settable by a sibling host."""
    return f"__Host-{name}" if wiring.current().settings.is_https else name


def cookies_of(header: str) -> dict[str, str]:
    """The cookies of a Cookie header. What others set on this domain may be in any shape: it never hides ours."""
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return {name: value.strip('"') for name, equals, value in pairs if equals}


def who_is(host: str, cookie_header: str, path: str = "") -> Arrival:
    """The studio and the viewer of a host and a Cookie header. Opens its own short units: call it off the loop.

    The person signed in comes first; on the page of a listing they may not see, a secret link to it speaks instead.
    `path` is the client's word: it chooses between two identities this browser has proven, or is itself the secret of
    an order's status page, of an invoice or of a payer's part, which show everybody who has it the same.
    """
    studio = studio_of(host)
    if studio is None:
        return Arrival(None, None)
    cookies = cookies_of(cookie_header)
    viewer = _by_session(studio, cookies.get(cookie_name(SESSION), ""))
    guest = _by_link(studio, cookies.get(cookie_name(LINK), ""))
    if holder := _by_address(studio, path):
        return Arrival(studio, holder, viewer)
    if viewer and guest and _speaks(guest, viewer, path):
        return Arrival(studio, guest, viewer)
    return Arrival(studio, viewer, guest) if viewer else Arrival(studio, guest)


def studio_of(host: str) -> StudioCard | None:
    """The studio of a host, kept for five seconds: a brand changes rarely and is needed by every event."""
    name = host_name(host)
    kept = _studios.get(name)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    with wiring.current().database.reading() as db:
        studio = studio_by_host(db, name, wiring.current().settings.default_studio)
    if len(_studios) > 1000:
        _studios.clear()
    _studios[name] = (time.monotonic() + STUDIO_SECONDS, studio)
    return studio


def forget_studios() -> None:
    """After a brand was saved (and between tests)."""
    _studios.clear()
    _moved.clear()


def _by_session(studio: StudioCard, token: str) -> Viewer | None:
    if not token:
        return None
    now, database = utc_now(), wiring.current().database
    found = live_session(database.glance.first, studio.id, token, now=now)
    if found and found.viewer.session_id and found.seen_at <= now - SEEN_EVERY:
        with database.unit_of_work() as db:
            touch_session(db, found.viewer.session_id, now=now)
    return found.viewer if found else None


def _by_link(studio: StudioCard, token: str) -> Viewer | None:
    if not token:
        return None
    with wiring.current().database.reading() as db:
        viewer = viewer_by_link(db, token, now=utc_now())
    return viewer if viewer and viewer.studio_id == studio.id else None


def is_secret(path: str) -> bool:
    """Whether the address of a page is itself what lets in."""
    return path.startswith(tuple(HOLDERS))


def _by_address(studio: StudioCard, path: str) -> Viewer | None:
    for room, viewer_of in HOLDERS.items():
        if path.startswith(room):
            with wiring.current().database.reading() as db:
                return viewer_of(db, studio.id, path.removeprefix(room).rstrip("/"))
    return None


def _speaks(guest: Viewer, viewer: Viewer, path: str) -> bool:
    listing = path.rstrip("/").rpartition("/")[2]
    if not path.startswith("/listings/") or not listing:
        return False
    with wiring.current().database.reading() as db:
        return not is_visible(db, viewer, listing) and is_visible(db, guest, listing)


def moved_from(host: str) -> str | None:
    """The address an old host name of a studio leads to now."""
    name = host_name(host)
    kept = _moved.get(name)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    with wiring.current().database.reading() as db:
        address = moved_to(db, name)
    if len(_moved) > 1000:
        _moved.clear()
    _moved[name] = (time.monotonic() + STUDIO_SECONDS, address)
    return address
