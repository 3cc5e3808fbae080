"""A redirect after sign-in stays on this host, whatever was asked for."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.paths import safe_next

HOSTILE = [
    "https://evil.example", "http://evil.example/orders", "//evil.example", "///evil.example", "////evil.example/x",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\\/evil.example", "/orders//evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@evil.example",
    "/\tevil.example", "\t//evil.example", "/\n/evil.example", "/orders\r\nSet-Cookie: a=b", "/orders\x00",
    " //evil.example", "/%0d%0aSet-Cookie:a=b", "/%2f%2fevil.example", "/..//evil.example", "/orders/../../x", "/./x",
    "evil.example", "orders", "?next=/", "#x", "", "/orders#//evil.example", "/@evil.example", "/:80", "/orders?next=//evil.example",
    "/ｅvil", "/orders\u2028", "/" + "a" * 600, "/login?next=/login", "/api/sign-out", "/_event", "/webhooks/stripe/x", "/sign-up", "/reset",
]  # fmt: skip


@pytest.mark.proof("main-job-06")
@pytest.mark.parametrize("wanted", [*HOSTILE, None], ids=repr)
def test_a_hostile_wish_leads_home(wanted):
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize(
    "wanted",
    [
        "/",
        "/orders",
        "/orders/1042",
        "/listings/k7h2-x_9",
        "/admin/deliver/1042",
        "/orders?status=pending&q=a+b%20c",
        "/account/",
    ],
)
def test_a_page_of_ours_is_kept(wanted):
    assert safe_next(wanted) == wanted


@given(st.text(max_size=80))
def test_nothing_typed_ever_leaves_the_host(wanted):
    there = urlsplit(urljoin("https://portal.example/login", safe_next(wanted)))
    assert (there.scheme, there.netloc) == ("https", "portal.example")
