"""A table of hostile values for each hazard of the web, tried on every route there is."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urljoin, urlsplit

import pytest
from sqlmodel import select
from starlette.routing import Route

from portal_app.core.clock import utc_now
from portal_app.core.journal import Lines
from portal_app.domain.activity.models import Fact, Work
from portal_app.domain.customers import entering, joining
from portal_app.domain.notifications.models import Mail
from portal_app.domain.studios.models import Studio
from portal_app.jobs.reactions import REACTIONS
from portal_app.ui.routes import ROUTES
from portal_app.web import forms
from portal_app.web.api import make_api
from tests.integration.matrix.arguments import AskedForm, addresses, fillings, sent
from tests.integration.matrix.conftest import House
from tests.integration.matrix.desk import Heard, run
from tests.integration.matrix.matrix import _typing, methods
from tests.integration.matrix.rows import PASSWORD, token_of
from tests.integration.matrix.world import Person, Things

pytestmark = pytest.mark.proof("identity-10")

ROUTES_OF_OURS = [route for route in make_api().routes if isinstance(route, Route)]
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
FORGED = "evil.example"

AWAY = [
    f"https://{FORGED}", f"http://{FORGED}/orders", f"//{FORGED}", f"///{FORGED}", f"////{FORGED}/x", f"/\\{FORGED}", f"\\\\{FORGED}",
    f"\\/{FORGED}", f"/\\/{FORGED}", f"/\t/{FORGED}", f"\t//{FORGED}", f"/\n/{FORGED}", f" //{FORGED}", f"/%2f%2f{FORGED}",
    f"/%5c{FORGED}", f"/%09/{FORGED}", f"/.//{FORGED}", f"/..//{FORGED}", f"/orders/..//{FORGED}", f"/;@{FORGED}", f"/@{FORGED}",
    f"https:{FORGED}", f"https:/{FORGED}", f"https:///{FORGED}", f"HTTPS://{FORGED}", f"//localhost@{FORGED}",
    f"//localhost.{FORGED}", f"https://localhost:1@{FORGED}/", f"//{FORGED}%00.localhost", f"/\u2028/{FORGED}", "//ｅvil.example",
    f"//[::1]/{FORGED}", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x",
    "blob:https://localhost/x", f"/orders\r\nLocation: https://{FORGED}", f"/orders%0d%0aLocation:%20https://{FORGED}",
    "/orders\r\nSet-Cookie: a=b", f"/orders?next=//{FORGED}", f"/orders#//{FORGED}", f"ftp://{FORGED}", f"//0x7f.1/{FORGED}",
]  # fmt: skip

FROM_ELSEWHERE = [
    {"origin": f"https://{FORGED}"},
    {"origin": "null"},
    {"origin": "http://localhost"},
    {"origin": "https://localhost:8443"},
    {"origin": f"https://localhost.{FORGED}"},
    {"origin": f"https://{FORGED}/localhost"},
    {"origin": "https://bluebird.localhost"},
    {"origin": "file://"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "https://localhost"},
    {"sec-fetch-site": "odd"},
    {"origin": f"https://{FORGED}", "content-type": "text/plain"},
    {"origin": f"https://{FORGED}", "content-type": "multipart/form-data; boundary=x"},
    {"origin": f"https://{FORGED}", "content-type": ""},
]

HOSTS = [
    {"x-forwarded-host": FORGED},
    {"x-forwarded-host": f"localhost, {FORGED}", "x-forwarded-proto": "http", "x-forwarded-port": "8443"},
    {"x-forwarded-server": FORGED, "x-host": FORGED, "x-original-host": FORGED, "x-http-host-override": FORGED},
    {"forwarded": f"for=1.1.1.1;host={FORGED};proto=http"},
    {"x-original-url": f"https://{FORGED}/", "x-rewrite-url": f"//{FORGED}/"},
    {"origin": "https://localhost", "referer": f"https://{FORGED}/"},
    {"host": f"localhost:{6666}"},
    {"host": "LOCALHOST."},
]
HOSTS_OF_NOBODY = [
    FORGED,
    f"localhost.{FORGED}",
    f"localhost@{FORGED}",
    f"{FORGED}:443",
    "localhost,evil",
    "",
    "[::1]",
]

BREAKING = [
    "one\ntwo", "one\r\ntwo", "one\rtwo", "one\x1b[31mred", "one\x1b]0;title\x07", "one\u2028two", "one\u2029two", "one\x85two", "one\x0btwo",
    "one\x0ctwo", "one\x00two", "one\x08two", "one\u202etwo", "one\u200btwo", '{"level": "forged"}', "%0d%0aforged", "$" + "{jndi:ldap://x}",
]  # fmt: skip


async def ask(house: House, person: Person, method: str, route: Route, things: Things, form: AskedForm, **more: Any) -> Heard:
    """One route by one person, its form filled as it asks."""
    path = next(addresses(route.path, things, full=False))
    request = sent(method, route.path, things)
    request["headers"] = request.get("headers", {}) | more.pop("headers", {})
    with patch.object(forms, "_typed", _typing(form)):
        return await house.desk.request(person, method, more.pop("path", path), **request | more)


def leads(heard: Heard) -> Iterator[str]:
    """Where an answer sends the browser."""
    yield from re.findall(r"^(?:location|refresh): (.*)$", heard.text, re.MULTILINE)
    yield from re.findall(r'"(?:to|path)": ?"([^"]*)"', heard.text)


def stays(wanted: str) -> bool:
    """Whether a browser on our page stays on our host."""
    there = urlsplit(urljoin("https://localhost/login", wanted.replace("\\", "/")))
    return (there.scheme, there.netloc) == ("https", "localhost") and not any(ord(letter) < 33 for letter in wanted)


def test_no_redirect_leaves_the_house(one_house: House, full: bool) -> None:
    """Every hostile value in every field of every form; where a field says where to go, all of them."""
    world, tried = one_house.world, 0

    async def story() -> list[str]:
        nonlocal tried
        wrong = []
        for route in ROUTES_OF_OURS:
            for method in sorted(route.methods or ()):
                for name in ("nobody", "carl"):
                    person, things = world.people[name], world.things["carl"]
                    probe = AskedForm(route.path, things)
                    with one_house.database.question():
                        await ask(one_house, person, method, route, things, probe)
                    for field in sorted(probe.asked | {"?next"}):
                        values = AWAY if full or field in {"next", "return_to", "onward"} else AWAY[::30]
                        for value in values if name == "carl" or full else values[:1]:
                            form = AskedForm(route.path, things, {field: value})
                            path = next(addresses(route.path, things, full=False))
                            more = {"path": f"{path}?next={quote(value)}"} if field == "?next" else {}
                            with one_house.database.question():
                                heard = await ask(one_house, person, method, route, things, form, **more)
                            tried += 1
                            wrong += [
                                f"{name} {method} {route.path} {field}={value!r} → {to}" for to in leads(heard) if not stays(to)
                            ]
        return wrong

    wrong = run(story())
    assert not wrong, wrong[:10]
    assert tried > 30 * 5


def test_no_page_leaves_the_house(one_house: House) -> None:
    """Pages read `next` too, and what a client says of its own address."""

    async def story() -> list[str]:
        wrong = []
        for row in (row for row in ROUTES if row.callers.anyone):
            for value in AWAY:
                with one_house.database.question():
                    path = next(addresses(row.path, one_house.world.things["carl"], full=False))
                    for asked in (f"{path}?next={quote(value)}", value):
                        heard = await one_house.desk.page(one_house.world.people["nobody"], asked, row.path)
                        found = re.findall(r'"onward_rx_state_": "((?:[^"\\]|\\.)*)"', heard.text)
                        sent_to = [lead for went in heard.went for lead in re.findall(r'"path": "([^"]*)"', went)]
                        wrong += [f"{row.path} {asked!r} → {to!r}" for to in found + sent_to if not stays(to)]
                one_house.desk.close()
        return wrong

    assert not run(story())


def test_nothing_changes_for_a_page_of_another_site(one_house: House) -> None:
    """Every route that changes anything, with a signed-in person's cookie, from somewhere else."""
    asked = 0

    async def story() -> list[str]:
        nonlocal asked
        wrong = []
        for route in ROUTES_OF_OURS:
            if route.path.startswith("/webhooks/"):
                continue
            for method in sorted((route.methods or set()) & CHANGING):
                for headers in FROM_ELSEWHERE:
                    for name in ("carl", "olive"):
                        person, things = one_house.world.people[name], one_house.world.things["carl"]
                        with one_house.database.question():
                            heard = await ask(
                                one_house, person, method, route, things, AskedForm(route.path, things), headers=headers
                            )
                            asked += 1
                            if heard.status != 403 or one_house.database.changes():
                                wrong.append(
                                    f"{name} {method} {route.path} {headers}: {heard.status} {list(one_house.database.changes())}"
                                )
        return wrong

    wrong = run(story())
    assert not wrong, wrong[:10]
    assert asked >= len(FROM_ELSEWHERE) * 20


