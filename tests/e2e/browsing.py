"""A browser as people use it, watched: every refusal of the content policy and every script error is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
WATCH = "addEventListener('securitypolicyviolation', e => console.error('POLICY ' + e.violatedDirective + ' ' + e.blockedURI))"


AT_REST = """() => Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime !== Infinity).map(one => one.finished))"""


def open_browser(playwright: Playwright) -> Browser:
    """Debian's Chromium, headless."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)


@dataclass
class Watched:
    """One person's browser: a page, what went wrong in it, every address it asked for."""

    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def notice(self, page: Page) -> None:
        page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" and "POLICY" in m.text else None)
        page.on("pageerror", lambda e: self.faults.append(str(e)))
        page.on("request", lambda r: self.asked.append(r.url))

    def open(self, url: str) -> Page:
        """A further tab of the same person."""
        page = self.context.new_page()
        self.notice(page)
        page.goto(url)
        return page


@contextmanager
def person(browser: Browser, viewport: dict[str, int], **options) -> Iterator[Watched]:
    """A person with an own, empty browser."""
    context = browser.new_context(viewport=viewport, has_touch=viewport["width"] < 600, **options)
    context.add_init_script(WATCH)
    context.set_default_timeout(15_000)
    page = context.new_page()
    watched = Watched(context, page)
    watched.notice(page)
    yield watched
    context.close()


def sign_in(page: Page, url: str, email: str, password: str) -> None:
    """Through the form, as everybody does."""
    page.goto(f"{url}/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/login" not in address)


def newest_mail(page: Page, url: str, to: str, subject: str) -> str:
    """The text of the newest mail to this address whose subject holds these words, waiting for it to arrive."""
    for _ in range(60):
        page.goto(f"{url}/mailbox")
        row = page.locator("li, tr, article", has_text=to).filter(has_text=subject).first
        if row.count():
            row.get_by_role("link").first.click()
            return page.locator("main").inner_text()
        page.wait_for_timeout(500)
    raise AssertionError(f"no mail about {subject!r} to {to}")


def code_in(text: str) -> str:
    """The six digits of a mailed code."""
    return re.search(r"\b(\d{6})\b", text)[1]


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it stands, once what was arriving has arrived."""
    page.evaluate(AT_REST)
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {finding['id']} {finding['nodes'][0]['html'][:160]}"
        for finding in found
        if finding["impact"] in {"serious", "critical"}
    ]


def has_sideways_scroll(page: Page) -> bool:
    """Whether anything sticks out to the right."""
    return page.evaluate("() => document.documentElement.scrollWidth > innerWidth + 1")


def snap(page: Page, folder: Path | None, name: str) -> None:
    """A picture of the page, when somebody wants to look."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
