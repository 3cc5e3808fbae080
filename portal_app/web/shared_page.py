"""The page behind a customer's own link, drawn without scripts. Values in, HTML out.

It names the studio and the words its maker chose, and nobody: who has the address may be anybody.
"""

from __future__ import annotations

from html import escape

from portal_app.domain.delivery.shared import SharedPhoto, SharedView

LOOK = """
:root{color-scheme:light dark;--page:#f7f7f5;--raised:#fff;--ink:#17191b;--ink-2:#54585c;--line:#e2e2de;--well:#eeeeeb}
@media(prefers-color-scheme:dark){:root{--page:#131415;--raised:#242728;--ink:#f0f0ed;--ink-2:#a9adb0;--line:#2e3132;
--well:#202324}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1040px;margin:0 auto;padding:24px 20px 72px}
header{padding:16px 20px;border-bottom:1px solid var(--line);font-weight:600}
h1{font-size:28px;line-height:1.2;letter-spacing:-.018em;margin:0 0 8px;overflow-wrap:anywhere}
p{margin:0}
.quiet{color:var(--ink-2)}
.small{font-size:14px}
.get{display:flex;flex-wrap:wrap;gap:12px;margin:24px 0}
ul{list-style:none;margin:0;padding:0;display:grid;gap:20px 10px;grid-template-columns:repeat(2,minmax(0,1fr))}
@media(min-width:768px){ul{grid-template-columns:repeat(3,minmax(0,1fr))}}
li img{display:block;width:100%;height:auto;aspect-ratio:3/2;object-fit:cover;border-radius:4px;background:var(--well)}
li p{display:flex;flex-wrap:wrap;gap:0 8px;justify-content:space-between;padding:6px 0;overflow-wrap:anywhere}
button{font:inherit;font-weight:600;min-height:48px;padding:8px 20px;border-radius:8px;
border:1px solid var(--ink-2);background:transparent;color:inherit;cursor:pointer}
button.main{background:var(--accent,#17596a);color:var(--on-accent,#fff);border-color:transparent}
li button{width:100%}
.note{padding:16px;border-radius:12px;background:var(--well);margin:24px 0}
a{color:inherit}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:2px solid var(--accent-ink,#17596a);outline-offset:2px}
"""


def shared_page(studio: str, token: str, found: SharedView, once: str) -> str:
    """The photos, a button for each size of all of them, one below each. `once` tells a double press from two."""
    count = len(found.photos)
    photos = "1 photo" if count == 1 else f"{count:,} photos"
    title = found.label or f"{photos} for you"
    head = f'<h1>{escape(title)}</h1><p class="quiet">{photos}. {escape(_until(found))}</p>'
    many = "".join(_all(token, once, count, *size, is_first=not at) for at, size in enumerate(found.sizes))
    acts = "" if found.is_used_up or count < 2 else f'<div class="get">{many}</div>'
    tiles = "".join(_tile(token, once, photo, found) for photo in found.photos)
    return _framed(studio, title, f"{head}{_note(found)}{acts}<ul>{tiles}</ul>")


def refusal_page(studio: str, sentence: str, back: str) -> str:
    """What to do next, where a link or a download does not open."""
    way = f'<p><a href="{escape(back)}">Back to the photos</a></p>' if back else ""
    title = "This did not work" if back else "This link does not open"
    return _framed(studio, title, f'<h1>{title}</h1><p class="note">{escape(sentence)}</p>{way}')


def _until(found: SharedView) -> str:
    until = f"Good until {found.until_words}"
    if found.left is None or found.is_used_up:
        return f"{until}."
    return f"{until}, {found.left:,} {'download' if found.left == 1 else 'downloads'} left."


def _note(found: SharedView) -> str:
    words = ""
    if not found.photos:
        words = "None of these photos is there anymore. Ask whoever sent you this link for a new one."
    elif found.is_locked:
        words = "These photos cannot be downloaded yet. They open by themselves on this page; come back later."
    elif found.is_used_up:
        words = "All downloads of this link are used. Ask whoever sent it to you for a new one."
    return f'<p class="note" role="status">{words}</p>' if words else ""


def _all(token: str, once: str, count: int, size: str, called: str, weight: str, *, is_first: bool) -> str:
    look = ' class="main"' if is_first else ""
    words = f"Download all {count:,}: {called}, {weight}"
    return f'<form method="post" action="{_take(token, once, size)}"><button{look}>{escape(words)}</button></form>'


def _tile(token: str, once: str, photo: SharedPhoto, found: SharedView) -> str:
    name, alt = escape(photo.name), escape(photo.alt)
    picture = f'<img src="/s/{escape(token)}/photo/{photo.public_id}" alt="{alt}" width="480" height="320" loading="lazy">'
    said = f'<p class="small"><span>{name}</span><span class="quiet">{escape(photo.size_words)}</span></p>'
    said += f'<p class="small">{escape(photo.note)}</p>' if photo.note else ""
    if not found.sizes or found.is_used_up:
        return f"<li>{picture}{said}</li>"
    press = f'<button>Download<span class="hide"> {name}</span></button>'
    form = f'<form method="post" action="{_take(token, once, found.sizes[0][0])}&amp;photo={photo.public_id}">{press}</form>'
    return f"<li>{picture}{said}{form}</li>"


def _take(token: str, once: str, size: str) -> str:
    return f"/s/{escape(token)}/take?once={once}&amp;size={size}"


def _framed(studio: str, title: str, inner: str) -> str:
    name = escape(studio)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta name="robots" content="noindex"><title>{escape(title)} · {name}</title><link rel="icon" href="/brand/icon">'
        f'<style>{LOOK}</style><link rel="stylesheet" href="/brand.css"></head>'
        f"<body><header>{name}</header><main>{inner}</main></body></html>"
    )
