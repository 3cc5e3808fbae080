"""The front door of the production build over plain HTTP: hosts, origins, sizes, headers, closed doors, forms."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.proof("main-job-06"), pytest.mark.slow]

CARL = {"email": "carl@coastline.example", "password": "harbor-demo-1"}
PAGES = ["/login", "/sign-up", "/verify", "/reset", "/admin", "/admin/orders", "/admin/orders/1042"]
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "strict-origin-when-cross-origin",
}


@pytest.fixture
def http(portal: Portal):
    with httpx.Client(base_url=portal.url, follow_redirects=False, timeout=10) as client:
        yield client


@pytest.mark.parametrize("path", [*PAGES, "/brand.css", "/brand/logo", "/livez", "/api/nothing", "/foyer.css", "/nowhere"])
def test_every_answer_carries_the_security_headers(http, path):
    answer = http.get(path)
    for name, value in EVERYWHERE.items():
        assert answer.headers[name] == value, name
    policy = answer.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "permissions-policy" in answer.headers
    assert answer.headers["content-type"].endswith("; charset=utf-8")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("host", ["localhost", "harbor.localhost", "evil.example"])
def test_a_page_answers_200_without_a_redirect_built_from_the_host(http, portal, path, host):
    answer = http.get(path, headers={"Host": f"{host}:{portal.port}"})
    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert "evil.example" not in answer.text


@pytest.mark.proof("main-job-20")
def test_the_sign_in_form_is_in_the_html(http):
    page = http.get("/login").text
    assert re.search(r'<form[^>]*action="/api/sign-in"', page)
    assert 'name="password"' in page
    assert "/brand.css" in page
    assert '<html lang="en"' in page


def test_an_unknown_address_is_404_with_our_own_page(http):
    assert http.get("/no/such/page").status_code == 404


@pytest.mark.parametrize("path", ["/_upload", "/_upload/a.jpg", "/_all_routes", "/auth-codespace"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_frameworks_own_doors_are_closed(http, method, path):
    assert http.request(method, path).status_code == 404


@pytest.mark.proof("identity-11")
@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.env", "/requirements.txt", "/portal_app/settings.py", "/assets", "/assets/", "/../requirements.txt",
     "/%2e%2e/requirements.txt", "/assets/%2e%2e/%2e%2e/package.json", "/package.json", "/store/", "/portal.db"],
)  # fmt: skip
def test_nothing_of_the_source_is_served(http, path):
    answer = http.get(path)
    assert answer.status_code == 404
    assert not [word for word in ("[core]", "PORTAL_SECRET_KEY", "reflex==", "Index of", "SQLite format") if word in answer.text]


def test_built_files_are_kept_for_a_year_and_pages_are_not(http):
    page = http.get("/login")
    script = http.get(re.search(r'/assets/[^"]+\.js', page.text).group(0))
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert page.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_form_sent_from_another_site_is_refused(http, headers):
    answer = http.post("/api/sign-in", data=CARL, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_no_other_site_may_read_an_answer(http):
    answer = http.get("/login", headers={"Origin": "https://evil.example", "Cookie": "foyer=x"})
    assert "access-control-allow-origin" not in answer.headers
    preflight = http.options("/api/sign-in", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})
    assert "access-control-allow-origin" not in preflight.headers


def test_a_body_larger_than_a_form_is_refused_before_it_is_read(http):
    assert http.post("/api/sign-in", content=b"x" * 70_000).status_code == 413
    assert http.post("/api/sign-in", content=iter([b"x"])).status_code == 411


def test_signing_in_sets_a_cookie_no_script_reads_and_ends_in_a_new_page(http, portal):
    answer = http.post("/api/sign-in", data=CARL | {"next": "/orders"}, headers={"Origin": portal.url})
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("foyer=")
    for part in ("HttpOnly", "Path=/", "SameSite=lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(http, wanted):
    assert http.post("/api/sign-in", data=CARL | {"next": wanted}).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_address_read_the_same(http):
    wrong = http.post("/api/sign-in", data=CARL | {"password": "not this one"})
    unknown = http.post("/api/sign-in", data={"email": "carl@nowhere.example", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 303
    assert wrong.headers["location"] == unknown.headers["location"] == "/login"


def test_signing_out_ends_the_session_everywhere(http):
    http.post("/api/sign-in", data=CARL)
    kept = http.cookies["foyer"]
    out = http.post("/api/sign-out")
    assert out.headers["location"] == "/login"
    assert "foyer" not in http.cookies
    assert kept


def test_each_host_shows_its_own_brand(http, portal):
    sheets = {
        host: http.get("/brand.css", headers={"Host": f"{host}:{portal.port}"}).text
        for host in ("harbor.localhost", "bluebird.localhost")
    }
    assert "Harbor Light" in sheets["harbor.localhost"]
    assert "Bluebird" in sheets["bluebird.localhost"]
    logo = http.get("/brand/logo", headers={"Host": f"bluebird.localhost:{portal.port}"})
    assert logo.headers["content-type"].startswith("image/svg+xml")


def test_health_says_alive_and_ready(http):
    assert http.get("/livez").text == "alive"
    assert http.get("/readyz").json() == {"database": True, "disk": True}


def test_strange_requests_are_never_500(http):
    strange = [
        ("POST", "/api/sign-in", {}), ("POST", "/api/verify", {"code": "\x00"}), ("POST", "/api/reset", {"email": "a" * 250}),
        ("POST", "/api/reset/confirm", {"email": "x", "code": "9" * 300, "password": "\ud83d"[:0]}), ("GET", "/api/sign-in", {}),
        ("PUT", "/api/sign-in", {}), ("BREW", "/login", {}), ("POST", "/api/sign-up", {"email": "é@ü.example", "name": "\u202e"}),
    ]  # fmt: skip
    for method, path, data in strange:
        assert http.request(method, path, data=data or None).status_code < 500, (method, path)
