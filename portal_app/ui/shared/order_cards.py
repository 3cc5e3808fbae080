"""Orders in words, as the portal's and the studio's screens both show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal_app.core.clock import day_words, long_day_words, span_words, when_words, zone_words
from portal_app.core.money import money_words
from portal_app.core.words import in_a_row
from portal_app.domain.catalog.pricing import Charge, ChargeKind, charge_words
from portal_app.domain.orders.queries import ChargeRow, HistoryRow, LineRow, OrderPage, OrderRow, Visit

ENTRY_WORDS = {
    "": "",
    "meet": "Somebody is there",
    "lockbox": "Lockbox",
    "door_code": "Door code",
    "open": "The door is open",
}
STATUS_WORDS = {"pending": "Pending", "accepted": "Accepted", "completed": "Completed", "canceled": "Canceled"}


@dataclass(frozen=True)
class PriceCard:
    """A name, what explains it, and an amount."""

    name: str
    detail: str
    amount: str
    position: int = 0


@dataclass(frozen=True)
class VisitCard:
    """`Thursday 26 November`, `9:30 – 11:15 am`, `Pacific time`."""

    status: str = ""
    day: str = ""
    hours: str = ""
    zone: str = ""
    when: str = ""
    photographer: str = ""
    initials: str = ""
    caption: str = ""


@dataclass(frozen=True)
class OrderCard:
    """One row of an orders table."""

    number: int
    status: str
    status_words: str
    street: str
    town: str
    customer: str
    total: str
    placed: str
    when: str
    listing: str
    due: str = ""
    cover: str = ""
    href: str = ""
    whose: str = ""
    team: str = ""


@dataclass(frozen=True)
class HistoryCard:
    """What happened, and when by whom."""

    title: str
    caption: str
    is_latest: bool = False


@dataclass(frozen=True)
class AnswerCard:
    """A question of the studio and what was answered."""

    prompt: str
    answer: str


@dataclass(frozen=True)
class OrderPageCard:
    """An order's own page."""

    number: int = 0
    status: str = ""
    status_words: str = ""
    street: str = ""
    town: str = ""
    listing: str = ""
    customer: str = ""
    customer_email: str = ""
    customer_phone: str = ""
    area: str = ""
    access_notes: str = ""
    entry: str = ""
    wish: str = ""
    answers: list[AnswerCard] = field(default_factory=list)
    services: str = ""
    visits: list[VisitCard] = field(default_factory=list)
    lines: list[PriceCard] = field(default_factory=list)
    subtotal: str = ""
    charges: list[PriceCard] = field(default_factory=list)
    total: str = ""
    whose: str = ""
    team: str = ""
    history: list[HistoryCard] = field(default_factory=list)


