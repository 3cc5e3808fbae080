"""Nothing of one studio is ever read or changed by another: every table, every reading function, every verb."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

import portal_app.domain
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.secret_box import SecretBox
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.db import Database, Glance
from portal_app.domain import tables
from portal_app.domain.billing.bills import BillName
from portal_app.domain.billing.gateway import PaymentNow
from portal_app.domain.billing.models import LedgerEntry
from portal_app.domain.orders.agenda import EntryKind
from portal_app.domain.orders.quoting import Basket
from portal_app.domain.scheduling.asking import VisitAsk
from portal_app.domain.scheduling.models import Purpose
from tests.conftest import NOW, Cast, fresh_database, make_cast
from tests.integration.memory_gateway import MemoryGateway
from tests.world import MARK, World, build

pytestmark = pytest.mark.proof("main-job-07")

# When Pia works: one minute a week.
LATE_ON_SUNDAY = datetime(2026, 12, 6, 8, 0, tzinfo=UTC)
UI = Path(__file__).resolve().parents[2] / "portal_app" / "ui"

# Reading functions without a viewer: they take ids that a visible read handed out, or a secret, or a host name.
INNER = {
    "activity": {"facts_after", "latest_id", "without_amounts"},
    "customers": {"is_current"},
    "billing": {"balance", "balances", "due", "is_on_its_way", "late_cents", "may_owe", "on_their_way"},
    "delivery": {"delivered_photos", "gate_of", "gates_of", "opened_link", "recipients"},
    "identity": {"live_session", "viewer_from"},
    "media": {"card_of", "rendition"},
    "scheduling": {"day_sentence", "policy_of"},
    "studios": {"all_slugs", "host_name", "moved_to", "studio_by_host", "studio_by_slug"},
}


def functions(room: str, module: str) -> Iterator[tuple[str, Callable]]:
    """The public functions a domain module offers, including those it hands on from its neighbors."""
    try:
        found = importlib.import_module(f"portal_app.domain.{room}.{module}")
    except ModuleNotFoundError:
        return
    names = getattr(found, "__all__", None) or [
        n for n, v in vars(found).items() if getattr(v, "__module__", "") == found.__name__
    ]
    for name in names:
        value = getattr(found, name)
        if inspect.isfunction(value) and not name.startswith("_"):
            yield name, value


# Where reading functions live: `queries`, and what would not fit beside it.
READ_IN = (
    "queries",
    "agenda",
    "books",
    "checklist",
    "collecting",
    "crew",
    "explaining",
    "invoices",
    "ledgers",
    "my_day",
    "originals",
    "owing",
    "plans",
    "refunds",
    "revisions",
    "shares",
    "shared_links",
    "waiting",
)
ROOMS = [module.name for module in pkgutil.iter_modules(portal_app.domain.__path__) if module.ispkg]
READING = [
    pytest.param(room, name, function, id=f"{room}.{name}")
    for room in ROOMS
    for module in READ_IN
    for name, function in functions(room, module)
    if "by" in inspect.signature(function).parameters and {"db", "first"} & set(inspect.signature(function).parameters)
]


@dataclass(frozen=True, slots=True)
class Home:
    """Harbor Light in full, on a database that the reading tests share."""

    database: Database
    cast: Cast
    world: World


@pytest.fixture(scope="session")
def home(database_kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Home]:
    with fresh_database(database_kind, tmp_path_factory.mktemp("home"), request) as database:
        cast = make_cast(database)
        yield Home(database, cast, build(database, cast))


def arguments(function: Callable, db: Session, by: Viewer, world: World, cast: Cast) -> dict[str, Any]:
    """What a stranger would pass who knows every number and id of Harbor Light."""
    known = {
        "db": db, "first": Glance(db.get_bind().engine).first, "by": by, "now": NOW,
        "start": NOW - timedelta(days=400), "end": NOW + timedelta(days=400),
        "number": world.delivered, "order_number": world.delivered, "listing_id": world.listing_id, "public_id": world.listing,
        "listing_public_id": world.listing, "asset_public_id": world.asset, "photo": world.asset, "listing_ids": [world.listing_id],
        "order_ids": [world.order_id], "upload_public_id": world.upload, "attempt_public_id": world.attempt,
        "team": world.team, "code": MARK.upper(), "customer_ids": [cast.carl_customer, cast.tess_in_team], "at": LATE_ON_SUNDAY,
        "ask": VisitAsk(1, Purpose.VISIT, frozenset(), None, "America/Los_Angeles", LATE_ON_SUNDAY.date(), LATE_ON_SUNDAY.date()),
        "today": NOW.date(), "member_id": cast.pia.member_id,
        "kind": EntryKind.OFF, "key": f"off{MARK}", "visit": "1",
        "bill_name": BillName(order=world.delivered), "seal": SecretBox(b"k" * 32), "revision_public_id": world.revision,
    }  # fmt: skip
    named = {
        "attempt_card": world.attempt,
        "invoice_page": f"invoice{MARK}",
        "collected_by": f"invoice{MARK}",
        "asset_by_public_id": world.asset,
        "upload_card": world.upload,
    }
    known["public_id"] = named.get(function.__name__, world.listing)
    known["number"] = world.pending if function.__name__ == "told_of" else world.delivered
    known["basket"] = Basket({world.service: 1})
    if "size" in inspect.signature(function).parameters:
        from portal_app.domain.delivery.gate import Size

        known["size"] = Size("web" if function.__name__ == "picture_to_serve" else "original")
    wanted = inspect.signature(function).parameters.values()
    missing = [p.name for p in wanted if p.default is inspect.Parameter.empty and p.name not in known]
    assert not missing, f"tell this test what a stranger would pass as {missing}"
    return {p.name: known[p.name] for p in wanted if p.name in known}


def is_empty(found: Any) -> bool:
    if isinstance(found, dict):
        return all(is_empty(value) for value in found.values())
    if is_dataclass(found):
        return is_empty({k: v for k, v in asdict(found).items() if isinstance(v, (list, tuple, dict))})
    return not found


def ask(database: Database, function: Callable, by: Viewer, world: World, cast: Cast) -> Any:
    with database.reading() as db:
        try:
            return function(**arguments(function, db, by, world, cast))
        except (NotFound, NotAllowed, InvalidInput):
            return None


@pytest.mark.parametrize(("room", "name", "function"), READING)
def test_a_reading_function_shows_a_stranger_nothing(home: Home, room: str, name: str, function: Callable) -> None:
    database, cast, world = home.database, home.cast, home.world
    for stranger in (cast.omar, cast.ollie):
        found = ask(database, function, stranger, world, cast)
        assert MARK not in repr(found)
        if name not in {
            "explain",
            "find_openings",
            "offers",
            "terms",
            "customer_rows",
            "sessions_of",
            "members",
            "colleagues",
            "records",
            "crew",
        }:
            assert is_empty(found), f"{room}.{name} answered a stranger"


@pytest.mark.proof("identity-07")
@pytest.mark.parametrize(("room", "name", "function"), READING)
def test_a_reading_function_tells_no_amount_to_members_who_do_not_see_money(
    home: Home, room: str, name: str, function: Callable
) -> None:
    """Prices on sale are everybody's; what customers pay and owe is not."""
    database, cast, world = home.database, home.cast, home.world
    money = frozenset({Permission.SEE_MONEY})
    everything = replace(cast.pia, granted=frozenset(Permission) - money)
    blind_admin = replace(cast.pia, role=Role.ADMIN, withheld=money)
    for by in (cast.pia, everything, blind_admin):
        found = repr(ask(database, function, by, world, cast))
        if name not in {"offers", "questions"}:
            assert not re.search(r"_cents'?[=:] ?(?!None|0\b)|\$\d|Balance\(", found), f"{room}.{name} tells an amount"


