"""Whether a request for a secret link is a person opening it: programs that look at mails fetch their links too.

    method  Sec-Purpose  Sec-Fetch-Mode  browser's name     counts
    HEAD    any          any             any                no
    GET     prefetch     any             any                no
    GET     -            navigate        Mozilla/…          yes
    GET     -            cors, no-cors   Mozilla/…          no
    GET     -            (not sent)      Mozilla/…          yes, unless the page is on https: browsers say it there
    GET     -            any             …bot, curl, none   no

What acts just like a browser cannot be told from one; that the listing's page came alive is counted beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MACHINE = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scan|fetch|monitor|check|proofpoint|mimecast|barracuda|python|curl|wget|java/|okhttp", re.I
)
AHEAD = ("prefetch", "prerender", "preview")


def is_opening(method: str, headers: Mapping[str, str], *, is_https: bool) -> bool:
    """The table above. `headers` by their names in small letters."""
    purposes = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")).lower()
    if method != "GET" or any(word in purposes for word in AHEAD):
        return False
    browser = headers.get("user-agent", "")
    if not browser.startswith("Mozilla/") or MACHINE.search(browser):
        return False
    return headers.get("sec-fetch-mode", "" if is_https else "navigate") == "navigate"
