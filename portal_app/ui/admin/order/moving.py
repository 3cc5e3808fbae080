"""The studio moves, assigns, postpones or cancels: at any time, by its own rules, with or without a mail to the customer."""

from __future__ import annotations

from datetime import datetime

from portal_app.core.clock import at_wall_time, local, utc_now
from portal_app.core.errors import Conflict, InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.billing.giving_back import would_go_back
from portal_app.domain.billing.queries import balances_for
from portal_app.domain.orders.canceling import cancel
from portal_app.domain.orders.changing import Why, postpone
from portal_app.domain.orders.moving import reschedule
from portal_app.domain.orders.queries import order_page
from portal_app.domain.orders.windows import changes_of
from portal_app.domain.scheduling.crew import crew
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.shared.changing_cards import paid_words
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of

MOVE, POSTPONE, CANCEL = "move", "postpone", "cancel"
TITLES = {MOVE: "When, and who?", POSTPONE: "Postpone this visit?", CANCEL: "Cancel this order?"}
SAID = {MOVE: "The visit has its time.", POSTPONE: "The visit is postponed.", CANCEL: "The order is canceled."}


class MovingVisit(Base):
    """The dialog that is open on an order at the desk, if any."""

    what: str = ""
    heading: str = ""
    day: str = ""
    time: str = ""
    members: list[tuple[str, str]] = []
    problem: str = ""
    paid: str = ""
    is_working: bool = False
    _number: int = 0
    _purpose: str = ""

    @staff(Permission.ACCEPT_ORDERS)
    async def open(self, order: int, what: str, purpose: str) -> None:
        """Ask, with the time as it is now."""
        by = viewer_of(self)
        found = await ask(changes_of, by, order, now=utc_now())
        visit = next((each for each in found.visits if each.purpose == purpose), None)
        at = local(visit.starts_at, visit.zone) if visit and visit.starts_at else None
        self.day, self.time = (f"{at:%Y-%m-%d}", f"{at:%H:%M}") if at else ("", "")
        people = [row for row in await ask(crew, by, now=utc_now()) if row.is_bookable]
        self.members = [("", "Whoever fits best"), *((str(row.member_id), row.name) for row in people)]
        self.what, self.heading = what, TITLES.get(what, "")
        self._number, self._purpose = order, purpose
        self.paid = await self._what_was_paid(order) if what == CANCEL else ""
        self.problem = ""

    async def _what_was_paid(self, order: int) -> str:
        """What becomes of it, for those who see money."""
        by, row = viewer_of(self), (await ask(order_page, viewer_of(self), order)).row
        kept = (await ask(balances_for, by, [row.id])).get(row.id)
        if kept is None or kept.paid <= 0:
            return ""
        return paid_words(kept.paid, await ask(would_go_back, by, order), row.currency, "stays noted")

    @staff(Permission.ACCEPT_ORDERS)
    async def shut(self) -> None:
        """Leave everything as it is."""
        self.what = ""

    @staff(Permission.ACCEPT_ORDERS)
    async def confirm(self, form: dict[str, str]):
        """Do it. A rule in the way is said in the dialog, where it can be overridden by a reason."""
        self.is_working, self.problem = True, ""
        yield
        try:
            await self._do(form)
            self._say(SAID.get(self.what, "Nothing was changed."))
            self.what = ""
        except InvalidInput as wrong:
            yield beside(self, wrong)
        except Conflict as problem:
            self.problem = problem.sentence
        finally:
            self.is_working = False

    async def _do(self, form: dict[str, str]) -> None:
        by, number, now = viewer_of(self), self._number, utc_now()
        why = Why(form.get("reason", ""), quiet=not form.get("tells"), override_reason=form.get("override", ""))
        if self.what == CANCEL:
            await act(cancel, by, number, why, now=now)
        elif self.what == POSTPONE:
            await act(postpone, by, number, Purpose(self._purpose), why, now=now)
        elif self.what == MOVE:
            at = _instant(form.get("day", ""), form.get("time", ""), self.studio.zone)
            member = form.get("member", "")
            chosen = {"member_id": int(member)} if member.isdigit() and len(member) < 10 else {}
            await act(reschedule, by, number, Purpose(self._purpose), at, why, **chosen, now=now)


def _instant(day: str, time: str, zone: str) -> datetime:
    try:
        naive = datetime.fromisoformat(f"{day}T{time}")
    except ValueError as missing:
        raise InvalidInput("day", "Choose a day and a time.") from missing
    try:
        return at_wall_time(naive.replace(tzinfo=None), zone)
    except ValueError as skipped:
        raise InvalidInput("day", "The clocks skip this time on that day. Choose another.") from skipped
