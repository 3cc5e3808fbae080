"""Passkeys with Chromium's virtual authenticator, and the second step of the studio's people, as they are used."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import delete, select

from portal_app.db import Database
from portal_app.domain.identity.models import Account, Passkey, RecoveryCode
from portal_app.domain.identity.second_step import require_second_step
from portal_app.domain.identity.sessions import as_viewer
from tests.e2e.browsing import DESK, PHONE, Watched, has_sideways_scroll, person, serious, sign_in, snap
from tests.e2e.conftest import Portal
from tests.e2e.screens import PASSWORD

pytestmark = [pytest.mark.proof("identity-03"), pytest.mark.slow]

PRIYA, JONAS = "priya@coastline.example", "jonas@harborlight.example"
OMAR, INES = "omar@bluebirdmedia.example", "ines@bluebirdmedia.example"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Device:
    """The browser's virtual authenticator: a phone that checks its person's finger."""

    def __init__(self, seen: Watched) -> None:
        self.wire = seen.context.new_cdp_session(seen.page)
        self.wire.send("WebAuthn.enable", {"enableUI": False})
        self.id = self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    def passkeys(self) -> list[dict]:
        return self.wire.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def checks(self, *, person: bool) -> None:
        """Whether the finger on it is the right one."""
        self.wire.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": person})


def sign_out(page: Page, url: str) -> None:
    page.goto(f"{url}/account")
    page.locator("main").get_by_role("button", name="Sign out", exact=True).click(no_wait_after=True)
    page.wait_for_url("**/login")


def open_security(page: Page, url: str) -> None:
    page.goto(f"{url}/account/security")
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()


def fresh_code(key: str, *, used: str = "") -> str:
    """The code of now; that of the next time step, which a fast clock would show, when this one was used."""
    app, now = pyotp.TOTP(key), datetime.now(UTC)
    return app.at(now) if app.at(now) != used else app.at(now, counter_offset=1)


def test_a_passkey_is_added_named_used_and_removed(portal, browser, pictures):
    with person(browser, PHONE) as seen:
        page, device = seen.page, Device(seen)
        page.add_init_script("if (sessionStorage.quiet) delete PublicKeyCredential.isConditionalMediationAvailable")
        sign_in(page, portal.url, PRIYA, PASSWORD)
        open_security(page, portal.url)
        expect(page.get_by_text("No passkey yet.")).to_be_visible()
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("button", name=re.compile("^Rename"))).to_be_visible()
        assert [(key["isResidentCredential"], key["rpId"]) for key in device.passkeys()] == [(True, "localhost")]

        page.get_by_role("button", name=re.compile("^Rename")).click()
        page.get_by_label("Name").fill("Blue phone")
        page.get_by_role("button", name="Save name").click()
        expect(page.get_by_role("button", name="Rename Blue phone")).to_be_visible()
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("This device has a passkey here already.")).to_be_visible()
        snap(page, pictures, "security-customer-390")

        # By the button: the browser offers nothing by itself. The wrong finger first.
        offers(page, False)
        sign_out(page, portal.url)
        page.goto(f"{portal.url}/login?next=/orders")
        device.checks(person=False)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_text("Nothing was chosen, or the time ran out.")).to_be_visible()
        device.checks(person=True)
        page.get_by_role("button", name="Sign in with a passkey").click(no_wait_after=True)
        page.wait_for_url("**/orders")
        expect(page.get_by_role("heading", name="Orders")).to_be_visible()
        assert next(one for one in seen.context.cookies() if one["name"] == "foyer")["httpOnly"]

        # Beside the email field: this device answers as soon as it is offered.
        sign_out(page, portal.url)
        offers(page, True)
        page.goto(f"{portal.url}/login?next=/orders", wait_until="commit")
        page.wait_for_url("**/orders")
        expect(page.get_by_role("heading", name="Orders")).to_be_visible()

        offers(page, False)
        open_security(page, portal.url)
        page.get_by_role("button", name="Remove Blue phone").click()
        page.get_by_role("button", name="Remove passkey").click()
        expect(page.get_by_text("No passkey yet.")).to_be_visible()
        sign_out(page, portal.url)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_text("That passkey was not accepted.")).to_be_visible()
        assert "/login" in page.url
        assert seen.faults == []


def offers(page: Page, is_on: bool) -> None:
    """Whether the browser shows its passkeys beside the email field by itself, from the next page on."""
    page.evaluate("is_on => sessionStorage.setItem('quiet', is_on ? '' : 'yes')", is_on)


def test_a_passkey_under_another_address_is_refused_in_words(portal, browser):
    with person(browser, DESK) as seen:
        Device(seen)
        seen.page.goto(f"{portal.on('harbor.localhost')}/login")
        seen.page.get_by_role("button", name="Sign in with a passkey").click()
        expect(seen.page.get_by_text(f"work at {portal.url}").first).to_be_visible()
        assert seen.faults == []


def test_a_code_after_the_password_once_then_a_recovery_code_once(portal, browser, pictures):
    with person(browser, DESK) as seen:
        page = seen.page
        sign_in(page, portal.url, JONAS, PASSWORD)
        open_security(page, portal.url)
        page.get_by_role("button", name="Set up an authenticator app").click()
        expect(page.get_by_role("img", name=re.compile("^Square code"))).to_be_visible()
        key = page.locator(".app-key").inner_text().replace(" ", "")
        snap(page, pictures, "security-enrolling-1280")
        page.get_by_label("Code from the app").fill("000000")
        page.get_by_role("button", name="Turn it on").click()
        expect(page.get_by_text("That code doesn’t fit")).to_be_visible()
        first = fresh_code(key)
        page.get_by_label("Code from the app").fill(first)
        page.get_by_role("button", name="Turn it on").click()
        expect(page.locator(".codes code")).to_have_count(10)
        codes = page.locator(".codes code").all_inner_texts()
        snap(page, pictures, "security-codes-1280")
        page.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
        assert codes[0] not in page.content()
        snap(page, pictures, "security-staff-1280")
        sign_out(page, portal.url)

        ask_for_step(page, portal.url, JONAS)
        page.goto(f"{portal.url}/admin")
        page.wait_for_url("**/second-step?next=*")
        page.set_viewport_size(PHONE)
        assert serious(page) == []
        assert not has_sideways_scroll(page)
        snap(page, pictures, "second-step-390")
        second = fresh_code(key, used=first)
        page.get_by_label("Code from the app").fill(second)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/admin")
        sign_out(page, portal.url)

        ask_for_step(page, portal.url, JONAS)
        page.get_by_label("Code from the app").fill(second)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("That code doesn’t fit, or was used already.")).to_be_visible()
        expect(page.get_by_label("Code from the app")).to_be_focused()
        use_spare(page, codes[0])
        page.wait_for_url("**/admin")
        sign_out(page, portal.url)
        ask_for_step(page, portal.url, JONAS)
        use_spare(page, codes[0])
        expect(page.get_by_text("That code doesn’t fit, or was used already.")).to_be_visible()
        use_spare(page, codes[1])
        page.wait_for_url("**/admin")
        assert seen.faults == []


def ask_for_step(page: Page, url: str, email: str) -> None:
    """The password, which is not enough."""
    page.goto(f"{url}/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/second-step*")
    expect(page.get_by_label("Code from the app")).to_be_visible()


def use_spare(page: Page, code: str) -> None:
    page.get_by_text("Your phone is not at hand?").click()
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Use this code").click()


def test_before_the_second_step_the_cookie_opens_nothing(portal):
    """The right password of somebody with a second step (the test above set it up): the session is nobody's."""
    with httpx.Client(base_url=portal.url, headers={"Accept": "application/json"}) as http:
        entered = http.post("/api/sign-in", data={"email": JONAS, "password": PASSWORD, "next": "/admin/orders"})
        assert entered.headers["location"] == "/second-step?next=%2Fadmin%2Forders"
        assert "foyer" in http.cookies
        assert http.post("/api/passkeys/ask-to-add", json={}).status_code == 403
        refused = http.post("/api/second-step/off", data={"password": PASSWORD})
        assert refused.headers["location"] == "/account/security"
        set_up = http.post("/api/second-step/set-up", data={"code": "123456"})
        assert set_up.headers["location"] == "/second-step"


