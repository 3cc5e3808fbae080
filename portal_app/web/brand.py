"""The studio's brand before first paint: colors, name and mark, by host."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.core.errors import NotFound
from portal_app.domain.studios.accent import roles
from portal_app.domain.studios.queries import StudioCard
from portal_app.entrance import UnknownHost, studio_of
from portal_app.off_loop import call

SVG = "image/svg+xml; charset=utf-8"
MARKS = {
    "lighthouse": (
        '<path d="M10.2 22l1-11h3.6l1 11M8 22h10M11 7.5h4"/><circle cx="13" cy="7.5" r="1.6" fill="currentColor"/>'
        '<path d="M8 6.6 2.5 4M8 8.4l-5.5 2.6M18 6.600 23.5 4M18 8.4l5.5 2.6"/>'
    ),
    "bluebird": (
        '<path d="M4 15.5c3.5 0 5-1.5 6.500-4.500C12 7.800 14 6 17 6c2.300 0 4 1.500 4.300 3.600L23.500 11l-2.400.8'
        'c-.6 5.200-4.200 8.700-9.600 8.700H6.500L9.800 17"/><path d="M9.500 15.500c2.500 0 4.500-1.200 5.500-3.500"/>'
        '<circle cx="17.600" cy="9.200" r=".9" fill="currentColor"/>'
    ),
}


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
    return _svg(
        26,
        f"<style>svg{{color:{light}}}@media(prefers-color-scheme:dark){{svg{{color:{dark}}}}}</style>"
        + MARKS.get(studio.mark, MARKS["lighthouse"]),
    )


def icon_svg(studio: StudioCard) -> str:
    """The mark on a filled square, for the browser's tab."""
    role = roles(studio.accent, "light")
    inner = MARKS.get(studio.mark, MARKS["lighthouse"])
    return _svg(
        38,
        f'<rect width="38" height="38" rx="9" fill="{role["accent"]}" stroke="none"/>'
        f'<g transform="translate(6 6)" color="{role["on-accent"]}">{inner}</g>',
    )


def _declared(values: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in values.items())


def _svg(size: int, inner: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" fill="none" stroke="currentColor" '
        f'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{inner}</svg>'
    )


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
