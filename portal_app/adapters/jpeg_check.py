"""What a JPEG says about itself before anything is decoded, and which ones are refused.

Standard library only: hostile bytes meet this first. Limits are ours, because decoders accept pictures that take
seconds and gigabytes (a 1.5 MB file with 3,000 scans decodes for 8 s and passes every check of a stock decoder).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portal_app.domain.media.renderer import BadPhoto

MOST_PIXELS = 120_000_000
MOST_SCANS = 100
MOST_SCANNED_PIXELS = 1_500_000_000
MOST_WAITING_BYTES = 220_000_000
MOST_SEGMENTS = 2_000
LONGEST_SIDE = 65_000

BASELINE = {0xC0, 0xC1}
PROGRESSIVE = 0xC2
FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
SOI, SOS, EOI = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
AVIF_BRANDS = {b"avif", b"avis"}

EMPTY = "This file is empty. Copy it from the camera card again, then upload it again."
AVIF = "This is an AVIF picture. Photos are delivered as JPEG: export it as JPEG, then upload it again."
SVG = "This is a drawing (SVG), not a photograph. Upload the JPEG the camera or your editor made."
RAW = "This looks like a raw or TIFF file. Export it as JPEG, then upload it again."
NOT_JPEG = "This is a {kind} picture. Photos are delivered as JPEG: export it as JPEG, then upload it again."
NOT_A_PHOTO = "This is not a photograph Foyer can open. Upload a JPEG as the camera or your editor made it."
CUT = "This file is not complete: part of the picture is missing. Copy it from the camera card again, then upload it again."
TOO_LARGE = "This picture has {megapixels} megapixels; up to {most} are accepted. Export it smaller, then upload it again."
TOO_LONG = "This picture is {side} pixels long; up to {most} are accepted. Export it smaller, then upload it again."
TOO_MANY_SCANS = "This JPEG is built in an unusual way that takes far too long to open. Export it again as an ordinary JPEG."
TOO_HEAVY = "This progressive JPEG needs too much memory to open. Export it again with “progressive” turned off."
ODD = "This JPEG uses a rare format that web browsers cannot show. Export it again as an ordinary JPEG."
SLOW = "This picture takes far too long to open. Export it again as an ordinary JPEG, then upload it again."


@dataclass(frozen=True, slots=True)
class Header:
    """The frame of a JPEG as stored, before its orientation."""

    width: int
    height: int
    scans: int
    is_progressive: bool


def check_jpeg(path: Path) -> Header:
    """Read the header and apply the limits. Raises BadPhoto with a sentence for the photographer."""
    size = path.stat().st_size
    if size == 0:
        raise BadPhoto(EMPTY)
    with path.open("rb") as file:
        _check_kind(file.read(512))
        header = _header(file)
    _check_limits(header)
    return header


def has_end(path: Path) -> bool:
    """Whether an end marker lies in the last 64 KiB (phones put things behind it)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_536))
        return EOI in file.read()


def _check_kind(start: bytes) -> None:
    if start[:3] == b"\xff\xd8\xff":
        return
    if start[4:8] == b"ftyp":
        raise BadPhoto(AVIF if start[8:12] in AVIF_BRANDS else NOT_A_PHOTO)
    if b"<svg" in start.lower() or (start.lstrip()[:5].lower() == b"<?xml" and b"svg" in start.lower()):
        raise BadPhoto(SVG)
    if start[:4] in {b"II*\0", b"MM\0*"} or start[:4] == b"FUJI":
        raise BadPhoto(RAW)
    for kind, magic in (("PNG", b"\x89PNG"), ("GIF", b"GIF8"), ("WebP", b"RIFF"), ("BMP", b"BM")):
        if start.startswith(magic):
            raise BadPhoto(NOT_JPEG.format(kind=kind))
    raise BadPhoto(NOT_A_PHOTO)


def _header(file: BinaryIO) -> Header:
    """Walk the segments to the first scan; count the scans only where more than one is possible."""
    file.seek(2)
    frame: tuple[int, bytes] | None = None
    for _ in range(MOST_SEGMENTS):
        kind, body = _segment(file)
        if kind in FRAMES:
            frame = (kind, body)
        if kind == SOS[1]:
            return _frame_header(file, frame, body)
    raise BadPhoto(ODD)


def _segment(file: BinaryIO) -> tuple[int, bytes]:
    """The next marker and its body; bodies of application segments are skipped unread."""
    marker = file.read(2)
    while marker[:1] == b"\xff" and marker[1:] == b"\xff":
        marker = b"\xff" + file.read(1)
    if len(marker) < 2:
        raise BadPhoto(CUT)
    if marker[0] != 0xFF:
        raise BadPhoto(NOT_A_PHOTO)
    kind = marker[1]
    if kind == 0x01 or 0xD0 <= kind <= 0xD8:
        return kind, b""
    length = int.from_bytes(file.read(2), "big") - 2
    if length < 0:
        raise BadPhoto(CUT)
    if kind in FRAMES or kind == SOS[1]:
        return kind, file.read(length)
    file.seek(length, 1)
    return kind, b""


def _frame_header(file: BinaryIO, frame: tuple[int, bytes] | None, scan: bytes) -> Header:
    if frame is None or len(frame[1]) < 6 or not scan:
        raise BadPhoto(CUT)
    kind, body = frame
    if kind not in BASELINE | {PROGRESSIVE} or body[0] != 8:
        raise BadPhoto(ODD)
    height, width, parts = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big"), body[5]
    if not width or not height or parts not in {1, 3, 4} or len(body) < 6 + 3 * parts:
        raise BadPhoto(ODD)
    in_one_scan = kind in BASELINE and scan[0] == parts
    header = Header(width, height, 1 if in_one_scan else 1 + _count_scans(file), kind == PROGRESSIVE)
    if not in_one_scan and _waiting_bytes(header, body, parts) > MOST_WAITING_BYTES:
        raise BadPhoto(TOO_HEAVY)
    return header


def _waiting_bytes(header: Header, body: bytes, parts: int) -> int:
    """Memory the decoder keeps for a picture that comes in several scans: two bytes per sample."""
    factors = [(body[7 + 3 * i] >> 4, body[7 + 3 * i] & 15) for i in range(parts)]
    widest, tallest = max(h for h, _ in factors) or 1, max(v for _, v in factors) or 1
    return sum(2 * header.width * header.height * h * v // (widest * tallest) for h, v in factors)


def _count_scans(file: BinaryIO) -> int:
    """Scan markers from here to the end; inside a scan these two bytes cannot occur by chance."""
    found, last = 0, b""
    while piece := file.read(1 << 20):
        found += (last + piece).count(SOS)
        last = piece[-1:]
    return found


def _check_limits(header: Header) -> None:
    pixels = header.width * header.height
    if pixels > MOST_PIXELS:
        raise BadPhoto(TOO_LARGE.format(megapixels=round(pixels / 1e6), most=MOST_PIXELS // 1_000_000))
    if max(header.width, header.height) > LONGEST_SIDE:
        raise BadPhoto(TOO_LONG.format(side=max(header.width, header.height), most=LONGEST_SIDE))
    if header.scans > MOST_SCANS or header.scans * pixels > MOST_SCANNED_PIXELS:
        raise BadPhoto(TOO_MANY_SCANS)
