"""Who this tab belongs to, and the few vars every page shows: the studio, the person, notes, refusals."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from re import compile as pattern
from uuid import uuid4

import reflex as rx

from portal_app import wiring
from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.flash import ARRIVED, Flash, opened
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.studios.queries import StudioCard
from portal_app.entrance import FLASH, Arrival, cookie_name, cookies_of

ROLE_WORDS = {
    Role.OWNER: "Owner",
    Role.ADMIN: "Admin",
    Role.PHOTOGRAPHER: "Photographer",
    Role.EDITOR: "Editor",
    Role.LINK: "By link",
}

ARGUMENT = pattern(r"[A-Za-z0-9_-]{1,64}")
_arrival: ContextVar[Arrival | None] = ContextVar("arrival", default=None)


@dataclass(frozen=True)
class StudioView:
    """The studio as pages show it."""

    name: str = ""
    slug: str = ""
    place: str = ""
    phone: str = ""
    email: str = ""
    zone: str = ""
    currency: str = ""
    area_unit: str = ""


@dataclass(frozen=True)
class MeView:
    """The person as pages show them. `role` is a word of `Role`, empty when nobody is signed in."""

    name: str = ""
    initials: str = ""
    email: str = ""
    caption: str = ""
    role: str = ""
    is_verified: bool = False
    is_staff: bool = False
    is_customer: bool = False
    has_home: bool = False
    sees_money: bool = False
    behind: str = ""
    may: list[str] = field(default_factory=list)


class Base(rx.State):
    """The parent of every screen's State. Public names are vars and guarded event methods, nothing else."""

    studio: StudioView = StudioView()
    me: MeView = MeView()
    toasts: list[dict[str, str]] = []
    field_errors: dict[str, str] = {}
    missing: bool = False
    _identity: str = ""
    _shown: int = 0
    _heard: str = ""

    def _say(self, sentence: str, kind: str = "good") -> None:
        """Show a passing note; `kind` is "good" or "bad". What is shown already is not shown twice."""
        if any((one["text"], one["kind"]) == (sentence, kind) for one in self.toasts):
            return
        self.toasts = [*self.toasts[-4:], {"id": uuid4().hex[:8], "text": sentence, "kind": kind}]

    def _show(self, arrival: Arrival) -> None:
        """Take over what pages show of the studio and the person; nothing is touched while both are as they were."""
        shown = hash((arrival.studio, arrival.viewer))
        if shown == self._shown:
            return
        self._shown, self._identity = shown, arrival.identity
        self.studio, self.me = studio_view(arrival.studio), me_view(arrival)

    def _hear_of_money(self) -> None:
        """Whoever comes back from paying hears that it arrived, whatever page they started from."""
        if cookie_name(FLASH) in self.router.headers.cookie and (sentence := self._flash(ARRIVED).sentence):
            self._say(sentence)

    def _flash(self, *forms: str) -> Flash:
        """What a native form said before its redirect brought the person here. What was said once is not said again."""
        value = cookies_of(self.router.headers.cookie).get(cookie_name(FLASH), "")
        flash = opened(value, wiring.current().settings.secret_key) if value else None
        if flash is None or flash.form not in forms:
            return Flash(forms[0])
        if flash.id == self._heard:
            return replace(flash, field="", sentence="")
        self._heard = flash.id
        return flash


def viewer_of(state: rx.State) -> Viewer:
    """Who is acting in THIS event, as the guard found it. Raises NotAllowed when nobody is signed in."""
    arrival = _arrival.get()
    if arrival is None or arrival.viewer is None:
        raise NotAllowed("Sign in first.")
    return arrival.viewer


def studio_of(state: rx.State) -> StudioCard:
    """The studio of THIS event. Raises NotAllowed on a host that is nobody's."""
    arrival = _arrival.get()
    if arrival is None or arrival.studio is None:
        raise NotAllowed("No studio answers on this address.")
    return arrival.studio


def may(permission: Permission) -> rx.Var[bool]:
    """For a page: whether to show what only this permission opens. The guard and the verb ask the same table."""
    return Base.me.may.contains(str(permission))


def is_anybody(state: rx.State) -> bool:
    """Whether somebody is signed in (or came by a secret link) in THIS event."""
    arrival = _arrival.get()
    return arrival is not None and arrival.viewer is not None


def acting() -> Viewer | None:
    """Who acts in THIS event, or None."""
    arrival = _arrival.get()
    return arrival.viewer if arrival else None


def arrive(arrival: Arrival | None) -> None:
    """The guard's word, for the rest of this event."""
    _arrival.set(arrival)


def route_argument(state: rx.State) -> str:
    """The last part of this page's address, `1042` of `/orders/1042`. Client data: find it through `visible(by)`."""
    argument = state.router.url.path.rstrip("/").rpartition("/")[2]
    if not ARGUMENT.fullmatch(argument):
        raise NotFound
    return argument


def route_number(state: rx.State) -> int:
    """The same as an order's number. Raises NotFound for anything else."""
    argument = route_argument(state)
    if not argument.isdigit() or len(argument) > 9:
        raise NotFound
    return int(argument)


def studio_view(studio: StudioCard | None) -> StudioView:
    """The card cut down to what pages show."""
    if studio is None:
        return StudioView()
    return StudioView(**{name: getattr(studio, name) for name in StudioView.__dataclass_fields__})


def me_view(arrival: Arrival) -> MeView:
    """The viewer in words."""
    by = arrival.viewer
    if by is None:
        return MeView()
    return MeView(
        name=by.name,
        initials="".join(part[0] for part in by.name.split()[:2] if part).upper(),
        email="" if by.role is Role.LINK else by.email,  # a link is passed on; whom it was mailed to is not
        caption=ROLE_WORDS.get(by.role, by.email),
        role=str(by.role),
        is_verified=by.is_verified,
        is_staff=by.is_staff,
        is_customer=by.is_customer,
        sees_money=by.sees_money,
        behind=by.behind,
        has_home=by.is_customer or by.is_staff or arrival.beside is not None,
        may=sorted(str(permission) for permission in by.permissions),
    )
