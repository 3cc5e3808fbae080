"""What a listing's history says, and to whom: pure rules, what happened in, a line out.

The studio reads all of it. Everybody else reads the same lines as far as they are about themselves and their own team.

| about                   | the studio          | its customer, and their team | a link's holder |
|-------------------------|---------------------|------------------------------|-----------------|
| their own               | name, whole answer  | name, whole answer           | "you"           |
| another recipient       | name, whole answer  | "Another recipient", the code| nothing         |
| a payer's mail, not own | name, whole answer  | nothing                      | nothing         |
| amounts                 | if they see money   | no                           | no              |
| what only plans or fails| yes                 | no                           | no              |

From an answer that others read, addresses of machines and of other people are struck out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal_app.core.money import money_words
from portal_app.domain.delivery.models import Opened
from portal_app.domain.delivery.pictures import size_words
from portal_app.domain.delivery.service import counted
from portal_app.domain.notifications.models import MailState

ANOTHER = "Another recipient"
CODE = re.compile(r"(?:^|\. )(\d{3}(?: \d\.\d{1,3}\.\d{1,3})?)\b")
ADDRESS = re.compile(r"[^\s<>@:;,\"']+@[^\s<>@:;,\"']+")
MACHINE = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")

# Which mails are told, as they are called; of those in OPEN_TO_ALL also that somebody else got one.
MAILS = {
    "delivered": "Delivery mail",
    "order_placed": "Confirmation of the order",
    "order_accepted": "Acceptance of the order",
    "items_changed": "Change of the order",
    "visit_set": "Time of the visit",
    "visit_moved": "Change of the visit",
    "visit_postponed": "Change of the visit",
    "visit_booked": "Time of the visit",
    "visit_confirmed": "Confirmation of the visit",
    "visit_canceled": "Cancellation",
    "receipt": "Receipt",
    "invoice": "Invoice",
    "refund": "Notice of a refund",
    "charge_confirm": "Request to confirm a payment",
    "share": "Payment link",
}
OPEN_TO_ALL = frozenset({"delivered"})
SIZES = {"original": "as the photographer made them", "mls": "MLS size", "web": "web size", "thumb": "small"}


class About(StrEnum):
    """What a line is about."""

    MAIL = "mail"
    OPENED = "opened"
    FILES = "files"
    DELIVERY = "delivery"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is told. `emails` are their own addresses and their team's, in small letters, `accounts` the same;
    `me` is who asks. `others`: whether lines about other recipients are told at all, without a name."""

    is_studio: bool = False
    sees_money: bool = False
    studio: str = ""
    emails: frozenset[str] = frozenset()
    accounts: frozenset[int] = frozenset()
    me: int | None = None
    my_email: str = ""
    others: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """Who it was: an account, or an address that got a link. `behind` is the member who looked through their eyes; `by_link`
    the name of a link that this account made, which somebody else used."""

    name: str = ""
    email: str = ""
    account_id: int | None = None
    behind: str = ""
    by_link: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history. `detail` stands under it, `who` beside the time; `is_bad` when it came to nothing."""

    at: datetime
    about: About
    words: str
    who: str = ""
    detail: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class MailSeen:
    """A mail as far as it is told: never its words."""

    kind: str
    person: Person
    state: str
    answer: str
    tries: int
    created_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakenSeen:
    """A download: how much of how much left, and when it was whole."""

    person: Person
    name: str
    size: str
    is_archive: bool
    names: tuple[str, ...]
    sha256: str
    length: int
    bytes_sent: int
    started_at: datetime
    touched_at: datetime
    finished_at: datetime | None


def is_own(reader: Reader, person: Person) -> bool:
    """Whether this is the reader, or one of their team."""
    if person.account_id is not None:
        return person.account_id in reader.accounts
    return person.email.lower() in reader.emails


def who_words(reader: Reader, person: Person) -> str:
    """`Tess Abernathy`, `you`, `Another recipient`; of a member who looked through somebody's eyes both."""
    named = person.name or person.email
    if not reader.is_studio and not is_own(reader, person):
        return ANOTHER
    if person.by_link:
        return f"somebody by the link “{person.by_link}”"
    if reader.is_studio:
        return f"{person.behind}, looking as {named}" if person.behind else named
    is_me = person.account_id == reader.me if person.account_id else person.email.lower() == reader.my_email
    said = "you" if is_me else named
    return f"{reader.studio}, looking as {said}" if person.behind else said


