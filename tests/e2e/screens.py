"""Every page of the table with an address that shows it full, who opens it, and the one thing people come for.

A page of the table that has no row in `SHOWN` fails the tests that use it, so that a new page cannot be forgotten.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx
from playwright.sync_api import Browser, Locator, Page

from portal_app.ui.routes import ROUTES
from tests.e2e.browsing import Watched, person
from tests.e2e.conftest import Portal

PASSWORD = "harbor-demo-1"
CARL, OLIVE, PIA, NOBODY = "carl@coastline.example", "olive@harborlight.example", "pia@harborlight.example", ""

ORDER = """select o.number from orders o join customer c on c.id = o.customer_id join account a on a.id = c.account_id
    where a.email = 'carl@coastline.example' and o.status = '{}' order by o.number desc"""
SOLD = "select public_id from service where studio_id = 1 and name = '{}'"
TEAM = "select public_id from team where name = '{}'"
PIAS_PLACE = """select m.id from membership m join account a on a.id = m.account_id where a.email = 'pia@harborlight.example'"""
ANY_ORDER = "select number from orders where studio_id = 1 and status = '{}' order by number desc"
MEMBERS_ORDER = """select o.number from orders o join customer c on c.id = o.customer_id join team t on t.id = c.team_id
    where t.name = 'Coastline' and c.email = 'tess@coastline.example' and o.status = 'accepted'"""
LOCKED = """select l.public_id from delivery d join orders o on o.id = d.order_id join listing l on l.id = o.listing_id
    join customer c on c.id = o.customer_id join account a on a.id = c.account_id where a.email = 'carl@coastline.example'
    and d.collect_payment and o.id not in (select order_id from ledger_entry where order_id is not null) order by d.id desc"""
OPEN = LOCKED.replace("d.collect_payment and o.id not in", "o.id in")
IN_PRODUCTION = """select l.public_id from listing l join orders o on o.listing_id = l.id join customer c on c.id = o.customer_id
    join account a on a.id = c.account_id where a.email = 'carl@coastline.example' and o.status = 'accepted'
    order by l.id desc"""
INVOICE = """select i.public_id from invoice i join customer c on c.id = i.customer_id where c.email = 'carl@coastline.example'
    and i.status = '{}' and (i.order_id is null or {} i.order_id not in (select order_id from ledger_entry where order_id is not null))
    order by i.id"""
TO_DELIVER = """select o.number from orders o where o.studio_id = 1 and o.status = 'accepted'
    and exists (select 1 from asset s where s.listing_id = o.listing_id) order by o.number"""


ASKED = "select public_id from revision_request where studio_id = 1 and state = 'open' order by id"


@dataclass(frozen=True, slots=True)
class Shown:
    """`role` and `act` name the main action; `argument` asks the demo's database for the last part of the address."""

    who: str
    role: str
    act: str
    argument: str = ""


