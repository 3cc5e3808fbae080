"""Pasted links: which player is framed at which address, which page is only linked to, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.errors import InvalidInput
from portal_app.domain.media.embeds import PLAYERS, read_link

pytestmark = pytest.mark.proof("delivery-02")

ZILLOW = "181967f1-ed10-4605-9743-568c036a4eff"
FRAMED = [
    # pasted, player, kind, the frame's address
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "YouTube", "video", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
    ("https://m.youtube.com/watch?t=4&v=dQw4w9WgXcQ", "YouTube", "video", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
    ("https://youtu.be/dQw4w9WgXcQ?si=abc", "YouTube", "video", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
    ("youtube.com/shorts/dQw4w9WgXcQ", "YouTube", "video", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
    ("https://www.youtube.com/live/dQw4w9WgXcQ/", "YouTube", "video", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
    ("https://vimeo.com/123456789", "Vimeo", "video", "https://player.vimeo.com/video/123456789?dnt=1"),
    ("https://vimeo.com/123456789/0a1b2c3d4e", "Vimeo", "video", "https://player.vimeo.com/video/123456789?dnt=1&h=0a1b2c3d4e"),
    ("https://player.vimeo.com/video/123456789?h=0a1b2c3d4e&x=1", "Vimeo", "video", "https://player.vimeo.com/video/123456789?dnt=1&h=0a1b2c3d4e"),
    ("https://vimeo.com/channels/staffpicks/123456789", "Vimeo", "video", "https://player.vimeo.com/video/123456789?dnt=1"),
    ("https://my.matterport.com/show/?m=UudGrvdrYZD&brand=0", "Matterport", "tour", "https://my.matterport.com/show/?m=UudGrvdrYZD"),
    ("HTTPS://My.Matterport.com/models/UudGrvdrYZD", "Matterport", "tour", "https://my.matterport.com/show/?m=UudGrvdrYZD"),
    ('<iframe width="9" src="https://my.matterport.com/show/?m=UudGrvdrYZD&amp;play=1"></iframe>', "Matterport", "tour", "https://my.matterport.com/show/?m=UudGrvdrYZD"),
    ("https://kuula.co/share/hxH0x?logo=1&info=0", "Kuula", "tour", "https://kuula.co/share/hxH0x"),
    ("https://kuula.co/post/hxH0x", "Kuula", "tour", "https://kuula.co/share/hxH0x"),
    ("https://kuula.co/share/collection/7DmKS?fs=1", "Kuula", "tour", "https://kuula.co/share/collection/7DmKS"),
    ("https://app.cloudpano.com/tours/t1LtFvj5DK?sceneId=QehdNaOgc", "CloudPano", "tour", "https://app.cloudpano.com/tours/t1LtFvj5DK"),
    ("https://youriguide.com/1505_sesame_st_toronto_on/", "iGUIDE", "tour", "https://youriguide.com/embed/1505_sesame_st_toronto_on"),
    ("https://youriguide.com/embed/1505_sesame_st_toronto_on?bgcolor=FFF", "iGUIDE", "tour", "https://youriguide.com/embed/1505_sesame_st_toronto_on"),
    ("https://unbranded.youriguide.com/1505_sesame_st_toronto_on", "iGUIDE", "tour", "https://youriguide.com/embed/1505_sesame_st_toronto_on?unbranded=1"),
    (f"https://www.zillow.com/view-imx/{ZILLOW}?initialViewType=pano", "Zillow 3D Home", "tour", f"https://www.zillow.com/view-imx/{ZILLOW}?setAttribution=mls&wl=true"),
    (f"https://www.zillow.com/view-3d-home/{ZILLOW}/", "Zillow 3D Home", "tour", f"https://www.zillow.com/view-imx/{ZILLOW}?setAttribution=mls&wl=true"),
]  # fmt: skip
LINKED = [
    # an https page that is no player we know: linked to, never framed
    ("https://www.pointreyescourt.com", "pointreyescourt.com"),
    ("pointreyescourt.com/tour?x=1#top", "pointreyescourt.com"),
    ("https://www.youtube.com/@harborlight", "youtube.com"),
    ("https://www.youtube.com/watch?v=short", "youtube.com"),
    ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "youtube.com.evil.example"),
    ("https://evil.example/youtube.com/watch?v=dQw4w9WgXcQ", "evil.example"),
    ("https://my.matterport.com/show/?m=UudGrvdrYZD%22onload", "my.matterport.com"),
    ("https://app.cloudpano.com/tours/../login", "app.cloudpano.com"),
    ("https://youriguide.com/embed", "youriguide.com"),
    ("https://münchen.example/haus", "xn--mnchen-3ya.example"),
]
REFUSED = [
    "", "   ", "http://example.com", "javascript:alert(1)", "JavaScript://example.com/%0aalert(1)", "data:text/html,hi", "ftp://example.com",
    "file:///etc/passwd", "https://user:secret@example.com", "https://example.com@evil.example", "https://example.com:8080",
    "https://localhost/x", "https://127.0.0.1/x", "https://[::1]/x", "https://2130706433/", "https://router.local", "https://db.internal/",
    "https://", "https://-a.example", "https://example.com/a b", "https://example.com/\u202egpj", 'https://example.com/"x', "https://example.com\\@evil.example",
    "<b>no</b>", "<iframe srcdoc='x'>", '<iframe src="http://example.com">', "https://example.com/" + "x" * 600, "//example.com", "not an address",
]  # fmt: skip


@pytest.mark.parametrize(("pasted", "player", "kind", "frame"), FRAMED)
def test_a_player_that_is_listed_is_framed_at_its_own_address(pasted: str, player: str, kind: str, frame: str) -> None:
    link = read_link(pasted)
    assert (link.name, link.kind, link.frame) == (player, kind, frame)
    assert link.frame_host == "https://" + next(one.host for one in PLAYERS if one.name == player)
    assert link.url.startswith("https://")


@pytest.mark.parametrize(("pasted", "name"), LINKED)
def test_any_other_page_is_linked_to_and_never_framed(pasted: str, name: str) -> None:
    link = read_link(pasted)
    assert (link.name, link.kind, link.frame, link.frame_host) == (name, "website", "", "")


@pytest.mark.parametrize("pasted", REFUSED)
def test_what_is_no_safe_address_is_refused_in_words(pasted: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_link(pasted)
    assert refusal.value.field == "url"
    assert len(refusal.value.sentence) > 20


@given(st.text(max_size=80) | st.text(alphabet="htps:/youtbe.cm?v=@%#&[]\\<>", max_size=60).map("https://youtu.be/".__add__))
def test_whatever_is_pasted_it_is_a_link_or_a_refusal(pasted: str) -> None:
    try:
        link = read_link(pasted)
    except InvalidInput:
        return
    assert link.url.startswith("https://")
    assert not link.frame or link.frame_host in {f"https://{player.host}" for player in PLAYERS}