def is_told(reader: Reader, person: Person) -> bool:
    """Whether a line about this person is there at all."""
    return reader.is_studio or reader.others or is_own(reader, person)


def answer_words(reader: Reader, answer: str, *, own: bool) -> str:
    """What the mail server said, as far as it is the reader's: see the table."""
    if reader.is_studio:
        return answer
    code = CODE.search(answer)
    if code is None:
        return ""
    if not own:
        return code[1]
    kept = ADDRESS.sub(lambda found: found[0] if found[0].lower().strip(".") in reader.emails else "…", answer)
    return MACHINE.sub("…", kept)


def mail_line(reader: Reader, mail: MailSeen) -> Line | None:
    """How far a mail came; None for one that is not told to them."""
    own = is_own(reader, mail.person)
    if mail.kind not in MAILS or not is_told(reader, mail.person):
        return None
    if not (reader.is_studio or own or mail.kind in OPEN_TO_ALL):
        return None
    said = answer_words(reader, mail.answer, own=own)
    states = {
        MailState.SENT: "was taken by the mail server",
        MailState.FAILED: "was refused",
        MailState.WAITING: "was not taken yet and is tried again" if mail.tries else "waits to be sent",
        MailState.SENDING: "is being sent",
        MailState.UNSURE: "was interrupted while it was sent, and is sent again",
    }
    state = MailState(mail.state)
    told = [f"The mail server said: {said}" if said else "", f"Sent at try {mail.tries}." if mail.tries > 1 else ""]
    return Line(
        at=mail.answered_at or mail.created_at,
        about=About.MAIL,
        words=f"{MAILS[mail.kind]} {states[state]}",
        who=who_words(reader, mail.person),
        detail=" ".join(filter(None, told)),
        is_bad=state is MailState.FAILED or (state is MailState.WAITING and mail.tries > 0),
    )


def opening_lines(
    reader: Reader, what: str, person: Person, first_at: datetime, last_at: datetime, count: int
) -> list[Line]:  # fmt: skip
    """The first time, and the latest of several."""
    if not is_told(reader, person):
        return []
    of_link = what == Opened.LINK
    who = who_words(reader, person)
    first = "Opened the link in the mail" if of_link else "Saw the listing's page"
    lines = [Line(first_at, About.OPENED, first, who)]
    if count > 1:
        again = "Opened the link again" if of_link else "Saw the page again"
        lines.append(Line(last_at, About.OPENED, f"{again}, {count:,} times in all", who))
    return lines


def taken_line(reader: Reader, taken: TakenSeen) -> Line | None:
    """What was downloaded, in which size, and whether all of it arrived at the connection."""
    if not is_told(reader, taken.person):
        return None
    size = SIZES.get(taken.size, f"for {taken.size}")
    what = f"{counted(len(taken.names), 'file')} as a ZIP" if taken.is_archive else taken.name
    is_whole = taken.finished_at is not None
    amount = (
        size_words(taken.length)
        if is_whole
        else f"{size_words(min(taken.bytes_sent, taken.length))} of {size_words(taken.length)}"
    )
    listed = ", ".join(taken.names[:3]) + (f" and {len(taken.names) - 3:,} more" if len(taken.names) > 3 else "")
    detail = listed if taken.is_archive else f"SHA-256 {' '.join(re.findall('.{1,16}', taken.sha256))}"
    return Line(
        at=taken.finished_at or taken.touched_at,
        about=About.FILES,
        words=f"{'Downloaded' if is_whole else 'Began to download'} {what}, {size}: {amount}",
        who=who_words(reader, taken.person),
        detail=detail,
    )


