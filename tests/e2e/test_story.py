"""From a new agent's sign-up to the photos on her disk: every step a real screen, on camera-size photographs."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page, expect

from tests.e2e.booking import chooses_time, goes_on, types_address
from tests.e2e.browsing import (
    DESK,
    PHONE,
    Watched,
    code_in,
    has_sideways_scroll,
    newest_mail,
    person,
    serious,
    sign_in,
)
from tests.e2e.conftest import Portal
from tests.photos import camera_jpeg

OLIVE = ("olive@harborlight.example", "harbor-demo-1")
EMAIL, PASSWORD = "nora@tidewater.example", "four quiet otters swim"
STREET = "14 Foghorn Terrace"
TOTAL = "$413.25"  # photos, a fee, two taxes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def negatives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Twelve 24 MP photographs as a camera leaves them; the names run against the times."""
    folder = tmp_path_factory.mktemp("camera")
    made = {}
    for position, orientation in enumerate((1, 3, 6, 8, 1, 1, 1, 1, 1, 1, 1, 1)):
        path = folder / f"HL_{9020 - position}.JPG"
        taken = datetime(2026, 11, 20, 10, position, tzinfo=UTC)
        path.write_bytes(camera_jpeg(position, orientation=orientation, taken_at=taken, is_display_p3=position == 4))
        assert path.stat().st_size >= 8_000_000
        made[path.name] = path
    return made


def test_the_whole_way(portal: Portal, browser: Browser, negatives: dict[str, Path], request: pytest.FixtureRequest) -> None:
    findings: list[str] = []
    with person(browser, PHONE) as nora, person(browser, DESK) as olive, person(browser, PHONE) as friend:
        _signs_up(nora, portal, findings)
        number = _orders(nora.page, portal, findings)
        sign_in(olive.page, portal.url, *OLIVE)
        _accepts(olive.page, nora.page, portal, number, findings)
        listing = _sees_production(nora.page, portal, findings)
        _delivers(olive.page, portal, number, negatives, findings)
        nora.page.goto(f"{portal.url}/listings/{listing}")
        marked = _is_locked(nora, portal, listing, negatives, findings)
        _pays_by_link(friend, nora.page, portal, findings)
        _is_open(nora.page, marked, findings)
        _downloads(nora, portal, listing, negatives)
        faults = nora.faults + olive.faults + friend.faults
    assert not faults
    assert not findings, "\n".join(findings)


def _look(page: Page, findings: list[str]) -> None:
    """Every screen of the way: no serious finding, nothing sticks out."""
    expect(page.locator("h1").first).to_be_visible()
    findings += serious(page)
    if has_sideways_scroll(page):
        findings.append(f"{page.url} scrolls sideways")


def _signs_up(nora: Watched, portal: Portal, findings: list[str]) -> None:
    page = nora.page
    page.goto(f"{portal.url}/sign-up")
    _look(page, findings)
    page.get_by_label("Your name").fill("Nora Whitfield")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/verify*")
    _look(page, findings)
    other = nora.context.new_page()
    code = code_in(newest_mail(other, portal.url, EMAIL, "code"))
    other.close()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{portal.url}/")
    expect(page.get_by_text("No listings yet").first).to_be_visible()
    _look(page, findings)


def _orders(page: Page, portal: Portal, findings: list[str]) -> int:
    page.get_by_role("link", name="Place order").last.click()
    types_address(page, STREET, "Pacific Grove, CA 93950", "2,940")
    _look(page, findings)
    page.get_by_role("checkbox", name=re.compile("Signature photos")).last.click()
    expect(page.get_by_text(TOTAL).last).to_be_attached()
    goes_on(page, "time")
    _look(page, findings)
    time = chooses_time(page)
    goes_on(page, "details")
    page.get_by_label("Notes for the photographer").fill("The gate code is on the fridge")
    goes_on(page, "review")
    _look(page, findings)
    page.get_by_role("button", name="Place order").click()
    page.wait_for_url(re.compile(r"/orders/\d+$"))
    for words in (STREET, "Pending", "Signature photos", "$389.00", TOTAL, "Pacific time", time.partition(" ")[0]):
        expect(page.get_by_text(words).first).to_be_visible()
    _look(page, findings)
    return int(page.url.rpartition("/")[2])


def _accepts(page: Page, watching: Page, portal: Portal, number: int, findings: list[str]) -> None:
    page.goto(f"{portal.url}/admin")
    _look(page, findings)
    row = page.get_by_role("listitem").filter(has_text=STREET)
    row.get_by_role("button", name="Accept").dblclick()
    expect(page.get_by_text(f"Order {number} is accepted").first).to_be_visible()
    expect(watching.get_by_text("Accepted", exact=True).first).to_be_visible(timeout=5_000)


def _sees_production(page: Page, portal: Portal, findings: list[str]) -> str:
    page.goto(f"{portal.url}/listings")
    card = page.get_by_role("link").filter(has_text=STREET)
    expect(card).to_contain_text("In production")
    _look(page, findings)
    card.click()
    page.wait_for_url(re.compile(r"/listings/\w+$"))
    expect(page.get_by_text("In production").first).to_be_visible()
    _look(page, findings)
    return page.url.rpartition("/")[2]


