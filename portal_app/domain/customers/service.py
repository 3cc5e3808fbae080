"""The record a person orders under."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.errors import NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.queries import to_order_for
from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.models import Account
from portal_app.domain.identity.service import proven_account


def customer_for(db: Session, by: Viewer, *, chosen: int | None = None, now: datetime) -> Customer:
    """The record a signed-in customer orders under: the chosen one, else their own outside teams, opened on first use.

    Raises NotFound for a record they may not order for, or not anymore.
    """
    if not by.is_customer or by.account_id is None:
        raise NotAllowed("Only a customer orders for themselves. Choose the customer first.")
    if chosen is not None:
        if found := db.exec(to_order_for(by).where(Customer.id == chosen)).first():
            return found
        raise NotFound
    return _personal(db, own_account(db, by), now=now)


def open_guest(db: Session, by: Viewer, name: str, email: str, phone: str = "", *, now: datetime) -> Customer:
    """The record kept under this address for somebody who is not signed in, opened on first use.

    Where an account has proven the address it is that account's own, else an unclaimed one that nobody but the studio sees.
    """
    key = email_key(email)
    if owner := proven_account(db, by.studio_id, key):
        return _personal(db, owner, now=now)
    here = (Customer.studio_id == by.studio_id) & (Customer.email_key == key)
    guests = select(Customer).where(here, Customer.account_id.is_(None), Customer.team_id.is_(None))
    if kept := db.exec(guests.with_for_update()).first():
        return kept
    guest = Customer(
        studio_id=by.studio_id, name=name.strip(), email=email.strip(), email_key=key, phone=phone.strip(), created_at=now
    )
    db.add(guest)
    db.flush()
    return guest


def _personal(db: Session, account: Account, *, now: datetime) -> Customer:
    """The account's own record outside teams, opened on first use."""
    own = select(Customer).where(Customer.account_id == account.id, Customer.team_id.is_(None))
    first = db.exec(own.order_by((Customer.email_key == account.email_key).desc(), Customer.id)).first()
    return first or open_customer(db, account, now=now)


def open_customer(
    db: Session, account: Account, phone: str = "", company: str = "", *, team_id: int | None = None, now: datetime
) -> Customer:
    """A record for this account: a personal one, or the one it orders under in a team."""
    customer = Customer(
        team_id=team_id,
        studio_id=account.studio_id,
        account_id=account.id,
        name=account.name,
        email=account.email,
        email_key=account.email_key,
        phone=phone.strip()[:40],
        company=company.strip()[:120],
        created_at=now,
    )
    db.add(customer)
    db.flush()
    return customer


def own_account(db: Session, by: Viewer) -> Account:
    """The viewer's own account, locked for a change. Raises NotAllowed when nobody is signed in."""
    account = db.get(Account, by.account_id or 0, with_for_update={"key_share": True})
    if account is None or account.studio_id != by.studio_id or account.closed_at:
        raise NotAllowed("Sign in first.")
    return account