# What facts say: to the studio, to everybody else (empty: nothing). `{…}` are details; `{amount}` for who sees money.
FACTS: dict[str, tuple[About, str, str]] = {
    "listing.delivered": (About.DELIVERY, "Delivered {new_words}", "Delivered {new_words}"),
    "delivery.planned": (About.DELIVERY, "Planned the delivery for {when}", ""),
    "delivery.called_off": (About.DELIVERY, "Called the planned delivery off", ""),
    "delivery.failed": (About.DELIVERY, "The planned delivery was not handed over: {reason}", ""),
    "listing.released": (About.DELIVERY, "Opened before it was paid: {reason}", "Opened before it was paid"),
    "listing.locked_again": (About.DELIVERY, "Waits for the payment again", "Waits for the payment again"),
    "asset.hidden": (About.DELIVERY, "Hid {name} from the customer", ""),
    "asset.shown": (About.DELIVERY, "Shows {name} to the customer again", ""),
    "asset.removed": (About.DELIVERY, "Took out {name}", ""),
    "asset.restored": (About.DELIVERY, "Brought {name} back", ""),
    "asset.marked_altered": (About.DELIVERY, "Said that {name} is altered: {how}", ""),
    "revision.asked": (About.DELIVERY, *["Asked for change {number}"] * 2),
    "revision.started": (About.DELIVERY, *["Began with change {number}"] * 2),
    "revision.delivered": (About.DELIVERY, *["Delivered change {number}"] * 2),
    "revision.accepted": (About.DELIVERY, *["Accepted change {number}"] * 2),
    "revision.reopened": (About.DELIVERY, *["Asked for change {number} again"] * 2),
    "revision.round_given": (About.DELIVERY, *["Allowed one more round of changes"] * 2),
    "listing.archived": (About.DELIVERY, "Moved to the archive", ""),
    "listing.brought_back": (About.DELIVERY, "Brought back from the archive", ""),
    "listing.transferred": (About.DELIVERY, "Moved from {before} to {after}", ""),
    "listing.ends_soon": (About.DELIVERY, *["Told that the files are kept until {until}"] * 2),
    "listing.put_away": (About.DELIVERY, *["Put the files away; they can come back until {until}"] * 2),
    "listing.restored": (About.DELIVERY, *["Brought the files back"] * 2),
    "listing.emptied": (About.DELIVERY, *["Deleted the files: their time was over"] * 2),
    "shared_link.made": (About.OPENED, *["Made a link to {photo_count} of the photos: {label}"] * 2),
    "shared_link.ended": (About.OPENED, *["Ended the link {label}"] * 2),
    "payment.received": (About.MONEY, "Payment{amount} arrived", "A payment arrived"),
    "payment.corrected": (About.MONEY, "Payment{amount} taken back, noted in error", "A payment was taken back, noted in error"),
    "payment.refunded": (About.MONEY, "Refund{amount} sent", "A refund was sent"),
    "refund.noted": (About.MONEY, "Refund{amount} given", "A refund was given"),
    "credit.used": (About.MONEY, "Credit{amount} used", "Credit was used"),
    "dispute.opened": (About.MONEY, "The cardholder's bank took a payment{amount} back", "A bank took a payment back"),
    "dispute.won": (About.MONEY, "The bank gave a payment{amount} back", "A bank gave a payment back"),
}
AFTER_DELIVERY = ("asset.",)
THEIR_OWN = (
    "shared_link.",
    "revision.asked",
    "revision.accepted",
    "revision.reopened",
)  # what customers do: told to the studio, and to their own team


def fact_line(reader: Reader, kind: str, at: datetime, actor: Person, details: Mapping[str, Any]) -> Line | None:
    """What happened; None for a kind that is not told to them. The studio's people are the studio to everybody else."""
    about, to_studio, to_others = FACTS.get(kind, (About.DELIVERY, "", ""))
    sentence = to_studio if reader.is_studio else to_others
    is_customers = kind.startswith(THEIR_OWN)
    if not sentence or (is_customers and not reader.is_studio and not is_own(reader, actor)):
        return None
    cents, currency = details.get("amount_cents"), details.get("currency")
    amount = f" of {money_words(int(cents), str(currency))}" if reader.sees_money and cents is not None and currency else ""
    known = {name: str(value)[:300] for name, value in details.items()} | {"amount": amount}
    words = re.sub(r"\{(\w+)\}", lambda gap: known.get(gap[1], ""), sentence).strip(" :")
    if about is About.MONEY:
        return Line(at, about, words)
    return Line(at, about, words, who_words(reader, actor) if is_customers or reader.is_studio else reader.studio)
