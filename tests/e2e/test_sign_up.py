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


def test_a_known_address_gets_a_mail_and_nobody_else_an_answer(portal, person):
    known = person.post("/api/sign-up", data={"name": "Not Tess", "email": "tess@coastline.example", "password": WORDS})
    fresh = httpx.post(
        f"{portal.url}/api/sign-up", data={"name": "New", "email": f"{uuid4().hex[:8]}@x.example", "password": WORDS}
    )
    assert (known.status_code, known.headers["location"]) == (fresh.status_code, fresh.headers["location"]) == (303, "/verify")
    assert "foyer" not in person.cookies
    assert mailed(portal, "tess@coastline.example", "already")
