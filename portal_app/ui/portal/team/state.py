"""One team: who is in it and as what, who is asked, and leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.core.clock import day_words, utc_now
from portal_app.core.errors import InvalidInput
from portal_app.domain.customers import teams
from portal_app.domain.customers.queries import InvitedCard, MemberCard, team_page
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.order_cards import initials
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of


@dataclass(frozen=True)
class MemberLine:
    """Somebody in the team."""

    id: int
    name: str
    email: str
    initials: str
    role: str
    words: str
    is_me: bool


@dataclass(frozen=True)
class InvitedLine:
    """Somebody who was asked and has not answered."""

    id: str
    name: str
    email: str
    words: str


class OneTeam(Base):
    """The team in the address."""

    name: str = ""
    is_admin: bool = False
    members: list[MemberLine] = []
    invited: list[InvitedLine] = []
    asking: str = ""
    going: int = 0
    going_name: str = ""
    asked_so_far: int = 0
    loaded: bool = False

    @rx.var
    def title(self) -> str:
        """The browser's title follows the team."""
        return self.name or "Team"

    @customer
    async def load(self) -> None:
        """Read the team afresh; also called when something changed. Whoever is not in it anymore finds nothing."""
        page = await ask(team_page, viewer_of(self), route_argument(self), now=utc_now())
        self.name, self.is_admin = page.name, page.is_admin
        self.members = [_member(card, self.studio.zone) for card in page.members]
        self.invited = [_invited(card, self.studio.zone) for card in page.invited]
        self.loaded = True

    @customer
    async def rename(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Call it something else."""
        try:
            await act(teams.rename_team, viewer_of(self), route_argument(self), str(form.get("called", "")), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, InvalidInput("called", wrong.sentence))
        return await self._done("Saved.")

    @customer
    async def invite(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Ask somebody by mail."""
        asked = {name: str(form.get(name, ""))[:300] for name in ("name", "email", "role")}
        try:
            await act(teams.invite_member, viewer_of(self), route_argument(self), **asked, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.asked_so_far += 1
        return await self._done(f"Invited. The link in the mail to {asked['email']} is good for 30 days.")

    @customer
    async def resend(self, invitation: str) -> None:
        """Mail a new link."""
        await act(teams.resend_to, viewer_of(self), route_argument(self), invitation, now=utc_now())
        await self._done("A new link is on its way. The earlier one no longer works.")

    @customer
    async def take_back(self, invitation: str) -> None:
        """The invitation is worth nothing from now on."""
        await act(teams.take_back, viewer_of(self), route_argument(self), invitation, now=utc_now())
        await self._done("Taken back. Its link no longer works.")

    @customer
    async def change_role(self, member: int, role: str) -> None:
        """Make somebody an admin, or a member again."""
        try:
            await act(teams.change_role, viewer_of(self), route_argument(self), member, role, now=utc_now())
        finally:
            await OneTeam.load.fn(self)
        self._say("Saved. It holds from their next click on.")

    @customer
    async def ask_first(self, what: str, member: int, name: str) -> None:
        """Open the question before removing, leaving or closing; an empty `what` closes it."""
        self.asking, self.going, self.going_name = what, member, name[:120]

    @customer
    async def remove(self) -> None:
        """End somebody's membership."""
        self.asking = ""
        await act(teams.remove_member, viewer_of(self), route_argument(self), self.going, now=utc_now())
        await self._done(f"{self.going_name} is no longer in the team and sees nothing of it.")

    @customer
    async def leave(self) -> rx.event.EventSpec:
        """Leave it."""
        self.asking = ""
        await act(teams.leave_team, viewer_of(self), route_argument(self), now=utc_now())
        self._say(f"You left {self.name}.")
        return rx.redirect("/account/teams")

    @customer
    async def close(self) -> rx.event.EventSpec:
        """End the team."""
        self.asking = ""
        await act(teams.close_team, viewer_of(self), route_argument(self), now=utc_now())
        self._say(f"{self.name} is closed. What you ordered in it is among your own orders.")
        return rx.redirect("/account/teams")

    async def _done(self, sentence: str) -> None:
        self.field_errors = {}
        self._say(sentence)
        await OneTeam.load.fn(self)


def _member(card: MemberCard, zone: str) -> MemberLine:
    words = f"Since {day_words(card.joined_at, zone)[4:]}"
    return MemberLine(card.id, card.name, card.email, initials(card.name), card.role, words, card.is_me)


def _invited(card: InvitedCard, zone: str) -> InvitedLine:
    until = "Their link has run out" if card.is_over else f"Good until {day_words(card.ends_at, zone)[4:]}"
    return InvitedLine(card.public_id, card.name, card.email, f"As {_role(card.role)} · {until}")


def _role(role: str) -> str:
    return "an admin" if role == "admin" else "a member"
