"""What facts say, one sentence per kind. Values in, words out; a kind without a sentence reads as itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from portal_app.core.money import money_words
from portal_app.core.viewer import Permission

Details = Mapping[str, Any]
GAP = re.compile(r"\{(\w+)\}")

SWITCH_WORDS = {
    Permission.SEE_MONEY: "See prices and payments",
    Permission.DELIVER: "Deliver",
    Permission.REFUND: "Refund",
    Permission.CHARGE: "Charge cards",
    Permission.REPORTS: "Reports",
    Permission.SETTINGS: "Settings",
    Permission.VIEW_AS: "View as customer",
}

# The first words of kinds, as people look for them.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "orders": ("Orders", ("order", "appointment")),
    "photos": ("Photos and deliveries", ("asset", "upload", "listing", "link", "shared_link", "photo", "revision")),
    "money": (
        "Payments",
        ("payment", "checkout", "credit", "refund", "dispute", "invoice", "card", "charge", "keys", "payment_policy"),
    ),
    "people": (
        "Accounts and sign-ins",
        ("account", "session", "second_step", "recovery_code", "recovery_codes", "passkey", "customer"),
    ),
    "catalog": (
        "Catalog and settings",
        ("service", "question", "area", "coupon", "policy", "fee", "tax_group", "tips", "watermark", "delivery_policy"),
    ),
    "staff": ("Staff and looking as customers", ("member", "invitation", "view_as", "crew", "time_off")),
    "teams": ("Teams", ("team",)),
    "mails": ("Mails", ("mail",)),
}


def _changes(details: Details) -> str:
    """`Refund on, Deliver off`, `role editor (was photographer)`."""
    before, after = details.get("before") or {}, details.get("after") or {}
    return ", ".join(_change(name, before.get(name), after.get(name)) for name in after)


def _change(name: str, was: Any, now_is: Any) -> str:
    if isinstance(now_is, bool):
        return f"{SWITCH_WORDS.get(name, name)} {'on' if now_is else 'off'}"
    return f"{name.replace('_', ' ')} {now_is}" + (f" (was {was})" if was not in (None, "") else "")


def _amount(details: Details) -> str:
    cents, currency = details.get("amount_cents"), details.get("currency")
    return f" of {money_words(int(cents), str(currency))}" if cents is not None and currency else ""


def _counted(details: Details) -> str:
    if words := details.get("new_words"):
        return f"Delivered {words}"
    count = int(details.get("new_count") or details.get("photo_count") or 0)
    return f"Delivered {count} photo{'' if count == 1 else 's'}" if count else "Delivered"


def _invited(details: Details) -> str:
    place = "to a team" if details.get("team_id") else "to work here"
    return f"Invited {details.get('name', '')} ({details.get('email', '')}) {place} as {details.get('role', '')}"


def _declined(details: Details) -> str:
    instead = details.get("instead") or "nobody"
    return f"{details.get('who', '')} declined the visit: {details.get('why', '')}. Asked instead: {instead}"


PLAIN = {
    "account.closed": "Closed the account",
    "account.code_requested": "Asked for a code by mail",
    "account.created": "Signed up",
    "account.email_changed": "Changed the email address",
    "account.entered_by_link": "Came in by a link from the mailbox",
    "account.new_email_dropped": "Gave up changing the email address",
    "account.password_changed": "Changed the password",
    "account.password_reset": "Chose a new password by mail",
    "account.profile_changed": "Changed name or phone",
    "account.verified": "Proved the mailbox",
    "appointment.booked": "Paid at booking: the time is booked",
    "appointment.code_shown": "Looked at the entry code",
    "appointment.confirmed": "Confirmed the visit",
    "appointment.declined": "{who} declined the visit: {why}. Asked instead: {instead}",
    "appointment.finish_undone": "The visit goes on after all",
    "appointment.finished": "Finished the visit",
    "appointment.lost": "Paid after the time was free again, and somebody else has it",
    "appointment.moved": "Moved the visit",
    "appointment.released": "A time that was held is free again",
    "appointment.set": "Chose a time for the visit",
    "appointment.start_undone": "The visit had not started after all",
    "appointment.started": "Started the visit",
    "appointment.postponed": "Gave the time of the visit back",
    "area.added": "Drew the service area {name}",
    "area.changed": "Changed the service area {name}",
    "area.removed": "Removed the service area {name}",
    "asset.described": "Said what {name} shows",
    "asset.failed": "{name} could not be prepared",
    "asset.hidden": "Hid {name} from the customer",
    "asset.linked": "Added a link to {name}",
    "asset.made_cover": "Chose the cover",
    "asset.marked_altered": "Said that {name} is altered: {how}",
    "asset.received": "Uploaded {name}",
    "asset.removed": "Took out {name}",
    "asset.rendered": "Every size of {name} is ready",
    "asset.replaced": "Replaced {name}",
    "asset.restored": "Brought {name} back",
    "asset.shown": "Shows {name} to the customer again",
    "asset.unmarked_altered": "Said that {name} is as it was taken",
    "card.chosen": "Chose which card goes first: {what}",
    "card.removed": "Removed a card from the file: {what}",
    "checkout.started": "Went to the payment page",
    "coupon.added": "Wrote the coupon {name}",
    "coupon.changed": "Changed the coupon {name}",
    "coupon.removed": "Removed the coupon {name}",
    "crew.base_set": "Changed where a member's day starts",
    "crew.booking_set": "Changed how a member is booked",
    "crew.day_cleared": "Put {day} back to the usual hours of a member",
    "crew.day_set": "Changed the hours of a member on {day}",
    "crew.hours_set": "Changed the weekly hours of a member",
    "customer.claimed": "Earlier orders of this address joined the account",
    "customer.copies_set": "Changed who gets copies of the mails",
    "dispute.won": "Won a dispute: the money is back",
    "dispute.lost": "Lost a dispute: the money is gone",
    "fee.added": "Wrote the fee {name}",
    "fee.changed": "Changed the fee {name}",
    "fee.moved": "Put the fee {name} in another place",
    "fee.removed": "Removed the fee {name}",
    "invitation.accepted": "Accepted the invitation as {role}",
    "invitation.revoked": "Took back the invitation of {name} ({email})",
    "keys.disconnected": "Took no more payments with the keys: {what}",
    "keys.saved": "Entered a payment key: {what}",
    "keys.webhook_saved": "Entered a signing secret: {what}",
    "delivery_policy.changed": "Changed how files are handed over: {what}",
    "link.opened": "The link mailed to {to} was opened for the first time",
    "link.revoked": "Closed a secret link",
    "invoice.changed": "Changed an invoice",
    "invoice.discarded": "Dropped the draft of an invoice",
    "invoice.drafted": "Began an invoice",
    "invoice.sent": "Mailed invoice {name}",
    "invoice.voided": "Made invoice {name} void: {reason}",
    "delivery.called_off": "Called the planned delivery off",
    "delivery.failed": "The planned delivery was not handed over: {reason}",
    "delivery.planned": "Planned the delivery for {when}",
    "listing.archived": "Moved {street} to the archive",
    "listing.brought_back": "Brought {street} back from the archive",
    "listing.transferred": "Moved {street} from {before} to {after}",
    "listing.ends_soon": "Told everybody that the files of {street} are kept until {until}",
    "listing.put_away": "Put the files of {street} away; they can come back until {until}",
    "listing.restored": "Brought the files of {street} back",
    "listing.emptied": "Deleted the files of {street}: their time was over",
    "listing.kept": "Keeps the files of {street} for ever",
    "listing.kept_by_rule": "Keeps the files of {street} as long as the rule says",
    "listing.locked_again": "The photos wait for the payment again",
    "listing.fitted": "Made the photos for {what}",
    "listing.released": "Opened the photos before they are paid: {reason}",
    "listing.downloaded": "Downloaded photos as a ZIP",
    "mail.accepted": "The mail server took the delivery mail to {to}: {answer}",
    "mail.refused": "A mail to {to} was refused: {answer}",
    "member.joined": "Started to work here",
    "member.removed": "Removed {name} from the studio",
    "member.restored": "Restored {name}",
    "member.suspended": "Suspended {name}",
    "order.accepted": "Accepted the order",
    "order.canceled": "Canceled the order",
    "order.completed": "The order is completed",
    "order.items_changed": "Changed what is on the order: {what}",
    "order.located": "Set where the property is: {place}",
    "order.placed": "Placed the order",
    "order.split": "Split the order among {payers} payers",
    "order.split_undone": "Left the order to one payer again",
    "payment.unallocated": "A payment arrived that fits no order",
    "photo.downloaded": "Downloaded a photo",
    "passkey.added": "Added the passkey {name}",
    "passkey.removed": "Removed the passkey {name}",
    "passkey.renamed": "Renamed a passkey",
    "passkey.counted_back": "A passkey was refused: it looks copied",
    "policy.changed": "Changed how the studio is booked: {what}",
    "question.added": "Wrote the question {name}",
    "payment_policy.changed": "Changed how money is taken: {what}",
    "question.changed": "Changed the question {name}",
    "question.duplicated": "Copied the question {name}",
    "question.moved": "Put the question {name} in another place",
    "question.removed": "Removed the question {name}",
    "recovery_codes.made": "Made new recovery codes",
    "recovery_code.used": "Used a recovery code",
    "refund.failed": "A refund came to nothing: {problem}",
    "refund.unallocated": "A refund was made on the payment service's own site, of a payment for several bills",
    "shared_link.ended": "Ended the shared link {label}",
    "shared_link.made": "Made a link to some photos: {label}",
    "shared_link.used": "Downloaded photos by the shared link {label}",
    "revision.accepted": "Accepted change {number}",
    "revision.asked": "Asked for change {number}",
    "revision.delivered": "Delivered change {number}",
    "revision.reference_added": "Added a picture to change {number}",
    "revision.reopened": "Asked for change {number} again",
    "revision.round_given": "Allowed one more round of changes",
    "revision.started": "Began with change {number}",
    "second_step.forgotten": "The second step was taken away at the machine",
    "second_step.made_optional": "Staff no longer need a second step",
    "second_step.refused": "A second step was refused",
    "second_step.required": "Every member now needs a second step",
    "second_step.turned_off": "Turned the second step off",
    "second_step.turned_on": "Turned the second step on",
    "second_step.taken": "Took the second step",
    "service.added": "Put {name} into the catalog",
    "service.archived": "Put {name} into the archive",
    "service.brought_back": "Brought {name} back from the archive",
    "service.changed": "Changed {name} in the catalog",
    "service.duplicated": "Copied {of} in the catalog",
    "service.moved": "Moved {name} in the catalog",
    "service.put_on_sale": "Put {name} on sale",
    "service.taken_off_sale": "Took {name} off sale",
    "session.ended": "Signed out",
    "session.started": "Signed in",
    "share.link_replaced": "Made a new payment link for {name}",
    "share.sent": "Mailed {name} their payment link",
    "tax_group.added": "Wrote the tax group {name}",
    "tax_group.changed": "Changed the tax group {name}",
    "tax_group.moved": "Put the tax group {name} in another place",
    "tax_group.removed": "Removed the tax group {name}",
    "watermark.applied": "Every photo carries the watermark as it is set now",
    "watermark.changed": "Changed the watermark: {what}, {opacity} percent",
    "team.closed": "Closed the team {team_name}",
    "team.joined": "Joined the team {team_name}",
    "team.left": "Left the team {team_name}",
    "team.member_removed": "Removed somebody from the team {team_name}",
    "team.renamed": "Renamed the team to {team_name}",
    "team.role_changed": "Changed a role in the team {team_name}",
    "team.started": "Started the team {team_name}",
    "time_off.dropped": "Took back the time off of a member",
    "time_off.taken": "Put in time off for a member",
    "tips.changed": "Changed the suggested tips: {name}",
    "upload.refused": "{name} was refused: {reason}",
    "view_as.ended": "Stopped looking as {name}",
    "view_as.started": "Started looking as {name}",
}

MADE: dict[str, Callable[[Details], str]] = {
    "appointment.declined": _declined,
    "asset.moved": lambda details: f"Put {details.get('name') or 'a photo'} in another place",
    "charge.asked": lambda details: f"Charged{_amount(details)} to a card on file: {details.get('what', '')}",
    "charge.declined": lambda details: f"A charge{_amount(details)} was declined: {details.get('problem', '')}",
    "charge.needs_cardholder": lambda details: f"The bank asks the cardholder to confirm{_amount(details)}; they got a link",
    "dispute.opened": lambda details: f"The cardholder's bank took a payment{_amount(details)} back",
    "invitation.sent": _invited,
    "invoice.finalized": lambda details: f"Finalized invoice {details.get('name', '')}{_amount(details)}",
    "listing.delivered": _counted,
    "member.role_changed": lambda details: f"{details.get('name', '')}: {_changes(details)}",
    "member.switched": lambda details: f"{details.get('name', '')}: {_changes(details)}",
    "order.tipped": lambda details: f"A tip{_amount(details)} joined the order",
    "payment.refunded": lambda details: f"Refund{_amount(details)} sent: {details.get('reason', '')}",
    "payment.allocated": lambda details: f"Gave money without a bill{_amount(details)} to a bill",
    "refund.allocated": lambda details: f"Gave a refund{_amount(details)} to a bill",
    "refund.requested": lambda details: f"Asked for a refund{_amount(details)}: {details.get('reason', '')}",
    "credit.given": lambda details: f"Gave credit{_amount(details)}: {details.get('reason', '')}",
    "credit.kept": lambda details: f"Kept what was paid too much as credit{_amount(details)}",
    "credit.returned": lambda details: f"Gave credit{_amount(details)} back that was used: {details.get('reason', '')}",
    "credit.taken_back": lambda details: f"Took credit{_amount(details)} back: {details.get('reason', '')}",
    "credit.used": lambda details: f"Used credit{_amount(details)}",
    "payment.corrected": lambda details: f"Took an entry{_amount(details)} back: {details.get('reason', '')}",
    "refund.noted": lambda details: f"Noted money given back{_amount(details)}: {details.get('reason', '')}",
    "payment.received": lambda details: f"Payment{_amount(details)} received",
}


def sentence_of(kind: str, details: Details) -> str:
    """What happened, in words."""
    if made := MADE.get(kind):
        return made(details)
    return GAP.sub(lambda gap: str(details.get(gap[1], ""))[:200], PLAIN.get(kind, kind))