@pytest.mark.proof("identity-07")
def test_amounts_are_there_for_who_sees_them_and_no_screen_of_the_studio_asks_without_saying_who(home: Home) -> None:
    told = [
        name
        for room, name, function in (parameter.values for parameter in READING)
        if re.search(r"_cents=[1-9]|Balance\(", repr(ask(home.database, function, home.cast.olive, home.world, home.cast)))
    ]
    assert {"order_rows", "order_page", "balances_for", "listing_cards", "listing_page", "ledger_of"} <= set(told)
    asking = re.compile(r"import [^\n]*\b(balance|balances|due)\b")
    screens = [*UI.joinpath("admin").rglob("*.py"), *UI.joinpath("shared").rglob("*.py")]
    assert not [path.name for path in screens if asking.search(path.read_text())]


def test_the_same_questions_are_answered_at_home(home: Home) -> None:
    database, cast, world = home.database, home.cast, home.world
    silent = []
    for parameter in READING:
        room, name, function = parameter.values
        insiders = (cast.olive, cast.pia, cast.carl, cast.tess, world.link)
        if all(ask(database, function, by, world, cast) in (None, [], {}, (), "", 0) for by in insiders):
            silent.append(f"{room}.{name}")
    assert set(silent) <= {"activity.dead_work", "identity.needs_second_step", "billing.held_invoice", "billing.held_share"}


