"""The frames every screen stands in: rail on wide screens, top mark and bottom bar on phones, one main landmark.

portal_shell   a customer's places, Place order first
admin_shell    the studio's places, each only for whom the guard would let in
person_shell   whoever is signed in, for what is their own: a customer's places or the studio's
listing_shell  whoever looks: a customer, the studio, or the holder of a secret link, who gets the mark only
link_shell     what a secret address shows, to whoever has it
booking_shell  a task of its own: the mark and a way out
"""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from portal_app.core.viewer import Permission
from portal_app.ui.components.buttons import link_button
from portal_app.ui.components.failing import missing_part
from portal_app.ui.components.floating import toasts
from portal_app.ui.components.icons import icon
from portal_app.ui.components.links import NativeForm, Place, go
from portal_app.ui.components.people import face, mark
from portal_app.ui.components.waiting import page_skeleton
from portal_app.ui.components.words import Child, Flag
from portal_app.ui.shared.guard import public
from portal_app.ui.shared.session import Base, may


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of a navigation; with `needs` it is shown only to those who have that permission."""

    words: str
    drawing: str
    path: str
    needs: Permission | None = None


HOME = Spot("Home", "home", "/")
LISTINGS = Spot("Listings", "photo", "/listings")
ORDERS = Spot("Orders", "orders", "/orders")
ACCOUNT = Spot("Account", "account", "/account")
SECURITY = Spot("Security", "lock", "/account/security")
TEAMS = Spot("Teams", "customers", "/account/teams")
TODAY = Spot("Today", "home", "/admin", Permission.SEE_ORDERS)
MY_DAY = Spot("My day", "pin", "/admin/my-day", Permission.SEE_ORDERS)
STUDIO_ORDERS = Spot("Orders", "orders", "/admin/orders", Permission.SEE_ORDERS)
STUDIO_LISTINGS = Spot("Listings", "photo", "/admin/listings", Permission.SEE_ORDERS)
CALENDAR = Spot("Calendar", "calendar", "/admin/calendar", Permission.SEE_ORDERS)
STUDIO_INVOICES = Spot("Invoices", "document", "/admin/invoices", Permission.SEE_MONEY)
STUDIO_PAYMENTS = Spot("Payments", "card", "/admin/payments", Permission.SEE_MONEY)
INVOICES = Spot("Invoices", "document", "/invoices")
PAYMENTS = Spot("Payments", "card", "/payments")
CREW = Spot("Crew and hours", "clock", "/admin/crew", Permission.SEE_ORDERS)
CUSTOMERS = Spot("Customers", "customers", "/admin/customers", Permission.SEE_CUSTOMERS)
STAFF = Spot("Staff", "badge", "/admin/staff", Permission.MANAGE_STAFF)
SETTINGS = Spot("Settings", "settings", "/admin/settings", Permission.SETTINGS)
AUDIT = Spot("Audit log", "clock", "/admin/audit", Permission.SEE_AUDIT)

PORTAL_PLACES = (HOME, LISTINGS, ORDERS, PAYMENTS, ACCOUNT)
PORTAL_BAR = (HOME, LISTINGS, None, ORDERS, ACCOUNT)
STUDIO_PLACES = (
    TODAY, MY_DAY, CALENDAR, STUDIO_ORDERS, STUDIO_LISTINGS, STUDIO_INVOICES, STUDIO_PAYMENTS, CUSTOMERS, STAFF, SETTINGS, AUDIT,
    ACCOUNT,
)  # fmt: skip
STUDIO_BAR = (TODAY, MY_DAY, CALENDAR, STUDIO_ORDERS, ACCOUNT)
PORTAL_MENU = (PAYMENTS, INVOICES, ACCOUNT, SECURITY, TEAMS)
STUDIO_MENU = (STUDIO_LISTINGS, STUDIO_INVOICES, STUDIO_PAYMENTS, CUSTOMERS, CREW, STAFF, SETTINGS, AUDIT, ACCOUNT, SECURITY)


class Notes(Base):
    """The passing notes of every page."""

    @public(marks_stay=True)
    async def put_away(self, note: str) -> None:
        """A note was read, or its time is over."""
        self.toasts = [toast for toast in self.toasts if toast["id"] != note]


def portal_shell(*children: Child, ready: Flag = True) -> rx.Component:
    """A customer's page. Until `ready` a skeleton stands in its place; what cannot be found says so."""
    return _frame(
        _rail(PORTAL_PLACES, _place_order()),
        rx.el.main(_unproven(), _content(children, ready), id="main", tab_index=-1, class_name="main"),
        _bar(*PORTAL_BAR),
        home="/",
    )


