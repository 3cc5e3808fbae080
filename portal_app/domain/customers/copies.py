"""Whom a record's mails go to: its person while they are there, and the assistants they chose. Never codes, never warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.customers.models import Customer, TeamMember, TeamRole
from portal_app.domain.customers.queries import RecordCard, records, to_order_for
from portal_app.domain.customers.teams import FIRST_PROVE, OWN_EYES
from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.models import Account

MOST_COPIES = 5


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody a mail about a record's orders goes to. `is_copy` for those who only get a copy."""

    name: str
    email: str
    is_copy: bool = False


def set_copies(db: Session, by: Viewer, customer_id: int, addresses: Sequence[str], *, now: datetime) -> None:
    """Who gets a copy of every mail about this record's orders, at most five; empty ends it. The same again changes nothing.

    Raises NotFound for a record one may not order for, NotAllowed before the mailbox is proven, InvalidInput("copies").
    """
    if not by.is_customer:
        raise NotFound
    kept = db.exec(to_order_for(by).where(Customer.id == customer_id).with_for_update()).first()
    if kept is None:
        raise NotFound
    if not by.is_themselves or not by.is_verified:
        raise NotAllowed(FIRST_PROVE if by.is_themselves else OWN_EYES)
    wanted = "\n".join(_addresses(addresses, but=kept.email_key))
    if wanted != kept.copy_to:
        kept.copy_to = wanted
        db.flush()
        record(db, by, "customer.copies_set", now=now, customer_id=kept.id, details={"copies": wanted.split()})


def set_own_copies(db: Session, by: Viewer, addresses: Sequence[str], *, now: datetime) -> None:
    """The same for every record of one's own, outside teams and in them. Raises like `set_copies`."""
    if not by.is_themselves or not by.is_verified:
        raise NotAllowed(FIRST_PROVE if by.is_themselves else OWN_EYES)
    for card in own_records(db, by):
        set_copies(db, by, card.id, addresses, now=now)


def own_copies(db: Session, by: Viewer) -> list[str]:
    """Who gets copies of the mails about one's own orders."""
    return list(dict.fromkeys(address for card in own_records(db, by) for address in card.copies))


def own_records(db: Session, by: Viewer) -> list[RecordCard]:
    """The records one orders under oneself; not those of the members of a team one leads."""
    return [card for card in records(db, by) if not card.person]


def addressees(db: Session, customer_id: int) -> list[Addressee]:
    """Everybody a mail about this record goes to, each once, its person first.

    When that person left the team, its admins take their place; when the team was closed, the person hears again.
    Raises NotFound.
    """
    customer = db.get(Customer, customer_id)
    if customer is None:
        raise NotFound
    first = [Addressee(customer.name, customer.email)]
    if customer.team_id is not None:
        first = _in_team(db, customer) or first
    found = {each.email.lower(): each for each in first}
    for address in customer.copy_to.split():
        found.setdefault(address.lower(), Addressee("", address, is_copy=True))
    return list(found.values())


def _in_team(db: Session, customer: Customer) -> list[Addressee]:
    members = db.exec(
        select(TeamMember.account_id, TeamMember.role, Account.name, Account.email)
        .join(Account, col(Account.id) == col(TeamMember.account_id))
        .where(TeamMember.team_id == customer.team_id, col(TeamMember.left_at).is_(None))
        .order_by(col(TeamMember.id))
    ).all()
    if any(account_id == customer.account_id for account_id, *_ in members):
        return [Addressee(customer.name, customer.email)]
    return [Addressee(name, email) for _, role, name, email in members if role == TeamRole.ADMIN]


def _addresses(typed: Sequence[str], *, but: str) -> list[str]:
    kept: dict[str, str] = {}
    for address in filter(None, (one.strip() for one in typed)):
        try:
            key = email_key(address)
        except InvalidInput:
            raise InvalidInput("copies", f"“{address[:60]}” is not a mail address. Write it like name@example.com.") from None
        if key != but:
            kept.setdefault(key, address)
    if len(kept) > MOST_COPIES:
        raise InvalidInput("copies", f"At most {MOST_COPIES} people can get copies.")
    return list(kept.values())
