"""Cards on file. The payment service keeps them; here stands only which record there is whose, and which card goes first.

An account has one record per mode. Its row is committed before the service is asked, so that two first payments at once
ask with the same key for the same record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, select

from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.billing.gateway import CardOnFile, CardPageRequest, CustomerGone, CustomerRequest, PaymentGateway
from portal_app.domain.billing.models import CardHolder, Mode
from portal_app.domain.billing.policies import payment_policy
from portal_app.domain.studios.models import Studio
from portal_app.domain.units import UnitOfWork

T = TypeVar("T")
BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover", "jcb": "JCB",
          "diners": "Diners Club", "unionpay": "UnionPay"}  # fmt: skip


class CardsAreTheirs(NotAllowed):
    """Somebody looks through a customer's eyes, or has no account to keep a card for."""

    sentence = "Only the customer adds and removes their cards, signed in to their own account."


class CardGone(Conflict):
    """It was removed in another tab, or at the payment service."""

    sentence = "This card is no longer on file. Here is what is."


class CardsNotKept(Conflict):
    """The studio keeps no cards, or takes none."""

    sentence = "This studio keeps no cards. You enter yours each time you pay."


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card as its owner sees it: `Visa ending in 4242`, `12/34`."""

    id: str
    name: str
    expires: str
    is_default: bool


def holder_of(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, *, now: datetime) -> str:
    """The record of this customer at the payment service, made when there is none yet. Empty for whoever pays without an
    account of their own: for them no card is kept. Raises PaymentProblem, Unavailable."""
    if not _has_own(by):
        return ""
    with unit_of_work() as db:
        holder = _row(db, by, _mode(gateway), now)
        stripe_id, key = holder.stripe_id, holder.idempotency_key
    return stripe_id or _made(unit_of_work, gateway, by, key)


def forget_holder(unit_of_work: UnitOfWork, gateway: PaymentGateway, studio_id: int, customer: str) -> None:
    """The record was deleted at the payment service, its cards with it: the next payment makes a new one."""
    with unit_of_work() as db:
        same = select(CardHolder).where(CardHolder.studio_id == studio_id, CardHolder.mode == _mode(gateway))
        holder = db.exec(same.where(CardHolder.stripe_id == customer).with_for_update()).first()
        if holder is not None:
            holder.stripe_id, holder.default_card, holder.idempotency_key = None, "", _new_key()
            db.add(holder)


def forget_cards(
    unit_of_work: UnitOfWork, gateway_for: Callable[[int, str], PaymentGateway | None], studio_id: int, account_id: int
) -> None:
    """Every card of an account that was closed is taken off its file. Safe to repeat. Raises PaymentProblem, Unavailable."""
    for mode in Mode:
        with unit_of_work() as db:
            holder = _known(db, studio_id, account_id, mode)
            customer = (holder.stripe_id if holder else "") or ""
        gateway = gateway_for(studio_id, mode) if customer else None
        if gateway is None:
            continue
        for card in gateway.cards(customer):
            gateway.remove_card(customer, card.id)
        forget_holder(unit_of_work, gateway, studio_id, customer)


def own_cards(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer) -> list[CardRow]:
    """What is on file for this customer, the default first. Read at the payment service, so a card that was taken off
    there is not here either. Raises PaymentProblem, Unavailable."""
    if by.account_id is None or not by.is_customer:
        return []
    return cards_of(unit_of_work, gateway, by.studio_id, by.account_id)


def cards_of(unit_of_work: UnitOfWork, gateway: PaymentGateway, studio_id: int, account_id: int) -> list[CardRow]:
    """The cards of one account, the default first, in one statement and one call."""
    with unit_of_work() as db:
        holder = _known(db, studio_id, account_id, _mode(gateway))
        customer, default = (holder.stripe_id or "", holder.default_card) if holder else ("", "")
    return card_rows(gateway.cards(customer), default) if customer else []


def card_rows(cards: Sequence[CardOnFile], default: str) -> list[CardRow]:
    """Newest first as they come, the default before them. Until one is chosen, or when that one is gone, it is the one
    that has been there longest: a card that is added does not take its place by itself."""
    names = [card.id for card in cards]
    first = default if default in names else names[-1] if names else ""
    rows = [CardRow(card.id, card_name(card), card.expires, card.id == first) for card in cards]
    return sorted(rows, key=lambda row: not row.is_default)


def card_name(card: CardOnFile) -> str:
    """`Visa ending in 4242`."""
    return f"{BRANDS.get(card.brand, 'Card')} ending in {card.last4}"


def keeps_cards(db: Session, by: Viewer) -> bool:
    """Whether a card may be kept for this person: the studio does so, and they have an account of their own."""
    return _has_own(by) and payment_policy(db, by.studio_id).keeps_cards


def open_card_page(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, *, base_url: str, back: str, now: datetime
) -> str:
    """The address of the hosted page that saves a card and charges nothing; it leads back to `back`, a path of this site.
    Raises CardsAreTheirs, CardsNotKept, PaymentProblem, Unavailable."""
    _require_own(by)
    with unit_of_work() as db:
        if not keeps_cards(db, by):
            raise CardsNotKept
        currency = db.get_one(Studio, by.studio_id).currency
    address, key = f"{base_url.rstrip('/')}{back}", f"card-page-{new_public_id()}"

    def page_for(customer: str) -> str:
        return gateway.open_card_page(CardPageRequest(customer, currency, address, address, f"{key}-{customer[-6:]}"))

    return with_holder(unit_of_work, gateway, by, page_for, now=now)


def with_holder(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, ask: Callable[[str], T], *, now: datetime) -> T:
    """`ask(customer)`, and once more with a new record when the old one was deleted at the payment service."""
    customer = holder_of(unit_of_work, gateway, by, now=now)
    try:
        return ask(customer)
    except CustomerGone:
        forget_holder(unit_of_work, gateway, by.studio_id, customer)
        return ask(holder_of(unit_of_work, gateway, by, now=now))


def choose_card(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, card: str, *, now: datetime) -> None:
    """The card that goes first from now on. Raises CardsAreTheirs, CardGone, Unavailable."""
    customer, found = _find(unit_of_work, gateway, by, card)
    if found is None:
        raise CardGone
    try:
        gateway.set_default_card(customer, card)
    except NotFound as error:
        raise CardGone from error
    _note(unit_of_work, gateway, by, "card.chosen", found, default=card, now=now)


def remove_card(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, card: str, *, now: datetime) -> None:
    """Take a card off the file for good; one that is gone already counts as removed. Raises CardsAreTheirs, Unavailable."""
    customer, found = _find(unit_of_work, gateway, by, card)
    if found is None:
        return
    gateway.remove_card(customer, card)
    _note(unit_of_work, gateway, by, "card.removed", found, default="", now=now)


def _find(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, card: str) -> tuple[str, CardOnFile | None]:
    """Only what is on this customer's own file is ever found."""
    _require_own(by)
    with unit_of_work() as db:
        holder = _known(db, by.studio_id, by.account_id or 0, _mode(gateway))
        customer = (holder.stripe_id if holder else "") or ""
    cards = gateway.cards(customer) if customer else []
    return customer, next((each for each in cards if each.id == card), None)