def test_looking_changes_nothing_but_what_is_noted(one_house: House) -> None:
    """A picture or a link on another site makes a browser GET with its cookies: nothing may come of it."""

    async def story() -> list[str]:
        wrong = []
        for route in ROUTES_OF_OURS:
            for method in sorted((route.methods or set()) - CHANGING):
                for name in ("carl", "olive", "link"):
                    things = one_house.world.things["guest" if name == "link" else "carl"]
                    with one_house.database.question():
                        await ask(one_house, one_house.world.people[name], method, route, things, AskedForm(route.path, things))
                        if changed := one_house.database.changes().keys() - {"fact", "work", "attempt", "download"}:
                            wrong.append(f"{name} {method} {route.path}: {sorted(changed)}")
        return wrong

    assert not run(story())


def mailed(house: House, since: int) -> list[Mail]:
    """What the worker would write for what just happened."""
    with house.database.unit_of_work() as db:
        known = {row["id"] for row in house.database._known["mail"].values()}
        for work in db.exec(select(Work).where(Work.kind.in_([joining.ANSWER_RESET, entering.ANSWER_ENTER]))).all():
            answer = joining.answer_reset if work.kind == joining.ANSWER_RESET else entering.answer_link
            answer(db, work.payload["studio_id"], work.payload["email_key"], now=utc_now())
        for fact in db.exec(select(Fact).where(Fact.id > since).order_by(Fact.id)).all():
            for reaction in REACTIONS.get(fact.kind, ()):
                reaction(db, fact, now=utc_now())
        return [mail for mail in db.exec(select(Mail)).all() if mail.id not in known]


