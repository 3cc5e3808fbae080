"""One event loop serves everybody, so nothing may hold it: twenty people click while photos come in and are developed."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle

import httpx
import pytest
from reflex.utils.format import format_event_handler

from portal_app.ui.admin.orders.state import AdminOrdersState
from portal_app.ui.portal.listings.state import Listings
from portal_app.ui.portal.orders.state import Orders
from tests.e2e.conftest import Portal
from tests.e2e.hostile import connected
from tests.e2e.screens import CARL, OLIVE, address, session_of
from tests.photos import camera_jpeg

pytestmark = [pytest.mark.proof("main-job-07"), pytest.mark.slow]

LONGEST = 0.050  # seconds
ROUNDS = 3
PEOPLE = 20
PART = 16 << 20
TUS = {"Tus-Resumable": "1.0.0"}
TO = "select l.public_id from orders o join listing l on l.id = o.listing_id where o.studio_id = 1 and o.status = 'accepted' order by o.number"
RENDERING = "select count(*) from asset where state = 'rendering'"
CARLS = [("/", ""), ("/orders", Orders.find), ("/orders/[number]", ""), ("/listings", Listings.find), ("/listings/[listing]", "")]
OLIVES = [
    ("/admin", ""),
    ("/admin/orders", AdminOrdersState.find),
    ("/admin/orders/[number]", ""),
    ("/admin/deliver/[number]", ""),
]


@dataclass(frozen=True, slots=True)
class Late:
    """How late something of the server was, in seconds; `at` is the machine's monotonic clock."""

    kind: str
    at: float
    late: float
    waited: float
    crowd: float = 0.0
    what: str = ""

    @property
    def beyond(self) -> float:
        """What neither the machine was to blame for, nor a crowd of which nobody took long."""
        return self.late - self.waited - self.crowd


@pytest.fixture
def watch(portal):
    """The watch inside the server, awake for one test."""
    folder = portal.data_dir / "watch"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (folder / "on").touch()
    ends = time.monotonic() + 10
    while not any(late.kind == "on" for late in seen(portal)):
        assert time.monotonic() < ends, "the server's loop is not watched"
        time.sleep(0.1)
    yield folder
    (folder / "on").unlink()
    time.sleep(0.3)


def seen(portal: Portal) -> list[Late]:
    """What the watch wrote down so far."""
    files = sorted((portal.data_dir / "watch").glob("*.jsonl"))
    return [Late(**json.loads(line)) for file in files for line in file.read_text().splitlines() if line.endswith("}")]


def beyond_noise(found: list[Late]) -> list[Late]:
    """The late timers, the one that was latest beyond the machine's own noise first."""
    return sorted((one for one in found if one.kind == "loop"), key=lambda one: -one.beyond)


def held_at(found: list[Late], moment: Late) -> list[Late]:
    """The callbacks that ran while the timer waited."""
    begun = moment.at - moment.late
    return [one for one in found if one.kind == "held" and begun - 0.05 < one.at < moment.at + 0.05]


@pytest.mark.alone
def test_the_watch_sees_a_loop_that_is_held(portal, watch):
    for how in ("sleep", "compute"):
        (watch / how).write_text("0.2")
        time.sleep(1.5)
        worst = beyond_noise([one for one in seen(portal) if one.at > time.monotonic() - 1.5])[0]
        assert worst.beyond > 0.1
        assert any(how in one.what for one in held_at(seen(portal), worst))


def test_a_loop_that_is_held_again_and_again_is_blamed_without_a_name():
    late, noise, crowd = [Late("loop", 9, 0.09, 0.02)], [Late("loop", 9, 0.09, 0.06)], [Late("loop", 9, 0.09, 0.02, 0.03)]
    assert blamed([late, late, late])
    assert blamed([[Late("held", 9, 0.06, 0, what="a verb"), *late]])
    assert not blamed([[Late("held", 9, 0.02, 0, what="a short one"), *late]])
    assert not blamed([crowd, crowd, crowd])
    assert not blamed([late])
    assert not blamed([late, noise])
    assert not blamed([noise])


