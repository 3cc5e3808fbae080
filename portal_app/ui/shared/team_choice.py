"""Which team's orders and listings a customer looks at: all of them unless they choose. One choice for every list."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.customers.queries import MINE, teams_of
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of

ALL = ("", "All teams")


class TeamChoice(Base):
    """The parent of every list that a team shares. Nobody without a team sees anything of it."""

    teams: list[tuple[str, str]] = []
    team: str = ""

    async def _read_teams(self) -> None:
        """The choices as they are now; a team that is not the person's anymore is not chosen anymore."""
        cards = await ask(teams_of, viewer_of(self))
        self.teams = [ALL, *((card.public_id, card.name) for card in cards), (MINE, "No team")] if cards else []
        self._choose(self.team)

    def _choose(self, team: str) -> None:
        self.team = team if team in {value for value, _ in self.teams} else ""


def team_select(state: type[TeamChoice], on_change) -> rx.Component:
    """The choice, for whoever is in a team; its label is heard, not seen."""
    options = rx.foreach(state.teams, lambda pair: rx.el.option(pair[1], value=pair[0]))
    box = rx.el.select(options, id="team", value=state.team, on_change=on_change, class_name="in")
    label = rx.el.label("Team", html_for="team", class_name="hide")
    return rx.cond(state.teams, rx.el.div(label, box, class_name="of-team"), rx.fragment())