SHOWN: dict[str, Shown] = {
    "/login": Shown(NOBODY, "button", "Sign in"),
    "/sign-up": Shown(NOBODY, "button", "Create"),
    "/verify": Shown(NOBODY, "button", "."),
    "/reset": Shown(NOBODY, "button", "."),
    "/enter/[token]": Shown(NOBODY, "link", "new link", "select 'abc'"),
    "/invitation/[token]": Shown(NOBODY, "link", "Sign in", "select 'no-such-invitation-0000'"),
    "/": Shown(CARL, "link", "Place order"),
    "/orders": Shown(CARL, "link", "Ocean View"),
    "/orders/[number]": Shown(CARL, "button", "^Pay", ORDER.format("completed")),
    "/listings": Shown(CARL, "link", "Point Reyes"),
    "/listings/[listing]": Shown(CARL, "button", "^Pay", LOCKED),
    "/listings/mls/[listing]": Shown(CARL, "button", "Make the files", OPEN),
    "/listings/history/[listing]": Shown(CARL, "link", "PDF", LOCKED),
    "/listings/share/[listing]": Shown(CARL, "button", "Make the link", OPEN),
    "/listings/revisions/[listing]": Shown(CARL, "button", "^Ask about", OPEN),
    "/account": Shown(CARL, "button", "Sign out"),
    "/account/cards": Shown(CARL, "button", "Add a card"),
    "/account/teams": Shown(CARL, "button", "Start team"),
    "/account/teams/[team]": Shown(CARL, "button", "Send invitation", TEAM.format("Coastline")),
    "/account/security": Shown(CARL, "button", "Change password"),
    "/second-step": Shown(NOBODY, "link", "Sign in"),
    "/place-order": Shown(CARL, "button", "Continue"),
    "/status/[token]": Shown(NOBODY, "link", "Go to the start", "select 'no-such-order-0000'"),
    "/invoice/[token]": Shown(NOBODY, "link", "Go to the start", "select 'no-such-invoice-0000'"),
    "/payments": Shown(CARL, "button", "^Pay"),
    "/pay/[token]": Shown(NOBODY, "link", "Go to the start", "select 'no-such-link-0000'"),
    "/invoices": Shown(CARL, "link", "Order 1"),
    "/invoices/[invoice]": Shown(CARL, "button", "^Pay", INVOICE.format("open", "")),
    "/admin/invoices": Shown(OLIVE, "button", "New invoice"),
    "/admin/payments": Shown(OLIVE, "button", "Check now"),
    "/admin/invoices/[invoice]": Shown(OLIVE, "button", "Finalize", INVOICE.format("draft", "")),
    "/admin": Shown(OLIVE, "button", "Accept"),
    "/admin/my-day": Shown(PIA, "link", "Open calendar"),
    "/admin/listings": Shown(OLIVE, "link", "Point Reyes"),
    "/admin/listings/[listing]": Shown(OLIVE, "button", "Move to the archive", LOCKED),
    "/admin/orders": Shown(OLIVE, "link", "Ocean View"),
    "/admin/orders/[number]": Shown(OLIVE, "button", "Accept order", ANY_ORDER.format("pending")),
    "/admin/deliver/altered/[number]": Shown(OLIVE, "button", "^Altered: ", TO_DELIVER),
    "/admin/deliver/[number]": Shown(OLIVE, "button", "^Deliver", TO_DELIVER),
    "/admin/revisions": Shown(OLIVE, "link", "^Open"),
    "/admin/revisions/[revision]": Shown(OLIVE, "button", "Start work", ASKED),
    "/admin/audit": Shown(OLIVE, "link", "Order 1"),
    "/admin/catalog": Shown(OLIVE, "link", "Add service"),
    "/admin/catalog/[service]": Shown(OLIVE, "button", "Save changes", SOLD.format("Essentials")),
    "/admin/staff": Shown(OLIVE, "button", "Invite"),
    "/admin/calendar": Shown(OLIVE, "button", "Time off"),
    "/admin/calendar/why": Shown(OLIVE, "button", "Ask for these"),
    "/admin/crew": Shown(OLIVE, "link", "Hours of"),
    "/admin/crew/[member]": Shown(OLIVE, "button", "Save the week", PIAS_PLACE),
    "/admin/settings": Shown(OLIVE, "link", "Coupons"),
    "/admin/settings/questions": Shown(OLIVE, "button", "New question"),
    "/admin/settings/prices": Shown(OLIVE, "button", "New fee"),
    "/admin/settings/delivery": Shown(OLIVE, "button", "Save rules"),
    "/admin/settings/booking": Shown(OLIVE, "button", "Save rules"),
    "/admin/settings/watermark": Shown(OLIVE, "button", "Save watermark"),
    "/admin/settings/payments": Shown(OLIVE, "button", "Save rules"),
    "/admin/settings/coupons": Shown(OLIVE, "button", "New coupon"),
    "/admin/areas": Shown(OLIVE, "button", "New area"),
    "/admin/customers": Shown(OLIVE, "link", "@"),
}
PATTERNS = [row.path for row in ROUTES]

# What a framework says about itself or about a fault; none of it is for customers.
FOREIGN = re.compile(
    r"reflex|radix|react|websocket|socket|ws://|/_event|traceback|exception|\berror\b|\bundefined\b|\bnull\b|\bNaN\b"
    r"|\[object|TypeError|\.py\b|\.jsx?\b|built with|python",
    re.IGNORECASE,
)

