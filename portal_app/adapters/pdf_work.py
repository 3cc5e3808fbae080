"""A PDF's pages, and a picture of its first. Nothing in it is run: the library is built without scripts and without forms."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image

from portal_app.domain.media.kinds import AssetKind
from portal_app.domain.media.renderer import BadPhoto, PhotoFacts

MOST_PAGES = 1000
MOST_BYTES = 200 << 20
SIDE = 2048
MEDIA_TYPE = "application/pdf"
BROKEN = "This PDF cannot be opened. Export it again, then upload it again."
SEALED = "This PDF asks for a password. Export it without one, then upload it again."
LONG = f"This PDF has more than {MOST_PAGES:,} pages. Upload a shorter one."
HEAVY = "This PDF is larger than 200 MB. Export it smaller, then upload it again."


def inspect(source: Path) -> PhotoFacts:
    """Pages and the shape of the first. Raises BadPhoto."""
    pdf = _opened(source)
    try:
        return _facts(pdf)
    finally:
        pdf.close()


def first_page(source: Path) -> tuple[Image.Image, PhotoFacts]:
    """The first page on white, its longer side 2048. Raises BadPhoto."""
    pdf = _opened(source)
    try:
        facts = _facts(pdf)
        page = pdf[0]
        drawn = page.render(scale=SIDE / max(page.get_size()), fill_color=(255, 255, 255, 255), may_draw_forms=False)
        return drawn.to_pil().convert("RGB"), facts
    except (pypdfium2.PdfiumError, ValueError, RuntimeError) as error:
        raise BadPhoto(BROKEN) from error
    finally:
        pdf.close()


def _opened(source: Path) -> pypdfium2.PdfDocument:
    if source.stat().st_size > MOST_BYTES:
        raise BadPhoto(HEAVY)
    try:
        return pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise BadPhoto(SEALED if "password" in str(error).lower() else BROKEN) from error


def _facts(pdf: pypdfium2.PdfDocument) -> PhotoFacts:
    pages = len(pdf)
    if not 0 < pages <= MOST_PAGES:
        raise BadPhoto(LONG if pages else BROKEN)
    try:
        width, height = pdf[0].get_size()
    except pypdfium2.PdfiumError as error:
        raise BadPhoto(BROKEN) from error
    if not (width > 0 and height > 0 and max(width, height) <= 50 * min(width, height)):
        raise BadPhoto(BROKEN)
    return PhotoFacts(round(width), round(height), kind=AssetKind.DOCUMENT, media_type=MEDIA_TYPE, pages=pages)
