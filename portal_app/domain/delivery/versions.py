"""Which version of a photo stands in its place now, and which came before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from portal_app.domain.media.models import Asset, AssetState


@dataclass(frozen=True, slots=True)
class Versions:
    """The photos of a listing by what took whose place."""

    by_id: dict[int, Asset]
    after: dict[int, list[Asset]]

    def living(self, asset_id: int) -> Asset | None:
        """The version that stands in this one's place: itself while it was not taken out; None when nothing does."""
        seen: set[int] = set()
        waiting = [asset_id]
        while waiting:
            at = waiting.pop()
            asset = self.by_id.get(at)
            if asset is None or at in seen:
                continue
            seen.add(at)
            if asset.state != AssetState.REMOVED:
                return asset
            waiting.extend(each.id or 0 for each in self.after[at])
        return None

    def unfinished(self, asset_id: int) -> str:
        """The name of a version that is on its way to take this one's place, or failed to; else nothing."""
        here = self.living(asset_id)
        coming = [here, *self.after[here.id or 0]] if here else []
        return next((each.original_name for each in coming if each.state in {AssetState.RENDERING, AssetState.FAILED}), "")


def versions_of(db: Session, listing_id: int) -> Versions:
    """Every asset of a listing, also those taken out."""
    found: Sequence[Asset] = db.exec(
        select(Asset).where(Asset.listing_id == listing_id).order_by(Asset.id).execution_options(populate_existing=True)
    ).all()
    after: dict[int, list[Asset]] = defaultdict(list)
    for asset in found:
        if asset.supersedes_id:
            after[asset.supersedes_id].append(asset)
    return Versions({asset.id or 0: asset for asset in found}, after)
