"""The kinds of assets, what they are called, how many of each there are in words, and which may become which. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum


class AssetKind(StrEnum):
    """PHOTO, VIDEO, FLOOR_PLAN and DOCUMENT are files; TOUR and WEBSITE, and a VIDEO that lies elsewhere, are links."""

    PHOTO = "photo"
    VIDEO = "video"
    FLOOR_PLAN = "floor_plan"
    TOUR = "tour"
    DOCUMENT = "document"
    WEBSITE = "website"


SECTIONS = (
    AssetKind.PHOTO,
    AssetKind.VIDEO,
    AssetKind.FLOOR_PLAN,
    AssetKind.TOUR,
    AssetKind.DOCUMENT,
    AssetKind.WEBSITE,
)
"""The order in which a listing shows what it has."""

NAMES = {
    AssetKind.PHOTO: ("photo", "photos"),
    AssetKind.VIDEO: ("video", "videos"),
    AssetKind.FLOOR_PLAN: ("floor plan", "floor plans"),
    AssetKind.TOUR: ("3D tour", "3D tours"),
    AssetKind.DOCUMENT: ("document", "documents"),
    AssetKind.WEBSITE: ("website", "websites"),
}
TITLES = {
    AssetKind.PHOTO: "Photos",
    AssetKind.VIDEO: "Video",
    AssetKind.FLOOR_PLAN: "Floor plans",
    AssetKind.TOUR: "3D tour",
    AssetKind.DOCUMENT: "Documents",
    AssetKind.WEBSITE: "Website",
}
LINKS = (AssetKind.TOUR, AssetKind.VIDEO, AssetKind.WEBSITE)


def kinds_in_words(kinds: Iterable[str]) -> str:
    """`12 photos, 1 video`, in the order of a listing's sections; nothing for nothing."""
    numbers = Counter(kinds)
    return ", ".join(f"{numbers[kind]:,} {NAMES[kind][numbers[kind] != 1]}" for kind in SECTIONS if numbers[kind])


def may_become(*, url: str, media_type: str) -> tuple[AssetKind, ...]:
    """The sections an asset may be put in: links among links, a PDF as document or plan, a picture as photo or plan."""
    if url:
        return LINKS
    if media_type == "application/pdf":
        return (AssetKind.DOCUMENT, AssetKind.FLOOR_PLAN)
    return (AssetKind.PHOTO, AssetKind.FLOOR_PLAN) if media_type.startswith("image/") else ()
