"""What a listing's page shows beside its photos: videos, floor plans, tours, documents and websites, as the gate lets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from portal_app.domain.delivery.gate import Sight, Size
from portal_app.domain.delivery.pictures import Renditions, picture_url, size_words
from portal_app.domain.media.embeds import read_link
from portal_app.domain.media.kinds import TITLES, AssetKind
from portal_app.domain.media.models import Asset
from portal_app.domain.media.queries import PhotoCard


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing beside the photos. While locked only names and a marked picture are left: every address is empty.

    `frame_url` is our own page around its player, `open_url` where it lies elsewhere, `play_url` a video's own bytes.
    """

    public_id: str
    name: str
    words: str
    picture_url: str
    large_url: str
    frame_url: str
    open_url: str
    play_url: str
    download_url: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing, as the page names it."""

    key: str
    title: str
    pieces: list[Piece]


def sections_of(assets: Sequence[Asset], renditions: Renditions, sight: Sight, newest: object) -> list[Section]:
    """The sections that have something in them, from assets in section order; photos have a sheet of their own."""
    beside = [asset for asset in assets if asset.kind != AssetKind.PHOTO]
    return [
        Section(kind, TITLES[AssetKind(kind)], [_piece(asset, renditions, sight, newest) for asset in several])
        for kind, several in groupby(beside, key=lambda asset: asset.kind)
    ]


def _piece(asset: Asset, renditions: Renditions, sight: Sight, newest: object) -> Piece:
    is_open = sight is Sight.OPEN
    original = f"/files/{asset.public_id}/original" if is_open and asset.sha256 else ""
    return Piece(
        public_id=asset.public_id,
        name=asset.caption or asset.original_name,
        words=asset_words(asset),
        picture_url=picture_url(asset, Size.THUMB, sight, renditions),
        large_url=picture_url(asset, Size.WEB, sight, renditions),
        frame_url=f"/files/embed/{asset.public_id}" if is_open and asset.url and read_link(asset.url).frame else "",
        open_url=asset.url if is_open else "",
        play_url=f"{original}?play=1" if original and asset.kind == AssetKind.VIDEO else "",
        download_url=f"{original}?download=1" if original else "",
        is_new=asset.delivered_at == newest,
    )


def asset_words(asset: Asset | PhotoCard) -> str:
    """`Kitchen, 1:32, 48 MB`: the room, how long or how many pages, how large; where a link leads."""
    name = asset.original_name if isinstance(asset, Asset) else asset.name
    length = f"{asset.seconds // 60}:{asset.seconds % 60:02d}" if asset.seconds else ""
    pages = f"{asset.pages} page{'' if asset.pages == 1 else 's'}" if asset.pages else ""
    place = (f"on {name}" if asset.caption else "") if asset.url else size_words(asset.size)
    return ", ".join(filter(None, (asset.room, length, pages, place)))
