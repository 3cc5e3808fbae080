"""Splitting an order among several payers, changing that and taking it back; each payer's own link, and mailing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.money import step
from portal_app.core.tokens import fingerprint, new_public_id, new_token
from portal_app.core.viewer import Permission, Role, Viewer
from portal_app.domain.activity.service import enqueue, record
from portal_app.domain.billing.agreeing import TypedPayer, read_measures
from portal_app.domain.billing.attempts import Known, end_attempt, live_attempts, seen
from portal_app.domain.billing.bills import BillName, bills_named, locked_order
from portal_app.domain.billing.models import AttemptKind, AttemptStatus, PaymentLine, Share, Split, UnlockWhen
from portal_app.domain.billing.paying import LIFETIME
from portal_app.domain.billing.queries import balance
from portal_app.domain.billing.settling import GatewayFor, close_page
from portal_app.domain.billing.shares import AGREED, payers_of
from portal_app.domain.billing.splitting import Measure, amounts
from portal_app.domain.catalog.typed import read_name
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.orders.models import Order
from portal_app.domain.units import UnitOfWork

MAIL_SHARE = "mail_share"
# A page that has no address after this reached nobody: the call that opens one takes 15 seconds at most, three times.
OPENS_WITHIN = timedelta(minutes=2)


class NotYetAgreed(Conflict):
    """A pending order may still change in everything, and a canceled one is over."""

    sentence = "An order is split once the studio has accepted it."


class PaymentUnderWay(Conflict):
    """Who is paying right now must get what they were asked for."""

    sentence = "A payment of this order is under way. When it has arrived, or its page is over, the split can change."


class NothingToSplit(Conflict):
    """It is paid."""

    sentence = "Nothing is due on this order, so there is nothing to split."


class NotSplit(Conflict):
    """There is nothing to take back."""

    sentence = "This order is paid by one person already."


class NoAddress(Conflict):
    """A payer without a mail address gets their link from whoever split the order."""

    sentence = "No mail address is known for this payer. Copy their link and hand it on."


def split_order(
    unit_of_work: UnitOfWork, gateway_for: GatewayFor, by: Viewer, order_number: int, typed: Sequence[TypedPayer],
    unlock_when: str, seal: SecretSeal, *, now: datetime,
) -> None:  # fmt: skip
    """Let several people pay an order, each their part; or change who does. What each paid stays theirs.

    Payment pages that are open for it close first. Who is new, or pays another amount than before, is mailed their own
    link. Raises NotAllowed, NotFound, NotYetAgreed, NothingToSplit, PaymentUnderWay, InvalidInput for `payers`, `name-0`,
    `email-0`, `value-0` and so on.
    """

    def change(db: Session) -> None:
        _agree(db, by, order_number, typed, unlock_when, seal, now)

    _with_no_page_open(unit_of_work, gateway_for, by, order_number, change, now)


def undo_split(unit_of_work: UnitOfWork, gateway_for: GatewayFor, by: Viewer, order_number: int, *, now: datetime) -> None:
    """One payer again: who ordered. What the others paid counts for the order. Raises NotAllowed, NotFound, NotSplit,
    PaymentUnderWay."""

    def change(db: Session) -> None:
        _undo(db, by, order_number, now)

    _with_no_page_open(unit_of_work, gateway_for, by, order_number, change, now)


def _agree(
    db: Session, by: Viewer, order_number: int, typed: Sequence[TypedPayer], unlock_when: str, seal: SecretSeal, now: datetime
) -> None:
    order = _order(db, by, order_number)
    if order.status not in AGREED:
        raise NotYetAgreed
    measures = read_measures(typed, order.total_cents, order.currency)
    parts = amounts(order.total_cents, measures, of=step(order.currency))
    main = next((place for place, one in enumerate(typed) if one.is_main), 0)
    if unlock_when not in set(UnlockWhen) or (unlock_when == UnlockWhen.MAIN and not parts[main]):
        raise InvalidInput("unlock_when", "Choose whose payment opens the photos: somebody who pays a part.")
    before = payers_of(db, [order.id or 0]).get(order.id or 0, [])
    if not before and not balance(db, order.id or 0).due:
        raise NothingToSplit
    _check_nobody_pays(db, order)
    shares = _seat(db, order, typed, measures, main, seal, now)
    _keep_split(db, order, unlock_when)
    fact_id = _tell(db, by, order, "order.split", now, payers=len(shares), unlock_when=unlock_when)
    same = {(one.public_id, one.owes.part, one.email) for one in before}
    for place, (share, part) in enumerate(zip(shares, parts, strict=True)):
        if part and (share.public_id, part, share.email) not in same and not (place == 0 and by.is_customer):
            _mail(db, share, fact_id, now)


def _undo(db: Session, by: Viewer, order_number: int, now: datetime) -> None:
    order = _order(db, by, order_number)
    split = db.exec(select(Split).where(Split.order_id == order.id)).first()
    if split is None:
        raise NotSplit
    _check_nobody_pays(db, order)
    first, others = _open_shares(db, order)
    _end([share for share in (first, *others.values()) if share], now)
    db.delete(split)
    db.flush()
    _tell(db, by, order, "order.split_undone", now)


def _with_no_page_open(
    unit_of_work: UnitOfWork, gateway_for: GatewayFor, by: Viewer, order_number: int, change: Callable[[Session], None],
    now: datetime,
) -> None:  # fmt: skip
    """Whoever has the payment page open and has not paid is told there that it is over, and opens a new one."""
    try:
        with unit_of_work() as db:
            change(db)
        return
    except PaymentUnderWay:
        with unit_of_work() as db:
            pages = [seen(one) for one in live_attempts(db, bills_named(db, by, [BillName(order=order_number)], is_locked=True))]
    for page in pages:
        _close(unit_of_work, gateway_for, page, now)
    with unit_of_work() as db:
        change(db)


def _close(unit_of_work: UnitOfWork, gateway_for: GatewayFor, page: Known, now: datetime) -> None:
    gateway = gateway_for(page.studio_id, page.mode)
    if page.status != AttemptStatus.OPEN or page.kind != AttemptKind.PAGE:
        raise PaymentUnderWay
    if page.session_id and gateway:
        close_page(unit_of_work, gateway, page, now=now)
    elif page.session_id or page.expires_at - LIFETIME > now - OPENS_WITHIN:
        raise PaymentUnderWay
    else:
        end_attempt(unit_of_work, page.id, AttemptStatus.SUPERSEDED, "The payment page never opened.", now=now)


def _check_nobody_pays(db: Session, order: Order) -> None:
    live = select(PaymentLine.id).where(PaymentLine.order_id == order.id, col(PaymentLine.is_live))
    if db.exec(live).first() is not None:
        raise PaymentUnderWay


def send_share(db: Session, by: Viewer, order_number: int, share: str, *, now: datetime) -> None:
    """Mail a payer their link once more. Raises NotAllowed, NotFound, NoAddress."""
    order, found = _share_of(db, by, order_number, share)
    if not found.email:
        raise NoAddress
    _mail(db, found, _tell(db, by, order, "share.sent", now, name=found.name), now)


def replace_link(db: Session, by: Viewer, order_number: int, share: str, seal: SecretSeal, *, now: datetime) -> str:
    """A new link for a payer: the one before opens nothing anymore. Returns its path. Raises NotAllowed, NotFound."""
    order, found = _share_of(db, by, order_number, share)
    token = _sealed(found, seal)
    db.add(found)
    _tell(db, by, order, "share.link_replaced", now, name=found.name)
    return f"/pay/{token}"


def address_of_share(db: Session, by: Viewer, order_number: int, share: str, seal: SecretSeal) -> str:
    """The path of a payer's own page, for who may hand it on. Raises NotAllowed, NotFound, CannotOpen."""
    return path_of(_share_of(db, by, order_number, share)[1], seal)