def admin_shell(*children: Child, ready: Flag = True) -> rx.Component:
    """A page of the studio's own people."""
    return _frame(
        _rail(STUDIO_PLACES),
        rx.el.main(_content(children, ready), id="main", tab_index=-1, class_name="main"),
        _bar(*STUDIO_BAR),
        home="/admin",
    )


def person_shell(*children: Child, ready: Flag = True) -> rx.Component:
    """A page of whoever is signed in, in the frame they know."""
    return _frame(
        _their_rail(),
        rx.el.main(_unproven(), _content(children, ready), id="main", tab_index=-1, class_name="main"),
        _their_bar(),
        home="/",
    )


def booking_shell(*children: Child) -> rx.Component:
    """Placing an order: the mark, a way out that keeps what was typed, and the task."""
    out = rx.el.div(link_button("Save and close", "/", kind="soft"), _me(), class_name="row gap-1")
    sign_in = link_button("Sign in", "/login?next=/place-order", kind="soft")
    main = rx.el.main(*children, id="main", tab_index=-1)
    head = rx.el.header(mark(""), rx.cond(Base.me.has_home & (Base.me.role != "link"), out, sign_in), class_name="btop")
    return rx.fragment(_skip(), viewing_banner(), head, main, _me_menu(), toasts(Base.toasts, Notes.put_away))


def listing_shell(*children: Child, ready: Flag = True) -> rx.Component:
    """The page of one listing stands in the frame of whoever looks at it."""
    is_guest = Base.me.role == "link"
    frame = rx.el.div(
        rx.cond(is_guest, _guest_top(), _top("/")),
        rx.cond(is_guest, rx.fragment(), _their_rail()),
        rx.el.main(_content(children, ready), id="main", tab_index=-1, class_name="main"),
        rx.cond(is_guest, rx.fragment(), _their_bar()),
        class_name=rx.cond(is_guest, "frame linked", "frame"),
    )
    return rx.fragment(_skip(), viewing_banner(), frame, _me_menu(), toasts(Base.toasts, Notes.put_away))


def link_shell(*children: Child, ready: Flag = True) -> rx.Component:
    """A page that everybody who has its address sees the same."""
    main = rx.el.main(_content(children, ready), id="main", tab_index=-1, class_name="main")
    frame = rx.el.div(_guest_top(), main, class_name="frame linked")
    return rx.fragment(_skip(), frame, toasts(Base.toasts, Notes.put_away))


def _guest_top() -> rx.Component:
    door = rx.cond(Base.me.has_home, go("Home", to="/", kind="btn soft"), go("Sign in", to="/login", kind="btn soft"))
    return rx.el.header(mark(""), door, class_name="top")


def _place_order() -> rx.Component:
    return link_button("Place order", "/place-order", kind="main", drawing="plus")


def _frame(rail: rx.Component, main: rx.Component, bar: rx.Component, *, home: str) -> rx.Component:
    return rx.fragment(
        _skip(),
        viewing_banner(),
        rx.el.div(_top(home), rail, main, bar, class_name="frame"),
        _me_menu(),
        toasts(Base.toasts, Notes.put_away),
    )


def _content(children: tuple[Child, ...], ready: Flag) -> rx.Component:
    page = rx.fragment(*children) if ready is True else rx.cond(ready, rx.fragment(*children), page_skeleton())
    return rx.cond(Base.missing, missing_part(), page)


def _skip() -> rx.Component:
    return rx.el.a("Skip to content", href="#main", class_name="skip")


def _top(home: str) -> rx.Component:
    return rx.el.header(mark(home), _me(), class_name="top")