@pytest.mark.alone
def test_nothing_holds_the_loop_while_twenty_people_click_and_photos_come_in(portal, watch, full):
    rounds: list[list[Late]] = []
    while len(rounds) < ROUNDS and (not rounds or is_late(rounds[-1])):
        photos = [camera_jpeg(40 + 20 * len(rounds) + number) for number in range(12 if full else 3)]
        begun = time.monotonic()
        clicks = asyncio.run(everybody(portal, photos, seconds=60 if full else 10))
        found = [one for one in seen(portal) if one.at > begun]
        rounds.append(found)
        worst = next(iter(beyond_noise(found)), Late("loop", 0, 0, 0))
        latest = max((one.late for one in found if one.kind == "loop"), default=0.0)
        print(f"{clicks} events, {len(photos)} photos: latest {latest * 1000:.0f} ms, beyond noise {worst.beyond * 1000:.0f} ms")
        assert clicks >= PEOPLE * 5
        assert not blamed(rounds), f"{worst.beyond * 1000:.0f} ms beyond noise: {named(held_at(found, worst))}"
        assert found[-1].at - max(one.at for one in found if one.kind == "ticks") < 5, "the watch itself fell asleep"


def is_late(found: list[Late]) -> bool:
    """Whether a timer was later than it may be."""
    return any(one.beyond > LONGEST for one in beyond_noise(found))


def blamed(rounds: list[list[Late]]) -> bool:
    """Whether our code held the loop.

    Callbacks that took that long are blamed at once. With none on record, every round must be late: what really holds
    the loop does so each time, while a machine that is short of processors takes its time now here, now there.
    """
    late = [one for one in beyond_noise(rounds[-1]) if one.beyond > LONGEST]
    taken = [sum(held.late for held in held_at(rounds[-1], one)) for one in late]
    return max(taken, default=0) > LONGEST or (len(rounds) == ROUNDS and all(map(is_late, rounds)))


def named(held: list[Late]) -> list[str]:
    return [f"{one.late * 1000:.0f} ms {one.what}" for one in held]


async def everybody(portal: Portal, photos: list[bytes], *, seconds: float) -> int:
    """All at once, until the time is over and every photo is developed; how many events were answered."""
    done = asyncio.Event()

    async def photographer() -> None:
        await asyncio.to_thread(upload, portal, photos)
        while await asyncio.to_thread(ask, portal, RENDERING):
            await asyncio.sleep(0.3)

    people = [asyncio.create_task(clicking(portal, number, done)) for number in range(PEOPLE)]
    await asyncio.gather(photographer(), asyncio.sleep(seconds))
    done.set()
    return sum(await asyncio.gather(*people))


async def clicking(portal: Portal, number: int, done: asyncio.Event) -> int:
    """One person going from page to page, typing into every search."""
    who, rounds = (CARL, CARLS) if number % 4 else (OLIVE, OLIVES)
    count = 0
    async with connected(portal.url, cookie=f"foyer={session_of(portal, who)}") as socket:
        for pattern, search in cycle(rounds):
            if done.is_set():
                return count
            path = address(portal, pattern).removeprefix(portal.url)
            count += bool(await socket.open_page(path, pattern))
            if search:
                for typed in ("l", "la", ""):
                    count += bool(await socket.send(format_event_handler(search), {"search": typed}, path))
    return count


def upload(portal: Portal, photos: list[bytes]) -> None:
    """One after the other, in parts, as the uploader does."""
    listing = ask(portal, TO)
    with httpx.Client(base_url=portal.url, cookies={"foyer": session_of(portal, OLIVE)}, headers=TUS, timeout=60) as client:
        for number, photo in enumerate(photos):
            told = f"filename {coded(f'loop-{len(photo)}-{number}.jpg')},listing {coded(listing)}"
            begun = client.post("/api/uploads", headers={"Upload-Length": str(len(photo)), "Upload-Metadata": told})
            assert begun.status_code == 201, begun.text
            for start in range(0, len(photo), PART):
                head = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
                sent = client.patch(begun.headers["Location"], headers=head, content=photo[start : start + PART])
                assert sent.status_code == 204, sent.text


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def ask(portal: Portal, question: str):
    """The first answer of the demo's database."""
    with closing(sqlite3.connect(f"file:{portal.data_dir / 'portal.db'}?mode=ro", uri=True)) as db:
        return db.execute(question).fetchone()[0]
