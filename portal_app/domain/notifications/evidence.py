"""What a listing's history rests on, read for one person: mails, links, pages, files, handing over and money.

As many statements for one line as for hundreds. `telling.py` decides what each reader hears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.activity.models import Fact
from portal_app.domain.customers.copies import addressees
from portal_app.domain.customers.models import Customer, TeamMember
from portal_app.domain.delivery.models import AccessLink, Delivery, Download, Opening, SharedLink
from portal_app.domain.delivery.seeing import visible
from portal_app.domain.identity.models import Account
from portal_app.domain.listings.models import Listing
from portal_app.domain.notifications.models import Mail
from portal_app.domain.notifications.telling import (
    AFTER_DELIVERY,
    FACTS,
    MAILS,
    Line,
    MailSeen,
    Person,
    Reader,
    TakenSeen,
    fact_line,
    mail_line,
    opening_lines,
    taken_line,
)
from portal_app.domain.orders.models import Order
from portal_app.domain.studios.models import Studio

MOST = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """A listing's history as one person may know it, newest first. `zone` is the studio's."""

    listing: str
    street: str
    town: str
    zone: str
    customer: str
    is_whole: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _People:
    """Who stands behind ids. `links` are the addresses that links were mailed to, `shared` the links that customers made:
    what each is called, and whose it is."""

    accounts: Mapping[int, Account]
    links: Mapping[int, str]
    shared: Mapping[int, Person]

    def person(self, account_id: int | None, link_id: int | None, behind_id: int | None, email: str = "") -> Person:
        account, behind = self.accounts.get(account_id or 0), self.accounts.get(behind_id or 0)
        address = account.email if account else self.links.get(link_id or 0, email)
        return Person(account.name if account else "", address, account_id, behind.name if behind else "")


def evidence_of(db: Session, by: Viewer, listing_public_id: str, *, as_customer: bool = False) -> Evidence:
    """The history of a listing. `as_customer`: for the studio, what its customer reads of it.

    Raises NotFound, also for members who may not deliver.
    """
    listing = db.exec(visible(by).where(Listing.public_id == listing_public_id)).first()
    if listing is None or (by.is_staff and not by.may(Permission.DELIVER)):
        raise NotFound
    studio, customer = db.get_one(Studio, by.studio_id), db.get_one(Customer, listing.customer_id)
    reader = _reader(db, by, studio, customer, as_customer=as_customer)
    lines = _lines(db, reader, listing)
    return Evidence(
        listing.public_id, listing.street, listing.town, studio.zone, customer.name, reader.is_studio,
        tuple(sorted(lines, key=lambda line: line.at, reverse=True)),
    )  # fmt: skip


def _reader(db: Session, by: Viewer, studio: Studio, customer: Customer, *, as_customer: bool) -> Reader:
    if by.is_staff and not as_customer:
        return Reader(is_studio=True, sees_money=by.sees_money, studio=studio.name)
    if by.role is Role.LINK:
        mine = by.email.lower()
        return Reader(studio=studio.name, emails=frozenset({mine} - {""}), my_email=mine, others=False)
    in_team = select(TeamMember.account_id).where(TeamMember.team_id == customer.team_id, col(TeamMember.left_at).is_(None))
    team = db.exec(select(Account.id, Account.email).where(col(Account.id).in_(in_team))).all()
    emails = {customer.email, by.email if by.is_customer else "", *(email for _, email in team)}
    emails |= {each.email for each in addressees(db, customer.id or 0)}
    accounts = {customer.account_id, by.account_id if by.is_customer else None, *(account_id for account_id, _ in team)}
    return Reader(
        studio=studio.name,
        emails=frozenset(email.lower() for email in emails if email),
        accounts=frozenset(each for each in accounts if each),
        me=by.account_id if by.is_customer else None,
        my_email=by.email.lower() if by.is_customer else "",
    )


def _lines(db: Session, reader: Reader, listing: Listing) -> list[Line]:
    listing_id = listing.id or 0
    orders = [each or 0 for each in db.exec(select(Order.id).where(Order.listing_id == listing_id))]
    opened = db.exec(select(Opening).where(Opening.listing_id == listing_id).order_by(col(Opening.id).desc()).limit(MOST)).all()
    taken = db.exec(select(Download).where(Download.listing_id == listing_id).order_by(col(Download.id).desc()).limit(MOST)).all()
    people = _people(db, listing_id, [*opened, *taken])
    lines: list[Line | None] = [mail_line(reader, each) for each in _mails(db, orders)]
    for row in opened:
        person = people.person(row.account_id, row.link_id, row.behind_account_id)
        lines += opening_lines(reader, row.what, person, row.first_at, row.last_at, row.count)
    lines += [taken_line(reader, _taken(row, people)) for row in taken]
    for fact in _facts(db, listing, orders):
        actor = Person(fact.actor_name, "", fact.actor_account_id, fact.behind_name)
        lines.append(fact_line(reader, fact.kind, fact.at, actor, fact.details))
    return [line for line in lines if line is not None]


def _mails(db: Session, order_ids: Sequence[int]) -> list[MailSeen]:
    found = select(Mail).where(col(Mail.order_id).in_(order_ids), col(Mail.kind).in_(MAILS))
    return [
        MailSeen(
            mail.kind, Person(mail.to_name, mail.to_email), mail.state, mail.last_answer, mail.tries, mail.created_at,
            mail.answered_at or mail.sent_at,
        )
        for mail in db.exec(found.order_by(col(Mail.id).desc()).limit(MOST))
    ]  # fmt: skip


def _people(db: Session, listing_id: int, rows: Iterable[Opening | Download]) -> _People:
    ids = {each for row in rows for each in (row.account_id, row.behind_account_id) if each}
    accounts = db.exec(select(Account).where(col(Account.id).in_(ids)))
    links = db.exec(select(AccessLink.id, AccessLink.email).where(AccessLink.listing_id == listing_id))
    shared = db.exec(select(SharedLink).where(SharedLink.listing_id == listing_id))
    return _People(
        {row.id or 0: row for row in accounts},
        {link_id or 0: email for link_id, email in links},
        {row.id or 0: Person(account_id=row.account_id, by_link=row.label or "without a name") for row in shared},
    )


def _taken(row: Download, people: _People) -> TakenSeen:
    return TakenSeen(
        person=people.shared.get(row.shared_link_id or 0)
        or people.person(row.account_id, row.link_id, row.behind_account_id, row.email),
        name=row.name,
        size=row.size,
        is_archive=row.is_archive,
        names=tuple(str(item.get("name", "")) for item in row.items),
        sha256=str(row.items[0].get("sha256", "")) if row.items else "",
        length=row.length,
        bytes_sent=row.bytes_sent,
        started_at=row.started_at,
        touched_at=row.touched_at,
        finished_at=row.finished_at,
    )


def _facts(db: Session, listing: Listing, order_ids: Sequence[int]) -> list[Fact]:
    """Once each; what happened to files before the first delivery is not told."""
    about = or_(Fact.listing_id == listing.id, col(Fact.order_id).in_(order_ids))
    found = select(Fact).where(Fact.studio_id == listing.studio_id, about, col(Fact.kind).in_(FACTS))
    first = db.exec(select(Delivery.delivered_at).where(Delivery.listing_id == listing.id).order_by(col(Delivery.id))).first()
    return [
        fact
        for fact in db.exec(found.order_by(col(Fact.id).desc()).limit(MOST))
        if not fact.kind.startswith(AFTER_DELIVERY) or (first is not None and fact.at >= first)
    ]
