"""What the mails say: one function per message, its sentences together. Values in, a Letter out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal_app.core.money import money_words


@dataclass(frozen=True, slots=True)
class Row:
    """A line with an amount at its end, both as they are read."""

    name: str
    amount: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do next. `url` is absolute."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message before it is dressed: plain sentences only. `quote` is a person's own words."""

    subject: str
    preheader: str
    title: str
    paragraphs: tuple[str, ...] = ()
    quote: str = ""
    code: str = ""
    rows: tuple[Row, ...] = ()
    total: Row | None = None
    button: Button | None = None
    closing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderWords:
    """An order as mails name it. `when` is empty while there is no exact time, `wish` says what was asked for
    instead; `base` is the studio's address."""

    studio: str
    base: str
    number: int
    customer: str
    street: str
    town: str
    when: str
    rows: tuple[Row, ...]
    total_cents: int
    currency: str
    wish: str = ""
    link: str = ""

    @property
    def total(self) -> Row:
        return Row("Total", money_words(self.total_cents, self.currency))

    @property
    def page(self) -> str:
        """Where it is looked at: a guest's secret address, or the customer's own page."""
        return self.link or f"{self.base}/orders/{self.number}"


def code_to_verify(studio: str, code: str, minutes: int) -> Letter:
    """Proves a mailbox after signing up."""
    return Letter(
        subject=f"Your code for {studio}",
        preheader=f"Type it within {minutes} minutes to confirm this address.",
        title="Confirm your address",
        paragraphs=(f"Type this code on the page you came from. It is good for {minutes} minutes.",),
        code=code,
        closing=("You did not ask for this? Then nothing happens, and this mail can go.",),
    )


def code_to_reset(studio: str, code: str, minutes: int) -> Letter:
    """Lets somebody choose a new password."""
    return replace(
        code_to_verify(studio, code, minutes),
        subject=f"Your code for a new password at {studio}",
        preheader=f"Type it within {minutes} minutes to choose a new password.",
        title="Choose a new password",
        closing=("You did not ask for this? Then your password stays as it is. Give this code to nobody.",),
    )


def code_for_known(studio: str, code: str, minutes: int) -> Letter:
    """Somebody signed up with an address that has an account: only its owner learns that, and the code opens that one."""
    return replace(
        code_to_verify(studio, code, minutes),
        subject=f"You already have an account at {studio}",
        preheader="The code in this mail opens it.",
        title="You already have an account",
        paragraphs=(
            "Somebody signed up with this address. Was it you? Then type this code on the page you came from.",
            "It opens the account you already have, whose password stays; the one just chosen is forgotten.",
            f"The code is good for {minutes} minutes.",
        ),
        closing=("It was not you? Then nothing changes, and there is nothing to do. Give this code to nobody.",),
    )


def code_for_new_address(studio: str, code: str, minutes: int) -> Letter:
    """To the address an account wants to move to."""
    return replace(
        code_to_verify(studio, code, minutes),
        preheader=f"Type it within {minutes} minutes to sign in with this address from now on.",
        title="Confirm your new address",
        closing=("You did not ask for this? Then nothing happens. Give this code to nobody.",),
    )


def address_taken(studio: str, base: str) -> Letter:
    """To an address that an account wants to move to, and that has an account: only its owner learns that."""
    return Letter(
        subject=f"You already have an account at {studio}",
        preheader="Another account cannot move to this address.",
        title="This address is in use already",
        paragraphs=("Somebody wants to move another account to this address, which has an account of its own.",),
        button=Button("Sign in", f"{base}/login"),
        closing=("It was not you? Then nothing changed, and there is nothing to do.",),
    )


def link_to_enter(studio: str, link: str, minutes: int) -> Letter:
    """Signs in without a password, by one more press of a button on the page it opens."""
    return Letter(
        subject=f"Your link to sign in to {studio}",
        preheader=f"It works once, within {minutes} minutes.",
        title="Sign in",
        paragraphs=(f"This link works once, within {minutes} minutes.",),
        button=Button("Sign in", link),
        closing=("You did not ask for this? Then nothing happens. Pass this mail on to nobody: the link opens your account.",),
    )


def security_changed(studio: str, base: str, what: str) -> Letter:
    """Something about how somebody signs in changed. `what` is one sentence; a stranger's doing must be noticed."""
    return Letter(
        subject=f"{what.rstrip('.')} at {studio}",
        preheader="It was you? Then there is nothing to do.",
        title=what.rstrip("."),
        paragraphs=("It was you? Then there is nothing to do.",),
        button=Button("Not you? Choose a new password", f"{base}/reset"),
        closing=("A new password signs every browser out but yours. If you cannot sign in anymore, answer this mail.",),
    )


def address_moved(studio: str) -> Letter:
    """To the address an account had before. Where it went stays unsaid: this mailbox may be somebody else's by now."""
    return Letter(
        subject=f"Your account at {studio} has another address now",
        preheader="It was you? Then there is nothing to do.",
        title="Another address signs in now",
        paragraphs=("Your account no longer uses this address: mails about orders go to the new one.",),
        closing=("It was not you? Answer this mail at once.",),
    )


