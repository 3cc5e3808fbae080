"""The ZIP of a listing as one MLS asks for it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.domain.delivery.fit_report import preset_archive
from portal_app.web.downloads import send_archive
from portal_app.web.viewer import first_to_see


def routes() -> list[Route]:
    """One address per listing and preset."""
    return [Route("/files/preset/{listing}/{preset}", preset_file, methods=["GET"])]


async def preset_file(request: Request) -> Response:
    """Planned while the request is answered, like every ZIP."""
    asked = request.path_params
    by, found = await first_to_see(request, preset_archive, asked["listing"], asked["preset"])
    return send_archive(request, by, found)
