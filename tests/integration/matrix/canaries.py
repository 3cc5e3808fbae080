"""In every private column of every row a canary that says whose it is, and who may hear it sing.

A canary reads `zz9-OWNER-TABLE-COLUMN-ID`. The owner follows from the row's foreign keys: a customer record owns what
hangs on it, an account what is personal, a team and a studio the rest. A new text column carries canaries by itself; if
the app cannot work then, because it is an enum, a format or a key it looks things up by, name it in `WORKING`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, String, select, update

from portal_app.db import Database
from portal_app.domain import tables
from tests.integration.matrix.rows import Rows

CANARY = re.compile(r"zz9-(?P<owner>\w+)-(?P<table>\w+)-(?P<column>\w+)-(?P<id>\w+)", re.IGNORECASE)

WORKING = {
    "accent", "actor_role", "address", "area_unit", "base_url", "currency", "granted", "host", "kind", "lane", "mark",
    "media_type", "mode", "purpose", "return_to", "role", "sha256", "slug", "state", "status", "waits_for",
    "withheld", "zone", "session_url", "payload", "totp_box", "password_hash",
    "payment_attempt.session_id", "rendition.name", "schedule.name", "service.public_id", "service.category", "sign_in_session.token_hash",
    "access_link.token_hash", "shared_link.token_hash", "shared_link.size", "shared_link.asset_ids", "asset.url", "invitation.token_hash", "order_link.token_hash", "credential_id", "wish", "entry", "timing",
    "share.token_hash", "invoice.token_hash", "invoice.pdf_digest", "invoice.issuer", "invoice.bill_to", "unlock_when", "cancel_refund", "method",
    "order_line.terms", "order_charge.terms", "strategy", "shape", "polygon", "windows", "tip_basis_points", "variant.public_id",
    "watermark.place", "watermark.logo_sha256", "preset_file.preset", "preset_file.recipe", "planned_delivery.outcome",
    "preset_file.reason", "delivery_policy.naming", "download.items", "download.spans",
    "opening.what", "opening.person",
    "asset.altered_how", "delivery_policy.altered_rule",
    "revision_request.reference_sha256",
}  # fmt: skip
ADDRESSES = {"email", "email_key", "payer_email", "to_email", "new_email", "reply_to", "copy_to", "asked_email"}
SECRET = {
    "password_hash", "totp_box", "code_hash", "challenge_hash", "token_hash", "secret_key_box", "webhook_secret_box",
    "endpoint_token", "public_key", "token_box", "old_webhook_secret_box", "idempotency_key", "request_key", "lease_token", "body", "token",
}  # fmt: skip
# What says who somebody is, as against what is theirs.
NAMES = {
    "account": {"name", "email", "email_key"}, "customer": {"name", "email", "email_key"}, "orders": {"customer_name"},
    "fact": {"actor_name", "behind_name"},
}  # fmt: skip
SHOP = {
    "studio", "studio_host", "service", "variant", "tier", "package_part", "add_on_place", "question", "question_choice", "fee",
    "tax_group", "tax_rate",
}  # fmt: skip
BEHIND_A_LINK = {
    "listing",
    "asset",
    "rendition",
    "delivery",
    "preset_file",
    "originals_page",
    "revision_request",
    "revision_mark",
}
UPWARD = (
    ("customer_id", "customer"), ("order_id", "orders"), ("listing_id", "listing"), ("asset_id", "asset"), ("revision_id", "revision_request"), ("team_id", "team"),
    ("invoice_id", "invoice"), ("entry_id", "ledger_entry"),
    ("account_id", "account"), ("actor_account_id", "account"), ("studio_id", "studio"),
    ("add_on_id", "service"), ("service_id", "service"), ("tax_group_id", "tax_group"), ("question_id", "question"), ("area_id", "service_area")
)  # fmt: skip


@dataclass(slots=True)
class Owners:
    """Whose a row is."""

    ids: dict[tuple[str, Any], str] = field(default_factory=dict)

    def of(self, table: str, row: Mapping[str, Any]) -> str:
        """The owner by the nearest thing the row hangs on."""
        return self.ids.get((table, row.get("id"))) or self._above(row)

    def learn(self, table: str, row: Mapping[str, Any]) -> str:
        """The same, known from then on: rows that hang on this one follow it."""
        if "id" not in row:  # a row beside another one, like a member's settings: nothing hangs on it
            return self._above(row)
        found = self.of(table, row)
        self.ids[table, row["id"]] = found
        return found

    def _above(self, row: Mapping[str, Any]) -> str:
        found = (self.ids.get((target, row.get(column))) for column, target in UPWARD)
        return next(filter(None, found), "nobody")


def owners_of(rows: Rows) -> Owners:
    """Records, accounts, teams and studios by name; everything else follows."""
    owners = Owners()
    owners.ids |= {("customer", id_): name for name, id_ in rows.records.items()}
    owners.ids |= {("account", id_): name for name, id_ in rows.accounts.items()}
    owners.ids |= {("team", id_): name for name, id_ in rows.teams.items()}
    owners.ids |= {("studio", rows.cast.harbor): "harbor", ("studio", rows.cast.bluebird): "bluebird"}
    return owners


def plant(database: Database, owners: Owners) -> set[tuple[str, str, str]]:
    """Write canaries into every text column that may carry one. Returns (table, column, owner) of each."""
    planted = set()
    with database.unit_of_work() as db:
        for table in tables.metadata.sorted_tables:
            for row in db.execute(select(table)).mappings().all():
                owner = owners.learn(table.name, row)
                fresh = {c.name: _canary(owner, c, row) for c in table.columns if _carries(c) and row[c.name] is not None}
                planted |= {(table.name, name, owner) for name in fresh}
                if fresh:
                    keys = [column == row[column.name] for column in table.primary_key]
                    db.execute(update(table).where(*keys).values(fresh))
    return planted


def carrying() -> set[tuple[str, str]]:
    """Every column that should carry canaries."""
    return {(t.name, c.name) for t in tables.metadata.sorted_tables for c in t.columns if _carries(c)}


def _carries(column: Column) -> bool:
    if column.name in WORKING or f"{column.table.name}.{column.name}" in WORKING:
        return False
    kind = getattr(column.type, "impl", column.type)
    return isinstance(kind, String | LargeBinary | JSON) and not column.primary_key


def _canary(owner: str, column: Column, row: Mapping[str, Any]) -> Any:
    word = f"zz9-{owner}-{column.table.name}-{column.name}-{row.get('id', 0)}"
    if column.name in ADDRESSES:
        word = f"{word.replace('email_key', 'email')}@x.example"
    if isinstance(column.type, LargeBinary):
        return word.encode()
    if isinstance(column.type, JSON):
        return [word] if isinstance(row[column.name], list) else {**row[column.name], "canary": word}
    return word
