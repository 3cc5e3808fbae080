"""Deleting an account: the person's name, address and every way in go; what they ordered stays with the studio."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.teams import part_with_every_team
from portal_app.domain.identity.callers import Caller
from portal_app.domain.identity.closing import close
from portal_app.domain.identity.models import Membership
from portal_app.domain.identity.service import check_own_password, unchanged
from portal_app.domain.units import UnitOfWork

TELL_CLOSED = "tell_closed"
WORD = "delete"


def close_account(
    unit_of_work: UnitOfWork, by: Viewer, password: str, word: str, *, caller: Caller = Caller(), now: datetime
) -> None:
    """Close the viewer's own account after their password and the typed word; their records become guest records.

    Somebody who proves the same mailbox later finds them again. Raises InvalidInput("password" or "word"), LastAdmin, and
    NotAllowed for staff, whom an owner removes first.
    """
    if word.strip().lower() != WORD:
        raise InvalidInput("word", f"Type {WORD} here, to be sure that you mean it.")
    stored = check_own_password(unit_of_work, by, password, field="password", caller=caller, now=now)
    with unit_of_work() as db:
        account = unchanged(db, by, stored)
        works_here = select(Membership.id).where(Membership.account_id == account.id, col(Membership.left_at).is_(None))
        if db.exec(works_here).first():
            raise NotAllowed("You work at this studio. An owner removes you from the staff first.")
        part_with_every_team(db, by, now=now)
        told = {"studio_id": account.studio_id, "email": account.email, "name": account.name}
        enqueue(db, TELL_CLOSED, told, now=now, studio_id=account.studio_id, priority=45)
        record(db, by, "account.closed", now=now)
        db.execute(update(Customer).where(Customer.account_id == account.id).values(account_id=None))
        close(db, account, now=now)
