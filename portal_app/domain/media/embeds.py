"""Which address a pasted link may be shown from, inside our page. Pure, and nothing is ever fetched.

Only players that are listed here are framed, each at the one address its maker documents for that; every part taken
over from what was pasted is matched letter by letter, so that nothing else travels into the frame's address. Any other
https page may still be linked to. The tests of this module are its table of examples.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

from portal_app.core.errors import InvalidInput
from portal_app.domain.media.kinds import AssetKind

LONGEST = 600
EMPTY = "Paste the address of a tour, a video or a website."
NOT_HTTPS = "This address does not begin with https://. Copy it from the browser's address bar, then paste it again."
NOT_AN_ADDRESS = "This is not a web address that can be opened. Copy it from the browser's address bar, then paste it again."
CODE = "This is a piece of page code without an address in it. Paste the address of the tour itself."
FRAME_SOURCE = re.compile(r"<iframe[^>]*?\ssrc\s*=\s*[\"']([^\"'<>\s]+)[\"']", re.IGNORECASE)
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


@dataclass(frozen=True, slots=True)
class Player:
    """A maker of tours or videos. Each of `shapes` matches `host/path?name=value` of a page; `frame` is filled from its
    groups, and `host` is all a page may frame for it."""

    name: str
    kind: AssetKind
    host: str
    shapes: tuple[re.Pattern[str], ...]
    frame: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be kept. `frame` is the address to show inside our page, empty for one that is only linked to."""

    kind: AssetKind
    url: str
    name: str
    frame: str = ""

    @property
    def frame_host(self) -> str:
        return f"https://{urlsplit(self.frame).hostname}" if self.frame else ""


UUID = r"(?P<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
WORD = r"[A-Za-z0-9_-]"
PLAYERS = (
    Player(
        "YouTube",
        AssetKind.VIDEO,
        "www.youtube-nocookie.com",
        (
            re.compile(rf"(www\.|m\.)?youtube\.com/watch\?v=(?P<id>{WORD}{{11}})", re.ASCII),
            re.compile(rf"(www\.|m\.)?youtube\.com/(shorts|live|embed)/(?P<id>{WORD}{{11}})", re.ASCII),
            re.compile(rf"www\.youtube-nocookie\.com/embed/(?P<id>{WORD}{{11}})", re.ASCII),
            re.compile(rf"youtu\.be/(?P<id>{WORD}{{11}})", re.ASCII),
        ),
        "https://www.youtube-nocookie.com/embed/{id}",
    ),
    Player(
        "Vimeo",
        AssetKind.VIDEO,
        "player.vimeo.com",
        (
            re.compile(r"(www\.)?vimeo\.com/(?P<id>\d{5,12})/(?P<key>[0-9a-f]{8,12})", re.ASCII),
            re.compile(r"(www\.)?vimeo\.com/((channels|showcase)/[\w-]{1,40}/(video/)?)?(?P<id>\d{5,12})", re.ASCII),
            re.compile(r"player\.vimeo\.com/video/(?P<id>\d{5,12})\?h=(?P<key>[0-9a-f]{8,12})", re.ASCII),
            re.compile(r"player\.vimeo\.com/video/(?P<id>\d{5,12})", re.ASCII),
        ),
        "https://player.vimeo.com/video/{id}?dnt=1",
    ),
    Player(
        "Matterport",
        AssetKind.TOUR,
        "my.matterport.com",
        (
            re.compile(r"my\.matterport\.com/show\?m=(?P<id>[A-Za-z0-9]{11})", re.ASCII),
            re.compile(r"my\.matterport\.com/models/(?P<id>[A-Za-z0-9]{11})", re.ASCII),
        ),
        "https://my.matterport.com/show/?m={id}",
    ),
    Player(
        "Kuula",
        AssetKind.TOUR,
        "kuula.co",
        (
            re.compile(r"kuula\.co/share/(?P<id>collection/[A-Za-z0-9]{4,8})", re.ASCII),
            re.compile(r"kuula\.co/(share|post)/(?P<id>[A-Za-z0-9]{4,8})", re.ASCII),
        ),
        "https://kuula.co/share/{id}",
    ),
    Player(
        "CloudPano",
        AssetKind.TOUR,
        "app.cloudpano.com",
        (re.compile(rf"app\.cloudpano\.com/tours/(?P<id>{WORD}{{6,16}})", re.ASCII),),
        "https://app.cloudpano.com/tours/{id}",
    ),
    Player(
        "iGUIDE",
        AssetKind.TOUR,
        "youriguide.com",
        (
            re.compile(r"(?P<plain>unbranded\.)youriguide\.com/(embed/)?(?!embed\b)(?P<id>\w{4,80})", re.ASCII),
            re.compile(r"youriguide\.com/(embed/)?(?!embed\b)(?P<id>\w{4,80})", re.ASCII),
        ),
        "https://youriguide.com/embed/{id}",
    ),
    Player(
        "Zillow 3D Home",
        AssetKind.TOUR,
        "www.zillow.com",
        (re.compile(rf"www\.zillow\.com/view-(imx|3d-home)/{UUID}", re.ASCII),),
        "https://www.zillow.com/view-imx/{id}?setAttribution=mls&wl=true",
    ),
)
TOLD_BY_QUERY = {
    "youtube.com": "v",
    "www.youtube.com": "v",
    "m.youtube.com": "v",
    "my.matterport.com": "m",
    "player.vimeo.com": "h",
}


