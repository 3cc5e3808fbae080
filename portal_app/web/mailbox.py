"""The demo's mailbox: every message that would have been mailed, newest first. Not there in production."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from portal_app import wiring

NAME = re.compile(r"[0-9a-f]{24}\.eml")
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
SHOWN = 200

PAGES = Environment(autoescape=True)
PAGES.filters["moment"] = lambda at: f"{at:%d %b, %H:%M:%S}"
PAGE = PAGES.from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>{{ title }}</title></head>
<body style="overflow-wrap:anywhere"><main>
{%- if mail %}
<p><a href="/mailbox">All messages</a></p>
<h1>{{ mail.subject }}</h1>
<p>To {{ mail.to }}<br>From {{ mail.sender }}<br>
<time datetime="{{ mail.at.isoformat() }}">{{ mail.at | moment }} UTC</time></p>
<pre style="white-space:pre-wrap">{{ text }}</pre>
{%- else %}
<h1>Mailbox</h1>
<p>This demo mails nobody: every message lands here, newest first.</p>
<ul>
{%- for mail in mails %}
<li><a href="/mailbox/{{ mail.name }}">{{ mail.subject }}</a><br>To {{ mail.to }}, {{ mail.at | moment }} UTC</li>
{%- else %}
<li>No messages yet. Sign up or place an order, and the first one appears.</li>
{%- endfor %}
</ul>
{%- endif %}
</main></body></html>
""")


@dataclass(frozen=True, slots=True)
class MailRow:
    """One message in the list. `name` is its file's."""

    name: str
    subject: str
    to: str
    sender: str
    at: datetime


def routes() -> list[Route]:
    """The list and one message."""
    return [Route("/mailbox", mailbox), Route("/mailbox/{name}", letter)]


def mailbox(request: Request) -> Response:
    """Every message, newest first."""
    if _is_closed():
        return _not_found()
    files = sorted(_folder().glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return _page("Mailbox", mails=[_row(path.name, _read(path)) for path in files[:SHOWN]])


def letter(request: Request) -> Response:
    """One message as plain text with its links."""
    name = request.path_params["name"]
    if _is_closed() or not NAME.fullmatch(name) or not (_folder() / name).is_file():
        return _not_found()
    message = _read(_folder() / name)
    row = _row(name, message)
    return _page(row.subject, mail=row, text=with_links(message.get_body(("plain",)).get_content()))


def with_links(text: str) -> Markup:
    """The text escaped, its addresses made into links."""
    pieces, at = [], 0
    for found in LINK.finditer(text):
        address = escape(found[0])
        pieces += [escape(text[at : found.start()]), Markup('<a href="{0}">{0}</a>').format(address)]
        at = found.end()
    return Markup("").join([*pieces, escape(text[at:])])


def _is_closed() -> bool:
    return wiring.current().settings.is_production


def _folder() -> Path:
    return wiring.current().settings.data_dir / "mailbox"


def _read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def _row(name: str, message: EmailMessage) -> MailRow:
    return MailRow(name, str(message["Subject"]), str(message["To"]), str(message["From"]), message["Date"].datetime)


def _page(title: str, **words: object) -> Response:
    page = PAGE.render({"title": title, "mail": None, "mails": [], **words})
    return HTMLResponse(page, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _not_found() -> Response:
    return PlainTextResponse("This page does not exist.", status_code=404)
