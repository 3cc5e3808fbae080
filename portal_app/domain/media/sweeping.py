"""Files that no row names are deleted once they are a day old.

Who adds a file needs some time until a row names it. Two things keep it meanwhile: it is young, or it is claimed
(`claiming.py`). Both are asked again in the transaction that deletes, with the claim locked, and the deletion happens inside it:
so whoever brings the same bytes at that moment waits, finds them gone, and writes them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_app.domain.media.claiming import forget_claims, locked_claim
from portal_app.domain.media.references import few_at_a_time, unnamed
from portal_app.domain.media.store import Store
from portal_app.domain.units import UnitOfWork

SPARED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many files went, and how many bytes."""

    count: int = 0
    size: int = 0


def sweep_store(unit_of_work: UnitOfWork, reading: UnitOfWork, store: Store, *, now: datetime) -> Swept:
    """Delete what nobody names. Any number may run at once, and one that is killed leaves nothing half done."""
    before, count, size = now - SPARED, 0, 0
    store.drop_unfinished(before)
    for some in few_at_a_time(kept for kept in store.everything() if kept.kept_at < before):
        with reading() as db:
            names = unnamed(db, [kept.sha256 for kept in some])
        for kept in some:
            if kept.sha256 in names and _deleted(unit_of_work, store, kept.sha256, before):
                count, size = count + 1, size + kept.size
    with unit_of_work() as db:
        forget_claims(db, before)
    return Swept(count, size)


def _deleted(unit_of_work: UnitOfWork, store: Store, sha256: str, before: datetime) -> bool:
    """The one place that waits for a store with a transaction open: the lock must outlast the deletion."""
    with unit_of_work() as db:
        if locked_claim(db, sha256, otherwise=before) > before:
            return False
        kept_at = store.kept_at(sha256)
        if kept_at is None or kept_at >= before or not unnamed(db, [sha256]):
            return False
        store.remove(sha256)
        return True