def read_link(pasted: str) -> Link:
    """What a pasted address, or the frame code a tour's maker hands out, is. Raises InvalidInput("url") in words."""
    url = _address(pasted)
    page = _page(url)
    for player in PLAYERS:
        for shape in player.shapes:
            if found := shape.fullmatch(page):
                return Link(player.kind, urlunsplit(url), player.name, _frame(player, found))
    return Link(AssetKind.WEBSITE, urlunsplit(url), url.netloc.removeprefix("www."))


def _address(pasted: str) -> SplitResult:
    typed = pasted.strip()
    if "<" in typed:
        found = FRAME_SOURCE.search(typed[:4000])
        if found is None:
            raise InvalidInput("url", CODE)
        typed = found.group(1).replace("&amp;", "&")
    if not typed:
        raise InvalidInput("url", EMPTY)
    typed = typed if "://" in typed or ":" in typed.split("/")[0] else f"https://{typed}"
    if not typed.lower().startswith("https://"):
        raise InvalidInput("url", NOT_HTTPS)
    return _checked(typed)


def _checked(typed: str) -> SplitResult:
    """The address with a plain host: no name or password before it, no port, no number instead of a name."""
    try:
        split = urlsplit(typed)
        host = (split.hostname or "").encode("idna").decode("ascii").lower()
        is_plain = split.port in {None, 443} and "@" not in split.netloc
    except (ValueError, UnicodeError):
        raise InvalidInput("url", NOT_AN_ADDRESS) from None
    is_odd = len(typed) > LONGEST or not typed.isprintable() or any(letter in typed for letter in " \"'<>\\`{}|^")
    is_named = (
        HOST.fullmatch(host)
        and not host.rpartition(".")[2].isdigit()
        and not host.endswith((".local", ".localhost", ".internal"))
    )
    if is_odd or not is_plain or not is_named:
        raise InvalidInput("url", NOT_AN_ADDRESS)
    return SplitResult("https", host, split.path or "/", split.query, split.fragment)


def _page(url: SplitResult) -> str:
    """`host/path`, and the one part of the query that says which video or tour it is."""
    told_by = TOLD_BY_QUERY.get(url.netloc)
    value = parse_qs(url.query).get(told_by, [""])[0] if told_by else ""
    return url.netloc + url.path.rstrip("/") + (f"?{told_by}={value}" if value else "")


def _frame(player: Player, found: re.Match[str]) -> str:
    parts = found.groupdict()
    key = f"&h={parts['key']}" if parts.get("key") else ""
    plain = "?unbranded=1" if parts.get("plain") else ""
    return player.frame.replace("{id}", parts["id"]) + key + plain