def initials(name: str) -> str:
    """`Pia Okonkwo-Reyes` → `PO`"""
    words = [word for word in name.split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


def visit_card(visit: Visit) -> VisitCard:
    """A wish, a booked visit or a past one, in the property's zone."""
    captions = {"requested": "Your wish. The studio confirms the time.", "canceled": "This visit is canceled."}
    return VisitCard(
        status=visit.status,
        day=long_day_words(visit.starts_at, visit.zone),
        hours=span_words(visit.starts_at, visit.minutes, visit.zone),
        zone=zone_words(visit.zone),
        when=when_words(visit.starts_at, visit.zone),
        photographer=visit.photographer,
        initials=initials(visit.photographer),
        caption=captions.get(visit.status, ""),
    )


def order_card(row: OrderRow, *, zone: str, base: str = "/orders", due_cents: int = 0, cover: str = "") -> OrderCard:
    """A row in words. `zone` is the studio's, for the day it was placed."""
    return OrderCard(
        number=row.number,
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        street=row.street,
        town=row.town,
        customer=row.customer_name,
        total=amount_words(row.total_cents, row.currency),
        placed=day_words(row.placed_at, zone)[4:],
        when=when_words(row.visit.starts_at, row.visit.zone) if row.visit else row.wish or "Time to be confirmed",
        listing=row.listing,
        due=f"{money_words(due_cents, row.currency)} due" if due_cents > 0 else "",
        cover=cover,
        href=f"{base}/{row.number}",
        whose=row.whose,
        team=row.team,
    )


def amount_words(cents: int | None, currency: str) -> str:
    """An amount, or nothing for somebody who does not see money."""
    return "" if cents is None else money_words(cents, currency)


def _detail(line: LineRow, currency: str) -> str:
    if line.quantity == 1:
        return line.detail
    return (
        f"{line.quantity} at {money_words(line.unit_cents, currency)}"
        if line.unit_cents is not None
        else f"{line.quantity} of it"
    )


def price_cards(lines: Sequence[LineRow], currency: str) -> list[PriceCard]:
    """Order lines; more than one of a thing says so."""
    return [
        PriceCard(
            line.name,
            _detail(line, currency),
            amount_words(line.total_cents, currency),
            line.position,
        )
        for line in lines
    ]


def charge_card(charge: ChargeRow | Charge, currency: str) -> PriceCard:
    """`Tax, 3.15%` and its amount; a discount with a minus."""
    cents = charge.amount_cents
    if cents is not None and charge.kind == ChargeKind.DISCOUNT:
        cents = -cents
    return PriceCard(charge_words(charge.name, charge.basis_points), "", amount_words(cents, currency))


def order_page_card(page: OrderPage, *, zone: str, unit: str, studio: str) -> OrderPageCard:
    """The whole page in words."""
    row = page.row
    return OrderPageCard(
        number=row.number,
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        street=row.street,
        town=row.town,
        listing=row.listing,
        customer=row.customer_name,
        customer_email=page.customer_email,
        customer_phone=page.customer_phone,
        area=f"{page.area:,} {unit}" if page.area else "",
        access_notes=page.access_notes,
        entry=ENTRY_WORDS[page.entry],
        wish=row.wish,
        answers=[AnswerCard(each.prompt, each.answer) for each in page.answers],
        services=in_a_row([line.name for line in page.lines if (line.total_cents or 0) >= 0]),
        visits=[visit_card(visit) for visit in page.visits],
        lines=price_cards(page.lines, row.currency),
        subtotal=amount_words(page.subtotal_cents, row.currency),
        charges=[charge_card(each, row.currency) for each in page.charges],
        total=amount_words(row.total_cents, row.currency),
        whose=row.whose,
        team=row.team,
        history=history_cards(page.history, row.currency, zone=zone, studio=studio),
    )


def history_cards(history: Sequence[HistoryRow], currency: str, *, zone: str, studio: str) -> list[HistoryCard]:
    """The facts a person asks for, newest first; facts without a sentence are the machine's own."""
    told = [(fact, sentence) for fact in history if (sentence := _sentence(fact, currency, studio, zone))]
    return [
        HistoryCard(sentence, f"{when_words(fact.at, zone)}{_by(fact)}", is_latest=position == 0)
        for position, (fact, sentence) in enumerate(told)
    ]


def _sentence(fact: HistoryRow, currency: str, studio: str, zone: str) -> str:
    match fact.kind:
        case "order.placed":
            return "Order placed"
        case "order.accepted":
            return f"Accepted by {studio}"
        case "order.canceled":
            return _because("Order canceled", fact)
        case "appointment.set":
            return f"Time chosen: {_at(fact, 'starts_at', zone)}"
        case "appointment.moved":
            return _because(f"Visit moved to {_at(fact, 'starts_at', zone)}", fact)
        case "appointment.postponed":
            return _because(f"Visit on {_at(fact, 'starts_at', zone)} postponed", fact)
        case "appointment.confirmed":
            return f"Visit confirmed: {_at(fact, 'starts_at', zone)}"
        case "appointment.declined":
            details = fact.details
            return f"{details['who']} declined the visit: {details['why']}. Asked instead: {details['instead'] or 'nobody'}"
        case "appointment.booked":
            return f"Time booked: {_at(fact, 'starts_at', zone)}"
        case "appointment.released":
            return f"The time kept on {_at(fact, 'starts_at', zone)} is free again"
        case "appointment.lost":
            return f"Paid, but {_at(fact, 'starts_at', zone)} is taken: another time is needed"
        case "listing.delivered":
            return _delivered(fact)
        case "order.split":
            return f"Split among {fact.details['payers']} payers"
        case "order.split_undone":
            return "One person pays it again"
        case "payment.received":
            return f"Payment{_of(fact, currency)} received"
        case "payment.corrected":
            return f"Payment{_of(fact, currency)} taken back: it was noted by mistake"
        case "refund.noted" | "payment.refunded":
            return f"Refund{_of(fact, currency)} given"
        case "refund.failed":
            return f"Refund{_of(fact, currency)} did not go through"
        case "credit.used":
            return f"Credit{_of(fact, currency)} used"
        case "credit.kept":
            return f"What was paid too much{_of(fact, currency)} kept as credit"
        case "credit.returned":
            return f"Credit{_of(fact, currency)} given back"
        case "order.items_changed":
            return str(fact.details.get("what", "What is on it changed"))
        case "order.tipped":
            return f"Tip{_of(fact, currency)} added"
        case "listing.released":
            return "Photos opened before they are paid"
        case "listing.transferred":
            return f"Moved from {fact.details.get('before', '')} to {fact.details.get('after', '')}"
        case "listing.locked_again":
            return "Photos wait for the payment again"
        case "listing.downloaded":
            return f"{fact.details.get('photo_count', 'All')} photos downloaded"
        case _:
            return ""


def _of(fact: HistoryRow, currency: str) -> str:
    """` of $25.00` for those who see money."""
    return f" of {amount_words(fact.details['amount_cents'], currency)}" if "amount_cents" in fact.details else ""


def _at(fact: HistoryRow, name: str, zone: str) -> str:
    return when_words(datetime.fromisoformat(fact.details[name]), zone) if fact.details.get(name) else ""


def _because(words: str, fact: HistoryRow) -> str:
    reason = str(fact.details.get("reason", ""))
    return f"{words}: {reason}" if reason else words


def _delivered(fact: HistoryRow) -> str:
    if words := fact.details.get("new_words"):
        return f"{words} delivered"
    count = int(fact.details.get("new_count", fact.details.get("photo_count", 0)) or 0)
    return f"{count} photo{'' if count == 1 else 's'} delivered" if count else "Delivered"


def _by(fact: HistoryRow) -> str:
    if fact.behind:
        return f" · {fact.behind} as {fact.actor}"
    if fact.is_mine:
        return " · by you"
    return f" · {fact.actor}" if fact.actor and fact.actor_role not in {"system"} else ""
