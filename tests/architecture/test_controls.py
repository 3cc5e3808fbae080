"""A control is drawn only for whoever may use it: the screens ask the same table as the guard.

Walks the tree of every page. What calls an event method of the studio must stand in the true branch of a condition that
asks for its permission, unless everybody who may enter the page may call it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
import reflex as rx
from reflex_base.event import EventChain, EventSpec
from reflex_components_core.core.cond import Cond

from portal_app.core.viewer import STAFF, SWITCHES, Permission, Role, Viewer
from portal_app.ui.routes import ROUTES, Row
from portal_app.ui.shared.guard import CALLERS, Callers

pytestmark = pytest.mark.proof("identity-09")

ONE_SWITCH = [
    (frozenset(), frozenset()),
    *((frozenset({s}), frozenset()) for s in SWITCHES),
    *((frozenset(), frozenset({s})) for s in SWITCHES),
]
MEMBERS = [Viewer(1, role, granted=on, withheld=off) for role, (on, off) in product(sorted(STAFF), ONE_SWITCH)]
OTHERS = [Viewer(1, Role.CUSTOMER, account_id=1), Viewer(1, Role.LINK, listing_id=1)]


@dataclass(frozen=True, slots=True)
class Control:
    """Something a person can set off, and the conditions it is drawn under."""

    method: str
    callers: Callers
    asked: tuple[str, ...]

    def is_drawn_for_too_many(self, page: Callers) -> bool:
        """Whether somebody may enter the page and sees this, and would be refused."""
        wanted = self.callers.permission
        lacking = [who for who in MEMBERS + OTHERS if page.admit(who) and not self.callers.admit(who)]
        return bool(lacking) and wanted is not None and not any(f'"{wanted}"' in cond and "may" in cond for cond in self.asked)


def controls(component: object, asked: tuple[str, ...] = ()) -> Iterator[Control]:
    """Every control below a component that calls an event method which declares its callers."""
    for chain in getattr(component, "event_triggers", {}).values():
        for spec in chain.events if isinstance(chain, EventChain) else ():
            callers = getattr(spec.handler.fn, CALLERS, None) if isinstance(spec, EventSpec) else None
            if callers:
                yield Control(spec.handler.fn.__qualname__, callers, asked)
    children = getattr(component, "children", [])
    for place, child in enumerate(children):
        is_true_branch = isinstance(component, Cond) and place == 0
        yield from controls(child, (*asked, str(component.cond)) if is_true_branch else asked)


def of_studio(row: Row) -> list[Control]:
    return [control for control in controls(row.page()) if control.callers.permission]


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: row.path)
def test_a_control_is_drawn_only_for_whoever_may_use_it(row: Row) -> None:
    assert [control.method for control in of_studio(row) if control.is_drawn_for_too_many(row.callers)] == []


def test_the_walk_finds_the_controls_of_the_desk() -> None:
    found = {control.method.rpartition(".")[2] for row in ROUTES for control in of_studio(row)}
    assert {"accept", "deliver", "invite"} <= found, sorted(found)
    guarded = [c for row in ROUTES for c in of_studio(row) if c.callers.permission is Permission.ACCEPT_ORDERS]
    assert guarded
    assert all(control.asked for control in guarded)


def test_a_control_outside_its_condition_is_found() -> None:
    accept = next(c for row in ROUTES for c in of_studio(row) if c.callers.permission is Permission.ACCEPT_ORDERS)
    page = next(row for row in ROUTES if row.path == "/admin/orders")
    assert Control(accept.method, accept.callers, ()).is_drawn_for_too_many(page.callers)
    assert not accept.is_drawn_for_too_many(page.callers)
    assert isinstance(page.page(), rx.Component)
