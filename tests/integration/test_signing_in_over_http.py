"""Whose address counts when somebody guesses over HTTP, and which session a sign-in leaves behind. On both databases."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from portal_app import entrance, wiring
from portal_app.core.clock import utc_now
from portal_app.core.flash import opened
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.identity.sessions import viewer_of
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from portal_app.web.hardening import Hardening

WORDS = "three quiet lighthouses"
CARL = "carl@coastline.example"


@pytest.fixture
def browser(database, cast, tmp_path: Path):
    """A browser at a peer's address before every route of ours, behind so many proxies."""
    with database.unit_of_work() as db:
        db.get(Account, cast.carl.account_id).password_hash = hash_password(WORDS)
    settings = read_settings({"PORTAL_DATA_DIR": str(tmp_path)})
    pool = ThreadPoolExecutor(2)
    entrance.forget_studios()
    door = Hardening(make_api(), build=tmp_path, pages=())

    def at(peer: str, *, hops: int):
        wiring.use(wiring.Wiring(replace(settings, proxy_hops=hops), database, None, None, None, pool))

        def post(path: str, form: dict[str, str], **headers: str) -> httpx.Response:
            async def ask():
                transport = httpx.ASGITransport(door, client=(peer, 5000))
                async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
                    return await client.post(path, data=form, headers={name.replace("_", "-"): v for name, v in headers.items()})

            return asyncio.run(ask())

        return post

    yield at
    wiring.use(None)
    entrance.forget_studios()
    pool.shutdown()


def anywhere() -> str:
    return ".".join(str(random.randrange(1, 255)) for _ in range(4))


@pytest.mark.proof("identity-08")
@pytest.mark.parametrize(
    ("peer", "hops", "forged"),
    [
        ("203.0.113.7", 0, lambda: anywhere()),
        ("127.0.0.1", 0, lambda: anywhere()),
        ("127.0.0.1", 1, lambda: f"{anywhere()}, {anywhere()}, 203.0.113.7"),
        ("10.0.0.2", 2, lambda: f"{anywhere()}, 203.0.113.7, 10.0.0.1"),
    ],
    ids=["no proxy", "no proxy, on this machine", "one proxy", "two proxies"],
)
def test_two_hundred_tries_with_forged_addresses_are_those_of_one_place(
    browser, cast, database, monkeypatch, full, peer, hops, forged
):
    monkeypatch.setattr("portal_app.domain.identity.passwords.matches", lambda stored, typed: typed == WORDS)
    guess = browser(peer, hops=hops)
    wrong = {"email": CARL, "password": "not this one"}
    answers = [
        guess("/api/sign-in", wrong, X_Forwarded_For=forged(), Accept="application/json") for _ in range(200 if full else 40)
    ]
    tried = [answer for answer in answers if answer.status_code == 303]
    slowed = [answer for answer in answers if answer.status_code == 429]
    assert len(tried) + len(slowed) == len(answers)
    assert 5 <= len(tried) <= 10
    assert all(1 <= int(answer.headers["retry-after"]) <= 30 for answer in slowed)
    elsewhere = browser("127.0.0.1", hops=1)
    right = elsewhere("/api/sign-in", {"email": CARL, "password": WORDS}, X_Forwarded_For=f"{anywhere()}, 198.51.100.9")
    assert "foyer" in right.cookies


@pytest.mark.proof("identity-08")
def test_a_person_is_told_on_the_page_how_long_to_wait(browser):
    post = browser("203.0.113.7", hops=0)
    for _ in range(6):
        answer = post("/api/sign-in", {"email": CARL, "password": "not this one"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    said = opened(answer.cookies["foyer_flash"].strip('"'), wiring.current().settings.secret_key)
    assert said.sentence.startswith("Too many tries. Wait ")


@pytest.mark.proof("identity-05")
def test_a_token_somebody_planted_is_never_the_one_that_is_signed_in(browser, database, cast):
    post = browser("203.0.113.7", hops=0)
    answer = post("/api/sign-in", {"email": CARL, "password": WORDS}, Cookie="foyer=chosen-by-somebody-else")
    token = answer.cookies["foyer"]
    assert len(token) >= 43
    with database.reading() as db:
        assert viewer_of(db, cast.harbor, "chosen-by-somebody-else", now=utc_now()) is None
        assert viewer_of(db, cast.harbor, token, now=utc_now()).account_id == cast.carl.account_id


@pytest.mark.proof("identity-05")
def test_signing_in_again_ends_the_session_of_before(browser, database, cast):
    post = browser("203.0.113.7", hops=0)
    first = post("/api/sign-in", {"email": CARL, "password": WORDS}).cookies["foyer"]
    second = post("/api/sign-in", {"email": CARL, "password": WORDS}, Cookie=f"foyer={first}").cookies["foyer"]
    assert first != second
    with database.reading() as db:
        assert viewer_of(db, cast.harbor, first, now=utc_now()) is None
        assert viewer_of(db, cast.harbor, second, now=utc_now())
