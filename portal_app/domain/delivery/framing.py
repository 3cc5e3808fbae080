"""The player of a delivered tour or video, for who may see it now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from portal_app.core.errors import NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.delivery.gate import Sight, refusal, sight_for
from portal_app.domain.delivery.seeing import gate_of, photos_to_see
from portal_app.domain.media.embeds import read_link
from portal_app.domain.media.models import Asset


@dataclass(frozen=True, slots=True)
class Framed:
    """`address` is the player's own page; `host` is all that our page around it may frame."""

    name: str
    address: str
    host: str


def player_to_frame(db: Session, by: Viewer, asset_public_id: str) -> Framed:
    """Raises NotFound for what is no player this viewer can see, Locked while it waits for the payment."""
    asset = db.exec(photos_to_see(by).where(Asset.public_id == asset_public_id)).first()
    if asset is None or not asset.url:
        raise NotFound
    sight = sight_for(by, gate_of(db, asset.listing_id))
    if sight is Sight.NOTHING:
        raise NotFound
    if sight is not Sight.OPEN:
        raise refusal(sight)
    link = read_link(asset.url)
    if not link.frame:
        raise NotFound
    return Framed(asset.caption or asset.original_name, link.frame, link.frame_host)
