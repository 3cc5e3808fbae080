"""Our page around somebody else's player: the only page that may frame another site, and each only the one it is for.

The app frames this page, never the player itself, so that its own policy names no other site; who may not see the tour
now does not learn its address either.
"""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from portal_app.domain.delivery.framing import Framed, player_to_frame
from portal_app.web.viewer import first_to_see

ALLOWED = "fullscreen; gyroscope; accelerometer; xr-spatial-tracking; picture-in-picture; encrypted-media"


def routes() -> list[Route]:
    """What `web/api.py` mounts, before the files: their address has the same shape."""
    return [Route("/files/embed/{asset}", player, methods=["GET"])]


async def player(request: Request) -> Response:
    """The player of one delivered tour or video."""
    _, found = await first_to_see(request, player_to_frame, request.path_params["asset"])
    return HTMLResponse(_page(found), headers=_headers(found))


def _headers(found: Framed) -> dict[str, str]:
    policy = (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"frame-src {found.host}",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    )
    return {
        "content-security-policy": "; ".join(policy),
        "x-frame-options": "SAMEORIGIN",
        "cache-control": "private, no-store",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-robots-tag": "noindex",
        "vary": "Cookie",
    }


def _page(found: Framed) -> str:
    name, address = escape(found.name), escape(found.address)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        "<style>html,body,iframe{margin:0;width:100%;height:100%;border:0;display:block;background:#111}</style></head>"
        f'<body><iframe src="{address}" title="{name}" allow="{ALLOWED}" allowfullscreen></iframe></body></html>'
    )