def test_what_is_no_passkey_is_refused_in_words(portal):
    with httpx.Client(base_url=portal.url, headers={"Accept": "application/json"}) as http:
        enter = "/api/passkeys/enter"
        for sent in ({"data": {"answer": "x"}}, {"json": []}, {"json": {"answer": {"response": {}}}}, {"content": b"[" * 9000}):
            answer = http.post(enter, **sent)
            assert (answer.status_code, list(answer.json())) == (422, ["error"]), sent
        assert http.post(enter, json={}, headers={"Origin": "https://evil.example"}).status_code == 403
        elsewhere = portal.on("harbor.localhost")
        for path in ("ask-to-enter", "enter"):
            asked = {"Origin": elsewhere, "Host": elsewhere.removeprefix("http://")}
            answer = http.post(f"/api/passkeys/{path}", json={"answer": {"response": {}}}, headers=asked)
            assert (answer.status_code, portal.url in answer.json()["error"]) == (409, True)
        assert "foyer" not in http.cookies


def test_required_by_the_owner_an_open_tab_goes_to_set_one_up(portal, browser, pictures):
    """At the other studio, so that nobody else's sign-in is in the way."""
    url = portal.on("bluebird.localhost")
    with required(portal), person(browser, DESK) as seen:
        page = seen.page
        sign_in(page, url, INES, "bluebird-demo-1")
        page.goto(f"{url}/admin/orders")
        expect(page.get_by_role("heading", name="Orders")).to_be_visible()
        require(portal, is_on=True)
        page.wait_for_url("**/second-step*")  # nothing pressed: the page's own refresh is its next event
        expect(page.get_by_role("heading", name="Set up your second step")).to_be_visible()
        key = page.locator(".app-key").inner_text().replace(" ", "")
        page.reload()
        expect(page.locator(".app-key")).to_be_visible()
        assert page.locator(".app-key").inner_text().replace(" ", "") == key
        assert serious(page) == []
        snap(page, pictures, "second-step-set-up-1280")
        page.set_viewport_size(PHONE)
        assert not has_sideways_scroll(page)
        snap(page, pictures, "second-step-set-up-390")
        page.set_viewport_size(DESK)
        page.get_by_label("Code from the app").fill(fresh_code(key))
        page.get_by_role("button", name="Turn it on").click()
        page.wait_for_url("**/account/security")
        expect(page.get_by_text("No recovery code is left.")).to_be_visible()
        page.get_by_role("button", name="Make new recovery codes").click()
        expect(page.locator(".codes code")).to_have_count(10)

        forget(portal, INES)
        seen.context.clear_cookies()
        device = Device(seen)
        page.goto(f"{url}/login")
        page.get_by_label("Email").fill(INES)
        page.get_by_label("Password").fill("bluebird-demo-1")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name="Add a passkey").click(no_wait_after=True)
        page.wait_for_url("**/admin")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert [one["rpId"] for one in device.passkeys()] == ["bluebird.localhost"]
        assert seen.faults == []