def path_of(share: Share, seal: SecretSeal) -> str:
    """The path of a payer's own page."""
    return f"/pay/{seal.open(share.token_box, share_context(share.public_id))}"


def share_context(public_id: str) -> str:
    """What the sealed link of a share is bound to."""
    return f"share:{public_id}"


def _order(db: Session, by: Viewer, number: int) -> Order:
    """Its customer's, or the studio's for who works on orders and sees money."""
    if by.is_staff and not (by.may(Permission.ACCEPT_ORDERS) and by.may(Permission.SEE_MONEY)):
        raise NotAllowed
    if by.role in {Role.LINK, Role.GUEST}:
        raise NotFound
    return locked_order(db, by, number)


def _share_of(db: Session, by: Viewer, number: int, public_id: str) -> tuple[Order, Share]:
    order = _order(db, by, number)
    mine = select(Share).where(Share.order_id == order.id, Share.public_id == public_id, col(Share.ended_at).is_(None))
    share = db.exec(mine).first()
    if share is None:
        raise NotFound
    return order, share


def _seat(
    db: Session,
    order: Order,
    typed: Sequence[TypedPayer],
    measures: Sequence[Measure],
    main: int,
    seal: SecretSeal,
    now: datetime,
) -> list[Share]:
    """The payers in order. Who pays already keeps their share, with what was paid on it; who ordered is always the first."""
    first, others = _open_shares(db, order)
    going_on = {one.share for one in typed[1:]}
    _end([share for share in others.values() if share.public_id not in going_on], now)
    for place, share in enumerate(others.values()):
        share.position = -1 - place  # places are given anew, so nobody keeps one meanwhile
    db.flush()
    shares = []
    for place, (one, measure) in enumerate(zip(typed, measures, strict=True)):
        known = first if place == 0 else others.pop(one.share, None)
        share = known or Share(
            public_id=new_public_id(), studio_id=order.studio_id, order_id=order.id or 0, position=place, name="", token_hash="",
            token_box=b"",
        )  # fmt: skip
        name, email = _who(db, order, place, one)
        if known is None or share.email != email:
            _sealed(share, seal)
        share.position, share.name, share.email, share.is_main = place, name, email, place == main
        share.basis_points, share.amount_cents = measure.basis_points, measure.amount_cents
        db.add(share)
        shares.append(share)
    db.flush()
    return shares