def _me() -> rx.Component:
    """The face that opens who is signed in here and the way out."""
    return rx.el.button(
        Base.me.initials,
        rx.el.span(" ", Base.me.name, ": account", class_name="hide"),
        type="button",
        class_name="face tap",
        custom_attrs={"popoverTarget": "me"},
    )


def _their_rail() -> rx.Component:
    return rx.cond(Base.me.is_staff, _rail(STUDIO_PLACES), _rail(PORTAL_PLACES, _place_order()))


def _their_bar() -> rx.Component:
    return rx.cond(Base.me.is_staff, _bar(*STUDIO_BAR), _bar(*PORTAL_BAR))


def _rail(places: tuple[Spot, ...], first: rx.Component | None = None) -> rx.Component:
    items = (_if_let_in(place, rx.el.li(_place(place, size=20))) for place in places)
    return rx.el.header(mark(places[0].path), first, rx.el.nav(rx.el.ul(*items), aria_label="Main"), _person(), class_name="rail")


def _bar(*places: Spot | None) -> rx.Component:
    items = (_if_let_in(place, _place(place, size=22)) if place else _go_order() for place in places)
    return rx.el.nav(*items, aria_label="Main, phone", class_name="bar")


def _place(place: Spot, *, size: int) -> rx.Component:
    return Place.create(icon(place.drawing, size=size), place.words, to=place.path, end=place.path in {"/", "/admin"})


def _if_let_in(place: Spot, shown: rx.Component) -> rx.Component:
    """The permissions of the viewer are those the guard asks for at the door of that page."""
    return shown if place.needs is None else rx.cond(may(place.needs), shown, rx.fragment())


def _go_order() -> rx.Component:
    return Place.create(rx.el.span(icon("plus", stroke=2)), "Place order", to="/place-order", class_name="go")


def _person() -> rx.Component:
    words = rx.el.span(
        rx.el.span(Base.me.name, class_name="name"),
        rx.el.span(Base.me.caption, class_name="quiet tiny"),
        sign_out(),
        class_name="grow",
    )
    return rx.el.div(face(Base.me.initials), words, class_name="me row")


def _me_menu() -> rx.Component:
    who = rx.el.div(
        rx.el.p(Base.me.name, class_name="strong"), rx.el.p(Base.me.email, class_name="small quiet"), class_name="who"
    )
    ways = rx.cond(Base.me.is_staff, _ways(STUDIO_MENU), _ways(PORTAL_MENU))
    return rx.el.div(who, ways, sign_out("", "exit"), id="me", class_name="menu", custom_attrs={"popover": "auto"})


def _ways(places: tuple[Spot, ...]) -> rx.Component:
    return rx.fragment(*(_if_let_in(place, go(icon(place.drawing), place.words, to=place.path, kind="")) for place in places))


def sign_out(look: str = "sign-out", drawing: str = "") -> rx.Component:
    """Leaving is a form the browser posts: the page that follows starts with a new socket and an empty state."""
    leave = rx.el.button(icon(drawing) if drawing else None, "Sign out", type="submit", class_name=look)
    return NativeForm.create(leave, action="/api/sign-out", method="post")


def viewing_banner() -> rx.Component:
    """On every page of somebody who looks as a customer: it stays in sight and pushes the page down instead of covering it."""
    words = rx.el.p(
        "You see this as ", rx.el.b(Base.me.name), ". Everything you do is recorded under both names.", class_name="grow"
    )
    stop = NativeForm.create(
        rx.el.button("Stop", rx.el.span(" looking as ", Base.me.name, class_name="hide"), type="submit", class_name="btn"),
        action="/api/view-as/end",
        method="post",
    )
    strip = rx.el.div(words, stop, class_name="viewing", role="region", aria_label="Looking as a customer")
    return rx.cond(Base.me.behind, strip, rx.fragment())


def _unproven() -> rx.Component:
    words = rx.el.span("Type the code we mailed to ", rx.el.b(Base.me.email), " to see earlier orders of this address.")
    strip = rx.el.div(words, go("Type the code", to="/verify"), class_name="banner", role="region", aria_label="Your mailbox")
    return rx.cond(Base.me.is_customer & ~Base.me.is_verified, strip, rx.fragment())