# The same pages in their other states, and the pages that are not there.
STATES: dict[str, tuple[str, str, str]] = {
    "a pending order": ("/orders/[number]", CARL, ORDER.format("pending")),
    "a canceled order": ("/orders/[number]", CARL, ORDER.format("canceled")),
    "a team of somebody else": ("/account/teams/[team]", CARL, TEAM.format("Peninsula Collective")),
    "a member's order": ("/orders/[number]", CARL, MEMBERS_ORDER),
    "an open listing": ("/listings/[listing]", CARL, OPEN),
    "MLS sizes of a listing that waits for payment": ("/listings/mls/[listing]", CARL, LOCKED),
    "a history seen by the studio": ("/listings/history/[listing]", OLIVE, LOCKED),
    "sharing a listing that waits for payment": ("/listings/share/[listing]", CARL, LOCKED),
    "sharing a listing in production": ("/listings/share/[listing]", CARL, IN_PRODUCTION),
    "a listing in production": ("/listings/[listing]", CARL, IN_PRODUCTION),
    "a listing seen by the studio": ("/listings/[listing]", OLIVE, LOCKED),
    "an open invoice at the desk": ("/admin/invoices/[invoice]", OLIVE, INVOICE.format("open", "")),
    "a paid invoice": ("/invoices/[invoice]", CARL, INVOICE.format("open", "not")),
    "an order that does not exist": ("/orders/[number]", CARL, "select 999999"),
    "an accepted order at the desk": ("/admin/orders/[number]", OLIVE, TO_DELIVER),
    "a delivery without photos": ("/admin/deliver/[number]", OLIVE, ANY_ORDER.format("accepted")),
    "the account of a member of the studio": ("/account", OLIVE, ""),
    "a link is on its way": ("/login?step=mailed", NOBODY, ""),
    "a new password": ("/reset?step=code", NOBODY, ""),
    "a service in several forms": ("/admin/catalog/[service]", OLIVE, SOLD.format("Listing film")),
    "an add-on to be": ("/admin/catalog/[service]", OLIVE, "select 'new-add_on'"),
    "one's own security at the studio": ("/account/security", OLIVE, ""),
    "why an order has no time": ("/admin/calendar/why?order=[number]", OLIVE, ANY_ORDER.format("pending")),
    "a page that does not exist": ("/no/such/page", NOBODY, ""),
}


def address(portal: Portal, pattern: str, question: str = "") -> str:
    """The pattern with its argument filled in from the demo."""
    question = question or (SHOWN[pattern].argument if pattern in SHOWN else "")
    if not question:
        return portal.url + pattern
    with closing(sqlite3.connect(f"file:{portal.data_dir / 'portal.db'}?mode=ro", uri=True)) as db:
        found = db.execute(question).fetchone()
    assert found, f"the demo has nothing for {pattern}: {question}"
    return portal.url + re.sub(r"\[\w+\]", str(found[0]), pattern)


_cookies: dict[tuple[int, str], str] = {}


def session_of(portal: Portal, who: str) -> str:
    """The session cookie of somebody who signed in once for this run."""
    if (portal.port, who) not in _cookies:
        answer = httpx.post(f"http://localhost:{portal.port}/api/sign-in", data={"email": who, "password": PASSWORD})
        _cookies[portal.port, who] = answer.cookies["foyer"]
    return _cookies[portal.port, who]


def forget_session(portal: Portal, who: str) -> None:
    """Somebody's sessions were ended: whoever opens a page as them next signs in anew."""
    _cookies.pop((portal.port, who), None)


@contextmanager
def visitor(browser: Browser, portal: Portal, who: str, viewport: dict[str, int], **options) -> Iterator[Watched]:
    """An empty browser with nothing in it but, if it is somebody's, the cookie of their session."""
    with person(browser, viewport, **options) as watched:
        if who:
            watched.context.add_cookies([{"name": "foyer", "value": session_of(portal, who), "url": portal.url}])
        yield watched


def settle(page: Page) -> None:
    """Until the page has its title and waits for nothing."""
    page.wait_for_selector("h1", state="attached")
    page.wait_for_function("() => !document.querySelector('[aria-busy=\"true\"]')")
    page.wait_for_load_state("networkidle")


def foreign_words(page: Page) -> list[str]:
    """Words on the page, or in its title and description, that are not ours."""
    said = page.evaluate(
        """() => [document.title, document.body.innerText,
            ...[...document.querySelectorAll('meta')].map(m => m.content)].join('\\n')"""
    )
    return FOREIGN.findall(said)


def main_act(page: Page, pattern: str) -> Locator:
    """What people come to this page for, as it is visible now."""
    shown = SHOWN[pattern]
    return page.get_by_role(shown.role, name=re.compile(shown.act)).filter(visible=True).first
