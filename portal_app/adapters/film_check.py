"""What an MP4 or MOV file says about itself before anything of it is decoded. Standard library only.

Both are boxes in a row: four bytes of length, four of kind (ISO/IEC 14496-12, QuickTime File Format). A film is whole
when its boxes fill the file to the last byte and the index (`moov`) and the pictures (`mdat`) are among them.
"""

from __future__ import annotations

from pathlib import Path

from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.renderer import BadPhoto, PhotoFacts

BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"MSNV", b"dash", b"XAVC"}
QUICKTIME = b"qt  "
MOST_BOXES = 100_000
CUT = "This video is not complete: its end is missing. Copy or export it again, then upload it again."
NO_FILM = "This is not a video Foyer can open. Export it as MP4 (H.264), then upload it again."


def is_film(start: bytes) -> bool:
    """Whether the first bytes are those of an MP4 or MOV file."""
    return start[4:8] == b"ftyp" and (start[8:12] in BRANDS or start[8:12] == QUICKTIME)


def check_film(source: Path) -> PhotoFacts:
    """Walk the outer boxes to the end of the file. Raises BadPhoto."""
    size, at, kinds = source.stat().st_size, 0, set[bytes]()
    with source.open("rb") as file:
        brand = file.read(12)[8:12]
        for _ in range(MOST_BOXES):
            if at >= size:
                break
            file.seek(at)
            length, kind = _box(file.read(16), size - at)
            kinds.add(kind)
            at += length
    if at != size:
        raise BadPhoto(CUT)
    if not {b"moov", b"mdat"} <= kinds:
        raise BadPhoto(CUT if kinds & {b"moov", b"mdat"} else NO_FILM)
    return PhotoFacts(0, 0, kind=AssetKind.VIDEO, media_type="video/quicktime" if brand == QUICKTIME else "video/mp4")


def _box(head: bytes, rest: int) -> tuple[int, bytes]:
    """Length and kind of a box; 1 means the length follows in eight bytes, 0 that it goes to the end."""
    if len(head) < 8:
        raise BadPhoto(CUT)
    length, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if length == 1:
        length = int.from_bytes(head[8:16], "big")
    length = length or rest
    if length < 8 or length > rest:
        raise BadPhoto(CUT)
    return length, kind
