"""A secret link counts as opened when a person's browser opens it, not when a program looks at the mail."""

from __future__ import annotations

import pytest

from portal_app.web.openings import is_opening

pytestmark = pytest.mark.proof("delivery-13")
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1"
)
PERSON = {"user-agent": SAFARI, "sec-fetch-mode": "navigate"}


@pytest.mark.parametrize(
    ("method", "headers", "is_https", "counts"),
    [
        ("GET", PERSON, True, True),
        ("HEAD", PERSON, True, False),
        ("GET", PERSON | {"sec-purpose": "prefetch"}, True, False),
        ("GET", PERSON | {"sec-purpose": "prefetch;prerender"}, True, False),
        ("GET", PERSON | {"purpose": "prefetch"}, True, False),
        ("GET", PERSON | {"x-purpose": "preview"}, True, False),
        ("GET", PERSON | {"x-moz": "prefetch"}, True, False),
        ("GET", PERSON | {"sec-fetch-mode": "no-cors"}, True, False),
        ("GET", PERSON | {"sec-fetch-mode": "cors"}, False, False),
        ("GET", {"user-agent": SAFARI}, True, False),
        ("GET", {"user-agent": SAFARI}, False, True),
        ("GET", {"sec-fetch-mode": "navigate"}, True, False),
        ("GET", {}, False, False),
        ("GET", {"user-agent": "curl/8.9.1"}, False, False),
        ("GET", {"user-agent": "python-requests/2.32"}, False, False),
        ("GET", {"user-agent": "WhatsApp/2.24.20 A"}, False, False),
        ("GET", {"user-agent": "Slackbot-LinkExpanding 1.0"}, False, False),
        ("GET", PERSON | {"user-agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}, True, False),
        ("GET", PERSON | {"user-agent": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"}, True, False),
        ("GET", PERSON | {"user-agent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"}, True, False),
    ],
)
def test_who_opened_it(method: str, headers: dict[str, str], *, is_https: bool, counts: bool) -> None:
    assert is_opening(method, headers, is_https=is_https) is counts
