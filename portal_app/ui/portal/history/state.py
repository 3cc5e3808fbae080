"""The history of the listing in the address: mails, links, files and money, as far as each reader may know it."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.core.clock import when_words, zone_words
from portal_app.core.viewer import Permission
from portal_app.domain.notifications.evidence import Evidence, evidence_of
from portal_app.domain.notifications.telling import About, Line
from portal_app.ui.shared.guard import customer_or_link, staff
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of

PAGE = 50
SIDES = ("studio", "customer")
ABOUTS = (
    ("", "All"),
    (About.MAIL, "Mails"),
    (About.OPENED, "Opened"),
    (About.FILES, "Files"),
    (About.DELIVERY, "Delivery"),
    (About.MONEY, "Payments"),
)


@dataclass(frozen=True)
class Moment:
    """One line as it is read. `look` is "now" for the latest, "bad" for what came to nothing."""

    words: str
    detail: str
    caption: str
    look: str = ""


@dataclass(frozen=True)
class HistoryHead:
    """Of which listing it is, and where its papers are."""

    street: str = ""
    town: str = ""
    listing: str = ""
    zone: str = ""
    paper: str = ""
    customers_paper: str = ""


class ListingHistory(Base):
    """The studio may read it as its customer does."""

    head: HistoryHead = HistoryHead()
    moments: list[Moment] = []
    tabs: list[tuple[str, str, int]] = []
    about: str = ""
    side: str = "studio"
    shown: int = PAGE
    left: int = 0
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the listing."""
        return f"History of {self.head.street}" if self.head.street else "History"

    @rx.var
    def more_words(self) -> str:
        """The button under the last line that is shown; empty when there are no more."""
        return f"Show {min(PAGE, self.left):,} more" if self.left else ""

    @customer_or_link
    async def load(self) -> None:
        """Read it afresh; also called when something happened."""
        await self._read()

    @customer_or_link
    async def choose_about(self, about: str) -> None:
        """Only mails, only files; or all of it."""
        self.about, self.shown = about if about in dict(ABOUTS) else "", PAGE
        await self._read()

    @customer_or_link
    async def show_more(self) -> None:
        """Earlier lines too."""
        self.shown += PAGE
        await self._read()

    @staff(Permission.DELIVER)
    async def choose_side(self, side: str) -> None:
        """What the studio reads, or what its customer does."""
        self.side = side if side in SIDES else "studio"
        await self._read()

    async def _read(self) -> None:
        as_customer = self.side == "customer"
        found: Evidence = await ask(evidence_of, viewer_of(self), route_argument(self), as_customer=as_customer)
        zone = found.zone
        lines = [line for line in found.lines if self.about in {"", line.about}]
        self.head = history_head(found)
        self.tabs = [(about, words, sum(about in {"", line.about} for line in found.lines)) for about, words in ABOUTS]
        self.moments = [moment(line, zone, is_latest=place == 0) for place, line in enumerate(lines[: self.shown])]
        self.left = max(0, len(lines) - self.shown)
        self.loaded = True


def history_head(found: Evidence) -> HistoryHead:
    """The listing in words, and the addresses of its papers."""
    paper = f"/pdf/history/{found.listing}"
    return HistoryHead(
        found.street, found.town, f"/listings/{found.listing}", zone_words(found.zone), paper, f"{paper}?for=customer"
    )  # fmt: skip


def moment(line: Line, zone: str, *, is_latest: bool) -> Moment:
    """`Thu 26 Nov, 9:30 am · Tess Abernathy`"""
    caption = " · ".join(filter(None, (when_words(line.at, zone), line.who)))
    return Moment(line.words, line.detail, caption, "bad" if line.is_bad else "now" if is_latest else "")
