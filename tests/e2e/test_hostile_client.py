"""What a hostile socket client may try, on the production build: nothing is done, shown or logged for it."""

from __future__ import annotations

import asyncio
import json
import re
from uuid import uuid4

import httpx
import pytest
from reflex_base.registry import RegistrationContext
from socketio.exceptions import ConnectionError as Refused
from sqlmodel import select

from portal_app.db import Database
from portal_app.domain.orders.models import Order
from portal_app.ui.routes import ROUTES
from portal_app.ui.shared.guard import FRAMEWORK, callers_of
from tests.e2e.conftest import Portal
from tests.e2e.hostile import HYDRATE, ROOT, connected, redirects, signed_in

pytestmark = [pytest.mark.proof("main-job-06"), pytest.mark.proof("identity-13"), pytest.mark.slow]

TODAY = "portal_app___ui___admin___today___state____today_state"
BASE = f"{ROOT}.portal_app___ui___shared___session____base"
ACCEPT, LOAD_TODAY = f"{BASE}.{TODAY}.accept", f"{BASE}.{TODAY}.load"
BOARD = "/admin/orders"
# What any client may say of where it is: the parts of the address, and that a page is being loaded.
OF_THE_ADDRESS = {f"{part}_rx_state_" for row in ROUTES for part in re.findall(r"\[(\w+)\]", row.path)} | {
    "field_errors_rx_state_", "missing_rx_state_", "is_hydrated_rx_state_",
}  # fmt: skip
NAMES = sorted(name for name in RegistrationContext.get().event_handlers if name.startswith(ROOT))


def run(story):
    return asyncio.run(asyncio.wait_for(story, 60))


@pytest.fixture(scope="module")
def portal(portal: Portal, portal_kind: str, request: pytest.FixtureRequest) -> Portal:
    """The portal these clients attack: on SQLite, and at full counts on PostgreSQL too."""
    return portal if portal_kind == "sqlite" else request.getfixturevalue("postgres_portal")


@pytest.fixture(scope="module")
def olive(portal: Portal) -> str:
    return signed_in(portal.url, "olive@harborlight.example", "harbor-demo-1")


@pytest.fixture(scope="module")
def carl(portal: Portal) -> str:
    return signed_in(portal.url, "carl@coastline.example", "harbor-demo-1")


@pytest.fixture(scope="module")
def omar(portal: Portal) -> str:
    return signed_in(portal.url, "omar@bluebirdmedia.example", "bluebird-demo-1", host=f"bluebird.localhost:{portal.port}")


def pending(portal: Portal) -> list[int]:
    """The numbers of Harbor Light's pending orders, read past everything."""
    database = Database(portal.database_url)
    with database.reading() as db:
        waiting = select(Order.number).where(Order.status == "pending", Order.studio_id == 1).order_by(Order.number)
        numbers = list(db.exec(waiting))
    database.close()
    return numbers


def test_the_studios_own_people_can_do_what_is_refused_to_others_below(portal, olive):
    async def story():
        async with connected(portal.url, cookie=olive) as socket:
            await socket.open_page(BOARD)
            assert "Carl Nakamura" in socket.text
            assert re.search(r"Olive Marchetti", socket.text)

    run(story())


@pytest.mark.parametrize("who", ["nobody", "carl", "omar"])
def test_a_verb_of_the_studio_called_by_others_changes_nothing(portal, request, who):
    cookie = "" if who == "nobody" else request.getfixturevalue(who)
    before = pending(portal)

    async def story():
        async with connected(portal.url, cookie=cookie) as socket:
            await socket.open_page("/login")
            answers = await socket.send(ACCEPT, {"number": before[0]}, path="/admin")
            assert redirects(answers) in (["/login?next=%2Fadmin"], ["/"])
            await socket.send(LOAD_TODAY, path="/admin")
            assert "Nakamura" not in socket.text.replace("Carl Nakamura", "", 3 if who == "carl" else 0)

    run(story())
    assert pending(portal) == before


