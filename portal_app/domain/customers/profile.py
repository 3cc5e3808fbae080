"""What people say about themselves: the name they go by, and how a photographer reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotAllowed
from portal_app.core.viewer import Viewer
from portal_app.core.words import one_line
from portal_app.domain.activity.service import record
from portal_app.domain.customers.models import Customer
from portal_app.domain.customers.service import open_customer, own_account

NAME_NEEDED = "Your name is needed, so that the photographer knows whom to ask for."
LONGEST_NAME, LONGEST_PHONE = 120, 40


@dataclass(frozen=True, slots=True)
class Profile:
    """What is typed, and what is shown again. Members of the studio have a name only."""

    name: str
    phone: str = ""
    company: str = ""


def own_profile(db: Session, by: Viewer) -> Profile:
    """The viewer's own words about themselves."""
    own = _personal(db, by)
    return Profile(by.name, own.phone, own.company) if own else Profile(by.name)


def change_profile(db: Session, by: Viewer, typed: Profile, *, now: datetime) -> None:
    """Go by another name, be reached elsewhere: from the next order on, since orders keep what they were placed with.

    Raises InvalidInput("name", "phone" or "company"), NotAllowed for whoever looks through another's eyes.
    """
    if not by.is_themselves:
        raise NotAllowed("Only the person themselves changes their profile.")
    wanted = _fitting(typed)
    account = own_account(db, by)
    account.name = wanted.name
    if by.is_customer:
        if _personal(db, by) is None:
            open_customer(db, account, now=now)
        theirs = select(Customer).where(Customer.studio_id == by.studio_id, Customer.account_id == account.id)
        for own in db.exec(theirs.order_by(col(Customer.id)).with_for_update()):
            own.name, own.phone, own.company = wanted.name, wanted.phone, wanted.company
    record(db, by, "account.profile_changed", now=now)


def _personal(db: Session, by: Viewer) -> Customer | None:
    """The record outside any team that they order under, as `customer_for` chooses it."""
    if by.account_id is None:
        return None
    own = select(Customer).where(
        Customer.studio_id == by.studio_id, Customer.account_id == by.account_id, col(Customer.team_id).is_(None)
    )
    return db.exec(own.order_by((col(Customer.email_key) == by.email.lower()).desc(), col(Customer.id))).first()


def _fitting(typed: Profile) -> Profile:
    name, phone, company = (one_line(words) for words in (typed.name, typed.phone, typed.company))
    if not 2 <= len(name) <= LONGEST_NAME:
        raise InvalidInput("name", NAME_NEEDED)
    if len(phone) > LONGEST_PHONE:
        raise InvalidInput("phone", f"A phone number has at most {LONGEST_PHONE} characters. Leave the rest out.")
    if len(company) > LONGEST_NAME:
        raise InvalidInput("company", f"Use at most {LONGEST_NAME} characters. The short name of the office will do.")
    return Profile(name, phone, company)
