"""One photo inside a box and under a number of bytes: the highest quality that fits, found by bisecting. In a worker."""

from __future__ import annotations

import io

from PIL import Image

from portal_app.adapters.photo_work import kept, web_size
from portal_app.domain.media.renderer import FitRequest, Fitted

BEST = 92
WHITE = (255, 255, 255)


def fit(request: FitRequest) -> Fitted:
    """Never enlarged, never below the least quality: then there is no file, and how heavy the lightest is. Raises BadPhoto."""
    photo = web_size(request.source, (request.width, request.height))
    seen = photo.size
    if request.pads:
        photo = _padded(photo, (request.width, request.height))
    quality, content = _best(photo, request.least_quality, request.most_bytes)
    if len(content) > request.most_bytes:
        return Fitted(None, quality, len(content), *seen)
    made = kept(content, "fitted", request.into, photo.size)
    return Fitted(made, quality, len(content), *seen)


def _best(photo: Image.Image, least: int, most_bytes: int) -> tuple[int, bytes]:
    """The highest quality from `least` to BEST that stays under `most_bytes`; the lowest where none does."""
    best = _encoded(photo, BEST)
    if len(best) <= most_bytes:
        return BEST, best
    low, high = least, BEST
    content = _encoded(photo, low)
    while high - low > 1 and len(content) <= most_bytes:
        middle = (low + high) // 2
        tried = _encoded(photo, middle)
        if len(tried) <= most_bytes:
            low, content = middle, tried
        else:
            high = middle
    return low, content


def _encoded(photo: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality, subsampling="4:2:0", optimize=True)
    return buffer.getvalue()


def _padded(photo: Image.Image, box: tuple[int, int]) -> Image.Image:
    sheet = Image.new("RGB", box, WHITE)
    sheet.paste(photo, ((box[0] - photo.width) // 2, (box[1] - photo.height) // 2))
    return sheet
