"""Small files of every kind that comes beside photographs, made on the spot."""

from __future__ import annotations

import io

import av
import pillow_heif
from PIL import Image


def film(ending: str = "mp4", frames: int = 48) -> bytes:
    """Two seconds of 320 × 180, the left half red."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=ending) as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        picture = Image.new("RGB", (320, 180), "blue")
        picture.paste("red", (0, 0, 160, 180))
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return buffer.getvalue()


def pdf(pages: int = 2) -> bytes:
    buffer = io.BytesIO()
    first, *more = [Image.new("RGB", (300, 400), color) for color in ("green", *["white"] * (pages - 1))]
    first.save(buffer, "PDF", save_all=True, append_images=more)
    return buffer.getvalue()


def heic() -> bytes:
    buffer = io.BytesIO()
    picture = Image.new("RGB", (640, 480), "orange")
    pillow_heif.from_pillow(picture).save(buffer, quality=60)
    return buffer.getvalue()