def studio_of(portal: Portal) -> Database:
    return Database(portal.database_url)


def require(portal: Portal, *, is_on: bool) -> None:
    """As Bluebird's owner does, who has a passkey."""
    database = studio_of(portal)
    with database.unit_of_work() as db:
        omar = db.exec(select(Account).where(Account.email == OMAR)).one()
        require_second_step(db, as_viewer(db, omar), is_on, now=datetime.now(UTC))
    database.close()


def forget(portal: Portal, *emails: str) -> None:
    """These people have no second step anymore."""
    database = studio_of(portal)
    with database.unit_of_work() as db:
        for account in db.exec(select(Account).where(Account.email.in_(emails))):
            account.totp_box = account.totp_since = None
            for table in (Passkey, RecoveryCode):
                db.exec(delete(table).where(table.account_id == account.id))
    database.close()


@contextmanager
def required(portal: Portal) -> Iterator[None]:
    """Bluebird as it was, whatever happens inside."""
    database = studio_of(portal)
    with database.unit_of_work() as db:
        omar = db.exec(select(Account).where(Account.email == OMAR)).one()
        own = {"studio_id": omar.studio_id, "account_id": omar.id, "created_at": datetime.now(UTC)}
        db.add(Passkey(credential_id="of-omar", public_key=b"x", name="A key", **own))
    database.close()
    try:
        yield
    finally:
        require(portal, is_on=False)
        forget(portal, OMAR, INES)


@pytest.fixture(scope="module")
def pictures() -> Path | None:
    """A folder for pictures when somebody wants to look: PICTURES in the environment of the run."""
    return Path(os.environ["PICTURES"]) if os.environ.get("PICTURES") else None
