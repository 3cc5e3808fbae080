"""The audit log: everything the studio's people did, with both names, found again in constant cost; on both databases."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from reflex_base.registry import RegistrationContext
from sqlalchemy import event, func, insert, text
from sqlmodel import Session, select

import portal_app.ui.routes
from portal_app.core.errors import NotAllowed, Problem
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.db import Database
from portal_app.domain import tables
from portal_app.domain.activity.models import Fact
from portal_app.domain.activity.queries import AuditFilter, AuditPage, audit_page
from portal_app.domain.activity.service import record
from portal_app.domain.identity.queries import colleagues
from portal_app.domain.identity.staff import remove_member, switch_permission
from portal_app.domain.orders.mentions import mentions, order_ids_numbered
from portal_app.ui.admin.audit.cards import audit_card
from portal_app.ui.admin.audit.sentences import GROUPS, MADE, PLAIN, sentence_of
from tests.architecture.test_isolation import verbs_of_both, verbs_of_the_studio
from tests.conftest import NOW, Cast
from tests.world import build

pytestmark = pytest.mark.proof("identity-07", "identity-12")
APP = Path(portal_app.__file__).parent


def log(database: Database, by: Viewer, before: int = 0, limit: int = 50, **asked) -> AuditPage:
    with database.reading() as db:
        return audit_page(db, by, AuditFilter(**asked), before=before, limit=limit)


def happened(database: Database, by: Viewer, kind: str, days: int = 0, **details) -> None:
    with database.unit_of_work() as db:
        record(db, by, kind, now=NOW + timedelta(days=days), details=details)


def test_the_log_says_who_did_what_newest_first_with_both_names(database, cast):
    happened(database, cast.carl, "order.placed")
    looking = replace(cast.carl, behind=cast.olive.name, behind_account_id=cast.olive.account_id)
    happened(database, looking, "order.canceled")
    rows = log(database, cast.olive).rows
    assert [(row.kind, row.actor, row.behind) for row in rows] == [
        ("order.canceled", "Carl Nakamura", "Olive Marchetti"),
        ("order.placed", "Carl Nakamura", ""),
    ]


def test_it_is_found_by_person_kind_day_and_words(database, cast):
    looking = replace(cast.carl, behind=cast.olive.name, behind_account_id=cast.olive.account_id)
    happened(database, cast.pia, "asset.received", name="12_kitchen%.jpg")
    happened(database, looking, "order.placed", days=1)
    happened(database, cast.olive, "member.removed", days=2, name="Inês Carvalho")

    def kinds(**asked) -> list[str]:
        return [row.kind for row in log(database, cast.olive, **asked).rows]

    assert kinds(account_id=cast.olive.account_id) == ["member.removed", "order.placed"]
    assert kinds(kinds=("asset", "order")) == ["order.placed", "asset.received"]
    assert kinds(kinds=("ass",)) == []
    assert kinds(start=NOW + timedelta(days=1), end=NOW + timedelta(days=2)) == ["order.placed"]
    assert kinds(text="KITCHEN%") == ["asset.received"]
    assert kinds(text="kitchen_") == []
    assert kinds(text="inês") == ["member.removed"]
    assert kinds(text="olive m") == ["member.removed", "order.placed"]
    assert kinds(text="carl", kinds=("order",)) == ["order.placed"]


def test_an_order_is_found_by_its_number_and_named_with_its_listing_and_customer(database, cast):
    world = build(database, cast)
    with database.reading() as db:
        ids = order_ids_numbered(db, cast.olive, f"#{world.pending}")
        assert len(ids) == 1
        assert order_ids_numbered(db, cast.omar, str(world.pending)) == ()
        rows = audit_page(db, cast.olive, AuditFilter(text=str(world.pending), order_ids=ids)).rows
        assert "order.placed" in {row.kind for row in rows}
        ids = {
            "order_ids": {row.order_id for row in rows if row.order_id},
            "listing_ids": {row.listing_id for row in rows if row.listing_id},
            "customer_ids": {row.customer_id for row in rows if row.customer_id},
        }
        names = mentions(db, cast.olive, **ids)
        assert mentions(db, cast.omar, **ids) == replace(names, orders={}, listings={}, customers={})
    cards = [audit_card(row, names, "UTC") for row in rows]
    placed = next(card for card in cards if card.what == "Placed the order")
    assert (placed.order, placed.order_href, placed.customer) == (
        f"Order {world.pending}", f"/admin/orders/{world.pending}", "Carl Nakamura",
    )  # fmt: skip
    assert placed.listing.startswith("0 Zz9marker")


def test_pages_follow_each_other_without_a_gap_and_cost_the_same_at_any_length(database, cast, full):
    def fill(count: int) -> None:
        rows = {
            "studio_id": cast.harbor, "at": NOW, "kind": "order.placed", "actor_role": "customer", "actor_name": "Carl",
            "behind_name": "", "details": {},
        }  # fmt: skip
        with database.unit_of_work() as db:
            db.execute(insert(Fact), [rows] * count)

    def statements(before: int) -> list[str]:
        seen: list[str] = []

        def count(_connection, _cursor, statement, *_rest) -> None:
            if statement.startswith("SELECT"):
                seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", count)
        log(database, cast.olive, before=before, text="carl")
        event.remove(database.engine, "before_cursor_execute", count)
        return seen

    fill(120)
    pages, before = [], 0
    while True:
        page = log(database, cast.olive, before)
        pages.append([row.id for row in page.rows])
        if not page.more:
            break
        before = page.more
    ids = [each for rows in pages for each in rows]
    assert [len(rows) for rows in pages] == [50, 50, 20]
    assert ids == sorted(set(ids), reverse=True)
    fill(100_000 if full else 2_000)
    assert (len(statements(0)), len(statements(before))) == (1, 2)
    with database.unit_of_work() as db:
        if database.engine.dialect.name == "sqlite":
            explain = "EXPLAIN QUERY PLAN"
        else:
            explain = "EXPLAIN"
            db.execute(text("ANALYZE fact"))
        plan = db.execute(text(f"{explain} SELECT * FROM fact WHERE studio_id = 1 ORDER BY at DESC, id DESC LIMIT 51")).all()
    assert "ix_fact_when" in str(plan)
    assert not re.search(r"TEMP B-TREE|Sort", str(plan))


@pytest.mark.parametrize("who", ["pia", "carl"])
def test_only_who_may_see_the_log_reads_it(database, cast, who):
    with database.reading() as db:
        for query in (audit_page, colleagues):
            with pytest.raises(NotAllowed):
                query(db, getattr(cast, who))
    assert not log(database, cast.omar, text="Olive").rows


def test_who_does_not_see_money_reads_no_amount_in_the_log(database, cast):
    happened(database, cast.carl, "payment.received", amount_cents=41250, currency="USD")
    blind = replace(cast.pia, role=Role.ADMIN, withheld=frozenset({Permission.SEE_MONEY}))
    told = {by: log(database, by).rows[0] for by in (cast.olive, blind)}
    assert sentence_of("payment.received", told[cast.olive].details) == "Payment of $412.50 received"
    assert sentence_of("payment.received", told[blind].details) == "Payment received"


def test_who_left_is_still_named(database, cast):
    with database.unit_of_work() as db:
        remove_member(db, cast.olive, cast.pia.member_id, now=NOW)
    with database.reading() as db:
        assert colleagues(db, cast.olive) == {
            cast.olive.account_id: "Olive Marchetti",
            cast.pia.account_id: "Pia Okonkwo-Reyes (removed)",
        }


def test_a_change_of_rights_reads_with_before_and_after(database, cast):
    with database.unit_of_work() as db:
        switch_permission(db, cast.olive, cast.pia.member_id, "see_money", is_on=True, now=NOW)
    row = log(database, cast.olive).rows[0]
    assert sentence_of(row.kind, row.details) == "Pia Okonkwo-Reyes: See prices and payments on"
    assert sentence_of("member.role_changed", {"name": "Pia", "before": {"role": "editor"}, "after": {"role": "admin"}}) == (
        "Pia: role admin (was editor)"
    )


def test_a_kind_without_a_sentence_reads_as_itself_and_words_in_details_are_only_words():
    assert sentence_of("kiln.lit", {}) == "kiln.lit"
    assert sentence_of("asset.received", {"name": "{0.__class__}"}) == "Uploaded {0.__class__}"
    assert sentence_of("asset.received", {}) == "Uploaded "


def test_every_kind_the_domain_writes_has_a_sentence_and_a_group():
    kind = re.compile(r"[a-z_]+\.[a-z_]+")
    written = {
        argument.value
        for path in (APP / "domain").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and re.search(r"(record|note)$", ast.unparse(node.func))
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and kind.fullmatch(argument.value)
    }
    assert len(written) > 40
    assert not {each for each in written if each not in PLAIN and each not in MADE}
    grouped = {first for _, firsts in GROUPS.values() for first in firsts}
    assert not {each for each in written if each.partition(".")[0] not in grouped}


# What staff call and why it leaves no fact: reading, and what the fact follows from later.
SILENT = {"begin_upload": "the file's arrival is the fact"}


def called_by_staff() -> set[str]:
    """Every verb that an event method of the studio's screens passes to `act` or `leave`, from the registry."""
    found = set()
    for kept in RegistrationContext.get().event_handlers.values():
        method = inspect.unwrap(kept.handler.fn)
        if not getattr(method, "__module__", "").startswith("portal_app.ui.admin."):
            continue
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(method)))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"act", "leave"}:
                found.add(ast.unparse(node.args[0]).rpartition(".")[2])
    return found