def account_deleted(studio: str) -> Letter:
    """The last mail to somebody who left."""
    return Letter(
        subject=f"Your account at {studio} is deleted",
        preheader="What you ordered stays in the studio’s books.",
        title="Your account is deleted",
        paragraphs=(
            "Nobody can sign in with it anymore. Orders, invoices and photos stay with the studio, as its books require.",
        ),
        closing=("It was not you? Answer this mail at once.",),
    )


def invitation(studio: str, inviter: str, role: str, *, team: str, link: str, days: int) -> Letter:
    """Somebody is asked to work at the studio as `role`, or, with a `team`, to join that team of customers."""
    offer = f"to join {team} at {studio}" if team else f"to work at {studio} as {'an' if role[0] in 'aeo' else 'a'} {role}"
    what = "See the team’s orders and listings, and order for it." if team else "You choose your own password on the next page."
    return Letter(
        subject=f"{inviter} invites you {f'to {team}' if team else f'to {studio}'}",
        preheader=f"The link is good for {days} days.",
        title=f"You are invited to {team or studio}",
        paragraphs=(f"{inviter} invites you {offer}.", what),
        button=Button("Open the invitation", link),
        closing=(f"The link is good for {days} days and for you alone. You do not know {inviter}? Then this mail can go.",),
    )


def _wished(order: OrderWords) -> str:
    return f"Your wish: {order.wish}. " if order.wish else ""


def order_placed(order: OrderWords) -> Letter:
    """To the customer, at once."""
    wished = f"You asked for {order.when}." if order.when else f"{_wished(order)}We get in touch about a time."
    return Letter(
        subject=f"Order {order.number}: {order.street}",
        preheader=f"{order.studio} has your order and confirms the time.",
        title="We have your order",
        paragraphs=(f"{order.street}, {order.town}.", f"{wished} {order.studio} confirms it by mail."),
        rows=order.rows,
        total=order.total,
        button=Button(f"See order {order.number}", order.page),
        closing=("Something to add or to change? Answer this mail.",),
    )


def order_placed_to_studio(order: OrderWords) -> Letter:
    """To the studio: somebody waits for an answer."""
    return Letter(
        subject=f"New order {order.number}: {order.street}",
        preheader=f"{order.customer} waits for your answer.",
        title=f"New order from {order.customer}",
        paragraphs=(
            f"{order.street}, {order.town}.",
            f"Wished: {order.when or order.wish}." if order.when or order.wish else "No time was asked for.",
        ),
        rows=order.rows,
        total=order.total,
        button=Button(f"Open order {order.number}", f"{order.base}/admin/orders/{order.number}"),
        closing=(f"An answer to this mail goes to {order.customer}.",),
    )


def order_accepted(order: OrderWords) -> Letter:
    """To the customer: it will happen."""
    seen = f"We see you on {order.when}." if order.when else "We get in touch about a time."
    return Letter(
        subject=f"Accepted: order {order.number}, {order.street}",
        preheader=seen,
        title="Your order is accepted",
        paragraphs=(f"{order.street}, {order.town}.", seen),
        rows=order.rows,
        total=order.total,
        button=Button(f"See order {order.number}", order.page),
        closing=("The time does not fit anymore? Answer this mail.",),
    )


@dataclass(frozen=True, slots=True)
class VisitWords:
    """What became of a visit: `kind` is the last word of its fact, `before` and `at` are times in words, `fee` an amount."""

    kind: str
    before: str = ""
    at: str = ""
    fee: str = ""
    reason: str = ""
    instead: str = ""


VISIT_TITLES = {
    "set": "Your visit has a time",
    "moved": "Your visit has another time",
    "postponed": "Your visit is postponed",
    "booked": "Your time is booked",
    "confirmed": "Your visit is confirmed",
    "lost": "Choose another time",
    "canceled": "Your order is canceled",
}


def visit_changed(order: OrderWords, visit: VisitWords) -> Letter:
    """To the customer: what became of their visit, and what that costs."""
    told = {
        "set": f"We see you on {visit.at}.",
        "moved": f"It was {visit.before}. We see you on {visit.at} now.",
        "postponed": f"{visit.at} is given back. Choose another time on the order’s page whenever you are ready.",
        "booked": f"Your payment is here. We see you on {visit.at}.",
        "confirmed": f"Your photographer said yes. We see you on {visit.at}.",
        "lost": f"Your payment came when the minutes of your hold were over, and {visit.at} is taken. The payment is kept: "
        "choose another time on the order’s page, and there is nothing more to pay for it.",
        "canceled": "Nobody comes, and the time is given back.",
    }[visit.kind]
    fee = (f"It was late: a fee of {visit.fee} joined what you owe.",) if visit.fee else ()
    return Letter(
        subject=f"{VISIT_TITLES[visit.kind]}: order {order.number}, {order.street}",
        preheader=told,
        title=VISIT_TITLES[visit.kind],
        paragraphs=(f"{order.street}, {order.town}.", told, *fee),
        button=Button(f"See order {order.number}", order.page),
        closing=("This is not what you want? Answer this mail.",),
    )


