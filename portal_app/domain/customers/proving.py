"""What follows when somebody proves a mailbox: the one rule by which earlier records join an account.

Nothing but this file gives an account records that it did not open itself. A claim is the moment at which whoever came
first with somebody else's address loses: their password, their sessions and their account go, their records stay.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from portal_app.domain.activity.service import record
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.closing import close
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.service import claimants
from portal_app.domain.identity.sessions import as_viewer


def prove(db: Session, account: Account, *, now: datetime) -> Account:
    """The account's address was just proven: returns the one account it belongs to from now on.

    That is the account which had proven it before, else this one. Every other open account with the address is closed;
    its records, and the guest records kept under the address, join that one.
    """
    claiming = claimants(db, account.studio_id, account.email_key)
    owner = next((other for other in claiming if other.verified_at), account)
    if owner.verified_at is None:
        owner.verified_at = now
        record(db, as_viewer(db, owner), "account.verified", now=now)
    email_key = owner.email_key
    for other in claiming:
        if other.id != owner.id:
            _join(db, owner, Customer.account_id == other.id, now=now)
            close(db, other, now=now)
    _join(db, owner, Customer.account_id.is_(None) & (Customer.email_key == email_key), now=now)
    return owner


def _join(db: Session, owner: Account, which, *, now: datetime) -> None:
    """Records of a team stay the team's: who may see those is decided by who is in it."""
    theirs = (Customer.studio_id == owner.studio_id) & col(Customer.team_id).is_(None) & which
    for customer_id in db.exec(select(Customer.id).where(theirs).order_by(col(Customer.id))).all():
        db.execute(update(Customer).where(Customer.id == customer_id).values(account_id=owner.id))
        record(db, as_viewer(db, owner), "customer.claimed", now=now, customer_id=customer_id)
