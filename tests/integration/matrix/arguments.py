"""What somebody passes to an event method, a page's address or a route: filled from the world by the parameter's name.

A new event method or route needs nothing here while its parameters are switches, or have names that are known: those
below, and every field of `Things`. To teach a new name, add
it to `BY_NAME` with what a person who may would pass; where one State or method means something else by a name, put
`State.name` or `method.name`. A tuple is several choices: the first in the short run, each of them in the full one.
"""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from tests.integration.matrix.rows import PASSWORD
from tests.integration.matrix.world import Things

Fill = Callable[[Things], Any]

BY_NAME: dict[str, Fill] = {
    # what things are called
    "order": lambda t: t.number,
    "photo": lambda t: t.asset,
    "/files/embed/{asset}.asset": lambda t: t.player,
    "ids": lambda t: [t.asset],
    "customer": lambda t: t.customer_id,
    "token": lambda t: t.link_token,
    "/status/[token].token": lambda t: f"zz9-order_link-{t.order_id}-token",
    "/invoice/{token}/pdf.token": lambda t: t.invoice_token,
    "/invoice/[token].token": lambda t: t.invoice_token,
    **{f"/s/{{token}}{rest}.token": lambda t: t.shared_token for rest in ("", "/photo/{asset}", "/take", "/take/{download}")},
    "download": lambda t: "zz8-nobody-download-public_id-0",
    "Sharing.form": lambda t: {"size": "web", "ends_on": "2027-02-03", "most": "5", "label": "words"},
    "/pay/[token].token": lambda t: t.share_token,
    "/invitation/[token].token": lambda t: t.invitation_token,
    "/api/invitation/accept.token": lambda t: t.invitation_token,
    "member": lambda t: t.team_member,
    "StaffState.member": lambda t: t.member_id,
    "StaffState.invitation": lambda t: t.staff_invitation,
    "StaffState.form": lambda t: {"email": "new@x.example", "name": "New", "role": "editor", f"role-{t.member_id}": "admin"},
    "CalendarState.member": lambda t: t.crew_member,
    "CalendarState.entry": lambda t: f"off-{t.time_off}",
    "CalendarState.form": lambda t: {
        "member": str(t.crew_member), "from": "2027-02-03", "from_time": "10:00", "until": "2027-02-03", "until_time": "12:00",
        "reason": "words", "override": "words", "tell": True,
    },
    "WhyState.form": lambda t: {"order": str(t.number), "area": "1800", "place": "36.6, -121.9"},
    "days": lambda t: 1,
    "HoursState.form": lambda t: {
        "day": "2027-02-03", "starts": "09:00", "ends": "17:00", "from": "2027-02-03", "from_time": "10:00",
        "until": "2027-02-03", "until_time": "12:00", "reason": "words", "priority": "1", "base": "Monterey, CA 93940",
    },
    "HoursState.place": lambda t: 0,
    "HoursState.off": lambda t: t.time_off,
    "/admin/crew/[member].member": lambda t: t.crew_member,
    "first": lambda t: "2026-11-01",
    "last": lambda t: "2026-11-08",
    "start": lambda t: "2026-11-24T10:00:00",
    "end": lambda t: "2026-11-24T12:00:00",
    "weekday": lambda t: 6,
    "time": lambda t: "10:00",
    "AreasState.area": lambda t: t.service_area,
    "AreasState.form": lambda t: {
        "name": "Here", "shape": "radius", "center": "36.6, -121.9", "radius": "9", "address": "Carmel, CA", "is_active": "on",
    },
    "Coupons.form": lambda t: {"code": "NEW10", "kind": "percent", "amount": "10", "use": "on"},
    "AdminInvoice.form": lambda t: {"name-0": "Album", "quantity-0": "1", "price-0": "5", "memo": "words", "due_on": "2027-02-03", "reason": "words"},
    "AdminInvoice.at": lambda t: 0,
    "Splitting.form": lambda t: {
        "measure-0": "rest", "name-1": "Ana Reyes", "email-1": "ana@x.example", "measure-1": "percent", "value-1": "40", "opens": "all",
    },
    "Splitting.at": lambda t: 1,
    "Splitting.value": lambda t: "rest",
    "AdminInvoice.what": lambda t: ("void", "finalize", "discard"),
    "AdminInvoices.form": lambda t: {"number": str(t.accepted), "customer": str(t.customer_id), "first": "", "last": ""},
    "AdminInvoices.what": lambda t: "statement",
    "AdminPayments.entry": lambda t: t.loose,
    "AdminPayments.form": lambda t: {"number": str(t.accepted), "amount": "0.50", "amount_cents": "0.50", "reason": "words"},
    "Invoices.form": lambda t: {"first": "2026-11-01", "last": ""},
    "AdminInvoices.status": lambda t: "unpaid",
    "Prices.form": lambda t: {"name": "Late", "kind": "fixed", "amount": "10", "use": "on", "tips": "10, 15"},
    "BillBooks.open_books.what": lambda t: ("payment", "refund", "use", "keep", "credit", "take_back"),
    "BillBooks.open_books.about": lambda t: 0,
    "BillBooks.form": lambda t: {"amount_cents": "1", "method": "check", "memo": "words", "reason": "words"},
    "OrderBooks.open_order.what": lambda t: ("add", "quantity", "release", "lock"),
    "OrderBooks.open_order.place": lambda t: 0,
    "OrderBooks.form": lambda t: {
        "reason": "words", "offer": "own", "name": "words", "price": "1", "quantity": "2", "taxed": "on", "tells": "on",
    },
    "Questions.form": lambda t: {"prompt": "Who opens?", "service": t.service, "need": "yes", "use": "on"},
    "Questions.kind": lambda t: "number",
    "PaymentSettings.mode": lambda t: "test",
    "secret_key": lambda t: "rk_test_51Abcdefgh",
    "webhook_secret": lambda t: "whsec_abcdefgh1234",
    "PaymentSettings.form": lambda t: {"cancel_refund": "full", "next_invoice_number": "900000", "invoice_due_days": "7"},
    "turn": lambda t: 0,
    "every": lambda t: True,
    "label": lambda t: "x",
    "Questions.field": lambda t: "label",
    "preset": lambda t: ("ranw", "smartmls"),
    "WatermarkSetting.form": lambda t: {"text": "MINE", "uses_logo": "", "place": "center", "opacity": "50"},
    "WatermarkSetting.field": lambda t: ("text", "place"),
    "DeliverySettings.form": lambda t: {"naming": "numbered", "altered_rule": "always"},
    "ListingRevisionsState.form": lambda t: {"wish": "words", "again": "words"},
    "ListingRevisionsState.value": lambda t: ("box", "50"),
    "ListingRevisionsState.field": lambda t: "width",
    "x": lambda t: 5000,
    "y": lambda t: 5000,
    "DeskRevisionState.form": lambda t: {"answer": "words"},
    "RevisionsState.value": lambda t: "all",
    "BookingRules.form": lambda t: {
        "timing": "required", "strategy": "priority", "interval_minutes": "30", "horizon_days": "60", "buffer_before_minutes": "0",
        "buffer_after_minutes": "15", "change_hours": "24", "cancel_hours": "24", "drive_factor_percent": "130", "drive_kmh": "50",
        "notice_hours": "12", "pay": "0", "cutoff_time": "17:00",
    },
    "shape": lambda t: "postcodes",
    "permission": lambda t: ("see_money", "refund"),
    "who": lambda t: str(t.account_id),
    "group": lambda t: "orders",
    "card": lambda t: "pm_1",
    "tip": lambda t: "own",
    "bill": lambda t: f"order-{t.number}",
    "amount": lambda t: "10",
    "text": lambda t: "x",
    "day": lambda t: "2026-11-01",
    "endpoint_token": lambda t: f"zz9-{t.owner}-endpoint",
    # what is typed into forms; everybody's password is the same one here
    "password": lambda t: PASSWORD,
    "current": lambda t: PASSWORD,
    "/api/account/email.email": lambda t: "moved@x.example",
    "/api/account/password.password": lambda t: "another set of words",
    "code": lambda t: "000000",
    "next": lambda t: "/orders",
    "word": lambda t: "delete",
    "phone": lambda t: "(831) 555-0101",
    "company": lambda t: "Coastline",
    "/api/sign-up.name": lambda t: "Nina Ortega",
    # choices, texts and switches
    "act_on.action": lambda t: ("cover", "remove", "replace", "edit", "hide", "up", "down"),
    "add_link.form": lambda t: {"url": "https://my.matterport.com/show/?m=UudGrvdrYZD"},
    "save_words.form": lambda t: {"caption": "words", "room": "words", "kind": "floor_plan"},
    "AlteredPhotos.form": lambda t: {"how-sky": "on", "words": "words"},
    "action": lambda t: ("revoke", "resend", "remove"),
    "size": lambda t: ("original", "web", "thumb"),
    "/files/revision/{revision}/{asset}/{size}.size": lambda t: ("web", "thumb"),
    "about": lambda t: "mail",
    "side": lambda t: ("customer", "studio"),
    "status": lambda t: "pending",
    "search": lambda t: "x",
    "shelf": lambda t: ("", "archive"),
    "taker": lambda t: str(t.customer_id),
    "name": lambda t: "a.jpg",
    "note": lambda t: "00000000",
    "field": lambda t: "message",
    "value": lambda t: "words",
    "role": lambda t: "member",
    "Changing.open.what": lambda t: ("cancel", "postpone", "move"),
    "purpose": lambda t: "visit",
    "MovingVisit.open.what": lambda t: ("move", "postpone", "cancel"),
    "MovingVisit.confirm.form": lambda t: {"day": "2027-02-03", "time": "10:00", "reason": "words", "override": "words", "tells": "on", "member": ""},
    "Changing.choose_time.time": lambda t: "2027-02-03T18:00:00+00:00",
    "Changing.confirm.form": lambda t: {"reason": "words", "wish": "soon"},
    "step": lambda t: ("services", "review"),
    "months": lambda t: 1,
    "at": lambda t: "2027-02-03T10:00",
    "wish": lambda t: ("soon", "exact"),
    "what": lambda t: ("remove", "leave", "close"),
    "ask_first.name": lambda t: "Lee",
    "page": lambda t: 1,
    # the catalog and one thing of it
    "kind": lambda t: "service",
    "category": lambda t: "",
    "by_places": lambda t: 1,
    "look.area": lambda t: "1800",
    "variant": lambda t: 0,
    "row": lambda t: 0,
    "ServiceState.field": lambda t: "name",
    "ServiceState.keep_cell.field": lambda t: "price",
    "ServiceState.group": lambda t: "crew",
    "ServiceState.form": lambda t: {"name": "Twilight", "most": "1", "price-0-0": "245", "minutes-0-0": "45"},
    "more": lambda t: "",
    # forms: everything any of them asks for
    "decline_visit.form": lambda t: {"reason": "words"},
    "deliver.form": lambda t: {"message": "words", "copy_to": ""},
    "save_place.form": lambda t: {"place": "36.6, -121.9"},
    "go_on.form": lambda t: {"street": "9 Plain Street", "town": "Carmel", "area": "1800", "notes": "words", "name": "Nina Ortega"},
    "form": lambda t: {
        "name": "Nina Ortega", "called": "Coastline", "email": "nina@x.example", "role": "member", "phone": "", "company": "", "copies": "",
    },
}  # fmt: skip

