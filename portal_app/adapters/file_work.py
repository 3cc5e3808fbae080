"""Any file that may come in, by what its first bytes say it is. Runs inside a worker process (see photo_worker.py).

A JPEG goes its own way, since it is decoded at a smaller scale. A HEIC photo, a PDF and a film become one picture first,
and that picture becomes the same sizes. Each library is loaded when the first file of its kind comes.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from portal_app.adapters import film_check, jpeg_check, photo_work
from portal_app.domain.media.renderer import BadPhoto, PhotoFacts, RenderRequest, RenderResult

PDF = b"%PDF-"
HEAVY = "This file needs too much memory to open. Export it smaller (a video in 4K at most), then upload it again."
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}


def inspect(source: Path) -> PhotoFacts:
    """What the file is, checked without decoding everything. Raises BadPhoto."""
    start = _start(source)
    if not _needs_picture(start):
        return photo_work.inspect(source)
    if PDF in start:
        from portal_app.adapters import pdf_work

        return pdf_work.inspect(source)
    if film_check.is_film(start):
        return film_check.check_film(source)
    from portal_app.adapters import heic_work

    return heic_work.inspect(source)


def render(request: RenderRequest) -> RenderResult:
    """Every size of it, or of the picture that stands for it. Raises BadPhoto."""
    start = _start(request.source)
    if not _needs_picture(start):
        return photo_work.render(request)
    photo_work.give_blocks_back()
    try:
        return photo_work.sizes_of(*_pictured(start, request.source), request)
    except MemoryError as error:
        raise BadPhoto(HEAVY) from error


def _pictured(start: bytes, source: Path) -> tuple[Image.Image, PhotoFacts]:
    """The one picture of a file that is no JPEG."""
    if PDF in start:
        from portal_app.adapters import pdf_work

        return pdf_work.first_page(source)
    if film_check.is_film(start):
        from portal_app.adapters import film_work

        return film_work.poster(source)
    from portal_app.adapters import heic_work

    return heic_work.decoded(source)


def _needs_picture(start: bytes) -> bool:
    return start[:2] != jpeg_check.SOI and (PDF in start or film_check.is_film(start) or _is_heic(start))


def _is_heic(start: bytes) -> bool:
    return start[4:8] == b"ftyp" and start[8:12] in HEIC_BRANDS


def _start(source: Path) -> bytes:
    with source.open("rb") as file:
        start = file.read(1024)
    if not start:
        raise BadPhoto(jpeg_check.EMPTY)
    return start
