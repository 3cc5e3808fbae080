"""Default deny: nobody may call anything that does not say who may call it.

Every public method of a State is reachable by any socket client with any arguments. One middleware stands before every
event: it looks the session up, empties the page when the person changed, refuses what is not declared, and fits the
arguments to their annotations. The decorators declare who may call, and turn a refusal into words on the page.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.istate.delta import _resolve_delta
from reflex.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from portal_app.core.errors import Problem
from portal_app.core.journal import note
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.entrance import LINK, Arrival, is_secret, who_is
from portal_app.off_loop import call
from portal_app.ui.shared import live
from portal_app.ui.shared.arguments import BadArguments, coerce
from portal_app.ui.shared.failures import OUT_OF_DATE, one_line, tell, tell_fault, to_sign_in
from portal_app.ui.shared.session import Base, acting, arrive, is_anybody

CALLERS = "_foyer_callers"
MARKS_STAY = "_foyer_marks_stay"
TURNED_AWAY = (403, 404, 429)
BROWSER_FAULTS_A_MINUTE = 20


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may call an event method or enter a page: these roles, with this permission; nobody need be signed in if `anyone`."""

    roles: frozenset[Role] = frozenset()
    permission: Permission | None = None
    anyone: bool = False

    def admit(self, viewer: Viewer | None) -> bool:
        """The table of who may."""
        if self.anyone:
            return True
        if viewer is None or viewer.role not in self.roles:
            return False
        return self.permission is None or viewer.may(self.permission)


STAFF_ROLES = frozenset({Role.OWNER, Role.ADMIN, Role.PHOTOGRAPHER, Role.EDITOR})
PUBLIC = Callers(anyone=True)
CUSTOMER = Callers(frozenset({Role.CUSTOMER}))
PERSON = Callers(STAFF_ROLES | {Role.CUSTOMER})
CUSTOMER_OR_LINK = Callers(STAFF_ROLES | {Role.CUSTOMER, Role.LINK})


def STAFF(permission: Permission) -> Callers:
    """Members of the studio with this permission."""
    return Callers(STAFF_ROLES, permission)


def public(method: Callable | None = None, *, marks_stay: bool = False, **options: Any) -> Callable:
    """Anybody may call this event method. What is marked as wrong on the page is forgotten before each event; where every
    field tells what was typed into it on its own, `marks_stay` leaves that to the method."""
    return _declared(PUBLIC, method, options, marks_stay=marks_stay)


def customer(method: Callable | None = None, *, marks_stay: bool = False, **options: Any) -> Callable:
    """A signed-in customer may call it."""
    return _declared(CUSTOMER, method, options, marks_stay=marks_stay)


def person(method: Callable | None = None, *, marks_stay: bool = False, **options: Any) -> Callable:
    """Anybody signed in, a customer or a member of the studio, for what is their own."""
    return _declared(PERSON, method, options, marks_stay=marks_stay)


def customer_or_link(method: Callable | None = None, *, marks_stay: bool = False, **options: Any) -> Callable:
    """A customer, the holder of a secret link, or the studio itself; `visible(by)` decides what they find."""
    return _declared(CUSTOMER_OR_LINK, method, options, marks_stay=marks_stay)


def staff(permission: Permission, *, marks_stay: bool = False, **options: Any) -> Callable:
    """Members of the studio with this permission may call it."""
    return _declared(STAFF(permission), None, options, marks_stay=marks_stay)


def _declared(callers: Callers, method: Callable | None, options: Mapping[str, Any], *, marks_stay: bool = False) -> Callable:
    def declare(method: Callable) -> Callable:
        guarded = _stream_in_words(method) if inspect.isasyncgenfunction(method) else _in_words(method, options)
        setattr(guarded, CALLERS, callers)
        setattr(guarded, MARKS_STAY, marks_stay)
        return rx.event(guarded, **options)

    return declare if method is None else declare(method)


def _in_words(method: Callable, options: Mapping[str, Any]) -> Callable:
    """The method with every refusal and fault told on the page."""
    if not inspect.iscoroutinefunction(method):
        raise TypeError(f"{method.__qualname__} must be async: it shares one event loop with everybody")

    @functools.wraps(method)
    async def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await method(self, *args, **kwargs)
        except Exception as fault:
            if options.get("background"):
                async with self:
                    return _told(self, method, fault)
            return _told(self, method, fault)

    return guarded