# What stands open when a method that names nothing itself is asked: the method that opens it, and what it is told.
OPENED_BY: dict[str, tuple[str, Fill]] = {
    "AdminInvoices.statement": ("AdminInvoices.ask_whom", lambda t: {"what": "statement"}),
    "AdminPayments.place": ("AdminPayments.ask_bill", lambda t: {"entry": t.loose}),
    "AdminPayments.give_back": ("AdminPayments.ask_back", lambda t: {"entry": t.loose}),
    "CalendarState.drop_off": ("CalendarState.open", lambda t: {"entry": f"off-{t.time_off}"}),
    "CalendarState.move_it": ("CalendarState.drag", lambda t: {"entry": f"visit-{t.visit}", "start": "2027-02-03T10:00"}),
    "Sharing.end": ("Sharing.ask_end", lambda t: {"shared_link": t.shared_link, "label": "x"}),
    "Charging.charge": ("Charging.open", lambda t: {"order": t.number}),
    "ListingDesk.end_link": ("ListingDesk.ask_end", lambda t: {"shared_link": t.shared_link, "label": "x"}),
    "ListingDesk.transfer": ("ListingDesk.choose_taker", lambda t: {"taker": str(t.customer_id)}),
    "DeliverState.save_words": ("DeliverState.act_on", lambda t: {"action": "edit", "photo": t.asset}),
    "AlteredPhotos.save": ("AlteredPhotos.open", lambda t: {"photo": t.asset}),
    "DeliverState.bring_back": ("DeliverState.act_on", lambda t: {"action": "remove", "photo": t.asset}),
    "Splitting.save": ("Splitting.open", lambda t: {"order": t.accepted}),
    "Splitting.undo": ("Splitting.open", lambda t: {"order": t.number}),
    "Splitting.mail_link": ("Splitting.ask_link", lambda t: {"order": t.number, "share": t.share, "name": "Ana"}),
    "Splitting.renew_link": ("Splitting.ask_link", lambda t: {"order": t.number, "share": t.share, "name": "Ana"}),
    "MovingVisit.confirm": ("MovingVisit.open", lambda t: {"order": t.accepted, "what": "move", "purpose": "visit"}),
    "Changing.confirm": ("Changing.open", lambda t: {"order": t.accepted, "what": "cancel", "purpose": "visit"}),
}


