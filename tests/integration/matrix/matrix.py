"""Every combination of who, what and whose, and what is wrong with the answer to it."""

from __future__ import annotations

import inspect
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any
from unittest.mock import patch
from zlib import crc32

from reflex_base.registry import RegisteredEventHandler, RegistrationContext
from starlette.routing import Route

from portal_app.ui.routes import ROUTES, Row
from portal_app.ui.shared.guard import FRAMEWORK, callers_of
from portal_app.web import forms
from portal_app.web.api import make_api
from tests.integration.matrix.arguments import OPENED_BY, AskedForm, Untaught, addresses, fill, fillings, sent
from tests.integration.matrix.canaries import CANARY, SECRET
from tests.integration.matrix.desk import Desk, Heard
from tests.integration.matrix.rewinding import Rewinding
from tests.integration.matrix.world import HARBOR_PEOPLE, MADE_UP, Person, Things, World

# Rows anybody may cause, never change: what happened, what must follow, tries that are counted, and what signing up,
# signing in and asking for a code make.
CAUSED = {"fact", "work", "attempt", "mailed_code", "challenge", "team", "account", "customer", "sign_in_session"}
# Whoever brings a secret that opens a thing is let in by it: what it opens is judged, not compared.
OPENING = (
    "/l/{token}",
    "/api/sign-in",
    "/invitation/[token]",
    "/status/[token]",
    "/api/invitation/accept",
    "/invoice/[token]",
    "/invoice/{token}/pdf",
    "/pay/[token]",
    "/originals/{originals}",
    "/originals/{originals}/qr.svg",
    "/originals/{originals}/qr.png",
    "/originals/{originals}/{asset}",
    "/s/{token}",
    "/s/{token}/photo/{asset}",
    "/s/{token}/take",
    "/s/{token}/take/{download}",
)
# In the short run these ask for both, so that everything is answered at least once.
ANSWERED = {"carl", "tara", "link", "olive"}
TEAMS = {"coast", "meadow"}
# What the holder of such a secret reads: who invites whom into what.
OPENED = {
    "/originals/{originals}": {
        "listing.street",
        "listing.town",
        "asset.alteration",
        "originals_page.public_id",
        "asset.public_id",
    },
    "/invitation/[token]": {"team", "invitation", "account"},
    "/invoice/[token]": {"invoice", "invoice_line"},
    "/s/{token}": {"shared_link", "asset"},
    "/pay/[token]": {"share", "orders.street", "orders.town", "orders.customer_name"},
    "/status/[token]": {"order_line", "order_charge", "orders.street", "orders.town", "listing.street", "listing.town"},
}
FILE = re.compile(r"\[(?:original|thumb|web|mls|small|web_marked|thumb_marked) (\w+)\]")
SEVERAL = 12


@dataclass(slots=True)
class Report:
    """What was asked, and everything that was wrong."""

    asked: Counter = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    told_apart: list[str] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    untaught: set[str] = field(default_factory=set)
    answered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def total(self) -> int:
        return sum(self.asked.values())


@dataclass(frozen=True, slots=True)
class Method:
    """An event method of ours, and the pages it stands on."""

    full_name: str
    registered: RegisteredEventHandler
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return self.registered.handler.fn.__qualname__

    @property
    def is_told(self) -> bool:
        """Whether what is passed follows from whose things are named."""
        fn = self.registered.handler.fn
        return any(_follows(name, fn.__qualname__) for name in list(inspect.signature(inspect.unwrap(fn)).parameters)[1:])

    @property
    def names_things(self) -> bool:
        return self.is_told or any("[" in row.path for row in self.rows)


UNNAMED = Things("")
OTHERS = replace(UNNAMED, **{field.name: type(field.default)() for field in fields(Things) if field.name != "owner"})


def _follows(name: str, place: str) -> bool:
    """Whether the value of a parameter is another one for somebody else's things; services are the shop's, not anybody's."""
    if name in {"owner", "service"}:
        return False
    try:
        return fill(name, UNNAMED, place) != fill(name, OTHERS, place)
    except Untaught:
        return False


def methods() -> list[Method]:
    """Every event method in the registry that is ours, with the pages of its State; one without a page stands on all."""
    found = []
    for full_name, registered in sorted(RegistrationContext.get().event_handlers.items()):
        if full_name in FRAMEWORK or full_name.endswith(".setvar"):
            continue
        state = registered.states[0]
        rows = [row for row in ROUTES if row.load is not None and _state_name(row) == state.__name__]
        found.append(Method(full_name, registered, tuple(rows) or _fitting(registered)))
    return found


def _state_name(row: Row) -> str:
    return row.load.fn.__qualname__.partition(".")[0]


def _fitting(registered: RegisteredEventHandler) -> tuple[Row, ...]:
    """For a method that several pages share: one page that each of its callers may enter."""
    callers = callers_of(registered)
    pages = [row for row in ROUTES if callers and row.callers == callers] or [row for row in ROUTES if row.callers.anyone]
    return tuple(pages[:1])