def _open_shares(db: Session, order: Order) -> tuple[Share | None, dict[str, Share]]:
    """Who ordered, and the others by their shares' public ids."""
    agreed = select(Share).where(Share.order_id == order.id, col(Share.ended_at).is_(None)).order_by(col(Share.position))
    shares = db.exec(agreed).all()
    return (shares[0] if shares else None), {share.public_id: share for share in shares[1:]}


def _end(shares: Iterable[Share], now: datetime) -> None:
    for share in shares:
        share.ended_at = now


def _sealed(share: Share, seal: SecretSeal) -> str:
    """A new link, kept sealed; the one before, mailed to whoever had that address, opens nothing anymore."""
    token = new_token()
    share.token_hash, share.token_box = fingerprint(token), seal.seal(token, share_context(share.public_id))
    return token


def _who(db: Session, order: Order, place: int, typed: TypedPayer) -> tuple[str, str]:
    if place == 0:
        return order.customer_name, db.get_one(Customer, order.customer_id).email
    name = read_name(typed.name, f"name-{place}")
    try:
        return name, email_key(typed.email) if typed.email.strip() else ""
    except InvalidInput as wrong:
        raise InvalidInput(f"email-{place}", wrong.sentence) from wrong


def _keep_split(db: Session, order: Order, unlock_when: str) -> None:
    split = db.exec(select(Split).where(Split.order_id == order.id)).first()
    split = split or Split(studio_id=order.studio_id, order_id=order.id or 0)
    split.unlock_when = unlock_when
    db.add(split)
    db.flush()


def _mail(db: Session, share: Share, fact_id: int, now: datetime) -> None:
    if share.email:
        asked = {"share_id": share.id, "fact_id": fact_id}
        enqueue(db, MAIL_SHARE, asked, now=now, studio_id=share.studio_id, priority=50)


def _tell(db: Session, by: Viewer, order: Order, kind: str, now: datetime, **details: object) -> int:
    fact = record(
        db, by, kind, now=now, order_id=order.id, listing_id=order.listing_id, customer_id=order.customer_id, details=details
    )  # fmt: skip
    return fact.id or 0
