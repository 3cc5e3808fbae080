"""Which open tabs are told at once that their session ended: its own, held by this process, and no others."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from portal_app.core.viewer import Role, Viewer
from portal_app.domain.activity.queries import FactCard
from portal_app.ui.shared import live
from tests.conftest import NOW


def fact(kind: str, *session_ids: int) -> FactCard:
    return FactCard(1, 1, NOW, kind, "Carl", None, None, None, {"account_id": 7, "session_ids": list(session_ids)})


def tab(session_id: int, socket: str) -> live.Open:
    return live.Open(socket, "/orders", Viewer(studio_id=1, role=Role.CUSTOMER, account_id=7, session_id=session_id))


@pytest.mark.proof("identity-05")
@pytest.mark.parametrize(
    ("news", "told"),
    [
        ([fact("session.ended", 1)], ["first"]),
        ([fact("session.ended", 1, 2)], ["first", "second"]),
        ([fact("session.ended", 3)], []),
        ([fact("session.started", 1)], []),
        ([fact("session.ended", 4)], []),
        ([], []),
    ],
    ids=["one", "both", "somebody else's", "a start", "a socket of another process", "nothing"],
)
def test_the_tabs_of_an_ended_session_are_told(monkeypatch, news, told):
    sent: list[str] = []

    async def enqueue(token, event):
        sent.append(token)
        assert event.name == "state.refresh"

    held = {token: SimpleNamespace(sid=f"socket of {token}", instance_id="us") for token in ("first", "second")}
    held["foreign"] = SimpleNamespace(sid="socket of foreign", instance_id="them")
    app = SimpleNamespace(
        event_namespace=SimpleNamespace(_token_manager=SimpleNamespace(token_to_socket=held, instance_id="us")),
        event_processor=SimpleNamespace(enqueue=enqueue),
    )
    opened = {"first": tab(1, "socket of first"), "second": tab(2, "socket of second"), "foreign": tab(4, "socket of foreign")}
    monkeypatch.setattr(live, "OPEN", opened | {"reconnected": tab(1, "an older socket")})
    asyncio.run(live._turn_out(app, {"/orders": "state.refresh"}, news))
    assert sent == told
