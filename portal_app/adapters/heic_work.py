"""A phone's HEIC photo. Its own decoder gives it upright; it is decoded whole, so its pixels are fewer than a JPEG's may be."""

from __future__ import annotations

from pathlib import Path

import pillow_heif
from PIL import Image

from portal_app.adapters import jpeg_check
from portal_app.adapters.photo_work import captured_at
from portal_app.domain.media.renderer import BadPhoto, PhotoFacts

MOST_PIXELS = 50_000_000
BROKEN = "This HEIC photo cannot be opened. Export it as JPEG, then upload it again."

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def inspect(source: Path) -> PhotoFacts:
    """Header and limits. Raises BadPhoto."""
    with _opened(source) as photo:
        return _facts(photo)


def decoded(source: Path) -> tuple[Image.Image, PhotoFacts]:
    """The whole picture. Raises BadPhoto."""
    photo = _opened(source)
    try:
        facts = _facts(photo)
        photo.load()
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError) as error:
        raise BadPhoto(BROKEN) from error
    return photo, facts


def _opened(source: Path) -> Image.Image:
    try:
        photo = Image.open(source, formats=["HEIF"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPhoto(_too_large(0)) from error
    except (OSError, ValueError, SyntaxError, RuntimeError, KeyError, IndexError, TypeError, EOFError) as error:
        raise BadPhoto(BROKEN) from error
    if photo.width * photo.height > MOST_PIXELS:
        raise BadPhoto(_too_large(photo.width * photo.height))
    return photo


def _too_large(pixels: int) -> str:
    return jpeg_check.TOO_LARGE.format(megapixels=round(pixels / 1e6) or "too many", most=MOST_PIXELS // 1_000_000)


def _facts(photo: Image.Image) -> PhotoFacts:
    return PhotoFacts(photo.width, photo.height, captured_at(photo), media_type="image/heic")
