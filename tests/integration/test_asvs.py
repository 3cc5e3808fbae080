"""What the table of ASVS names and no other test had reason to show: the front door with all its routes, small and whole."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import httpx
import pytest
from reflex_base.event import Event
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from portal_app import entrance, wiring
from portal_app.adapters.resealing import seal_anew
from portal_app.adapters.secret_box import CannotOpen, SecretBox, context_of
from portal_app.adapters.stripe_keys import seal_keys
from portal_app.core import tokens
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound, Problem, Unavailable
from portal_app.core.flash import Flash, opened, sealed
from portal_app.db import Database
from portal_app.domain import tables
from portal_app.domain.activity.models import Fact
from portal_app.domain.billing.keys import connect_stripe, keys_of_studio
from portal_app.domain.customers.joining import answer_reset, reset_password
from portal_app.domain.customers.queries import customer_rows
from portal_app.domain.identity import second_step
from portal_app.domain.identity.closing import forget_second_step
from portal_app.domain.identity.codes import issue_code
from portal_app.domain.identity.limits import TooManyTries
from portal_app.domain.identity.models import Account, MailedCode, RecoveryCode, SignInSession, Waits
from portal_app.domain.identity.passwords import hash_password
from portal_app.domain.identity.service import sign_in
from portal_app.domain.identity.sessions import end_sessions_of, open_session, viewer_of
from portal_app.domain.identity.stepping import waiting
from portal_app.domain.orders.models import Order
from portal_app.domain.orders.placing import OrderRequest, place_order
from portal_app.domain.orders.writing import entry_context
from portal_app.domain.studios.models import StudioHost
from portal_app.settings import read_settings
from portal_app.ui.shared import guard, layout, session
from portal_app.web import downloads, policy
from portal_app.web.api import make_api
from portal_app.web.hardening import Hardening
from tests.architecture.test_house import offenders
from tests.conftest import NOW, Cast, make_cast
from tests.integration.builders import make_order

pytestmark = pytest.mark.proof("identity-11")
HOST = "portal.harbor.example"
WORDS = "three quiet lighthouses"
CARL = {"email": "carl@coastline.example", "password": WORDS}


class House:
    """Every route of ours behind the front door, in production, over a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'portal.db'}")
        tables.metadata.create_all(self.database.engine)
        self.cast = make_cast(self.database)
        with self.database.unit_of_work() as db:
            db.add(StudioHost(studio_id=self.cast.harbor, host=HOST, address=f"https://{HOST}"))
            db.get(Account, self.cast.carl.account_id).password_hash = hash_password(WORDS)
        demo = read_settings({"PORTAL_DATA_DIR": str(folder)})
        self.settings = replace(demo, env="production", public_url=f"https://{HOST}", default_studio="", allowed_origins=())
        self.pool = ThreadPoolExecutor(2)
        self.door = Hardening(make_api(), build=folder, pages=["/login", "/"])

    def enter(self) -> None:
        entrance.forget_studios()
        nothing = SimpleNamespace()
        wiring.use(wiring.Wiring(self.settings, self.database, nothing, nothing, nothing, self.pool))

    def __call__(self, method: str, path: str, **options) -> httpx.Response:
        async def ask() -> httpx.Response:
            straight = httpx.ASGITransport(self.door, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=straight, base_url=f"https://{HOST}") as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def session(self) -> str:
        """Carl signed in: the Cookie header."""
        answer = self("POST", "/api/sign-in", data=CARL)
        return next(one.partition(";")[0] for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-foyer="))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.pool.shutdown()
    made.database.close()


@pytest.fixture
def house(built: House) -> Iterator[House]:
    built.enter()
    yield built
    wiring.use(None)
    entrance.forget_studios()


def name_of(house: House, email: str) -> str:
    with house.database.reading() as db:
        return db.exec(select(Account.name).where(Account.email_key == email)).one()


def test_what_was_typed_is_decoded_once(house: House) -> None:
    typed = "100%2525 &amp; %3Cb%3E \\u003c"
    house("POST", "/api/sign-up", data={"name": typed, "email": "once@coastline.example", "password": WORDS})
    assert name_of(house, "once@coastline.example") == typed


HOSTILE_SEARCHES = ["' OR 1=1 --", "'; DROP TABLE customer; --", 'x" OR ""="', "\\'", "1) UNION SELECT password_hash"]


def test_a_search_with_sql_in_it_finds_nothing_and_breaks_nothing(database: Database, cast: Cast) -> None:
    with database.reading() as db:
        assert [customer_rows(db, cast.olive, search=search) for search in HOSTILE_SEARCHES] == [[]] * len(HOSTILE_SEARCHES)
        assert customer_rows(db, cast.olive, search="nakamura")


def test_nobody_places_more_orders_an_hour_than_a_person_could_mean(database: Database, cast: Cast) -> None:
    def place(number: int, now: datetime) -> int:
        request = OrderRequest(
            request_key=f"key-{number}",
            street=f"{number} Ocean View Blvd",
            town="Pacific Grove, CA 93950",
            area="2000",
            services=[cast.photos],
            starts_at=datetime(2026, 12, 1, 9, 30),
        )
        with database.unit_of_work() as db:
            return place_order(db, cast.carl, request, now=now)

    for number in range(30):
        place(number, NOW)
    with pytest.raises(TooManyTries):
        place(30, NOW)
    assert place(29, NOW), "the same click again is the same order, and no further one"
    assert place(30, NOW + timedelta(minutes=2)), "slowed down, not locked out"
    with database.reading() as db:
        assert len(db.exec(select(Order.id)).all()) == 31


def test_every_cookie_is_bound_to_host_connection_and_site(house: House) -> None:
    answers = [
        house("POST", "/api/sign-in", data=CARL),
        house("POST", "/api/sign-in", data=CARL | {"password": "not this one"}),
        house("POST", "/api/sign-up", data={"name": "Nina", "email": "nina@coastline.example", "password": WORDS}),
        house("POST", "/api/sign-out"),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-foyer", "__Host-foyer_flash", "__Host-foyer_link"}
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts, cookie
        assert not any(part.startswith("domain") for part in parts), cookie


def test_https_is_asked_for_a_year_with_subdomains(house: House) -> None:
    for path in ("/livez", "/brand.css", "/api/nothing", "/l/nothing"):
        said = house("GET", path).headers["strict-transport-security"]
        assert said == "max-age=31536000; includeSubDomains"
    assert house("GET", "/login", headers={"Host": "stranger.example"}).headers["strict-transport-security"] == said


def test_the_content_policy_denies_what_nothing_here_needs() -> None:
    directives = dict(part.strip().partition(" ")[::2] for part in policy.content_policy([]).split(";"))
    for name in ("default-src", "object-src", "base-uri", "worker-src", "frame-ancestors"):
        assert directives[name] == "'none'", name
    assert directives["connect-src"] == directives["script-src"] == directives["form-action"] == "'self'"
    assert not re.search(r"https?:|\*", policy.content_policy([])), "no other host serves or receives anything"


def test_files_may_not_be_framed_either() -> None:
    for said in (downloads.SAFE["content-security-policy"], policy.FILE_POLICY):
        assert "frame-ancestors 'none'" in said
    assert "sandbox" in downloads.SAFE["content-security-policy"]
    assert downloads.SAFE["x-content-type-options"] == "nosniff"


def test_secret_addresses_are_told_to_nobody(house: House) -> None:
    answer = house("GET", "/l/s3cr3t-T0ken_value-of-a-delivery")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert downloads.SAFE["referrer-policy"] == "no-referrer"
    assert "s3cr3t" not in answer.text


def test_a_form_answers_to_post_only(house: House) -> None:
    forms = [route for route in make_api().routes if route.path.startswith("/api/") and "uploads" not in route.path]
    assert len(forms) > 8
    for route in forms:
        assert route.methods == {"POST"}, route.path
        assert house("GET", re.sub(r"\{.*?\}", "x", route.path)).status_code == 405, route.path


def test_every_text_says_how_it_is_written(house: House) -> None:
    for path in ("/livez", "/brand.css", "/brand/logo", "/brand/icon", "/l/nothing", "/api/nothing", "/_upload", "/mailbox"):
        kind = house("GET", path).headers["content-type"]
        assert kind.endswith("; charset=utf-8"), (path, kind)
    assert house("GET", "/readyz").headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "headers",
    [
        {"Transfer-Encoding": "chunked"},
        {"Transfer-Encoding": "chunked", "Content-Length": "3"},
        {"Content-Length": "3, 3"},
        {"Content-Length": "-3"},
    ],
    ids=str,
)
def test_a_body_has_one_length(house: House, headers: dict[str, str]) -> None:
    assert house("POST", "/api/sign-in", headers=headers, content=b"a=b").status_code in {411, 413}


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"])
def test_methods_nobody_needs_are_refused(house: House, method: str) -> None:
    assert house(method, "/login").status_code == 405


def test_a_password_with_spaces_and_signs_arrives_as_typed(house: House) -> None:
    odd, who = "  Pass\twörd % + & = \U0001f388 ", {"email": "odd@coastline.example"}
    house("POST", "/api/sign-up", data={"name": "Odd", "password": odd, **who})
    assert "__Host-foyer=" in str(house("POST", "/api/sign-in", data={"password": odd, **who}).headers.get_list("set-cookie"))
    for other in (odd.strip(), odd.lower(), odd.replace("\t", " ")):
        refused = house("POST", "/api/sign-in", data={"password": other, **who})
        assert "__Host-foyer=" not in str(refused.headers.get_list("set-cookie"))


def test_a_form_is_read_from_its_body_only(house: House) -> None:
    asked = "email=carl%40coastline.example&password=three+quiet+lighthouses"
    for options in (
        {},
        {"json": CARL},
        {"content": asked, "headers": {"Content-Type": "text/plain"}},
        {"headers": {"Cookie": asked.replace("&", "; ")}},
    ):
        answer = house("POST", f"/api/sign-in?{asked}", **options)
        assert "__Host-foyer=" not in str(answer.headers.get_list("set-cookie")), options
    twice = {"content": f"password=another&{asked}", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    assert "__Host-foyer=" in str(house("POST", "/api/sign-in", **twice).headers.get_list("set-cookie"))


def test_answers_about_people_are_not_kept(house: House) -> None:
    cookie = {"Cookie": house.session()}
    answers = [
        house("POST", "/api/sign-in", data=CARL),
        house("POST", "/api/verify", data={"code": "000000"}, headers=cookie),
        house("GET", "/pay/return/nothing", headers=cookie),
        house("GET", "/files/zip/nothing", headers=cookie),
        house("GET", "/l/nothing", headers=cookie),
    ]
    for answer in answers:
        assert "no-store" in answer.headers["cache-control"], answer.url


def test_signing_out_forgets_every_cookie(house: House) -> None:
    cookie = house.session()
    gone = house("POST", "/api/sign-out", headers={"Cookie": cookie}).headers.get_list("set-cookie")
    assert {one.partition("=")[0] for one in gone if "Max-Age=0" in one} == {
        "__Host-foyer",
        "__Host-foyer_flash",
        "__Host-foyer_link",
    }
    assert entrance.who_is(HOST, cookie).viewer is None


def test_a_fault_shows_nothing_of_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(host: str) -> None:
        raise KeyError("SELECT password_hash FROM account at /opt/foyer")

    monkeypatch.setattr("portal_app.web.brand.studio_of", broken)
    answer = house("GET", "/brand.css")
    assert (answer.status_code, answer.text) == (500, Problem.sentence)
    assert not {"server", "x-powered-by"} & set(answer.headers)


def test_a_session_that_cannot_be_looked_up_is_nobodys(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = house.session()

    def away(*_args, **_values) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(entrance, "live_session", away)
    answer = house("GET", "/files/zip/nothing", headers={"Cookie": cookie})
    assert (answer.status_code, answer.text) == (Unavailable.status, Unavailable.sentence)


def noted(caplog: pytest.LogCaptureFixture) -> list[dict]:
    return [
        {"event": record.getMessage(), **getattr(record, "what", {})}
        for record in caplog.records
        if record.name == "portal_app.security"
    ]


def test_every_try_to_sign_in_leaves_a_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    tries = [CARL, CARL | {"password": "not this one"}, CARL | {"email": "nobody@coastline.example"}]
    for typed in tries:
        house("POST", "/api/sign-in", data=typed)
    house("POST", "/api/reset", data={"email": CARL["email"]})
    lines = [line for line in noted(caplog) if line["event"] == "form"]
    assert [(line["form"], line["outcome"]) for line in lines] == [
        ("sign-in", "done"), ("sign-in", "InvalidInput"), ("sign-in", "InvalidInput"), ("reset", "done"),
    ]  # fmt: skip
    assert lines[0]["who"] == lines[1]["who"] == lines[3]["who"] != lines[2]["who"]
    assert all(line["address"] for line in lines)
    assert not [word for word in (WORDS, "not this one", "carl@") if word in caplog.text + str(lines)]


def test_who_is_turned_away_leaves_a_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    house("GET", "/login", headers={"Host": "stranger.example"})
    house("POST", "/api/sign-in", data=CARL, headers={"Origin": "https://evil.example"})
    house("POST", "/api/sign-in", content=b"x" * 70_000)
    house("GET", "/files/zip/nothing", headers={"Cookie": house.session()})
    lines = [line for line in noted(caplog) if line["event"] in {"turned away", "refused"}]
    assert [line["status"] for line in lines] == [421, 403, 413, 404]
    assert lines[0]["host"] == "stranger.example"
    assert lines[1]["origin"] == "https://evil.example"
    assert lines[3]["path"] == "/files/zip/nothing"


def test_a_refused_event_names_who_tried(caplog: pytest.LogCaptureFixture, house: House) -> None:
    caplog.set_level(logging.INFO)
    event = Event(name="root.today.accept\nforged", payload={"number": 1})
    assert guard._refused(event, "not for this person", house.cast.carl) == []
    (line,) = noted(caplog)
    assert (line["event"], line["why"]) == ("event refused", "not for this person")
    assert (line["account"], line["studio"], line["role"]) == (house.cast.carl.account_id, house.cast.harbor, "customer")
    assert "\n" not in line["name"]


@pytest.mark.parametrize(
    ("fault", "lines"), [(NotFound(), 1), (NotAllowed(), 1), (TooManyTries(), 1), (InvalidInput("name"), 0)], ids=repr
)
def test_what_a_verb_refuses_to_a_page_leaves_a_line(
    caplog: pytest.LogCaptureFixture, house: House, fault: Problem, lines: int
) -> None:
    caplog.set_level(logging.INFO)

    class Page:
        def __getattr__(self, name: str) -> MagicMock:
            return MagicMock()

    async def show(self: Page) -> None:
        raise fault

    session.arrive(entrance.Arrival(None, house.cast.carl))
    asyncio.run(guard._in_words(show, {})(Page()))
    session.arrive(None)
    found = [(line["why"], line["account"]) for line in noted(caplog)]
    assert found == [(type(fault).__name__, house.cast.carl.account_id)] * lines


def test_a_passkey_that_does_not_fit_leaves_a_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    house("POST", "/api/passkeys/enter", json={"answer": "nonsense"})
    assert [(line["form"], line["outcome"]) for line in noted(caplog) if line["event"] == "form"] == [
        ("passkey enter", "InvalidInput")
    ]


def test_nothing_changes_or_removes_a_fact() -> None:
    assert not offenders(r"\b(update|delete)\(Fact\b|\bfact\.\w+ = |setattr\(fact")


def test_a_password_does_not_grow_old(house: House) -> None:
    later = NOW + timedelta(days=365 * 4)
    token = sign_in(house.database.unit_of_work, house.cast.harbor, CARL["email"], WORDS, now=later)
    with house.database.reading() as db:
        assert viewer_of(db, house.cast.harbor, token, now=later)
    assert not {column.name for column in Account.__table__.columns if re.search("password_(set|changed|expires)", column.name)}


def test_codes_have_six_digits_and_tokens_256_bits() -> None:
    codes, long_ones = {tokens.new_code() for _ in range(200)}, {tokens.new_token() for _ in range(200)}
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len(codes) > 190
    assert all(len(token) == 43 for token in long_ones)
    assert len(long_ones) == 200
    assert len(tokens.fingerprint("x")) == 64


def test_a_seal_counts_for_its_purpose_and_installation() -> None:
    import base64
    import hashlib
    import hmac

    key, other = b"k" * 32, b"o" * 32
    said = sealed(Flash("sign-in", sentence="Welcome back"), key)
    assert opened(said, key)
    assert opened(said, key).form == "sign-in"
    assert opened(said, other) is None
    body = base64.urlsafe_b64encode(b'{"form": "sign-in"}').decode().rstrip("=")
    for purpose in (b"", b"session:", b"flash"):
        assert opened(f"{body}.{hmac.new(key, purpose + body.encode(), hashlib.sha256).hexdigest()}", key) is None


@pytest.mark.parametrize("name", ["portal_shell", "admin_shell", "person_shell", "booking_shell", "listing_shell"])
def test_every_frame_behind_the_door_has_a_way_out(name: str) -> None:
    assert "/api/sign-out" in str(getattr(layout, name)().render())


def test_sessions_belong_to_the_row_not_to_the_cookie(house: House) -> None:
    cookie = house.session()
    with house.database.unit_of_work() as db:
        for row in db.exec(select(SignInSession)):
            row.ended_at = NOW
    assert entrance.who_is(HOST, cookie).viewer is None


def test_whoever_runs_the_machine_ends_sessions(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        here = {who.account_id: open_session(db, db.get(Account, who.account_id), now=NOW) for who in (cast.carl, cast.olive)}
        there = open_session(db, db.get(Account, cast.omar.account_id), now=NOW)
        assert end_sessions_of(db, cast.harbor, "Carl@Coastline.example", now=NOW) == 1
        assert viewer_of(db, cast.harbor, here[cast.carl.account_id], now=NOW) is None
        assert viewer_of(db, cast.harbor, here[cast.olive.account_id], now=NOW)
        assert end_sessions_of(db, cast.harbor, now=NOW) == 1
        assert viewer_of(db, cast.harbor, here[cast.olive.account_id], now=NOW) is None
        assert viewer_of(db, cast.bluebird, there, now=NOW)


def test_sealed_keys_are_sealed_anew_with_the_new_key(database: Database, cast: Cast) -> None:
    old, new = SecretBox(b"o" * 32), SecretBox(b"n" * 32, b"o" * 32)
    order = make_order(database, cast.harbor, cast.carl_customer)
    boxes = seal_keys(old, cast.harbor, "live", "rk_live_51Abc", "whsec_abc123")
    with database.unit_of_work() as db:
        connect_stripe(db, cast.harbor, "live", endpoint_token="t", secret_key_box=boxes[0], webhook_secret_box=boxes[1])
        db.get(Account, cast.olive.account_id).totp_box = old.seal("BASE32", second_step.context_of(cast.olive.account_id))
        db.get(Order, order.id).entry_code_box = old.seal("4711", entry_context(order.id))
    with database.unit_of_work() as db:
        assert seal_anew(db, new) == 4
    only_new = SecretBox(b"n" * 32)
    with database.reading() as db:
        keys = keys_of_studio(db, cast.harbor)
        assert only_new.open(keys.secret_key_box, context_of(cast.harbor, "live", "secret_key")) == "rk_live_51Abc"
        assert only_new.open(keys.webhook_secret_box, context_of(cast.harbor, "live", "webhook_secret")) == "whsec_abc123"
        box = db.get(Account, cast.olive.account_id).totp_box
        assert only_new.open(box, second_step.context_of(cast.olive.account_id)) == "BASE32"
        assert only_new.open(db.get(Order, order.id).entry_code_box, entry_context(order.id)) == "4711"
    with pytest.raises(CannotOpen), database.unit_of_work() as db:
        seal_anew(db, old)


def test_a_new_password_does_not_pass_the_second_step(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        db.get(Account, cast.olive.account_id).totp_since = NOW
        answer_reset(db, cast.harbor, cast.olive.email, now=NOW)
    with database.unit_of_work() as db:
        code = issue_code(db, db.exec(select(MailedCode.id).order_by(MailedCode.id.desc())).first(), now=NOW)
    token = reset_password(database.unit_of_work, cast.harbor, cast.olive.email, code, WORDS, now=NOW)
    with database.reading() as db:
        assert viewer_of(db, cast.harbor, token, now=NOW) is None
        assert waiting(db, cast.harbor, token, now=NOW).waits_for == Waits.SECOND_STEP


def test_a_lost_second_step_is_taken_away_at_the_machine_only(database: Database, cast: Cast) -> None:
    with database.unit_of_work() as db:
        account = db.get(Account, cast.olive.account_id)
        account.password_hash, account.totp_since, account.totp_box = hash_password(WORDS), NOW, b"sealed"
        db.add(RecoveryCode(studio_id=cast.harbor, account_id=account.id, code_hash="x", created_at=NOW))
        before = open_session(db, account, waits=Waits.NOTHING, now=NOW)
    with database.unit_of_work() as db:
        forget_second_step(db, cast.harbor, " Olive@Harbor.example", now=NOW)
        with pytest.raises(NotFound):
            forget_second_step(db, cast.bluebird, cast.olive.email, now=NOW)
    with database.reading() as db:
        assert viewer_of(db, cast.harbor, before, now=NOW) is None
        assert db.exec(select(RecoveryCode.id)).all() == []
        assert db.exec(select(Fact.kind).where(Fact.kind == "second_step.forgotten")).one()
    token = sign_in(database.unit_of_work, cast.harbor, cast.olive.email, WORDS, now=NOW)
    with database.reading() as db:
        assert viewer_of(db, cast.harbor, token, now=NOW)