class Matrix:
    """Asks all of it, and judges."""

    def __init__(self, desk: Desk, database: Rewinding, world: World, files: dict[str, str], *, full: bool) -> None:
        self.desk, self.database, self.world, self.files, self.full = desk, database, world, files, full
        self.report = Report()
        self.methods = methods()

    async def run(self) -> Report:
        """Pages, event methods and routes by everybody."""
        for person in self.world.people.values():
            for row in ROUTES:
                await self._page(person, row)
            for route in make_api().routes:
                assert isinstance(route, Route), f"the matrix asks plain routes only, not {route}"
                for method in sorted(route.methods or ()):
                    await self._route(person, route.path, method)
        return self.report

    async def _route(self, person: Person, path: str, method: str) -> None:
        made_up: dict[str, str] = {}
        what = f"{method} {path}"
        for owner in self._owners(person, what, names_things="{" in path or method == "POST"):
            things = self.world.named_by(person, owner)
            for turn, address in enumerate(addresses(path, things, full=self.full)):
                form, request = AskedForm(path, things), sent(method, path, things)
                with self.database.question(), patch.object(forms, "_typed", _typing(form)):
                    heard = await self.desk.request(person, method, address, **request)
                    self.report.untaught |= set(form.untaught)
                    self._judge_route(person, owner, what, heard, made_up, turn=turn)

    def _judge_route(self, person: Person, owner: str, what: str, heard: Heard, made_up: dict[str, str], *, turn: int) -> None:
        report, who = self.report, f"{person.name} → {what} of {owner}"
        report.asked["route"] += 1
        if heard.status >= 500:
            report.faults.append(f"{who}: {heard.status}")
        if heard.status < 400:
            report.answered[what].add(person.name)
        if heard.status == 403 and person.viewer and "{" in what and owner not in person.sees and not what.endswith(OPENING):
            report.told_apart.append(f"{who}: 403 says that it is there")
        self._listen(person, owner, what, who, heard)
        self._look(person, what, who, ran=heard.status < 400)
        self._compare(person, owner, who, what, turn, heard, made_up)

    async def _page(self, person: Person, row: Row) -> None:
        here = [method for method in self.methods if row in method.rows]
        made_up: dict[str, str] = {}
        naming = "[" in row.path or any(method.names_things for method in here)
        owners = self._owners(person, row.path, names_things=naming)
        for owner in owners:
            things = self.world.named_by(person, owner)
            for turn, path in enumerate(addresses(row.path, things, full=self.full)):
                with self.database.question():
                    heard = await self.desk.page(person, path, row.path)
                    self._judge(
                        person, owner, f"page {row.path}", heard, made_up, may=row.callers.admit(person.viewer), turn=turn
                    )
                kept = self.desk.frozen()
                for method in here:
                    if method.names_things or owner == owners[-1]:
                        await self._method(person, owner, method, path, row, made_up, kept)
                self.desk.close()

    async def _method(self, person, owner, method, path, row, made_up, kept) -> None:
        for turn, payload in enumerate(self._payloads(method, self.world.named_by(person, owner))):
            self.desk.thaw(kept)
            with self.database.question():
                for before, answer in self._asked_first(method, self.world.named_by(person, owner)):
                    await self.desk.event(before.full_name, answer, path, row.path)
                heard = await self.desk.event(method.full_name, payload, path, row.path)
                callers = callers_of(method.registered)
                may = callers is not None and callers.admit(person.viewer)
                what = f"{method.name}({', '.join(payload)}) on {row.path}"
                for value in payload.values():
                    if isinstance(value, int | str) and 0 < len(str(value)) < 4:  # too short to be taken for a name elsewhere
                        heard.texts = [re.sub(rf'": "?{value}"?(?=[,}}])', '": …', text) for text in heard.texts]
                self._judge(person, owner, what, heard, made_up, may=may, method=method.name, turn=turn)

    def _asked_first(self, method: Method, things: Things) -> Iterator[tuple[Method, dict[str, Any]]]:
        """What the page asks before a method that only says yes: what `OPENED_BY` says, else `ask_…` of the same State."""
        if opening := OPENED_BY.get(method.name):
            yield next(one for one in self.methods if one.name == opening[0]), opening[1](things)
        elif not method.is_told:
            state = method.name.partition(".")[0]
            for one in self.methods:
                if one is not method and one.name.startswith(f"{state}.ask_"):
                    yield from ((one, answer) for answer in self._payloads(one, things)[:1])

    def _payloads(self, method: Method, things: Things) -> list[dict[str, Any]]:
        try:
            return fillings(method.registered.handler.fn, things, full=self.full)
        except Untaught as fault:
            self.report.untaught.add(str(fault))
            return []

    def _owners(self, person: Person, what: str, *, names_things: bool) -> list[str]:
        """Whose things this person names here: everybody's in the full run; else one database asks for what they may
        see and the other for what they may not, by turns.

        The made-up one comes first: what is asked about others is compared with it.
        """
        every = [owner for owner in self.world.things if owner != MADE_UP]
        mine = [owner for owner in every if owner in person.sees]
        theirs = [owner for owner in every if owner not in person.sees]
        if not names_things:
            return (mine or theirs)[:1]
        if self.full:
            return [MADE_UP, *every]
        if person.name in ANSWERED:
            return [MADE_UP, theirs[0], mine[0]]
        turn = crc32(what.encode()) + list(self.world.people).index(person.name)
        if mine and turn % 2 == self.database.is_sqlite:
            return [mine[turn % len(mine)]]
        return [MADE_UP, theirs[turn % len(theirs)]]

    def _judge(
        self,
        person: Person,
        owner: str,
        what: str,
        heard: Heard,
        made_up: dict[str, str],
        *,
        may: bool,
        turn: int,
        method: str = "",
    ) -> None:
        report, who = self.report, f"{person.name} → {what} of {owner}"
        report.asked[what.partition(" ")[0] if not method else "event"] += 1
        ran = method in heard.ran if method else "State.hydrate_and_load" in heard.ran
        if ran and not may:
            report.let_in.append(who)
        if may and not ran:
            report.turned_away.append(f"{who}: {heard.text[:300]}")
        if heard.fault or "Something broke" in heard.text:
            report.faults.append(f"{who}: {heard.fault or heard.words[-300:]}")
        if ran and not heard.is_missing:
            report.answered[method or what].add(person.name)
        self._listen(person, owner, what, who, heard)
        self._look(person, what, who, ran=ran)
        self._compare(person, owner, who, what, turn, heard, made_up)

    def _listen(self, person: Person, owner: str, what: str, who: str, heard: Heard) -> None:
        """No canary of somebody else's, apart from what was asked for by name."""
        text = heard.text
        for asked in _asked(self.world.named_by(person, owner)):
            text = text.replace(asked, "")
        if person.viewer and person.viewer.email:
            text = text.replace(person.viewer.email, "")
        opened = next((open_ for page, open_ in OPENED.items() if page in what), set())
        for found in {match[0].lower(): match for match in CANARY.finditer(text)}.values():
            of, table, column = (found[name].lower() for name in ("owner", "table", "column"))
            if not person.may_hear(of, table, column) and not ({table, f"{table}.{column}"} & opened and column not in SECRET):
                self.report.leaks.append(f"{who}: {found[0]}")
        for photo in set(FILE.findall(text)):
            if self.files.get(photo, "") not in person.sees | ({owner} if opened else set()):
                self.report.leaks.append(f"{who}: a file of {self.files.get(photo)}")

    def _look(self, person: Person, what: str, who: str, *, ran: bool) -> None:
        """No row of anybody else changed; none at all where the person was refused."""
        changes = self.database.changes()
        for kept in ("service", "question"):  # what hangs on a new one is whose the new one is
            for row in changes.get(kept, ({}, {}))[1].values():
                self.world.owners.ids[kept, row["id"]] = self.world.owners.of(kept, {**row, "id": None})
        for table, (gone, new) in changes.items():
            for key, row in {**gone, **new}.items():
                inserted = key not in gone
                owner = self.world.owners.of(table, {**row, "id": None} if inserted else row)
                if not ran and table not in {"attempt", "fact"}:
                    self.report.writes.append(f"{who}: refused, yet {table} changed")
                elif what.endswith(OPENING) and (owner in TEAMS or table in {"shared_link", "download"}):
                    continue
                elif not self._may_change(person, owner, table, row, inserted=inserted):
                    self.report.writes.append(f"{who}: {'a new' if inserted else 'changed'} {table} of {owner}")

    def _may_change(self, person: Person, owner: str, table: str, row: dict[str, Any], *, inserted: bool) -> bool:
        studio_id = self.world.cast.harbor if person.studio == "harbor" else self.world.cast.bluebird
        if inserted and table in CAUSED:
            return row.get("studio_id") in {studio_id, None}
        if owner in person.sees | person.own | person.holds:
            return True
        return person.is_staff and owner in (
            HARBOR_PEOPLE | {"harbor", "coast"} if person.studio == "harbor" else {"omar", "ollie", "bluebird", "meadow"}
        )

    def _compare(self, person: Person, owner: str, who: str, what: str, turn: int, heard: Heard, made_up: dict[str, str]) -> None:
        """What is not this person's answers exactly as what does not exist, asked with the same choices (`turn`)."""
        if what.endswith(OPENING):
            return
        words = self.world.named_by(person, owner).named(heard.words).replace('"…"', "…")
        if owner == MADE_UP:
            made_up[f"{what} {turn}"] = words
        elif owner not in person.sees | person.own and (known := made_up.get(f"{what} {turn}", words)) != words:
            self.report.told_apart.append(f"{who}: {_difference(known, words)}")


def _typing(form: AskedForm) -> Any:
    async def typed(_request: Any) -> AskedForm:
        return form

    return typed


def _asked(things: Things) -> Iterator[str]:
    for name in Things.__slots__:
        value = getattr(things, name)
        if isinstance(value, str) and value and name not in {"owner", "service"}:
            yield value


def _difference(one: str, other: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, at - 60) : at + 60]!r} ≠ {other[max(0, at - 60) : at + 60]!r}"


def few(wrong: list[str]) -> str:
    """The first few, for a person."""
    return "\n".join([f"{len(wrong)} in all", *wrong[:SEVERAL]])
