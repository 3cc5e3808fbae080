"""The audit log: everything that happened here, by whom, and what it was about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from portal_app.core.clock import at_wall_time
from portal_app.core.viewer import Permission
from portal_app.domain.activity.queries import AuditFilter, audit_page
from portal_app.domain.identity.queries import colleagues
from portal_app.domain.orders.mentions import mentions, order_ids_numbered
from portal_app.ui.admin.audit.cards import AuditCard, audit_card
from portal_app.ui.admin.audit.sentences import GROUPS
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of

PAGE, MOST = 50, 500


class AuditState(Base):
    """The log, newest first, a page at a time, with its filters."""

    rows: list[AuditCard] = []
    people: list[tuple[str, str]] = []
    who: str = ""
    group: str = ""
    start: str = ""
    end: str = ""
    text: str = ""
    more: int = 0
    is_filtered: bool = False
    cleared: int = 0
    loaded: bool = False

    @staff(Permission.SEE_AUDIT)
    async def load(self) -> None:
        """As many rows as are shown, with the filters as they stand; also called when something happened."""
        found = await ask(colleagues, viewer_of(self))
        self.people = [("", "Everybody"), *((str(account), name) for account, name in found.items())]
        await self._read(len(self.rows))

    @staff(Permission.SEE_AUDIT)
    async def find(self, text: str) -> None:
        """Look for words in names and details, or for an order's number."""
        self.text = text[:100]
        await self._read()

    @staff(Permission.SEE_AUDIT)
    async def only_of(self, who: str) -> None:
        """What one member did, also behind a customer; empty shows everybody."""
        self.who = who if who.isdecimal() and len(who) <= 9 else ""
        await self._read()

    @staff(Permission.SEE_AUDIT)
    async def only_about(self, group: str) -> None:
        """One group of kinds; empty shows all."""
        self.group = group if group in GROUPS else ""
        await self._read()

    @staff(Permission.SEE_AUDIT)
    async def since(self, day: str) -> None:
        """From this day on."""
        self.start = day if _day(day) else ""
        await self._read()

    @staff(Permission.SEE_AUDIT)
    async def until(self, day: str) -> None:
        """To this day, itself included."""
        self.end = day if _day(day) else ""
        await self._read()

    @staff(Permission.SEE_AUDIT)
    async def clear(self) -> None:
        """Everything again."""
        self.who = self.group = self.start = self.end = self.text = ""
        self.cleared += 1
        await self._read()

    @staff(Permission.SEE_AUDIT)
    async def show_more(self) -> None:
        """The next page below."""
        rows, self.more = await self._page(self.more, PAGE)
        self.rows = [*self.rows, *rows]

    async def _read(self, least: int = 0) -> None:
        self.is_filtered = bool(self.who or self.group or self.start or self.end or self.text)
        self.rows, self.more = await self._page(0, max(PAGE, min(least, MOST)))
        self.loaded = True

    async def _page(self, before: int, limit: int) -> tuple[list[AuditCard], int]:
        by, zone = viewer_of(self), self.studio.zone
        meant = await ask(order_ids_numbered, by, self.text)
        asked = AuditFilter(
            account_id=int(self.who) if self.who else None,
            kinds=GROUPS[self.group][1] if self.group else (),
            start=_midnight(self.start, zone),
            end=_midnight(self.end, zone, after=1),
            text=self.text,
            order_ids=meant,
        )
        page = await ask(audit_page, by, asked, before=before, limit=limit)
        names = await ask(
            mentions,
            by,
            order_ids={row.order_id for row in page.rows if row.order_id},
            listing_ids={row.listing_id for row in page.rows if row.listing_id},
            customer_ids={row.customer_id for row in page.rows if row.customer_id},
        )
        return [audit_card(row, names, zone) for row in page.rows], page.more


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _midnight(words: str, zone: str, *, after: int = 0) -> datetime | None:
    """The instant a day begins in the studio's zone, an hour later where the clocks skip it."""
    day = _day(words)
    if day is None or not 2000 <= day.year <= 2100:
        return None
    start = datetime.combine(day + timedelta(days=after), time())
    try:
        return at_wall_time(start, zone)
    except ValueError:
        return at_wall_time(start + timedelta(hours=1), zone)