def test_every_reading_function_names_its_viewer() -> None:
    loose = {
        room: names
        for room in ROOMS
        if (
            names := {n for n, f in functions(room, "queries") if "by" not in inspect.signature(f).parameters}
            - INNER.get(room, set())
        )
    }
    assert not loose


def test_every_table_of_a_studio_is_visited(home: Home) -> None:
    database, cast, _ = home.database, home.cast, home.world
    with database.reading() as db:
        empty = [
            table.name
            for table in tables.metadata.sorted_tables
            if "studio_id" in table.c
            and not db.execute(select(func.count()).select_from(table).where(table.c.studio_id == cast.harbor)).scalar_one()
        ]
    assert not empty


@pytest.mark.parametrize("room", [room for room in ROOMS if "visible" in dict(functions(room, "queries"))])
def test_visible_selects_no_row_of_another_studio(home: Home, room: str) -> None:
    database, cast, _ = home.database, home.cast, home.world
    visible = dict(functions(room, "queries"))["visible"]
    with database.reading() as db:
        for stranger in (cast.omar, cast.ollie):
            rows = db.exec(visible(stranger)).all()
            assert MARK not in repr(rows)
            assert all(getattr(row, "studio_id", stranger.studio_id) == stranger.studio_id for row in rows)


def verbs(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """Every verb a person can call, aimed at Harbor Light's rows."""
    from portal_app.domain.billing.bills import BillName
    from portal_app.domain.billing.service import record_offline_payment
    from portal_app.domain.catalog.shelving import archive_service, bring_back, move_category, move_service, put_on_sale
    from portal_app.domain.customers.view_as import start_view_as
    from portal_app.domain.delivery.fit_report import prepare_preset
    from portal_app.domain.delivery.planning import cancel_plan, plan_delivery
    from portal_app.domain.delivery.revising import allow_round, deliver_revision, start_revision
    from portal_app.domain.delivery.service import DeliverRequest, deliver, revoke_link, revoke_links
    from portal_app.domain.identity.inviting import resend_invitation, revoke_invitation
    from portal_app.domain.identity.passkeys import remove_passkey, rename_passkey
    from portal_app.domain.identity.sessions import end_own_session
    from portal_app.domain.identity.staff import (
        change_role,
        remove_member,
        restore_member,
        suspend_member,
        switch_permission,
    )
    from portal_app.domain.media.altering import AlteredAs, keep_as_original, mark_altered, unmark_altered
    from portal_app.domain.media.known import add_known
    from portal_app.domain.media.linking import AssetWords, add_link, describe_asset, show_asset
    from portal_app.domain.media.service import arrange_photos, begin_upload, make_cover, move_photo, remove_photo, restore_photo
    from portal_app.domain.orders.service import accept
    from portal_app.domain.scheduling.skills import duplicate_with_crew, save_with_crew

    return {
        "accept": lambda db, by: accept(db, by, world.pending, now=NOW),
        "deliver": lambda db, by: deliver(db, by, world.delivered, DeliverRequest(), now=NOW),
        "plan_delivery": lambda db, by: plan_delivery(
            db, by, world.delivered, DeliverRequest(), NOW + timedelta(days=1), now=NOW
        ),
        "cancel_plan": lambda db, by: cancel_plan(db, by, world.delivered, now=NOW),
        "prepare_preset": lambda db, by: prepare_preset(db, by, world.listing, "ranw", now=NOW),
        "start_revision": lambda db, by: start_revision(db, by, world.revision, now=NOW),
        "deliver_revision": lambda db, by: deliver_revision(db, by, world.revision, "Done", now=NOW),
        "allow_round": lambda db, by: allow_round(db, by, world.listing, now=NOW),
        "revoke_link": lambda db, by: revoke_link(db, by, 1, now=NOW),
        "revoke_links": lambda db, by: revoke_links(db, by, world.listing, now=NOW),
        "record_offline_payment": lambda db, by: record_offline_payment(
            db, by, BillName(order=world.delivered), 100, "", "key", now=NOW
        ),
        "begin_upload": lambda db, by: begin_upload(db, by, world.listing_id, "a.jpg", 10, now=NOW),
        "add_known": lambda db, by: add_known(
            lambda: nullcontext(db), DiskStore(Path(".")), by, world.listing, "0" * 64, "a.jpg", now=NOW
        ),
        "move_photo": lambda db, by: move_photo(db, by, world.asset, 1, now=NOW),
        "arrange_photos": lambda db, by: arrange_photos(db, by, world.listing_id, [world.asset], now=NOW),
        "make_cover": lambda db, by: make_cover(db, by, world.asset, now=NOW),
        "add_link": lambda db, by: add_link(db, by, world.listing, "https://x.example", now=NOW),
        "describe_asset": lambda db, by: describe_asset(db, by, world.asset, AssetWords("Theirs"), now=NOW),
        "show_asset": lambda db, by: show_asset(db, by, world.asset, is_shown=False, now=NOW),
        "mark_altered": lambda db, by: mark_altered(db, by, world.asset, AlteredAs(["sky"]), now=NOW),
        "unmark_altered": lambda db, by: unmark_altered(db, by, world.asset, now=NOW),
        "keep_as_original": lambda db, by: keep_as_original(db, by, world.listing, f"{MARK}-0.jpg", now=NOW),
        "resend_invitation": lambda db, by: resend_invitation(db, by, world.invitation, now=NOW),
        "revoke_invitation": lambda db, by: revoke_invitation(db, by, world.invitation, now=NOW),
        "start_view_as": lambda db, by: start_view_as(db, by, world.customer_id, now=NOW),
        "change_role": lambda db, by: change_role(db, by, world.member_id, "admin", now=NOW),
        "switch_permission": lambda db, by: switch_permission(db, by, world.member_id, "refund", is_on=True, now=NOW),
        "suspend_member": lambda db, by: suspend_member(db, by, world.member_id, now=NOW),
        "restore_member": lambda db, by: restore_member(db, by, world.member_id, now=NOW),
        "remove_member": lambda db, by: remove_member(db, by, world.member_id, now=NOW),
        "end_own_session": lambda db, by: end_own_session(db, by, 2, now=NOW),
        "rename_passkey": lambda db, by: rename_passkey(db, by, 2, "Theirs", now=NOW),
        "remove_passkey": lambda db, by: remove_passkey(db, by, 2, now=NOW),
        "save_with_crew": lambda db, by: save_with_crew(db, by, world.service, typed_service(), [], now=NOW),
        "duplicate_with_crew": lambda db, by: duplicate_with_crew(db, by, world.service, now=NOW),
        "put_on_sale": lambda db, by: put_on_sale(db, by, world.service, is_active=False, now=NOW),
        "archive_service": lambda db, by: archive_service(db, by, world.service, now=NOW),
        "bring_back": lambda db, by: bring_back(db, by, world.service, now=NOW),
        "move_service": lambda db, by: move_service(db, by, world.service, 1, now=NOW),
        "move_category": lambda db, by: move_category(db, by, "service", world.category, 1, now=NOW),
        "remove_photo": lambda db, by: remove_photo(db, by, world.asset, now=NOW),
        "restore_photo": lambda db, by: restore_photo(db, by, world.asset, now=NOW),
    }


def typed_service() -> Any:
    from portal_app.domain.catalog.shelving import TypedForm, TypedService
    from portal_app.domain.catalog.tiers import TypedTier

    return TypedService("service", "Theirs", (TypedForm((TypedTier("", "1", "1"),)),))


def verbs_of_invoices(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """What Harbor Light's office writes."""
    from portal_app.adapters.secret_box import SecretBox
    from portal_app.domain.billing import invoicing as billing

    seal, invoice = SecretBox(b"k" * 32), f"invoice{MARK}"
    return {
        "draft_of_order": lambda db, by: billing.draft_of_order(db, by, world.delivered, seal, now=NOW),
        "draft_alone": lambda db, by: billing.draft_alone(db, by, world.customer_id, seal, now=NOW),
        "save_lines": lambda db, by: billing.save_lines(db, by, invoice, [], is_taxed=False, now=NOW),
        "save_words": lambda db, by: billing.save_words(db, by, invoice, "Theirs", "", now=NOW),
        "discard_draft": lambda db, by: billing.discard_draft(db, by, invoice, now=NOW),
        "finalize": lambda db, by: billing.finalize(db, by, invoice, now=NOW),
        "issue": lambda db, by: billing.issue(db, by, invoice, now=NOW),
        "send_invoice": lambda db, by: billing.send_invoice(db, by, invoice, now=NOW),
        "void_invoice": lambda db, by: billing.void_invoice(db, by, invoice, "Theirs", now=NOW),
        "address_of": lambda db, by: billing.address_of(db, by, invoice, seal),
    }


def verbs_of_money(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """What Harbor Light gives back, and what it finds a bill for."""
    from portal_app.domain.billing.allocating import allocate
    from portal_app.domain.billing.refunding import refund

    till, payment = MemoryGateway(), f"pi_{MARK}"
    till.payments[payment] = PaymentNow(payment, "succeeded", 100, 100, "USD", "", "", is_live=False)

    def give_back(db: Session, by: Viewer) -> None:
        paid = db.exec(select(LedgerEntry.id).where(LedgerEntry.source_id == payment)).one()
        refund(lambda: nullcontext(db), lambda *_: till, by, paid, 1, "Theirs", "theirs", now=NOW)

    def place(db: Session, by: Viewer) -> None:
        loose = db.exec(select(LedgerEntry.id).where(LedgerEntry.source_id == f"pj_{MARK}")).one()
        allocate(db, by, loose, BillName(order=world.delivered), 1, now=NOW)

    return {"refund": give_back, "allocate": place}


def verbs_of_the_books(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """What Harbor Light notes by hand, and what it changes of an order."""
    from portal_app.domain.billing import crediting, offline
    from portal_app.domain.billing.bills import BillName
    from portal_app.domain.delivery import keeping, releasing, transferring
    from portal_app.domain.orders import adding

    order, entry = BillName(order=world.delivered), 1
    return {
        "take_back_offline": lambda db, by: offline.take_back_offline(db, by, entry, "Theirs", now=NOW),
        "refund_offline": lambda db, by: offline.refund_offline(db, by, entry, 1, "Theirs", "key", now=NOW),
        "give_credit": lambda db, by: crediting.give_credit(db, by, world.customer_id, 1, "Theirs", "key", now=NOW),
        "keep_as_credit": lambda db, by: crediting.keep_as_credit(db, by, order, "key", now=NOW),
        "return_credit": lambda db, by: crediting.return_credit(db, by, entry, 1, "Theirs", "key", now=NOW),
        "transfer_listing": lambda db, by: transferring.transfer_listing(db, by, world.listing, 2, now=NOW),
        "keep_for_ever": lambda db, by: keeping.keep_for_ever(db, by, world.listing, is_on=True, now=NOW),
        "restore_files": lambda db, by: keeping.restore_files(db, by, world.listing, now=NOW),
        "release": lambda db, by: releasing.release(db, by, world.listing, "Theirs", now=NOW),
        "lock_again": lambda db, by: releasing.lock_again(db, by, world.listing, now=NOW),
        "add_offer": lambda db, by: adding.add_offer(db, by, world.delivered, "photos", "1", now=NOW),
        "add_own": lambda db, by: adding.add_own(db, by, world.delivered, "Theirs", "1", "1", now=NOW),
        "take_off": lambda db, by: adding.take_off(db, by, world.delivered, "Theirs", "1", now=NOW),
        "set_quantity": lambda db, by: adding.set_quantity(db, by, world.delivered, 0, 2, now=NOW),
    }


def verbs_of_places(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """Where Harbor Light goes, and where one of its properties is."""
    from portal_app.adapters.offline_places import OfflinePlaces
    from portal_app.domain.orders.locating import set_place
    from portal_app.domain.scheduling.drawing import TypedArea, remove_area, save_area

    area, theirs = f"area{MARK}", TypedArea("Theirs", "radius", center="36.6, -121.9", radius="9")
    return {
        "set_place": lambda db, by: set_place(db, by, world.pending, "36.6, -121.9", OfflinePlaces(), now=NOW),
        "save_area": lambda db, by: save_area(db, by, area, theirs, OfflinePlaces(), now=NOW),
        "remove_area": lambda db, by: remove_area(db, by, area, now=NOW),
    }


def verbs_of_settings(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """How Harbor Light is booked, and what lowers its prices."""
    from portal_app.domain.billing.ruling import save_payment_policy
    from portal_app.domain.catalog import asking, taxing
    from portal_app.domain.catalog.couponing import TypedCoupon, remove_coupon, save_coupon
    from portal_app.domain.catalog.taxing import TypedFee, remove_fee, remove_tax_group, save_fee, save_tax_group
    from portal_app.domain.delivery.policies import save_delivery_policy
    from portal_app.domain.media.marks import save_watermark
    from portal_app.domain.scheduling.ruling import save_policy, save_tips

    coupon, asked = TypedCoupon("THEIRS", "percent", "10"), f"question{MARK}"
    return {
        "save_payment_policy": lambda db, by: save_payment_policy(db, by, {}, now=NOW),
        "save_question": lambda db, by: asking.save_question(db, by, asked, asking.TypedQuestion("Theirs", "text"), now=NOW),
        "duplicate_question": lambda db, by: asking.duplicate_question(db, by, asked, now=NOW),
        "move_question": lambda db, by: asking.move_question(db, by, asked, 1, now=NOW),
        "remove_question": lambda db, by: asking.remove_question(db, by, asked, now=NOW),
        "remove_coupon": lambda db, by: remove_coupon(db, by, f"coupon{MARK}", now=NOW),
        "move_fee": lambda db, by: taxing.move_fee(db, by, f"fee{MARK}", 1, now=NOW),
        "move_tax_group": lambda db, by: taxing.move_tax_group(db, by, f"group{MARK}", 1, now=NOW),
        "save_coupon": lambda db, by: save_coupon(db, by, f"coupon{MARK}", coupon, now=NOW),
        "save_tips": lambda db, by: save_tips(db, by, "0", now=NOW),
        "save_fee": lambda db, by: save_fee(db, by, f"fee{MARK}", TypedFee("Theirs", "fixed", "1"), now=NOW),
        "remove_fee": lambda db, by: remove_fee(db, by, f"fee{MARK}", now=NOW),
        "save_tax_group": lambda db, by: save_tax_group(db, by, f"group{MARK}", "x", "", is_default=True, now=NOW),
        "remove_tax_group": lambda db, by: remove_tax_group(db, by, f"group{MARK}", now=NOW),
        "save_policy": lambda db, by: save_policy(db, by, {}, now=NOW),
        "save_watermark": lambda db, by: save_watermark(db, by, {}, lambda _text: "", now=NOW),
        "save_delivery_policy": lambda db, by: save_delivery_policy(db, by, {}, now=NOW),
    }


def verbs_of_splits(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """Who pays an order of Harbor Light with its customer."""
    from portal_app.adapters.secret_box import SecretBox
    from portal_app.domain.billing import dividing
    from portal_app.domain.billing.agreeing import TypedPayer

    seal, share, order = SecretBox(b"k" * 32), f"share{MARK}", world.delivered
    typed = [TypedPayer("rest"), TypedPayer("percent", "40", "Theirs")]

    def split(db: Session, by: Viewer) -> None:
        dividing.split_order(lambda: nullcontext(db), lambda *_: None, by, order, typed, "all", seal, now=NOW)

    return {
        "split_order": split,
        "undo_split": lambda db, by: dividing.undo_split(lambda: nullcontext(db), lambda *_: None, by, order, now=NOW),
        "send_share": lambda db, by: dividing.send_share(db, by, order, share, now=NOW),
        "replace_link": lambda db, by: dividing.replace_link(db, by, order, share, seal, now=NOW),
        "address_of_share": lambda db, by: dividing.address_of_share(db, by, order, share, seal),
    }


def verbs_at_the_door(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """What a photographer does at a property; each visit is its own photographer's."""
    from portal_app.adapters.secret_box import SecretBox
    from portal_app.domain.orders.attending import finish_visit, show_code, start_visit, undo_finish, undo_start

    seal = SecretBox(b"k" * 32)
    return {
        "start_visit": lambda db, by: start_visit(db, by, 1, now=NOW),
        "finish_visit": lambda db, by: finish_visit(db, by, 1, now=NOW),
        "undo_start": lambda db, by: undo_start(db, by, 1, now=NOW),
        "undo_finish": lambda db, by: undo_finish(db, by, 1, now=NOW),
        "show_code": lambda db, by: show_code(db, by, 1, seal, now=NOW),
    }


def verbs_of_crew(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """Who works when at Harbor Light, and who says yes to a visit."""
    from portal_app.domain.orders.confirming import confirm_visit, decline_visit
    from portal_app.domain.scheduling.hours import (
        Hours,
        clear_day,
        drop_time_off,
        set_base,
        set_booking,
        set_day,
        set_weekly_hours,
        take_time_off,
    )  # fmt: skip
    from portal_app.domain.scheduling.models import Purpose
    from portal_app.domain.scheduling.spans import Span

    pia, day, later = world.member_id, NOW.date(), NOW + timedelta(days=40)
    return {
        "set_weekly_hours": lambda db, by: set_weekly_hours(db, by, pia, {0: Hours((Span(540, 600),))}, now=NOW),
        "set_day": lambda db, by: set_day(db, by, pia, day, Hours(), now=NOW),
        "clear_day": lambda db, by: clear_day(db, by, pia, day, now=NOW),
        "take_time_off": lambda db, by: take_time_off(db, by, pia, later, later + timedelta(days=1), "", now=NOW),
        "drop_time_off": lambda db, by: drop_time_off(db, by, f"off{MARK}", now=NOW),
        "set_booking": lambda db, by: set_booking(db, by, pia, is_bookable=False, priority=7, now=NOW),
        "set_base": lambda db, by: set_base(db, by, pia, "Theirs", None, now=NOW),
        "confirm_visit": lambda db, by: confirm_visit(db, by, world.accepted, Purpose.VISIT, now=NOW),
        "decline_visit": lambda db, by: decline_visit(db, by, world.accepted, Purpose.VISIT, "Theirs", now=NOW),
    }


def verbs_of_the_studio(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """Every verb that only the studio's people have."""
    return (
        verbs(world) | verbs_of_the_books(world) | verbs_of_invoices(world) | verbs_of_money(world) | verbs_of_places(world) | verbs_of_settings(world) | verbs_of_crew(world) | verbs_at_the_door(world)
    )  # fmt: skip


def verbs_of_both(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """Every verb that a customer has as well as the studio, aimed at Carl's orders."""
    from portal_app.domain.delivery.sharing import ShareRequest, end_shared_link, share_photos
    from portal_app.domain.listings import archiving
    from portal_app.domain.orders.canceling import cancel
    from portal_app.domain.orders.changing import Why, postpone
    from portal_app.domain.orders.moving import reschedule
    from portal_app.domain.scheduling.models import Purpose

    why, later = Why("Theirs"), NOW + timedelta(days=5)
    shared, seal = ShareRequest([world.asset], "web", str(later.date())), SecretBox(b"k" * 32)
    return verbs_of_splits(world) | {
        "archive_listing": lambda db, by: archiving.archive_listing(db, by, world.listing, now=NOW),
        "unarchive_listing": lambda db, by: archiving.unarchive_listing(db, by, world.listing, now=NOW),
        "reschedule": lambda db, by: reschedule(db, by, world.accepted, Purpose.VISIT, later, why, now=NOW),
        "cancel": lambda db, by: cancel(db, by, world.pending, why, now=NOW),
        "share_photos": lambda db, by: share_photos(db, by, world.listing, shared, seal, now=NOW),
        "end_shared_link": lambda db, by: end_shared_link(db, by, f"shared{MARK}", now=NOW),
        "postpone": lambda db, by: postpone(db, by, world.accepted, Purpose.VISIT, why, now=NOW),
    }


def team_verbs(world: World, cast: Cast) -> dict[str, Callable[[Session, Viewer], Any]]:
    """Every verb about teams, aimed at the one that Carl leads."""
    from portal_app.domain.customers import teams
    from portal_app.domain.customers.copies import set_copies

    asked = {"email": "new@x.example", "name": "New Person", "role": "admin"}
    return {
        "rename_team": lambda db, by: teams.rename_team(db, by, world.team, "Theirs", now=NOW),
        "invite_member": lambda db, by: teams.invite_member(db, by, world.team, now=NOW, **asked),
        "resend_to": lambda db, by: teams.resend_to(db, by, world.team, world.team_invitation, now=NOW),
        "take_back": lambda db, by: teams.take_back(db, by, world.team, world.team_invitation, now=NOW),
        "join_team": lambda db, by: teams.join_team(db, by, world.team_invitation, now=NOW),
        "change_role": lambda db, by: teams.change_role(db, by, world.team, world.team_member, "member", now=NOW),
        "remove_member": lambda db, by: teams.remove_member(db, by, world.team, world.team_member, now=NOW),
        "leave_team": lambda db, by: teams.leave_team(db, by, world.team, now=NOW),
        "close_team": lambda db, by: teams.close_team(db, by, world.team, now=NOW),
        "set_copies": lambda db, by: set_copies(db, by, cast.carl_in_team, ["spy@x.example"], now=NOW),
    }


def verbs_of_the_customer(world: World) -> dict[str, Callable[[Session, Viewer], Any]]:
    """What Carl does with what was delivered to him."""
    from portal_app.domain.delivery.revising import Asked, accept_revision, ask_revision, reopen_revision

    return {
        "ask_revision": lambda db, by: ask_revision(db, by, world.listing, Asked("theirs", "Mine"), now=NOW),
        "accept_revision": lambda db, by: accept_revision(db, by, world.revision, now=NOW),
        "reopen_revision": lambda db, by: reopen_revision(db, by, world.revision, "Again", now=NOW),
    }


def snapshot(database: Database) -> dict[str, list]:
    with database.reading() as db:
        return {t.name: sorted(map(repr, db.execute(select(t)).all())) for t in tables.metadata.sorted_tables}


@pytest.mark.parametrize("who", ["omar", "ollie", "carl"])
def test_a_verb_refuses_a_stranger_and_changes_nothing(database: Database, cast: Cast, who: str) -> None:
    world = build(database, cast)
    before = snapshot(database)
    for name, verb in verbs_of_the_studio(world).items():
        with pytest.raises((NotFound, NotAllowed, InvalidInput)), database.unit_of_work() as db:
            verb(db, getattr(cast, who))
            pytest.fail(f"{name} let {who} in")
    assert snapshot(database) == before


@pytest.mark.parametrize("who", ["omar", "ollie", "tess", "pia"])
def test_a_verb_of_both_refuses_a_stranger_and_who_may_not(database: Database, cast: Cast, who: str) -> None:
    world = build(database, cast)
    before = snapshot(database)
    for name, verb in verbs_of_both(world).items():
        with pytest.raises((NotFound, NotAllowed)), database.unit_of_work() as db:
            verb(db, getattr(cast, who))
            pytest.fail(f"{name} let {who} in")
    assert snapshot(database) == before


@pytest.mark.parametrize("who", ["omar", "ollie", "tess", "olive"])
def test_a_verb_of_a_customer_refuses_everybody_else(database: Database, cast: Cast, who: str) -> None:
    world = build(database, cast)
    before = snapshot(database)
    for name, verb in verbs_of_the_customer(world).items():
        with pytest.raises((NotFound, NotAllowed)), database.unit_of_work() as db:
            verb(db, getattr(cast, who))
            pytest.fail(f"{name} let {who} in")
    assert snapshot(database) == before


@pytest.mark.parametrize("who", ["omar", "ollie", "olive"])
def test_a_verb_about_a_team_refuses_whoever_is_not_in_it(database: Database, cast: Cast, who: str) -> None:
    world = build(database, cast)
    before = snapshot(database)
    for name, verb in team_verbs(world, cast).items():
        with pytest.raises((NotFound, NotAllowed)), database.unit_of_work() as db:
            verb(db, getattr(cast, who))
            pytest.fail(f"{name} let {who} in")
    assert snapshot(database) == before
