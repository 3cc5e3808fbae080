"""Every page builds; every event method says who may call it, and with which arguments."""

from __future__ import annotations

import asyncio

import pytest
import reflex as rx
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.studios.queries import StudioCard
from portal_app.entrance import Arrival
from portal_app.ui.routes import ROUTES
from portal_app.ui.shared import guard as guards
from portal_app.ui.shared.arguments import is_declarable
from portal_app.ui.shared.guard import FRAMEWORK, Callers, Guard, callers_of
from portal_app.ui.shared.session import Base

pytestmark = pytest.mark.proof("main-job-07")

STUDIO = StudioCard(**dict.fromkeys(StudioCard.__slots__, "") | {"id": 1})
OURS = {
    name: kept
    for name, kept in RegistrationContext.get().event_handlers.items()
    if all(state.__module__.startswith("portal_app") for state in kept.states) and not name.endswith(".setvar")
}


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: row.path)
def test_every_page_builds(row):
    assert isinstance(row.page(), rx.Component)


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: row.path)
def test_what_loads_a_page_may_be_called_by_whoever_may_enter_it(row):
    for method in (row.load, row.refresh):
        if method is not None:
            declared = callers_of(RegistrationContext.get().event_handlers[_name(method)])
            for viewer in _everybody():
                assert declared.admit(viewer) or not row.callers.admit(viewer), (row.path, viewer)


@pytest.mark.proof("main-job-06")
@pytest.mark.parametrize("name", OURS)
def test_every_event_method_declares_its_callers_and_arguments(name):
    assert isinstance(callers_of(OURS[name]), Callers), f"{name} does not say who may call it"
    assert is_declarable(OURS[name].handler.fn), f"{name} has an argument the guard cannot check"


@pytest.mark.proof("main-job-06")
def test_every_state_stands_under_base():
    states = [s for s in RegistrationContext.get().base_states.values() if s.__module__.startswith("portal_app")]
    assert len(states) > 10
    assert all(issubclass(state, Base) for state in states)


@pytest.mark.proof("main-job-06")
def test_framework_events_are_let_through_by_exact_name_and_exist():
    known = RegistrationContext.get().event_handlers
    assert set(FRAMEWORK) <= set(known)
    assert not any(name.endswith(".setvar") for name in FRAMEWORK)


@pytest.mark.proof("main-job-06")
def test_an_event_method_that_declares_nothing_is_refused():
    """Even the owner may not call what says nothing about its callers; nor any setter."""
    with _own_registry():

        class Careless(Base):
            done: bool = False

            async def delete_everything(self):
                self.done = True

        owner = Viewer(studio_id=1, role=Role.OWNER, account_id=1)
        for method in ("delete_everything", "setvar"):
            name = f"{Careless.get_full_name()}.{method}"
            assert name in RegistrationContext.get().event_handlers
            assert _judged(name, owner) == []


@pytest.mark.parametrize(
    ("callers", "admitted"),
    [
        (guards.PUBLIC, {"nobody", "link", "customer", "owner", "photographer"}),
        (guards.CUSTOMER, {"customer"}),
        (guards.CUSTOMER_OR_LINK, {"link", "customer", "owner", "photographer"}),
        (guards.STAFF(Permission.SEE_ORDERS), {"owner", "photographer"}),
        (guards.STAFF(Permission.DELIVER), {"owner"}),
    ],
    ids=["public", "customer", "customer or link", "staff who see orders", "staff who deliver"],
)
@pytest.mark.proof("main-job-06")
def test_the_table_of_callers(callers, admitted):
    names = ("nobody", "link", "customer", "owner", "photographer")
    assert {name for name, viewer in zip(names, _everybody(), strict=True) if callers.admit(viewer)} == admitted


def test_a_blocking_event_method_cannot_be_declared():
    with pytest.raises(TypeError, match="must be async"):
        guards.public(lambda self: None)


def _name(method) -> str:
    return rx.utils.format.format_event_handler(method)


def _everybody() -> list[Viewer | None]:
    roles = (Role.LINK, Role.CUSTOMER, Role.OWNER, Role.PHOTOGRAPHER)
    return [None, *(Viewer(studio_id=1, role=role, account_id=1) for role in roles)]


def _judged(name: str, viewer: Viewer):
    state = rx.State(_reflex_internal_init=True)
    base = asyncio.run(state.get_state(Base))
    event = Event(name=name, payload={}, router_data={"pathname": "/admin"})
    return Guard({})._judge(event, base, Arrival(STUDIO, viewer), was_open=False)


class _own_registry:
    """States made inside are forgotten outside."""

    def __enter__(self):
        self.kept = RegistrationContext.set(RegistrationContext.get().fork())

    def __exit__(self, *fault):
        RegistrationContext.reset(self.kept)