# They leave the building, or ask for a password first.
TRIED_ELSEWHERE = {"invite", "require_second_step", "disconnect", "try_keys", "chargeable", "sweep_payments"}


class Undone(Exception):
    """Takes a try back, so that every verb meets the same world."""


def changes(db: Session, verb: Callable, by: Viewer) -> tuple[bool, int]:
    """Whether the verb changed any row, and how many facts it left."""
    before, facts = rows(db), count(db)
    verb(db, by)
    db.flush()
    return rows(db) != before, count(db) - facts


def rows(db: Session) -> dict[str, list[str]]:
    tables_of_ours = [table for table in tables.metadata.sorted_tables if table.name not in {"fact", "work"}]
    return {table.name: sorted(map(repr, db.execute(select(table)).all())) for table in tables_of_ours}


def count(db: Session) -> int:
    return db.exec(select(func.count()).select_from(Fact)).one()


def test_everything_the_studios_people_change_leaves_a_fact(database: Database, cast: Cast):
    world = build(database, cast)
    tried: dict[str, Callable] = verbs_of_the_studio(world) | verbs_of_both(world)
    untried = called_by_staff() - set(tried)
    assert untried <= TRIED_ELSEWHERE, f"add these to verbs(world): {untried}"
    changed, silent = set(), set()
    for name, verb in tried.items():
        with suppress(Undone, Problem), database.unit_of_work() as db:
            has_changed, facts = changes(db, verb, cast.olive)
            changed |= {name} if has_changed else set()
            silent |= {name} if has_changed and not facts else set()
            raise Undone
    assert len(changed) >= 15
    assert silent - set(SILENT) == set()
