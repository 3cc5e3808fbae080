"""What the holder of one order's status page may try on other orders, from a socket of their own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from portal_app.core.clock import when_words
from tests.e2e.conftest import Portal
from tests.e2e.hostile import ROOT, Socket, connected
from tests.e2e.placed import ZONE, execute, placed

pytestmark = [pytest.mark.proof("booking-11"), pytest.mark.slow]

CHANGING = f"{ROOT}.portal_app___ui___shared___session____base.portal_app___ui___shared___changing____changing"
STATUS = "/status/[token]"


def test_the_holder_of_one_status_page_changes_no_other_order(portal: Portal) -> None:
    """Whether it is asked from one's own page, or from an address whose secret nobody told: nothing is shown or done."""
    own, other = placed(portal, "31 Own Lane"), placed(portal, "32 Other Lane")
    here, never = f"/status/{own.token}", "/status/no-such-order-0000"
    moves_to = (other.starts_at + timedelta(days=7)).isoformat()

    async def story() -> None:
        async with connected(portal.url) as socket:
            await socket.open_page(here, STATUS)
            assert "31 Own Lane" in socket.text
            await _asks(socket, "cancel", other.number, here)
            await _asks(socket, "move", other.number, here, moves_to)
            await _asks(socket, "cancel", other.number, never)
            await _asks(socket, "cancel", own.number, never)
            await _asks(socket, "cancel", own.number, f"/orders/{own.number}")
            assert "32 Other Lane" not in socket.text
            assert when_words(other.starts_at, ZONE) not in socket.text.replace(when_words(own.starts_at, ZONE), "")
            assert [_standing(portal, each.number) for each in (own, other)] == [[("booked", 0)], [("booked", 0)]]
            await socket.open_page(here, STATUS)
            await _asks(socket, "cancel", own.number, here)
            assert [_standing(portal, each.number) for each in (own, other)] == [[("canceled", 0)], [("booked", 0)]]

    asyncio.run(asyncio.wait_for(story(), 60))


async def _asks(socket: Socket, what: str, number: int, path: str, time: str = "") -> None:
    """The dialog opened and confirmed; confirming is tried also where opening it was refused."""
    place = {"path": path, "pattern": STATUS if path.startswith("/status") else "/orders/[number]"}
    await socket.send(f"{CHANGING}.open", {"order": number, "what": what, "purpose": "visit"}, **place)
    if time:
        await socket.send(f"{CHANGING}.choose_time", {"time": time}, **place)
    await socket.send(f"{CHANGING}.confirm", {"form": {"reason": "words"}}, **place)


def _standing(portal: Portal, number: int) -> list[tuple]:
    asked = (
        "select a.status, a.moves from appointment a join orders o on o.id = a.order_id where o.number = ? and o.studio_id = 1"
    )
    return execute(portal, asked, number)
