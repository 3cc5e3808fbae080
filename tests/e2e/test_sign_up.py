"""Signing up and a new password, over HTTP and the mailbox, as a browser without scripts would do it."""

from __future__ import annotations

import email
import email.policy
import re
import time
from uuid import uuid4

import httpx
import pytest

from tests.e2e.conftest import Portal

pytestmark = [pytest.mark.proof("main-job-09"), pytest.mark.slow]

WORDS = "three quiet lighthouses"


@pytest.fixture
def person(portal: Portal):
    """A browser with nothing in it."""
    with httpx.Client(base_url=portal.url, timeout=15) as client:
        yield client


def mailed(portal: Portal, address: str, words: str) -> str:
    """The text of the mail to this address that says these words, once it came."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        for path in portal.data_dir.glob("mailbox/*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            text = mail.get_body(("plain",)).get_content()
            if address in str(mail["to"]) and words in f"{mail['subject']}\n{text}".lower():
                return text
        time.sleep(0.3)
    raise AssertionError(f"no mail to {address} with {words}")


def code_in(text: str) -> str:
    return re.sub(r"\s", "", re.search(r"\b\d{3}\s?\d{3}\b", text).group())


def test_a_customer_signs_up_proves_the_mailbox_and_later_resets_the_password(portal, person):
    address = f"nina.{uuid4().hex[:6]}@coastline.example"
    up = person.post("/api/sign-up", data={"name": "Nina Ortega", "email": address, "password": WORDS, "next": "/place-order"})
    assert (up.status_code, up.headers["location"]) == (303, "/verify?next=%2Fplace-order")
    assert "foyer" in person.cookies

    wrong = person.post("/api/verify", data={"code": "000000", "next": "/place-order"})
    assert wrong.headers["location"] == "/verify?next=%2Fplace-order"
    right = person.post("/api/verify", data={"code": code_in(mailed(portal, address, "code")), "next": "/place-order"})
    assert right.headers["location"] == "/place-order"

    person.post("/api/sign-out")
    assert "foyer" not in person.cookies
    asked = person.post("/api/reset", data={"email": address})
    assert asked.headers["location"] == "/reset?step=code"
    new = {"email": address, "code": code_in(mailed(portal, address, "new password")), "password": "another quiet lighthouse"}
    assert person.post("/api/reset/confirm", data=new).headers["location"] == "/"
    assert "foyer" in person.cookies
    person.post("/api/sign-out")
    old = person.post("/api/sign-in", data={"email": address, "password": WORDS})
    assert old.headers["location"] == "/login"


@pytest.mark.proof("identity-01")
def test_a_known_address_gets_a_mail_and_nobody_else_an_answer(portal, person):
    """Sign-up, reset and the link: same status, same headers, same cookies for an address with an account and one without."""
    forms = {
        "/api/sign-up": {"name": "Not Tess", "password": WORDS},
        "/api/sign-in": {"password": "not the password of anybody"},
        "/api/reset": {},
        "/api/enter": {},
    }
    for path, typed in forms.items():
        known, unknown = (
            shape(httpx.post(portal.url + path, data=typed | {"email": address}, timeout=15))
            for address in ("tess@coastline.example", f"{uuid4().hex[:8]}@coastline.example")
        )
        assert known == unknown, path
    assert mailed(portal, "tess@coastline.example", "already")


def shape(answer: httpx.Response) -> tuple:
    """What could be told apart: status, address, header names, and each cookie's name, attributes and kind of value."""
    cookies = [re.sub(r"=[^;]*", "=…", cookie, count=1) for cookie in answer.headers.get_list("set-cookie")]
    lengths = [len(value) for name, value in sorted(answer.cookies.items()) if "flash" not in name]
    return answer.status_code, answer.headers["location"], sorted(answer.headers), cookies, lengths


@pytest.mark.proof("identity-01")
def test_a_link_by_mail_signs_in_by_its_button_once_and_the_account_changes_and_ends(portal, person):
    """A browser without scripts: a link, another password, another address, and the end of the account."""
    address = f"noor.{uuid4().hex[:6]}@coastline.example"
    person.post("/api/sign-up", data={"name": "Noor Aziz", "email": address, "password": WORDS})
    person.post("/api/verify", data={"code": code_in(mailed(portal, address, "code"))})
    person.post("/api/sign-out")

    assert person.post("/api/enter", data={"email": address, "next": "/orders"}).headers["location"] == "/login?step=mailed"
    link = re.search(r"http\S+/enter/\S+", mailed(portal, address, "sign in to")).group()
    token, onward = re.fullmatch(r".*/enter/([\w-]{43})\?next=(\S+)", link).groups()
    assert onward == "%2Forders"
    for _ in range(2):
        assert person.get(f"/enter/{token}").status_code == 200
    assert "foyer" not in person.cookies
    pressed = person.post("/api/enter/confirm", data={"token": token, "next": "/orders"})
    assert pressed.headers["location"] == "/orders"
    assert "foyer" in person.cookies
    assert httpx.post(f"{portal.url}/api/enter/confirm", data={"token": token}).headers["location"] == "/login"

    before = person.cookies["foyer"]
    changed = person.post("/api/account/password", data={"current": WORDS, "password": "another quiet lighthouse"})
    assert changed.headers["location"] == "/account/security"
    assert person.cookies["foyer"] != before
    mailed(portal, address, "your password was changed")

    moved = address.replace("noor.", "noor.aziz.")
    person.post("/api/account/email", data={"email": moved, "password": "another quiet lighthouse"})
    person.post("/api/account/email/confirm", data={"code": code_in(mailed(portal, moved, "new address"))})
    mailed(portal, address, "another address now")

    gone = person.post("/api/account/close", data={"password": "another quiet lighthouse", "word": "delete"})
    assert gone.headers["location"] == "/login"
    assert "foyer" not in person.cookies
    mailed(portal, moved, "is deleted")
    again = person.post("/api/sign-in", data={"email": moved, "password": "another quiet lighthouse"})
    assert "foyer" not in person.cookies
    assert again.headers["location"] == "/login"