def strange_links(house: House, mails: list[Mail]) -> list[str]:
    """Links in these mails that do not begin with their studio's own address."""
    found = []
    with house.database.reading() as db:
        for mail in mails:
            address = db.get_one(Studio, mail.studio_id).address
            links = re.findall(r"https?://[^\s\"'<>)]+", f"{mail.text}\n{mail.html}")
            found += [f"{mail.kind}: {link}" for link in links if not (link + "/").startswith(f"{address}/")]
            if FORGED in f"{mail.subject}{mail.text}{mail.html}":
                found.append(f"{mail.kind} names {FORGED}")
    return found


def test_links_in_mails_and_redirects_are_the_studios_address_whatever_the_headers_say(one_house: House) -> None:
    """Every form, with every forged header; whatever is mailed then is read."""
    world, kinds = one_house.world, set()
    newest = max(row["id"] for row in one_house.database._known["fact"].values())

    async def story() -> list[str]:
        wrong = []
        for route in (route for route in ROUTES_OF_OURS if "POST" in (route.methods or ())):
            for headers in HOSTS:
                for name in ("nobody", "carl"):
                    things = world.things["carl"]
                    form = AskedForm(route.path, things)
                    with one_house.database.question():
                        heard = await ask(one_house, world.people[name], "POST", route, things, form, headers=headers)
                        mails = mailed(one_house, newest)
                        kinds.update(f"{route.path} {mail.kind}" for mail in mails)
                        wrong += strange_links(one_house, mails)
                    wrong += [f"{route.path} {headers} → {to}" for to in leads(heard) if not stays(to)]
        return wrong

    wrong = run(story())
    assert not wrong, wrong[:10]
    assert {kind.partition(" ")[0] for kind in kinds} >= {"/api/sign-up", "/api/reset", "/api/enter", "/api/account/email"}


def test_what_screens_cause_to_be_mailed_links_to_the_studios_address(one_house: House) -> None:
    """Every event method of a customer who leads a team and of the owner: orders, deliveries, invitations."""
    world, kinds = one_house.world, set()
    newest = max(row["id"] for row in one_house.database._known["fact"].values())

    async def story() -> list[str]:
        wrong = []
        for name, owner in (("tara", "tess"), ("olive", "carl")):
            person, things = world.people[name], replace(world.things[owner], number=world.things[owner].pending)
            for method in methods():
                row = method.rows[0]
                path = next(addresses(row.path, things, full=False))
                with one_house.database.question():
                    await one_house.desk.page(person, path, row.path, headers=[(b"x-forwarded-host", FORGED.encode())])
                    for payload in fillings(method.registered.handler.fn, things, full=False):
                        await one_house.desk.event(method.full_name, payload, path, row.path)
                    mails = mailed(one_house, newest)
                    kinds.update(mail.kind for mail in mails)
                    wrong += strange_links(one_house, mails)
                one_house.desk.close()
        return wrong

    wrong = run(story())
    assert not wrong, wrong[:10]
    assert len(kinds) >= 2, kinds


