"""My day: the signed-in member's visits of today and tomorrow."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from portal_app import wiring
from portal_app.core.clock import at_wall_time, local, long_day_words, utc_now
from portal_app.core.viewer import Permission
from portal_app.domain.orders.attending import finish_visit, show_code, start_visit, undo_finish, undo_start
from portal_app.domain.orders.my_day import my_visits
from portal_app.ui.admin.my_day.cards import MyVisitCard, visit_card
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of


class MyDay(Base):
    """Two days, and at most one code in sight."""

    day: str = ""
    today: list[MyVisitCard] = []
    tomorrow: list[MyVisitCard] = []
    code: str = ""
    code_of: int = 0
    finishing: int = 0
    loaded: bool = False

    @staff(Permission.SEE_ORDERS)
    async def load(self) -> None:
        """Read both days afresh; also called when something changed. A code whose visit is over leaves the page."""
        now, zone, by = utc_now(), self.studio.zone, viewer_of(self)
        midnight, next_one, last = (_midnight(now, zone, days) for days in range(3))
        self.today = [visit_card(each, now=now) for each in await ask(my_visits, by, start=midnight, end=next_one, now=now)]
        self.tomorrow = [visit_card(each, now=now) for each in await ask(my_visits, by, start=next_one, end=last, now=now)]
        if self.code_of not in {card.id for card in (*self.today, *self.tomorrow) if card.has_code}:
            self.code, self.code_of = "", 0
        self.day = long_day_words(now, zone)
        self.loaded = True

    @staff(Permission.SEE_ORDERS)
    async def start(self, visit: int) -> None:
        """They are there."""
        await act(start_visit, viewer_of(self), visit, now=utc_now())
        await MyDay.load.fn(self)

    @staff(Permission.SEE_ORDERS)
    async def ask_finish(self, visit: int) -> None:
        """Where a code would be emptied, open the question before finishing; 0 closes it."""
        self.finishing = visit

    @staff(Permission.SEE_ORDERS)
    async def finish(self, visit: int) -> None:
        """Everything is taken."""
        self.finishing = 0
        await act(finish_visit, viewer_of(self), visit, now=utc_now())
        await MyDay.load.fn(self)

    @staff(Permission.SEE_ORDERS)
    async def undo_start(self, visit: int) -> None:
        """The start was pressed too early."""
        await act(undo_start, viewer_of(self), visit, now=utc_now())
        await MyDay.load.fn(self)

    @staff(Permission.SEE_ORDERS)
    async def undo_finish(self, visit: int) -> None:
        """There is more to take."""
        await act(undo_finish, viewer_of(self), visit, now=utc_now())
        await MyDay.load.fn(self)

    @staff(Permission.SEE_ORDERS)
    async def show_code(self, visit: int) -> None:
        """The code of one door; that it was looked at is recorded."""
        self.code, self.code_of = "", 0
        self.code = await act(show_code, viewer_of(self), visit, wiring.current().seal, now=utc_now())
        self.code_of = visit

    @staff(Permission.SEE_ORDERS)
    async def hide_code(self) -> None:
        """Out of sight."""
        self.code, self.code_of = "", 0


def _midnight(now: datetime, zone: str, days: int) -> datetime:
    return at_wall_time(datetime.combine(local(now, zone).date() + timedelta(days=days), time()), zone)