@pytest.mark.parametrize(
    "payload",
    [
        {"number": {"$gt": 0}},
        {"number": [1]},
        {"number": True},
        {"number": "1e3"},
        {"number": 10**40},
        {"number": "9" * 5000},
        {"number": None},
        {},
        {"number": 1, "self": 1},
        {"number": 1, "more": 1},
    ],
    ids=lambda payload: json.dumps(payload)[:40],
)
def test_arguments_that_do_not_fit_are_refused(portal, olive, payload):
    before = pending(portal)

    async def story():
        async with connected(portal.url, cookie=olive) as socket:
            await socket.open_page("/admin")
            answers = await socket.send(ACCEPT, payload, path="/admin")
            assert "out of date" in json.dumps(answers)

    run(story())
    assert pending(portal) == before


def test_every_setter_is_refused_on_every_state(portal, olive):
    async def story():
        async with connected(portal.url, cookie=olive) as socket:
            await socket.open_page("/admin")
            seen = len(socket.updates)
            setters = [name for name in NAMES if name.endswith(".setvar")]
            assert len(setters) > 10
            for name in setters:
                await socket.client.emit(
                    "event",
                    {
                        "token": socket.token,
                        "name": name,
                        "payload": {"var_name": "is_hydrated", "value": False},
                        "router_data": {},
                    },
                    namespace="/_event",
                )
            await socket.send(f"{BASE}.set_me", {"value": {"name": "Mallory"}})
            await socket.settle()
            assert "Mallory" not in socket.text
            assert not any(update.get("events") for update in socket.updates[seen:])

    run(story())


def test_every_event_method_is_refused_to_nobody_unless_it_is_public(portal):
    declared = {name: callers_of(handler) for name, handler in RegistrationContext.get().event_handlers.items()}
    public = {name for name, callers in declared.items() if callers and callers.anyone}
    assert len(public) < len(NAMES) / 4

    async def story():
        async with connected(portal.url) as socket:
            await socket.open_page("/login")
            seen = len(socket.updates)
            for name in NAMES:
                if name not in FRAMEWORK and name not in public:
                    await socket.client.emit(
                        "event",
                        {"token": socket.token, "name": name, "payload": {}, "router_data": {"pathname": "/admin"}},
                        namespace="/_event",
                    )
            await socket.settle(1.0)
            for update in socket.updates[seen:]:
                changed = {var for variables in (update.get("delta") or {}).values() for var in variables}
                assert changed <= OF_THE_ADDRESS | {name for name in changed if name.startswith("rx_router")}

    run(story())


def test_ordinary_vars_cannot_be_written_as_browser_storage(portal):
    wish = {
        f"{BASE}.me_rx_state_": {"name": "Mallory"},
        f"{BASE}._identity": "1:owner",
        "nonsense": "x",
        f"{ROOT}.is_hydrated": False,
    }

    async def story():
        async with connected(portal.url) as socket:
            await socket.open_page("/login")
            for name in (f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal", HYDRATE):
                await socket.send(name, {"vars": wish})
            await socket.send(HYDRATE, {"vars": [1], "hashes": {"a": 1}})
            assert "Mallory" not in socket.text

    run(story())


@pytest.mark.parametrize("path", ["/admin", "/admin/orders", "/admin/orders/1042"])
def test_a_made_up_route_shows_nothing_to_a_customer(portal, carl, path):
    pattern = re.sub(r"/\d+$", "/[number]", path)

    async def story():
        async with connected(portal.url, cookie=carl) as socket:
            answers = await socket.open_page(path, pattern)
            assert redirects(answers) == ["/"]
            assert "Featherstonehaugh" not in socket.text

    run(story())


def test_a_session_of_one_studio_is_nobody_at_another(portal, omar):
    async def story():
        async with connected(portal.url, cookie=omar) as socket:
            assert redirects(await socket.open_page("/admin")) == ["/login?next=%2Fadmin"]
        async with connected(portal.url, cookie=omar, host=f"bluebird.localhost:{portal.port}") as socket:
            assert not redirects(await socket.open_page("/admin"))
            assert "Harbor" not in socket.text

    run(story())


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://localhost.evil.example", "file://"])
def test_a_socket_from_another_origin_is_refused_at_the_upgrade(portal, carl, origin):
    async def story():
        with pytest.raises(Refused):
            async with connected(portal.url, cookie=carl, origin=origin):
                pass

    run(story())


def test_the_real_upgrade_is_refused_too(portal):
    head = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example",
    }  # fmt: skip
    answer = httpx.get(f"{portal.url}/_event/?EIO=4&transport=websocket&token=x", headers=head)
    assert answer.status_code == 403