def test_a_host_of_nobody_is_refused_before_anything(one_house: House) -> None:
    async def story() -> list[str]:
        wrong = []
        for route in ROUTES_OF_OURS:
            if route.path in {"/livez", "/readyz"} or route.path.startswith("/webhooks/"):
                continue
            for host in HOSTS_OF_NOBODY:
                method, things = sorted(route.methods or ())[0], one_house.world.things["carl"]
                with one_house.database.question():
                    heard = await ask(
                        one_house, one_house.world.people["carl"], method, route, things, AskedForm(route.path, things), headers={"host": host}
                    )  # fmt: skip
                    if heard.status != 421 or one_house.database.changes():
                        wrong.append(f"{method} {route.path} on {host!r}: {heard.status}")
        return wrong

    assert not run(story())


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """Everything that any logger says, as the log's own lines."""
    kept = io.StringIO()
    ear = logging.StreamHandler(kept)
    ear.setFormatter(Lines())
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in ("portal_app", "foyer", "reflex", "httpx"))]
    before = [(one, one.level) for one in loggers]
    for one in loggers:
        one.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the test's own client
    logging.getLogger().addHandler(ear)
    try:
        yield kept
    finally:
        logging.getLogger().removeHandler(ear)
        for one, level in before:
            one.setLevel(level)


def test_no_stranger_breaks_a_line_of_the_log(one_house: House, full: bool) -> None:
    """Hostile text in every field, header and address that might be logged: each line is whole, and plain ASCII."""
    world = one_house.world

    async def story() -> None:
        for index, value in enumerate(BREAKING):
            plain = value.translate({10: None, 13: None, 0: None}).encode()
            headers = dict.fromkeys(("user-agent", "referer", "x-forwarded-for", "x-request-id"), plain)
            for route in ROUTES_OF_OURS[:: 1 if full else 2] if index % 2 else ROUTES_OF_OURS[1 :: 1 if full else 2]:
                things = world.things["carl"]
                probe = AskedForm(route.path, things)
                method = sorted(route.methods or ())[-1]
                with one_house.database.question():
                    await ask(one_house, world.people["carl"], method, route, things, probe, headers=headers)
                form = AskedForm(route.path, things, dict.fromkeys(probe.asked, value))
                path = f"{next(addresses(route.path, things, full=False))}?q={quote(value)}"
                with one_house.database.question():
                    await ask(one_house, world.people["carl"], method, route, things, form, headers=headers, path=path)
            with one_house.database.question():
                await one_house.desk.page(world.people["carl"], "/orders/1", "/orders/[number]")
                name = "reflex___state____state.reflex___state____frontend_event_exception_state.handle_frontend_exception"
                await one_house.desk.event(name, {"info": value, "component_stack": value}, "/orders/1", "/orders/[number]")
                await one_house.desk.event(f"reflex___state____state.{value}", {value: value}, "/orders/1", "/orders/[number]")
                one_house.desk.close()

    with listening() as kept:
        run(story())
    lines = kept.getvalue().splitlines()
    assert lines
    assert all(line.startswith('{"at":') and line.endswith("}") and line.isascii() and line.isprintable() for line in lines)


def test_no_secret_is_ever_logged(one_house: House) -> None:
    """All flows of everybody, with a listener on every logger: no password, code, token, cookie, address or query."""
    world = one_house.world
    secrets = [PASSWORD, "another set of words", "481516", "query-canary", "@x.example", "argon2"]
    secrets += [token_of(name) for name in ("carl", "olive", "waiting", "ended", "sue")]
    secrets += [world.things["carl"].link_token, world.things["guest"].link_token, world.things["carl"].invitation_token]

    async def story() -> None:
        for name in ("nobody", "carl", "olive", "waiting", "set_up", "sue", "link"):
            person, things = world.people[name], world.things["guest" if name == "link" else "carl"]
            for route in ROUTES_OF_OURS:
                for method in sorted(route.methods or ()):
                    form = AskedForm(route.path, things, {"code": "481516"})
                    path = f"{next(addresses(route.path, things, full=False))}?token=query-canary&q=query-canary"
                    with one_house.database.question():
                        await ask(one_house, person, method, route, things, form, path=path)
            for row in ROUTES:
                path = next(addresses(row.path, things, full=False))
                with one_house.database.question():
                    await one_house.desk.page(person, f"{path}?next=query-canary", row.path)
                one_house.desk.close()

    with listening() as kept:
        run(story())
    said = kept.getvalue()
    assert said
    assert not [secret for secret in secrets if secret in said], said[:2000]
