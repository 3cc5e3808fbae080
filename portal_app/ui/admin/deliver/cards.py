"""What stands on the deliver screen, ready to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal_app.core.clock import when_words, zone_words
from portal_app.core.money import money_words
from portal_app.domain.billing.balance import Balance
from portal_app.domain.delivery.plans import PlanCard
from portal_app.domain.media.queries import PhotoCard
from portal_app.domain.orders.queries import OrderPage


@dataclass(frozen=True)
class DeliverCard:
    """The order, how far its photos are, and why the button is off, if it is."""

    number: int = 0
    street: str = ""
    town: str = ""
    listing: str = ""
    customer: str = ""
    customer_email: str = ""
    status: str = ""
    progress: str = ""
    collect_title: str = "Collect payment first"
    has_money: bool = False
    button: str = "Deliver"
    blocked: str = ""
    blocked_later: str = ""
    before: str = ""


@dataclass(frozen=True)
class PlanView:
    """The delivery that is planned: when and by whom; or why the last plan failed."""

    when: str = ""
    by: str = ""
    problem: str = ""


def plan_view(plan: PlanCard | None, zone: str) -> PlanView:
    """The plan in words; empty without one."""
    if plan is None:
        return PlanView()
    when = f"{when_words(plan.deliver_at, zone)}, {zone_words(zone)}"
    return PlanView(when=when if plan.is_waiting else "", by=plan.by_name, problem=plan.problem)


def deliver_card(page: OrderPage, money: Balance | None, photos: Sequence[PhotoCard]) -> DeliverCard:
    """The head and the panel of the screen. `money` is empty for who does not see it."""
    fresh = [photo for photo in photos if photo.state == "ready" and not photo.delivered]
    sent = sum(photo.delivered for photo in photos)
    owed = money.due if money else 0
    return DeliverCard(
        number=page.row.number,
        street=page.row.street,
        town=page.row.town,
        listing=page.row.listing,
        customer=page.row.customer_name,
        customer_email=page.customer_email,
        status="production" if page.row.status == "accepted" else page.row.status,
        progress=_progress(photos),
        collect_title=f"Collect {money_words(owed, page.row.currency)} first" if owed else "Collect payment first",
        has_money=owed > 0,
        button=f"Deliver {_count(len(fresh))}" if fresh else "Deliver",
        blocked=_blocked(page.row.status, photos, fresh),
        blocked_later=_blocked_by_status(page.row.status),
        before=f"{_count(sent)} delivered before. This mail says what is new." if sent else "",
    )


def _progress(photos: Sequence[PhotoCard]) -> str:
    ready = sum(photo.state == "ready" for photo in photos)
    return f"{ready} of {len(photos)} ready" if photos else ""


def _blocked(status: str, photos: Sequence[PhotoCard], fresh: Sequence[PhotoCard]) -> str:
    """Why nothing can be delivered now, and what to do; empty when it can."""
    if why := _blocked_by_status(status):
        return why
    making = sum(photo.state == "rendering" for photo in photos)
    damaged = sum(photo.state == "failed" for photo in photos)
    if damaged:
        return f"Replace or remove {_count(damaged, 'damaged photo')} first."
    if making:
        return f"Opens when {_count(making)} {'has' if making == 1 else 'have'} all sizes."
    return "" if fresh else ("Add new photos to deliver again." if photos else "Upload photos first.")


def _blocked_by_status(status: str) -> str:
    return {"pending": "Accept the order first.", "canceled": "This order is canceled."}.get(status, "")


def _count(number: int, noun: str = "photo") -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def tiles(photos: Sequence[PhotoCard]) -> list[dict[str, Any]]:
    """The photos in order, as the sorter draws them."""
    return [_tile(photo) for photo in photos]


def _tile(photo: PhotoCard) -> dict[str, Any]:
    cover = [{"id": "cover", "label": "Cover"}] if photo.state == "ready" and not photo.is_cover else []
    return {
        "id": photo.public_id,
        "url": f"/files/{photo.public_id}/thumb",
        "name": photo.name,
        "alt": photo.name,
        "state": {"ready": "ready", "failed": "failed"}.get(photo.state, "making"),
        "reason": photo.reason,
        "cover": photo.is_cover,
        "actions": [*cover, {"id": "replace", "label": "Replace"}, {"id": "remove", "label": "Remove"}],
    }