class Untaught(Exception):
    """A parameter this test cannot fill; the sentence says how to teach it."""


def fillings(method: Callable, things: Things, *, full: bool) -> list[dict[str, Any]]:
    """The payloads of an event method for these things."""
    parameters = list(inspect.signature(inspect.unwrap(method)).parameters.values())[1:]
    choices = [
        (True, False)[: 2 if full else 1] if p.annotation == "bool" else _choices(method.__qualname__, p.name, things, full=full)
        for p in parameters
    ]
    return [dict(zip((p.name for p in parameters), chosen, strict=True)) for chosen in product(*choices)]


def addresses(pattern: str, things: Things, *, full: bool) -> Iterator[str]:
    """The paths of a page `/orders/[number]` or a route `/files/{asset}/{size}` for these things."""
    names = re.findall(r"[\[{](\w+)(?::\w+)?[\]}]", pattern)
    for chosen in product(*(_choices(pattern, name, things, full=full) for name in names)):
        path = pattern
        for name, value in zip(names, chosen, strict=True):
            path = re.sub(rf"[\[{{]{name}(?::\w+)?[\]}}]", str(value), path)
        yield path


def fill(name: str, things: Things, place: str = "") -> Any:
    """One value. Raises Untaught with a sentence that says what to add."""
    state, _, method = place.rpartition(".")
    known = next(filter(None, map(BY_NAME.get, (f"{place}.{name}", f"{state}.{name}", f"{method}.{name}", name))), None)
    if known is None and name in Things.__slots__:
        return getattr(things, name)
    if known is None:
        raise Untaught(
            f"The matrix does not know what to pass as `{name}` of {place}. Add it to BY_NAME in {__name__.replace('.', '/')}.py: "
            f"a function from the Things of one customer to what somebody who may would pass "
            f"(a tuple for several choices; `{place}.{name}` where only this one means it so)."
        )
    return known(things)


