"""A customer's teams: those they are in, and those that wait for their answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.domain.customers.queries import invited_to_teams, teams_of
from portal_app.domain.customers.teams import join_team, start_team
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import customer
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of


@dataclass(frozen=True)
class TeamLine:
    """A team and what this person is in it."""

    name: str
    words: str
    href: str


@dataclass(frozen=True)
class Asked:
    """A team that waits for this person's answer."""

    id: str
    team: str
    words: str


class Teams(Base):
    """The page of all teams."""

    mine: list[TeamLine] = []
    asked: list[Asked] = []
    loaded: bool = False

    @customer
    async def load(self) -> None:
        """Read everything afresh; also called when something changed."""
        by = viewer_of(self)
        self.mine = [
            TeamLine(card.name, f"{card.role.capitalize()} · {_people(card.members)}", f"/account/teams/{card.public_id}")
            for card in await ask(teams_of, by)
        ]
        self.asked = [
            Asked(card.public_id, card.team_name, f"{card.invited_by} asks you to join as {_role(card.role)}")
            for card in await ask(invited_to_teams, by, now=utc_now())
        ]
        self.loaded = True

    @customer
    async def start(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Start a team and show it."""
        try:
            team = await act(start_team, viewer_of(self), str(form.get("name", "")), now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        return rx.redirect(f"/account/teams/{team}")

    @customer
    async def join(self, invitation: str) -> rx.event.EventSpec:
        """Answer an invitation with yes."""
        team = await act(join_team, viewer_of(self), invitation, now=utc_now())
        return rx.redirect(f"/account/teams/{team}")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _role(role: str) -> str:
    return "an admin" if role == "admin" else "a member"