def test_a_token_in_use_is_not_shared(portal, olive):
    async def story():
        async with connected(portal.url, cookie=olive) as first:
            await first.open_page(BOARD)
            async with connected(portal.url, token=first.token) as second:
                await second.settle()
                assert second.new_tokens
                assert "Nakamura" not in second.text

    run(story())


@pytest.mark.parametrize("next_person", ["nobody", "carl", "omar"])
def test_a_token_left_behind_shows_the_next_person_nothing(portal, olive, request, next_person):
    cookie = "" if next_person == "nobody" else request.getfixturevalue(next_person)
    token = str(uuid4())

    async def story():
        async with connected(portal.url, cookie=olive, token=token) as socket:
            await socket.open_page(BOARD)
            assert "Featherstonehaugh" in socket.text
        await asyncio.sleep(0.5)
        async with connected(portal.url, cookie=cookie, token=token) as thief:
            await thief.settle()
            for name in (f"{ROOT}.hydrate", HYDRATE, f"{ROOT}.set_is_hydrated", LOAD_TODAY):
                await thief.send(name, {"value": True} if name.endswith("set_is_hydrated") else {}, path="/login")
            assert "Featherstonehaugh" not in thief.text
            assert "Marchetti" not in thief.text

    run(story())


def test_a_signed_out_person_is_refused_in_a_socket_that_is_still_open(portal):
    cookie = signed_in(portal.url, "olive@harborlight.example", "harbor-demo-1")

    async def story():
        async with connected(portal.url, cookie=cookie) as socket:
            await socket.open_page(BOARD)
            httpx.post(f"{portal.url}/api/sign-out", headers={"Cookie": cookie})
            answers = await socket.send(LOAD_TODAY, path=BOARD)
            assert redirects(answers) == ["/login?next=%2Fadmin%2Forders"]
            emptied = json.dumps(answers)
            assert '"name": ""' in emptied
            assert '"rows_rx_state_": []' in emptied
            assert "Nakamura" not in emptied

    run(story())


def test_nothing_secret_is_ever_sent_to_a_page(portal, olive):
    async def story():
        async with connected(portal.url, cookie=olive) as socket:
            for row in ROUTES:
                await socket.open_page(row.path.replace("[number]", "1042"), row.path)
            for word in ("password_hash", "argon2", "token_hash", olive.partition("=")[2], "sk_test", "secret_key"):
                assert word not in socket.text

    run(story())


def test_logs_keep_no_cookie_and_one_line_for_each_fault(portal, olive):
    mark = uuid4().hex
    before = len(portal.logged())

    async def story():
        async with connected(portal.url, cookie=f"{olive}; other={mark}") as socket:
            await socket.open_page("/admin")
            await socket.send(f"{ROOT}.no_such_state.no_such_method", {"a": mark})
            await socket.send("nonsense", {})
            for text in ("[bold]x[/bold]\nforged line", "\x1b[31mred"):
                for _ in range(30):
                    await socket.client.emit(
                        "event",
                        {
                            "token": socket.token,
                            "name": f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception",
                            "payload": {"info": text, "component_stack": text},
                            "router_data": {},
                        },
                        namespace="/_event",
                    )
            await socket.emit("client_error", {"error_type": "x", "message": "client\nforged line"})

    run(story())
    written = portal.logged()[before:]
    assert olive.partition("=")[2] not in written
    assert f"other={mark}" not in written
    assert written.count("in a browser:") <= 25
    assert "\nforged line" not in written
    assert "\x1b[31mred" not in written


def test_mangled_messages_leave_the_server_alive(portal, carl):
    async def story():
        for body in (
            "{",
            5,
            None,
            [],
            {"name": 5},
            {"name": HYDRATE, "payload": "x"},
            {"name": HYDRATE, "router_data": []},
            "x" * 2_000_000,
        ):
            try:
                async with connected(portal.url, cookie=carl) as socket:
                    await socket.emit("event", body)
            except Exception:
                continue

    run(story())
    assert httpx.get(f"{portal.url}/readyz").status_code == 200
