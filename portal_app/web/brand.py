"""The studio's brand before first paint: colors, name and mark, by host."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.errors import NotFound
from portal_app.domain.studios.accent import roles
from portal_app.domain.studios.marks import drawn, strokes
from portal_app.domain.studios.queries import StudioCard
from portal_app.entrance import UnknownHost, studio_of
from portal_app.off_loop import call

SVG = "image/svg+xml; charset=utf-8"


def routes() -> list[Route]:
    return [
        Route("/brand.css", _sheet),
        Route("/brand/logo", _logo),
        Route("/brand/icon", _icon),
        Route("/brand/scene", _scene),
    ]


def brand_sheet(studio: StudioCard, *, scene: str = "") -> str:
    """Six accent roles per mode, the studio's name for places drawn before any state arrives, its picture at the door."""
    light, dark = (_declared(roles(studio.accent, mode)) for mode in ("light", "dark"))
    name = "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in studio.name)
    return (
        f':root{{--studio-name:"{name}";{f"--studio-scene:url({scene});" if scene else ""}{light}}}\n'
        f"@media (prefers-color-scheme:dark){{:root:not(.light){{{dark}}}}}\n"
        f":root.dark{{{dark}}}\n"
    )


def mark_svg(studio: StudioCard) -> str:
    """The mark in the studio's accent, drawn for a light and a dark ground."""
    light, dark = roles(studio.accent, "light")["accent-ink"], roles(studio.accent, "dark")["accent-ink"]
    return drawn(
        26,
        f"<style>svg{{color:{light}}}@media(prefers-color-scheme:dark){{svg{{color:{dark}}}}}</style>" + strokes(studio.mark),
    )


def icon_svg(studio: StudioCard) -> str:
    """The mark on a filled square, for the browser's tab."""
    role = roles(studio.accent, "light")
    inner = strokes(studio.mark)
    return drawn(
        38,
        f'<rect width="38" height="38" rx="9" fill="{role["accent"]}" stroke="none"/>'
        f'<g transform="translate(6 6)" color="{role["on-accent"]}">{inner}</g>',
    )


def _declared(values: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in values.items())


async def _sheet(request: Request) -> Response:
    studio = await _studio(request)
    scene = "/brand/scene" if await call(_scene_file(studio).is_file) else ""
    return _answer(brand_sheet(studio, scene=scene), "text/css")


async def _logo(request: Request) -> Response:
    return _answer(mark_svg(await _studio(request)), SVG)


async def _icon(request: Request) -> Response:
    return _answer(icon_svg(await _studio(request)), SVG)


async def _scene(request: Request) -> Response:
    """The studio's picture at the door. Raises NotFound where it has hung up none: the app's own stands there then."""
    file = _scene_file(await _studio(request))
    if not await call(file.is_file):
        raise NotFound
    return FileResponse(file, media_type="image/jpeg", headers={"Cache-Control": "public, max-age=3600"})


def _scene_file(studio: StudioCard) -> Path:
    return wiring.current().settings.data_dir / "brand" / f"{studio.slug}.jpg"


async def _studio(request: Request) -> StudioCard:
    studio = await call(studio_of, request.headers.get("host", ""))
    if studio is None:
        raise UnknownHost
    return studio


def _answer(text: str, kind: str) -> Response:
    return Response(text, media_type=kind, headers={"Cache-Control": "public, max-age=60"})
