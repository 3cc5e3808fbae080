"""What the mails about payments say."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.core.money import money_words
from portal_app.domain.notifications.letters import Button, Letter, OrderWords, Row


@dataclass(frozen=True, slots=True)
class PaidWords:
    """One bill of a payment: what it is called, what was paid of it and what is left, in minor units."""

    label: str
    paid_cents: int
    due_cents: int


def receipt(order: OrderWords, *, paid_cents: int, due_cents: int) -> Letter:
    """To whoever paid: what was paid, for what, and what is left."""
    paid = money_words(paid_cents, order.currency)
    left = Row("Still due", money_words(due_cents, order.currency))
    return Letter(
        subject=f"Receipt: {paid} for order {order.number}",
        preheader=f"{order.studio} received {paid}. Thank you.",
        title=f"{paid} received",
        paragraphs=(f"Order {order.number}, {order.street}, {order.town}.",),
        rows=(*order.rows, Row("Total", order.total.amount), Row("Paid with this payment", paid)),
        total=left,
        button=Button(f"See order {order.number}", order.page),
        closing=("Keep this mail as your receipt.",),
    )


def receipt_of_several(studio: str, base: str, bills: tuple[PaidWords, ...], currency: str) -> Letter:
    """To whoever paid several bills at once, an invoice without an order, or their part of one: each with what was paid.

    `base` is empty for who has no account to look at their payments with.
    """
    paid = money_words(sum(bill.paid_cents for bill in bills), currency)
    what = bills[0].label if len(bills) == 1 else f"{len(bills)} bills"
    return Letter(
        subject=f"Receipt: {paid} for {what[0].lower()}{what[1:]}",
        preheader=f"{studio} received {paid}. Thank you.",
        title=f"{paid} received",
        rows=tuple(Row(bill.label, money_words(bill.paid_cents, currency), _left(bill, currency)) for bill in bills),
        total=Row("Paid with this payment", paid),
        button=Button("See your payments", f"{base}/payments") if base else None,
        closing=("Keep this mail as your receipt.",),
    )


def odd_payment(what: str, url: str, *, paid: str, over: str, problem: str) -> Letter:
    """To the studio: money arrived that nobody asked for. `what` it came for, `over` how much too much, in words;
    `problem` says why it was not counted, and is empty when it was."""
    counted = f"It was counted: {over} more is paid than is owed." if not problem else f"It was not counted. {problem}"
    return Letter(
        subject=f"A payment to look at: {what[0].lower()}{what[1:]}",
        preheader=f"{paid} arrived. {counted}",
        title=f"{paid} arrived that does not fit",
        paragraphs=(f"{what}.", counted),
        button=Button("Open it", url),
        closing=("What belongs to another order can be given to it, and what is not yours goes back by a refund.",),
    )


def refunded(what: str, page: str, *, cents: str, by_debit: bool, reason: str, studio: str) -> Letter:
    """To the customer: what goes back, why, and when their bank shows it."""
    place = "bank account" if by_debit else "card"
    return Letter(
        subject=f"Refund: {cents} for {what[0].lower()}{what[1:]}",
        preheader=f"{studio} sent {cents} back to the {place} that paid.",
        title=f"{cents} is on its way back",
        paragraphs=(f"{what}.", f"{studio} sent {cents} back to the {place} that paid. Banks show it within 5 to 10 days."),
        quote=reason,
        button=Button("See the bill", page),
        closing=("Keep this mail with your receipt.",),
    )


def credited(page: str, *, cents: str, left: str, reason: str, studio: str) -> Letter:
    """To the customer: credit they were given, and why."""
    return Letter(
        subject=f"{cents} of credit from {studio}",
        preheader=f"{studio} gave you {cents} of credit.",
        title=f"You have {left} of credit",
        paragraphs=(f"{studio} gave you {cents}. Use it on the page of any order that is due.",),
        quote=reason,
        button=Button("See your payments", page),
    )


def refund_failed(what: str, page: str, *, cents: str, problem: str) -> Letter:
    """To the studio: the customer does not have the money."""
    return Letter(
        subject=f"A refund came to nothing: {what[0].lower()}{what[1:]}",
        preheader=f"{cents} did not reach the customer.",
        title=f"{cents} did not reach the customer",
        paragraphs=(f"{what}.", problem),
        button=Button("Look at payments", page),
        closing=("Try again, or give the money back another way and note it.",),
    )


def refund_unallocated(page: str, *, cents: str, bills: tuple[str, ...]) -> Letter:
    """To the studio: a refund made on the payment service's own site, of a payment for several bills."""
    return Letter(
        subject=f"A refund to give to a bill: {cents}",
        preheader=f"{cents} went back on the payment service's own site.",
        title=f"Which bill was {cents} refunded for?",
        paragraphs=("The payment it came from paid several bills, so nobody but you knows which of them owes it again.",),
        rows=tuple(Row(bill) for bill in bills),
        button=Button("Give it to a bill", page),
    )


def disputed(what: str, page: str, *, cents: str, reason: str, answer_by: str) -> Letter:
    """To the studio: a bank took money, and an answer is due."""
    when = f" Answer by {answer_by}, on the payment service's own site." if answer_by else ""
    return Letter(
        subject=f"Disputed: {cents} for {what[0].lower()}{what[1:]}",
        preheader=f"The cardholder's bank took {cents} back.",
        title=f"The cardholder's bank took {cents} back",
        paragraphs=(f"{what}.", f"{reason}{when}", "Until it decides, this payment cannot be refunded here."),
        button=Button("Look at payments", page),
        closing=("Send what proves the work: the order, the delivery, what was downloaded.",),
    )


def dispute_decided(what: str, page: str, *, cents: str, is_won: bool) -> Letter:
    """To the studio: how it ended."""
    end = "won: the money is yours again" if is_won else "lost: the bank keeps the money, and the bill is owed again"
    return Letter(
        subject=f"Dispute {'won' if is_won else 'lost'}: {cents} for {what[0].lower()}{what[1:]}",
        preheader=f"The dispute over {cents} was {end}.",
        title=f"The dispute over {cents} was {'won' if is_won else 'lost'}",
        paragraphs=(f"{what}.", f"The dispute was {end}."),
        button=Button("Look at payments", page),
    )


def ask_to_confirm(studio: str, what: str, *, amount: str, link: str) -> Letter:
    """To a customer whose bank wants to hear from them before it pays."""
    return Letter(
        subject=f"Your bank asks you to confirm {amount}",
        preheader=f"{studio} could not charge your card on file without you. Nothing was charged.",
        title=f"Confirm {amount}",
        paragraphs=(
            f"{what}.",
            f"{studio} tried to charge your card on file, and your bank asks you to confirm it yourself. Nothing was charged.",
        ),
        button=Button(f"Pay {amount}", link),
        closing=("The link opens the page of this order, where you pay without signing in.",),
    )


def _left(bill: PaidWords, currency: str) -> str:
    return f"{money_words(bill.due_cents, currency)} still due" if bill.due_cents else "Paid in full"