def visit_changed_to_studio(order: OrderWords, visit: VisitWords) -> Letter:
    """To the studio: a customer changed something, or a payment came too late for its time."""
    title, told = {
        "set": (f"{order.customer} chose a time", f"The visit is on {visit.at}."),
        "moved": (f"{order.customer} moved a visit", f"It was {visit.before} and is {visit.at} now."),
        "postponed": (f"{order.customer} postponed a visit", f"{visit.at} is free again."),
        "booked": (f"{order.customer} paid at booking", f"The visit is on {visit.at}."),
        "lost": (
            "Paid, and the time is gone",
            f"The payment came after the hold on {visit.at}, and somebody else has that time.",
        ),
        "canceled": (f"{order.customer} canceled", "Its time is free again."),
        "declined": ("A photographer declined", f"{visit.instead or 'Nobody'} is asked instead for {visit.at}."),
    }[visit.kind]
    fee = (f"The late fee of {visit.fee} is on the order.",) if visit.fee else ()
    return Letter(
        subject=f"{title}: order {order.number}, {order.street}",
        preheader=told,
        title=title,
        paragraphs=(f"{order.street}, {order.town}.", told, *fee),
        quote=visit.reason,
        button=Button(f"Open order {order.number}", f"{order.base}/admin/orders/{order.number}"),
    )


def delivered(order: OrderWords, *, what: str, due_cents: int, is_locked: bool, message: str, link: str) -> Letter:
    """To one recipient, with their own secret link. `what`: `36 photos, 1 video`; `is_locked`: downloads wait for money."""
    count = f"{what} {'is' if what.startswith('1 ') and ',' not in what else 'are'}"
    goods = "photos" if "photo" in what else "listing"
    due = money_words(due_cents, order.currency)
    waits = f"{due} is due. Downloads open once it is paid." if is_locked else f"{due} is due."
    return Letter(
        subject=f"Ready: {order.street}",
        preheader=f"{count} ready." + (f" {waits}" if due_cents else ""),
        title=f"{count} ready",
        paragraphs=(f"{order.street}, {order.town}.", *((waits,) if due_cents else ())),
        quote=message,
        button=Button(f"See the {goods} and pay {due}" if due_cents else f"See and download the {goods}", link),
        closing=("This link opens the listing without signing in: whoever has it can pay and download.",),
    )


def delivery_failed(order: OrderWords, reason: str) -> Letter:
    """To the studio: a planned delivery did not happen."""
    return Letter(
        subject=f"Not delivered: order {order.number}, {order.street}",
        preheader="The delivery you planned for now could not be handed over.",
        title="Your planned delivery waits for you",
        paragraphs=(f"Order {order.number} for {order.customer} was to be delivered now. {reason}",),
        button=Button("Open the delivery", f"{order.base}/admin/deliver/{order.number}"),
    )


@dataclass(frozen=True, slots=True)
class InvoiceWords:
    """An invoice as its mail names it; amounts and the day are words, `place` is empty when it stands alone."""

    studio: str
    name: str
    place: str
    left: str
    due: str
    link: str


def invoice(words: InvoiceWords) -> Letter:
    """To who pays it: how much, by when, and its address."""
    by_when = f" by {words.due}" if words.due else ""
    for_what = (f"It is for {words.place}.",) if words.place else ()
    return Letter(
        subject=f"Invoice {words.name} from {words.studio}",
        preheader=f"{words.left} to pay{by_when}.",
        title=f"Invoice {words.name}",
        paragraphs=(*for_what, f"Please pay {words.left}{by_when}."),
        button=Button("See and pay the invoice", words.link),
        closing=("The page keeps the invoice as a PDF, and whoever has its address can see and pay it.",),
    )


@dataclass(frozen=True, slots=True)
class ShareWords:
    """One payer's part of an order as their mail names it; the amount is words, `ordered_by` empty for who ordered."""

    studio: str
    ordered_by: str
    number: int
    street: str
    due: str
    link: str


def share(words: ShareWords) -> Letter:
    """To one of several payers: for what, how much, and their own link."""
    who = f"{words.ordered_by} ordered it and shares the price with you." if words.ordered_by else "Several people pay it."
    return Letter(
        subject=f"Your part of order {words.number}: {words.due}",
        preheader=f"{words.due} to {words.studio} for {words.street}.",
        title=f"Your part is {words.due}",
        paragraphs=(f"It is for the photos of {words.street}, order {words.number} at {words.studio}. {who}",),
        button=Button(f"Pay {words.due}", words.link),
        closing=("You need no account. Whoever has this link can pay your part, and sees nothing else.",),
    )