def _choices(place: str, name: str, things: Things, *, full: bool) -> tuple:
    value = fill(name, things, place)
    if not isinstance(value, tuple):
        return (value,)
    return value if full else value[:1]


def sent(method: str, path: str, things: Things) -> dict[str, Any]:
    """Headers and body of a request, where a route needs more than its address: a prefix teaches all below it."""
    for prefix, made in SENT.items():
        if path.startswith(prefix):
            return made(method, things)
    return {"headers": {"content-type": "application/x-www-form-urlencoded"}} if method == "POST" else {}


def _part(method: str, things: Things) -> dict[str, Any]:
    told = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}"
        for name, value in (("listing", things.listing), ("filename", "a.jpg"), ("sha256", "0" * 64))
    )
    headers = {"tus-resumable": "1.0.0", "upload-length": "10", "upload-offset": "0", "upload-metadata": told}
    if method == "PATCH":
        return {"headers": headers | {"content-type": "application/offset+octet-stream"}, "content": b"12345"}
    return {"headers": headers}


def _json(method: str, things: Things) -> dict[str, Any]:
    return {"json": {"answer": {"id": things.owner, "response": {}}, "next": "/orders"}}


def _mark(method: str, things: Things) -> dict[str, Any]:
    return {"params": {"text": "MINE", "place": "center", "opacity": "50"}}


def _size(method: str, things: Things) -> dict[str, Any]:
    return {"params": {"size": "web"}}


SENT: dict[str, Callable[[str, Things], dict[str, Any]]] = {
    "/api/uploads": _part,
    "/api/passkeys": _json,
    "/files/watermark/": _mark,
    "/s/{token}/take": _size,
}


class AskedForm(dict[str, str]):
    """A form in which whatever a route looks for stands: each field is filled when it is asked for."""

    def __init__(self, place: str, things: Things, typed: dict[str, str] | None = None) -> None:
        super().__init__()
        self.place, self.things, self.typed = place, things, typed or {}
        self.untaught: list[str] = []
        self.asked: set[str] = set()

    def get(self, name: str, otherwise: Any = None) -> Any:
        self.asked.add(name)
        if name in self.typed:
            return self.typed[name]
        try:
            value = fill(name, self.things, self.place)
        except Untaught as fault:
            self.untaught.append(str(fault))
            return otherwise
        return str(value[0] if isinstance(value, tuple) else value)

    def __getitem__(self, name: str) -> str:
        return self.get(name, "")

    def __contains__(self, name: object) -> bool:
        return True


__all__ = ["BY_NAME", "PASSWORD", "AskedForm", "Untaught", "addresses", "fill", "fillings", "sent"]
