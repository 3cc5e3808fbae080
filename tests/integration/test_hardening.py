"""The front door in production: hosts, origins, names of cookies; brand and forms by host, on both databases."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlmodel import select
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from portal_app import entrance, wiring
from portal_app.core.errors import Unavailable
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.studios.models import StudioHost
from portal_app.settings import read_settings
from portal_app.web import policy
from portal_app.web.api import make_api
from portal_app.web.hardening import Hardening
from portal_app.web.sign_in import routes as sign_in_routes

pytestmark = pytest.mark.proof("main-job-06")

WORDS = "three quiet lighthouses"
HARBOR = "portal.harbor.example"


@pytest.fixture
def open_house(database, cast, tmp_path: Path):
    """Give an HTTP client before a small app behind our front door, in demo or production."""
    with database.unit_of_work() as db:
        db.add(StudioHost(studio_id=cast.harbor, host=HARBOR, address=f"https://{HARBOR}"))
        db.add(StudioHost(studio_id=cast.harbor, host="old.harbor.example", address=f"https://{HARBOR}", redirects=True))
        db.get(Account, cast.carl.account_id).password_hash = hash_password(WORDS)
    demo = read_settings({"PORTAL_DATA_DIR": str(tmp_path)})
    live = replace(demo, env="production", public_url=f"https://{HARBOR}", default_studio="", allowed_origins=())
    pool = ThreadPoolExecutor(2)

    async def echo(request):
        return PlainTextResponse(f"{request.method} {request.url.path}")

    app = Starlette(routes=[*sign_in_routes(), Route("/{path:path}", echo, methods=["GET", "POST", "PATCH"])])

    def client(*, production: bool) -> httpx.Client:
        entrance.forget_studios()
        wiring.use(wiring.Wiring(live if production else demo, database, None, None, None, pool))
        door = Hardening(app, build=tmp_path, pages=["/login", "/"])
        return _Client(door, f"https://{HARBOR}" if production else "http://localhost:3000")

    yield client
    wiring.use(None)
    entrance.forget_studios()
    pool.shutdown()


class _Client:
    """httpx straight into the app, without a server."""

    def __init__(self, app, base_url: str) -> None:
        self.app, self.base_url = app, base_url

    def __call__(self, method: str, path: str, **options) -> httpx.Response:
        async def ask():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self.base_url) as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())


@pytest.mark.parametrize("host", ["evil.example", "harbor.example", "localhost.harbor.example", "", f"{HARBOR}.evil.example"])
def test_in_production_a_host_that_is_nobodys_is_421(open_house, host):
    ask = open_house(production=True)
    assert ask("GET", "/login", headers={"Host": host}).status_code == 421
    assert ask("GET", "/livez", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", [HARBOR, HARBOR.upper(), f"{HARBOR}:443", f"{HARBOR}."])
def test_a_studios_host_answers_however_it_is_written(open_house, host):
    assert open_house(production=True)("GET", "/login", headers={"Host": host}).text == "GET /login/"


def test_an_old_host_leads_to_the_configured_address(open_house):
    moved = open_house(production=True)("GET", "/orders/1042", headers={"Host": "old.harbor.example"})
    assert (moved.status_code, moved.headers["location"]) == (308, f"https://{HARBOR}/orders/1042")


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        ("/orders?status=pending&search=12+Ocean", "/orders?status=pending&search=12+Ocean"),
        ("/a%0d%0aSet-Cookie:%20x=1", "/a%0D%0ASet-Cookie%3A%20x%3D1"),
        ("//evil.example", "//evil.example"),
    ],
)
def test_what_was_asked_for_at_the_old_host_stays_inside_its_line(open_house, path, onward):
    moved = open_house(production=True)("GET", f"https://old.harbor.example{path}", headers={"Host": "old.harbor.example"})
    assert moved.headers["location"] == f"https://{HARBOR}{onward}"


def test_outside_production_any_host_shows_the_default_studio(open_house):
    assert open_house(production=False)("GET", "/login", headers={"Host": "192.168.1.20:3000"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": f"https://{HARBOR}"}, 200),
        ({"Origin": f"https://{HARBOR}", "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
        ({"Origin": f"http://{HARBOR}"}, 403),
        ({"Origin": f"https://{HARBOR}:8443"}, 403),
        ({"Origin": "https://other.harbor.example"}, 403),
        ({"Origin": f"https://{HARBOR}.evil.example"}, 403),
        ({"Origin": f"https://{HARBOR}@evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://[bad"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": f"https://{HARBOR}"}, 403),
    ],
    ids=str,
)
def test_a_change_comes_from_our_own_page(open_house, headers, status):
    assert open_house(production=True)("POST", "/anything", headers=headers).status_code == status


def test_a_webhook_is_judged_by_its_signature_not_by_its_origin(open_house):
    assert open_house(production=True)("POST", "/webhooks/stripe/x", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/sign-in", 65_537, 413),
        ("/webhooks/stripe/x", 1 << 19, 200),
        ("/webhooks/stripe/x", (1 << 20) + 1, 413),
        ("/api/uploads/x", 16 << 20, 200),
    ],
)
def test_a_body_is_as_large_as_its_route_needs(open_house, path, size, status):
    method = "PATCH" if "uploads" in path else "POST"
    assert open_house(production=True)(method, path, content=b"x" * size).status_code == status


def test_on_https_cookies_are_bound_to_the_host_and_the_connection(open_house):
    signed_in = open_house(production=True)("POST", "/api/sign-in", data={"email": "carl@coastline.example", "password": WORDS})
    cookie = next(value for value in signed_in.headers.get_list("set-cookie") if value.startswith("__Host-foyer="))
    assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"))
    assert "Domain" not in cookie
    assert "strict-transport-security" in signed_in.headers


def test_only_scripts_of_the_build_run(tmp_path):
    (tmp_path / "login").mkdir()
    (tmp_path / "login" / "index.html").write_text(
        '<script>one()</script><script src="/a.js"></script><script type="module">two()</script>'
    )
    hashes = policy.script_hashes(tmp_path)
    assert len(hashes) == 2
    assert "unsafe" not in policy.content_policy(hashes).partition("script-src")[2].partition(";")[0]


def signed_in_cookie(answer: httpx.Response) -> str:
    return next(value for value in answer.headers.get_list("set-cookie") if value.startswith("foyer=")).partition(";")[0]


@pytest.mark.parametrize("strange", ['seen={"a":[1]}', "a b=1", "x[]=1", "caf\u00e9=1", "=", ";;"], ids=str)
def test_a_strange_cookie_of_somebody_else_signs_nobody_out(open_house, cast, strange):
    ask = open_house(production=False)
    mine = signed_in_cookie(ask("POST", "/api/sign-in", data={"email": "carl@coastline.example", "password": WORDS}))
    arrival = entrance.who_is("localhost:3000", f"{strange}; {mine}; z=1")
    assert arrival.viewer.account_id == cast.carl.account_id


def test_signing_in_again_ends_the_session_this_browser_had(open_house):
    ask = open_house(production=False)
    words = {"email": "carl@coastline.example", "password": WORDS}
    first = signed_in_cookie(ask("POST", "/api/sign-in", data=words))
    second = signed_in_cookie(ask("POST", "/api/sign-in", data=words, headers={"Cookie": first}))
    assert entrance.who_is("localhost:3000", first).viewer is None
    assert entrance.who_is("localhost:3000", second).viewer is not None


@pytest.mark.parametrize("name", ["Nina\r\nBcc: all@evil.example", "Nina\x00", "\u202eaniN \x07Ortega"], ids=repr)
def test_a_typed_name_is_one_line_without_control_characters(open_house, database, name):
    typed = {"name": name, "email": "nina@coastline.example", "password": WORDS}
    assert open_house(production=False)("POST", "/api/sign-up", data=typed).headers["location"] == "/verify"
    with database.reading() as db:
        kept = db.exec(select(Account.name).where(Account.email_key == "nina@coastline.example")).one()
    assert kept.isprintable()
    assert kept.startswith(("Nina", "aniN"))


def test_a_form_with_too_many_fields_is_refused_in_words(open_house):
    answer = open_house(production=False)("POST", "/api/sign-in", data={f"f{n}": "x" for n in range(30)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize(
    "fault",
    [OperationalError("SELECT 1", {}, Exception("database is locked")), NoConnection("QueuePool limit")],
    ids=["locked", "no connection"],
)
def test_a_database_that_does_not_answer_is_503_and_worth_trying_again(monkeypatch, fault):
    def fail(host):
        raise fault

    monkeypatch.setattr("portal_app.web.brand.studio_of", fail)
    with ThreadPoolExecutor(1) as pool:
        wiring.use(wiring.Wiring(read_settings({}), None, None, None, None, pool))
        answer = _Client(make_api(), "http://localhost:3000")("GET", "/brand.css")
        wiring.use(None)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.text == Unavailable.sentence