def _delivers(page: Page, portal: Portal, number: int, negatives: dict[str, Path], findings: list[str]) -> None:
    page.goto(f"{portal.url}/admin/deliver/{number}")
    _look(page, findings)
    page.locator("input[type=file]").first.set_input_files([*negatives.values()])
    expect(page.get_by_text("12 of 12 ready")).to_be_visible(timeout=180_000)
    names = page.locator(".re figcaption span").all_inner_texts()
    assert [name.split()[-1] for name in names] == list(negatives), "by capture time"
    page.get_by_role("button", name=re.compile("Move photo 2.*earlier")).click()
    expect(page.locator(".re figcaption span").first).to_contain_text("HL_9019.JPG")
    page.get_by_role("button", name=re.compile("Move photo 1,.*later")).click()
    expect(page.locator(".re figcaption span").first).to_contain_text("HL_9020.JPG")
    page.get_by_label("Message").fill("The fog came in just right.")
    _look(page, findings)
    page.get_by_role("button", name="Deliver 12 photos").dblclick()
    expect(page.get_by_text(re.compile("12 photos")).first).to_be_visible()
    page.goto(f"{portal.url}/admin/orders/{number}")
    expect(page.get_by_text("Completed").first).to_be_visible()
    _look(page, findings)


def _is_locked(nora: Watched, portal: Portal, listing: str, negatives: dict[str, Path], findings: list[str]) -> bytes:
    page = nora.page
    expect(page.get_by_role("button", name=f"Pay {TOTAL}").first).to_be_visible()
    expect(page.locator(".sheet img")).to_have_count(12)
    _look(page, findings)
    _opens_the_light_table(page)
    shown = {url for url in nora.asked if "/files/" in url}
    ids = {re.search(r"/files/(\w+)/", url)[1] for url in shown if "/files/zip" not in url}
    assert len(ids) == 12
    guesses = [
        f"{portal.url}/files/{asset}/{size}"
        for asset in ids
        for size in ("original", "mls", "web", "print", "ORIGINAL", "original?download=1")
    ]
    for url in [*shown, *guesses, f"{portal.url}/files/zip/{listing}", f"{portal.url}/files/zip/{listing}?size=web"]:
        answer = nora.context.request.get(url)
        if answer.status == 200:
            assert max(Image.open(io.BytesIO(answer.body())).size) <= 2048
        else:
            assert answer.status in {403, 404}
    return nora.context.request.get(_first_web(page)).body()


def _opens_the_light_table(page: Page) -> None:
    page.locator(".sheet a").first.click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")


def _first_web(page: Page) -> str:
    """The address of the first photo's large picture."""
    return re.sub(r"/thumb(\?.*)?$", "/web", page.locator(".sheet img").first.evaluate("img => img.src"))


def _pays_by_link(friend: Watched, watching: Page, portal: Portal, findings: list[str]) -> None:
    page = friend.page
    letter = newest_mail(page, portal.url, EMAIL, STREET.split(maxsplit=1)[0])
    page.goto(re.search(r"http\S+/l/\S+", letter)[0])
    page.wait_for_url(re.compile("/listings/"))
    expect(page.get_by_text(TOTAL).first).to_be_visible()
    _look(page, findings)
    page.get_by_role("button", name=f"Pay {TOTAL}").first.dblclick()
    page.wait_for_url(re.compile("/c/pay/"))
    page.get_by_role("link", name="Fill in a card that pays").click()
    page.get_by_role("button", name=f"Pay {TOTAL}").click()
    page.wait_for_url(re.compile("/listings/"))
    expect(page.get_by_text("Ready").first).to_be_visible()
    expect(watching.get_by_text("Ready").first).to_be_visible(timeout=5_000)
    every = page.get_by_role("link", name=re.compile("Download all 12"))
    assert friend.context.request.head(portal.url + every.get_attribute("href")).status == 200
    _look(page, findings)


def _is_open(page: Page, marked: bytes, findings: list[str]) -> None:
    expect(page.get_by_role("link", name=re.compile("Download all 12"))).to_be_visible()
    clean = page.context.request.get(_first_web(page)).body()
    one, other = (Image.open(io.BytesIO(content)).convert("L") for content in (marked, clean))
    assert one.size == other.size
    difference = ImageChops.difference(one, other).resize((8, 6), Image.Resampling.BOX).tobytes()
    assert min(difference) > 0, "the mark covered every part of the picture"
    assert ImageStat.Stat(ImageChops.difference(one, other)).mean[0] > 2
    _look(page, findings)


def _downloads(nora: Watched, portal: Portal, listing: str, negatives: dict[str, Path]) -> None:
    page = nora.page
    with page.expect_download(timeout=120_000) as started:
        page.get_by_role("link", name=re.compile("Download all 12")).click()
    archive = zipfile.ZipFile(started.value.path())
    assert archive.testzip() is None
    expected = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in negatives.items()}
    files = [name for name in archive.namelist() if name.upper().endswith(".JPG")]
    assert {hashlib.sha256(archive.read(name)).hexdigest() for name in files} == set(expected.values())
    head = nora.context.request.head(f"{portal.url}/files/zip/{listing}")
    assert int(head.headers["content-length"]) == Path(started.value.path()).stat().st_size
    asset = re.search(r"/files/(\w+)/", _first_web(page))[1]
    original = nora.context.request.get(f"{portal.url}/files/{asset}/original?download=1")
    assert hashlib.sha256(original.body()).hexdigest() in expected.values()
    assert "attachment" in original.headers["content-disposition"]


for _id in ("main-job-09", "main-job-10", "main-job-11", "main-job-12", "main-job-13", "main-job-14", "main-job-15"):
    test_the_whole_way = pytest.mark.proof(_id)(test_the_whole_way)
