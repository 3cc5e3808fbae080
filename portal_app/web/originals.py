"""The public page of a listing's altered photos beside their originals, and the square code that leads to it from paper.

No script, no cookie, nobody's name but the studio's; search engines are told to leave it alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial

import segno
from jinja2 import Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from portal_app import wiring
from portal_app.domain.delivery.archive import CHUNK, exactly
from portal_app.domain.delivery.files import ServedFile
from portal_app.domain.delivery.originals import originals_page, originals_picture
from portal_app.domain.studios.queries import StudioCard
from portal_app.entrance import UnknownHost, studio_of
from portal_app.off_loop import ask, call
from portal_app.web.downloads import ASK_AGAIN, LOCKED, SAFE
from portal_app.web.ranges import Content, disposition, respond

QUIET = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
PRINTED_PIXELS = 12  # per square of the code: about 5 cm at 300 dots per inch

PAGES = Environment(autoescape=True, undefined=StrictUndefined)
PAGE = PAGES.from_string("""
{%- macro picture(shown, alt, is_first) -%}
<img src="{{ at }}/{{ shown.asset }}?v={{ shown.version }}" width="{{ shown.width }}" height="{{ shown.height }}"
 alt="{{ alt }}" loading="{{ 'eager' if is_first else 'lazy' }}">
{%- endmacro -%}
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>Original photos: {{ page.street }}</title>
<link rel="stylesheet" href="/brand.css"><link rel="icon" type="image/svg+xml" href="/brand/icon">
<style>
:root{color-scheme:light dark;--page:#f7f7f5;--ink:#17191b;--ink-2:#54585c;--line:#e2e2de;--well:#eeeeeb}
@media (prefers-color-scheme:dark){:root{--page:#131415;--ink:#f0f0ed;--ink-2:#a9adb0;--line:#2e3132;--well:#202324}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);overflow-wrap:break-word;
font:400 1rem/1.5rem system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif}
main,footer{max-width:1120px;margin:0 auto;padding:32px 16px}
h1{font-size:1.75rem;line-height:2.125rem;letter-spacing:-.018em;margin:4px 0 12px;text-wrap:balance}
h2{font-size:1.25rem;line-height:1.75rem;letter-spacing:-.01em;margin:0}
p,figure{margin:0}.quiet{color:var(--ink-2)}.lead{max-width:44rem}
section{border-top:1px solid var(--line);margin-top:32px;padding-top:24px}
.pair{display:grid;gap:20px 16px;margin-top:16px}
@media (min-width:640px),print{.pair{grid-template-columns:1fr 1fr}}
img,.none{display:block;width:100%;height:auto;border-radius:4px;background:var(--well)}
.none{aspect-ratio:3/2;display:grid;place-items:center;padding:16px;text-align:center}
figcaption{padding-top:8px;font-size:.875rem;line-height:1.25rem}
footer{border-top:1px solid var(--line);display:flex;gap:20px;align-items:center;font-size:.875rem;line-height:1.25rem}
footer p{min-width:0;overflow-wrap:anywhere}footer img{width:112px;flex:none;background:#fff}
@media print{section{break-inside:avoid}}
</style></head>
<body><main>
<p class="quiet">{{ studio.name }}</p>
<h1>{{ page.street }}<br>{{ page.town }}</h1>
{%- if not page.is_open %}
<p class="lead">The photos of this property are not published yet. Their originals stand here as soon as they are.</p>
{%- elif not page.pairs %}
<p class="lead">None of the published photos of this property is altered.</p>
{%- else %}
<p class="lead">{{ page.pairs | length }} of the photos of this property
{{ "is" if page.pairs | length == 1 else "are" }} digitally altered. Each stands here beside the photo as it was taken.</p>
{%- endif %}
{%- for pair in page.pairs %}
<section aria-labelledby="photo-{{ pair.number }}">
<h2 id="photo-{{ pair.number }}">Photo {{ pair.number }}</h2>
<div class="pair">
<figure>
{%- if pair.original %}
{{ picture(pair.original, "Photo %s, original" % pair.number, loop.first) }}
<figcaption><b>Original</b>, as it was photographed</figcaption>
{%- else %}
<p class="none quiet">The original is not here yet.</p>
{%- endif %}
</figure>
<figure>
{%- if pair.altered %}
{{ picture(pair.altered, "Photo %s, altered" % pair.number, loop.first) }}
{%- else %}
<p class="none quiet">This photo is being made.</p>
{%- endif %}
<figcaption><b>Altered:</b> {{ pair.words }}</figcaption>
</figure>
</div></section>
{%- endfor %}
</main>
<footer><img src="{{ at }}/qr.svg" width="112" height="112" alt="Square code with the address of this page">
<p>Photographs by {{ studio.name }}.<br><span class="quiet">{{ address }}</span></p></footer>
</body></html>
""")


def routes() -> list[Route]:
    """The page, its code in two forms, its pictures."""
    return [
        Route("/originals/{originals}", page, methods=["GET"]),
        Route("/originals/{originals}/qr.svg", code_svg, methods=["GET"]),
        Route("/originals/{originals}/qr.png", code_png, methods=["GET"]),
        Route("/originals/{originals}/{asset}", picture, methods=["GET"]),
    ]


async def page(request: Request) -> Response:
    """The pairs side by side, for everybody."""
    studio, public_id = await _asked(request)
    found = await ask(originals_page, studio.id, public_id)
    words = {"studio": studio, "page": found, "at": f"/originals/{public_id}", "address": _address(studio, public_id)}
    return HTMLResponse(PAGE.render(words), headers={**QUIET, "cache-control": "no-cache"})


async def picture(request: Request) -> Response:
    """One of its pictures."""
    studio, public_id = await _asked(request)
    found: ServedFile = await ask(originals_picture, studio.id, public_id, request.path_params["asset"])
    named = {
        "content-disposition": disposition("inline", found.name),
        "cache-control": LOCKED if found.is_locked else ASK_AGAIN,
    }
    content = Content(found.size, f'"{found.sha256}"', found.media_type, partial(_stored, found), {**SAFE, **QUIET, **named})
    return respond(request, content)


async def code_svg(request: Request) -> Response:
    """The code for a screen, or for whoever sets a flyer."""
    return await _code(request, "svg", "image/svg+xml")


async def code_png(request: Request) -> Response:
    """The code for paper."""
    return await _code(request, "png", "image/png")


async def _code(request: Request, form: str, media_type: str) -> Response:
    studio, public_id = await _asked(request)
    await ask(originals_page, studio.id, public_id)
    made = io.BytesIO()
    segno.make(_address(studio, public_id), error="m", micro=False).save(
        made, kind=form, scale=PRINTED_PIXELS, border=4, dark="#000", light="#fff"
    )
    named = disposition("attachment" if request.query_params.get("download") == "1" else "inline", f"originals.{form}")
    return Response(made.getvalue(), 200, {**SAFE, **QUIET, "cache-control": ASK_AGAIN, "content-disposition": named}, media_type)


async def _asked(request: Request) -> tuple[StudioCard, str]:
    studio = await call(studio_of, request.headers.get("host", ""))
    if studio is None:
        raise UnknownHost
    return studio, request.path_params["originals"]


def _address(studio: StudioCard, public_id: str) -> str:
    return f"{studio.address}/originals/{public_id}"


def _stored(found: ServedFile, start: int, stop: int) -> Iterator[bytes]:
    return exactly(wiring.current().store.read(found.sha256, start, stop - start, CHUNK), stop - start)
