"""What stands on the deliver screen, ready to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from portal_app.core.clock import when_words, zone_words
from portal_app.core.money import money_words
from portal_app.domain.billing.balance import Balance
from portal_app.domain.delivery.plans import PlanCard
from portal_app.domain.delivery.promises import Row
from portal_app.domain.delivery.sections import asset_words
from portal_app.domain.media.kinds import NAMES, TITLES, AssetKind, kinds_in_words, may_become
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
    unpaired: str = ""
    before: str = ""


@dataclass(frozen=True)
class Check:
    """One kind of what was ordered, as its line reads."""

    words: str
    is_missing: bool


def checks(rows: Sequence[Row]) -> list[Check]:
    """`28 of 30 photos`, `2 videos`, `No floor plan yet`."""
    return [Check(_check_words(row), row.missing > 0) for row in rows]


def _check_words(row: Row) -> str:
    one, many = NAMES[row.kind]
    if not row.there:
        return f"No {one} yet" if row.at_least or row.promised == 1 else f"None of {row.promised:,} {many} yet"
    if row.missing:
        return f"{row.there:,} of {row.promised:,} {many}"
    return f"{row.there:,} {one if row.there == 1 else many}"


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


@dataclass(frozen=True)
class Beside:
    """One thing beside the photos, as its row reads. `is_off`: hidden from everybody but the studio. `is_first` and
    `is_last` are of its section."""

    id: str = ""
    name: str = ""
    words: str = ""
    url: str = ""
    picture: str = ""
    trouble: str = ""
    is_making: bool = False
    is_off: bool = False
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class Group:
    """One section of the listing beside its photos."""

    key: str
    title: str
    rows: list[Beside]


@dataclass(frozen=True)
class Editing:
    """What is said about one asset, in the dialog. `kinds` are the sections it may stand in."""

    id: str = ""
    name: str = ""
    caption: str = ""
    room: str = ""
    kind: str = ""
    kinds: list[tuple[str, str]] = field(default_factory=list)


def deliver_card(page: OrderPage, money: Balance | None, every: Sequence[PhotoCard], unpaired: str = "") -> DeliverCard:
    """The head and the panel of the screen, from photos and all else. `money` is empty for who does not see it; `unpaired`
    says which altered photo keeps everything back."""
    shown = [asset for asset in every if not asset.is_hidden]
    fresh = [asset.kind for asset in shown if asset.state == "ready" and not asset.delivered]
    sent = kinds_in_words(asset.kind for asset in shown if asset.delivered)
    owed = money.due if money else 0
    return DeliverCard(
        number=page.row.number,
        street=page.row.street,
        town=page.row.town,
        listing=page.row.listing,
        customer=page.row.customer_name,
        customer_email=page.customer_email,
        status="production" if page.row.status == "accepted" else page.row.status,
        progress=_progress([asset for asset in every if asset.kind == AssetKind.PHOTO]),
        collect_title=f"Collect {money_words(owed, page.row.currency)} first" if owed else "Collect payment first",
        has_money=owed > 0,
        button=f"Deliver {kinds_in_words(fresh)}" if fresh else "Deliver",
        blocked=_blocked_by_status(page.row.status) or unpaired or _blocked(page.row.status, shown, fresh),
        unpaired=unpaired,
        blocked_later=_blocked_by_status(page.row.status),
        before=f"{sent} delivered before. This mail says what is new." if sent else "",
    )


def _progress(photos: Sequence[PhotoCard]) -> str:
    ready = sum(photo.state == "ready" for photo in photos)
    return f"{ready} of {len(photos)} ready" if photos else ""


def _blocked(status: str, shown: Sequence[PhotoCard], fresh: Sequence[str]) -> str:
    """Why nothing can be delivered now, and what to do; empty when it can."""
    if why := _blocked_by_status(status):
        return why
    making = [asset.kind for asset in shown if asset.state == "rendering"]
    damaged = [asset.kind for asset in shown if asset.state == "failed"]
    if damaged:
        return f"Replace or remove what is damaged first: {kinds_in_words(damaged)}."
    if making:
        return f"Opens when {kinds_in_words(making)} {'has' if len(making) == 1 else 'have'} all sizes."
    return "" if fresh else ("Add something new to deliver again." if shown else "Upload photos first.")


def _blocked_by_status(status: str) -> str:
    return {"pending": "Accept the order first.", "canceled": "This order is canceled."}.get(status, "")


def groups(beside: Sequence[PhotoCard]) -> list[Group]:
    """What the listing has beside its photos, by section."""
    return [
        Group(kind, TITLES[AssetKind(kind)], _rows(list(several)))
        for kind, several in groupby(beside, key=lambda asset: asset.kind)
    ]


def _rows(section: Sequence[PhotoCard]) -> list[Beside]:
    last = len(section) - 1
    return [_row(asset, is_first=place == 0, is_last=place == last) for place, asset in enumerate(section)]


def _row(asset: PhotoCard, *, is_first: bool, is_last: bool) -> Beside:
    return Beside(
        id=asset.public_id,
        name=asset.caption or asset.name,
        words=asset_words(asset),
        url=asset.url,
        picture=f"/files/{asset.public_id}/thumb" if asset.state == "ready" and not asset.url else "",
        trouble=asset.reason if asset.state == "failed" else "",
        is_making=asset.state == "rendering",
        is_off=asset.is_hidden,
        is_first=is_first,
        is_last=is_last,
    )


def editing(asset: PhotoCard) -> Editing:
    """The dialog of one asset, filled."""
    kinds = [(kind.value, TITLES[kind]) for kind in may_become(url=asset.url, media_type=asset.media_type)]
    return Editing(asset.public_id, asset.name, asset.caption, asset.room, asset.kind, kinds)


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
        "hidden": photo.is_hidden,
        "actions": [*cover, *_actions(photo)],
    }


def _actions(photo: PhotoCard) -> list[dict[str, str]]:
    shown = {"id": "show", "label": "Show"} if photo.is_hidden else {"id": "hide", "label": "Hide"}
    return [{"id": "edit", "label": "Edit"}, shown, {"id": "replace", "label": "Replace"}, {"id": "remove", "label": "Remove"}]
