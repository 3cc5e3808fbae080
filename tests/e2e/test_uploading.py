"""Uploads as a photographer lives them: walking on in the app, a reload, a dead spot, the same file twice."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.e2e.browsing import DESK, Watched, person, sign_in
from tests.e2e.conftest import Portal
from tests.photos import camera_jpeg, small_jpeg

OLIVE = ("olive@harborlight.example", "harbor-demo-1")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.proof("main-job-12")]


@pytest.fixture
def olive(browser: Browser, portal: Portal) -> Iterator[Watched]:
    with person(browser, DESK) as watched:
        sign_in(watched.page, portal.url, *OLIVE)
        yield watched


@pytest.fixture(scope="module")
def picture() -> bytes:
    """One photo of several parts."""
    return camera_jpeg(41, quality=97)


@pytest.fixture
def large(picture: bytes, tmp_path: Path) -> Path:
    """A file of several parts nobody has sent before: with a comment of its own."""
    path = tmp_path / "HL_0001.JPG"
    path.write_bytes(picture[:2] + b"\xff\xfe\x00\x12" + os.urandom(16) + picture[2:])
    assert path.stat().st_size > 11_000_000
    return path


def open_delivery(page: Page, portal: Portal, street: str) -> None:
    """The deliver screen of the accepted order at this street."""
    page.goto(f"{portal.url}/admin")
    row = page.get_by_role("listitem").filter(has_text=street)
    row.get_by_role("link", name="Upload and deliver").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(street)
    expect(page.locator("input[type=file]").first).to_be_attached()


def choose(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").first.set_input_files([*files])


def slow_down(watched: Watched, kilobytes: int) -> None:
    """A thin line up."""
    session = watched.context.new_cdp_session(watched.page)
    session.send("Network.enable")
    limits = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": kilobytes * 1024}
    session.send("Network.emulateNetworkConditions", limits)


def patches(page: Page) -> list[int]:
    """The offsets at which parts are sent, as they are sent."""
    seen: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            seen.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return seen


def test_uploads_go_on_while_walking_in_the_app(olive: Watched, portal: Portal, large: Path) -> None:
    page = olive.page
    open_delivery(page, portal, "77 Cannery Row Terrace")
    slow_down(olive, 4_000)
    choose(page, large)
    expect(page.get_by_role("progressbar").first).to_be_visible()
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Customers").click()
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()
    page.wait_for_timeout(1_500)
    page.go_back()
    expect(page.locator(".ups").get_by_text("Received")).to_be_visible(timeout=60_000)


def test_a_reload_warns_and_the_same_file_goes_on_where_it_stopped(olive: Watched, portal: Portal, large: Path) -> None:
    page = olive.page
    open_delivery(page, portal, "601 Lighthouse Avenue")
    slow_down(olive, 2_500)
    offsets = patches(page)
    choose(page, large)
    expect(page.locator(".ups")).to_contain_text("%")
    while len(offsets) < 2:
        page.wait_for_timeout(200)
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.reload()
    assert warned == ["beforeunload"]
    expect(page.locator(".ups")).to_contain_text("arrived. Choose this file again")
    offsets.clear()
    choose(page, large)
    expect(page.locator(".ups").get_by_text("Received")).to_be_visible(timeout=60_000)
    assert offsets[0] >= 5 << 20, "it went on after the first part"


@pytest.mark.proof("delivery-01")
def test_a_paused_upload_waits_and_goes_on_with_no_more_than_one_part_again(olive: Watched, portal: Portal, large: Path) -> None:
    page = olive.page
    open_delivery(page, portal, "77 Cannery Row Terrace")
    slow_down(olive, 2_500)
    offsets = patches(page)
    choose(page, large)
    while len(offsets) < 2:
        page.wait_for_timeout(100)
    page.get_by_role("button", name="Pause all").click()
    expect(page.locator(".ups")).to_contain_text("Paused")
    before = list(offsets)
    page.wait_for_timeout(1_500)
    assert offsets == before, "nothing is sent while it is paused"
    page.get_by_role("button", name=f"Go on with {large.name}").click()
    expect(page.locator(".ups").get_by_text("Received")).to_be_visible(timeout=60_000)
    assert offsets[len(before)] >= before[-1], "it went on with the part that was cut"


@pytest.mark.proof("delivery-01")
def test_a_folder_comes_whole_and_a_second_time_costs_nothing(olive: Watched, portal: Portal, tmp_path: Path, full: bool) -> None:
    page = olive.page
    count = 80 if full else 6
    folder = tmp_path / "Card 1"
    (folder / "DCIM").mkdir(parents=True)
    for number in range(count):
        place = folder / "DCIM" if number % 2 else folder
        (place / f"HL_{number:04d}.JPG").write_bytes(small_jpeg(500 + number))
    (folder / "HL_0000.xmp").write_text("<x/>")
    (folder / ".DS_Store").write_text("")
    offsets = patches(page)
    open_delivery(page, portal, "601 Lighthouse Avenue")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    expect(page.get_by_text("2 other files in the folder left out")).to_be_visible()
    expect(page.get_by_text(f"{count} of {count} received")).to_be_visible(timeout=120_000)
    assert len(offsets) == count
    open_delivery(page, portal, "1187 Old Lighthouse")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    expect(page.locator(".ups").get_by_text("Here at once")).to_have_count(count, timeout=60_000)
    assert len(offsets) == count, "not one byte was sent again"


def test_a_dead_spot_is_waited_out(olive: Watched, portal: Portal, large: Path) -> None:
    page = olive.page
    open_delivery(page, portal, "1187 Old Lighthouse")
    slow_down(olive, 3_000)
    choose(page, large)
    expect(page.locator(".ups")).to_contain_text("%")
    olive.context.set_offline(True)
    page.wait_for_timeout(4_000)
    olive.context.set_offline(False)
    expect(page.locator(".ups").get_by_text("Received")).to_be_visible(timeout=90_000)


def test_the_same_photo_twice_is_one_and_a_bad_one_harms_no_other(olive: Watched, portal: Portal, tmp_path: Path) -> None:
    page = olive.page
    good, again, bad = (tmp_path / name for name in ("first.jpg", "second name.jpg", "notes.jpg"))
    good.write_bytes(small_jpeg(7))
    again.write_bytes(small_jpeg(7))
    bad.write_text("not a photograph")
    open_delivery(page, portal, "31 Hopkins Pier")
    choose(page, good)
    expect(page.locator(".ups").get_by_text("Received")).to_be_visible(timeout=30_000)
    choose(page, again, bad)
    expect(page.locator(".ups").get_by_text("Already here")).to_be_visible(timeout=30_000)
    expect(page.locator(".ups .failed")).to_have_count(1)
    expect(page.locator(".ups .failed .say")).not_to_be_empty()
    expect(page.get_by_text("1 of 1 ready")).to_be_visible(timeout=60_000)


def test_a_new_file_takes_the_place_of_a_photo(olive: Watched, portal: Portal, tmp_path: Path) -> None:
    page = olive.page
    first, second, better = (tmp_path / name for name in ("HL_0001.JPG", "HL_0002.JPG", "HL_0001-retouched.JPG"))
    for seed, path in enumerate((first, second, better), 70):
        path.write_bytes(small_jpeg(seed))
    open_delivery(page, portal, "40600 Cabrillo Highway")
    choose(page, first, second)
    expect(page.get_by_text("2 of 2 ready")).to_be_visible(timeout=60_000)
    page.locator(".re li").first.get_by_role("button", name=re.compile("Replace")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.locator("input[type=file]").set_input_files(better)
    expect(dialog).to_be_hidden()
    names = page.locator(".re figcaption span")
    expect(names).to_have_text([re.compile("HL_0001-retouched"), re.compile("HL_0002")], timeout=60_000)
    expect(page.get_by_text("2 of 2 ready")).to_be_visible(timeout=60_000)