def _stream_in_words(method: Callable) -> Callable:
    @functools.wraps(method)
    async def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            async for event in method(self, *args, **kwargs):
                yield event
        except Exception as fault:
            yield _told(self, method, fault)

    return guarded


def _told(state: Any, method: Callable, fault: Exception) -> Any:
    if isinstance(fault, Problem):
        if fault.status in TURNED_AWAY:
            _note(method.__qualname__, type(fault).__name__, acting())
        return tell(state, fault, signed_in=is_anybody(state))
    return tell_fault(state, method.__qualname__, fault)


def callers_of(registered: RegisteredEventHandler) -> Callers | None:
    """What an event method declares, or None."""
    return getattr(registered.handler.fn, CALLERS, None)


class Guard(Middleware):
    """Stands before every event of every tab."""

    def __init__(self, doors: Mapping[str, Callers]) -> None:
        """`doors` says who may enter which page, by route pattern."""
        self.doors = doors
        self.faults: deque[float] = deque(maxlen=BROWSER_FAULTS_A_MINUTE)

    async def preprocess(self, app: Any, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event pass; an update is the whole answer to it."""
        arrive(None)
        root = state._get_root_state()
        base = await root.get_state(Base)
        headers = root.router.headers
        path = root.router.url.path
        path = path if LINK in headers.cookie or is_secret(path) else ""
        arrival = await call(who_is, headers.host, headers.cookie, path)
        arrive(arrival)
        keeps_session = _is_same_session(base._identity, arrival)
        was_open = self._take_over(root, base, arrival)
        live.seen(event, root, arrival)
        refusal = self._judge(event, base, arrival, was_open=was_open, keeps_session=keeps_session)
        return None if refusal is None else await _answer(root, refusal, is_first=event.name in HYDRATING)

    def _take_over(self, root: BaseState, base: Base, arrival: Arrival) -> bool:
        """Show this person; empty the page first when it was somebody else's. True when it was."""
        was_somebody = base._identity not in {"", arrival.identity}
        if was_somebody:
            is_hydrated = root.is_hydrated
            root.reset()
            root.is_hydrated = is_hydrated
        base._show(arrival)
        base._hear_of_money()
        return was_somebody

    def _judge(
        self, event: Event, base: Base, arrival: Arrival, *, was_open: bool, keeps_session: bool = False
    ) -> list[Any] | None:
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is None or arrival.studio is None or not isinstance(event.payload, dict):
            return _refused(event, "unknown or mangled")
        if event.name in FRAMEWORK:
            return self._judge_framework(event, base, arrival)
        if was_open:
            return [self._elsewhere(arrival.viewer if keeps_session else None, base.router.url.path)]
        callers = callers_of(registered)
        if callers is None:
            return _refused(event, "declares no callers")
        if not callers.admit(arrival.viewer):
            _refused(event, "not for this person", arrival.viewer)
            return [self._elsewhere(arrival.viewer, base.router.url.path)]
        return self._judge_arguments(event, registered, base)

    def _judge_arguments(self, event: Event, registered: RegisteredEventHandler, base: Base) -> list[Any] | None:
        try:
            fitted = coerce(registered.handler.fn, event.payload)
        except BadArguments as fault:
            base._say(OUT_OF_DATE, "bad")
            return _refused(event, str(fault))
        event.payload.clear()
        event.payload.update(fitted)
        if base.field_errors and event.router_data and not getattr(registered.handler.fn, MARKS_STAY, False):
            base.field_errors = {}
        return None

    def _judge_framework(self, event: Event, base: Base, arrival: Arrival) -> list[Any] | None:
        kind = FRAMEWORK[event.name]
        if kind == "browser fault":
            return self._judge_browser_fault(event)
        try:
            fitted = _fit_framework(kind, event.payload)
        except BadArguments as fault:
            return _refused(event, str(fault))
        event.payload.clear()
        event.payload.update(fitted)
        if kind != "page":
            return None
        base.missing, base.field_errors = False, {}
        if any(toast["kind"] == "bad" for toast in base.toasts):  # it is read on the page it led to, and not beyond
            base.toasts = [toast | {"read": "yes"} for toast in base.toasts if "read" not in toast]
        callers = self.doors.get(page_pattern(base), PUBLIC)
        return None if callers.admit(arrival.viewer) else [self._elsewhere(arrival.viewer, base.router.url.path)]

    def _judge_browser_fault(self, event: Event) -> list[Any] | None:
        now = time.monotonic()
        if len(self.faults) == BROWSER_FAULTS_A_MINUTE and now - self.faults[0] < 60:
            return []
        self.faults.append(now)
        texts = {name: one_line(str(event.payload.get(name, ""))) for name in ("info", "component_stack")}
        event.payload.clear()
        event.payload.update(texts)
        return None

    def _elsewhere(self, viewer: Viewer | None, path: str) -> Any:
        """Where a person belongs who may not be here."""
        if viewer is None or viewer.role is Role.LINK:
            return to_sign_in(path)
        return rx.redirect("/admin" if viewer.is_staff else "/")


def _is_same_session(identity: str, arrival: Arrival) -> bool:
    """Whether only the eyes changed: a member began or stopped to look as a customer in another tab."""
    viewer, session = arrival.viewer, identity.split(":")[3:4]
    return viewer is not None and viewer.session_id is not None and session == [str(viewer.session_id)]


def page_pattern(base: Base) -> str:
    """The route pattern of the page a tab is on, `/orders/[number]`. Events that follow from others carry none."""
    path = str(base._get_root_state().router_data.get("pathname", ""))
    return "/" if path in {"", "/index"} else path


def _refused(event: Event, why: str, by: Viewer | None = None) -> list[Any]:
    _note(one_line(event.name, 160), why, by)
    return []


def _note(name: str, why: str, by: Viewer | None) -> None:
    """A refusal leaves a line with who met it, and who stood behind them."""
    who = {"studio": by.studio_id, "account": by.account_id, "role": str(by.role), "behind": by.behind_account_id} if by else {}
    note("event refused", name=name, why=why, **who)


async def _answer(root: BaseState, events: list[Any], *, is_first: bool) -> StateUpdate:
    """What changed, and where to go. A page that was refused while it loads gets all of the state, as any page does:
    the one it is sent to would stand there without the person's name and places."""
    if is_first:
        root.is_hydrated = False
    delta = await _resolve_delta(root.dict()) if is_first else await root._get_resolved_delta()
    root._clean()
    return StateUpdate(delta=delta, events=Event.from_event_type(events) if events else [])


def _fit_framework(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Framework events carry a flag, or the browser's own storage; everything else is dropped."""
    if kind == "flag":
        if set(payload) != {"value"} or not isinstance(payload["value"], bool):
            raise BadArguments("flag")
        return dict(payload)
    fitted: dict[str, Any] = {}
    if "vars" in payload:
        fitted["vars"] = _storage(payload["vars"])
    hashes = payload.get("hashes")
    if isinstance(hashes, list) and len(hashes) <= 500 and all(isinstance(h, str) and len(h) <= 64 for h in hashes):
        fitted["hashes"] = hashes
    return fitted


def _storage(wanted: Any) -> dict[str, Any]:
    """Only vars that are declared as browser storage, only short text."""
    if not isinstance(wanted, dict) or len(wanted) > 50:
        raise BadArguments("vars")
    return {name: value for name, value in wanted.items() if _is_stored(name) and isinstance(value, str) and len(value) < 10_000}


def _is_stored(name: str) -> bool:
    state_name, _, var = name.rpartition(".")
    found = RegistrationContext.get().base_states.get(state_name)
    return found is not None and found._is_client_storage(var.removesuffix("_rx_state_"))


def _framework_events() -> dict[str, str]:
    root = rx.State.get_full_name()
    inner = f"{root}.reflex___state____"
    return {
        f"{root}.hydrate": "page",
        f"{root}.hydrate_and_load": "page",
        f"{root}.set_is_hydrated": "flag",
        f"{inner}on_load_internal_state.on_load_internal": "page",
        f"{inner}on_load_internal_state.set_is_hydrated": "flag",
        f"{inner}update_vars_internal_state.update_vars_internal": "storage",
        f"{inner}frontend_event_exception_state.handle_frontend_exception": "browser fault",
    }


FRAMEWORK = _framework_events()
HYDRATING = {name for name in FRAMEWORK if name.rpartition(".")[2] in {"hydrate", "hydrate_and_load"}}
