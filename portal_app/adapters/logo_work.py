"""A studio's logo as it will be drawn: one PNG, decoded once in a worker and written anew. Nothing else of it is kept."""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path

from PIL import Image

from portal_app.domain.media.renderer import BadPhoto, Rendered

MOST_PIXELS = 16_000_000
SIDE = 1200
NOT_A_PNG = "This is not a PNG that can be read. Export the logo as a PNG with a transparent background."
TOO_LARGE = "This logo has more than 16 million pixels. Export it smaller: 1,200 pixels are plenty."
EMPTY = "Every pixel of this logo is transparent. Export it with its colors."


def redraw_logo(source: Path, into: Path) -> Rendered:
    """The logo at no more than 1200 pixels, cut to what is drawn. Raises BadPhoto."""
    try:
        logo = Image.open(source, formats=["PNG"])
        if logo.width * logo.height > MOST_PIXELS:
            raise BadPhoto(TOO_LARGE)
        logo = logo.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPhoto(TOO_LARGE) from error
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, OverflowError, EOFError) as error:
        raise BadPhoto(NOT_A_PNG) from error
    drawn = logo.getchannel("A").getbbox()
    if drawn is None:
        raise BadPhoto(EMPTY)
    logo = logo.crop(drawn)
    logo.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    logo.info.clear()
    buffer = io.BytesIO()
    logo.save(buffer, "PNG", optimize=True)
    content = buffer.getvalue()
    path = into / "logo.png"
    path.write_bytes(content)
    return Rendered(
        "logo", path, hashlib.sha256(content).hexdigest(), zlib.crc32(content), len(content), logo.width, logo.height
    )  # fmt: skip