def _note(
    unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, kind: str, card: CardOnFile, *, default: str, now: datetime
) -> None:
    with unit_of_work() as db:
        holder = _row(db, by, _mode(gateway), now)
        if default or holder.default_card == card.id:
            holder.default_card = default
            db.add(holder)
        record(db, by, kind, now=now, details={"what": card_name(card)})


def _made(unit_of_work: UnitOfWork, gateway: PaymentGateway, by: Viewer, key: str) -> str:
    """The service makes one record for one key and the same words; a name that changed since asks anew."""
    words = hashlib.sha256(f"{by.email}\n{by.name}".encode()).hexdigest()[:8]
    made = gateway.create_customer(CustomerRequest(str(by.account_id), by.email, by.name, f"{key}-{words}"))
    with unit_of_work() as db:
        holder = db.exec(
            select(CardHolder).where(CardHolder.studio_id == by.studio_id, CardHolder.idempotency_key == key).with_for_update()
        ).first()
        if holder is None:
            return made
        holder.stripe_id = holder.stripe_id or made
        db.add(holder)
        return holder.stripe_id


def _row(db: Session, by: Viewer, mode: Mode, now: datetime) -> CardHolder:
    """This account's row, made when there was none, and locked."""
    row = CardHolder(
        studio_id=by.studio_id, account_id=by.account_id or 0, mode=mode, idempotency_key=_new_key(), created_at=now
    ).model_dump(exclude={"id"})
    insert = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    once = insert(CardHolder).values(row)
    db.execute(once.on_conflict_do_nothing(index_elements=["studio_id", "mode", "account_id"]))
    return db.exec(_same(by.studio_id, by.account_id or 0, mode).with_for_update()).one()


def _known(db: Session, studio_id: int, account_id: int, mode: Mode) -> CardHolder | None:
    return db.exec(_same(studio_id, account_id, mode)).first()


def _same(studio_id: int, account_id: int, mode: Mode):
    return select(CardHolder).where(
        CardHolder.studio_id == studio_id, CardHolder.account_id == account_id, CardHolder.mode == mode
    )


def _new_key() -> str:
    return f"holder-{new_public_id()}"


def _mode(gateway: PaymentGateway) -> Mode:
    return Mode.LIVE if gateway.is_live else Mode.TEST


def _has_own(by: Viewer) -> bool:
    return by.is_customer and by.account_id is not None and by.is_themselves


def _require_own(by: Viewer) -> None:
    if not _has_own(by):
        raise CardsAreTheirs
