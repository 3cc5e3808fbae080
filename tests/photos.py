"""Photographs as cameras make them, for tests and benchmarks: noisy, large, with date, place, orientation and color profile."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from functools import lru_cache

from PIL import Image, ImageChops, ImageCms, ImageDraw

CAMERA = (6000, 4000)
PLACE = {1: "N", 2: (36.0, 33.0, 18.0), 3: "W", 4: (121.0, 55.0, 24.0)}
UNDO = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


@lru_cache(maxsize=4)
def camera_jpeg(
    seed: int = 0,
    *,
    size: tuple[int, int] = CAMERA,
    orientation: int = 1,
    taken_at: datetime | None = None,
    is_display_p3: bool = False,
    quality: int = 93,
    is_progressive: bool = False,
) -> bytes:
    """A JPEG of `size` as stored; upright, its top left quarter is red. At the default size it weighs 8 to 14 MB."""
    turned = size if orientation < 5 else (size[1], size[0])
    picture = _scene(turned, seed)
    picture = picture.transpose(UNDO[orientation]) if orientation in UNDO else picture
    buffer = io.BytesIO()
    picture.save(
        buffer,
        "JPEG",
        quality=quality,
        subsampling="4:2:2",
        progressive=is_progressive,
        exif=_exif(orientation, taken_at or datetime(2026, 11, 20, 10, 0, seed % 60, tzinfo=UTC)),
        icc_profile=display_p3() if is_display_p3 else srgb(),
    )
    return buffer.getvalue()


def small_jpeg(seed: int = 0, **more) -> bytes:
    """The same at 1200 x 800, for tests that need many."""
    return camera_jpeg(seed, **{"size": (1200, 800), **more})


def _scene(size: tuple[int, int], seed: int) -> Image.Image:
    picture = Image.linear_gradient("L").resize(size)
    warm = picture.point(lambda value: 90 + value * 130 // 255)
    picture = Image.merge("RGB", (warm, warm.point(lambda value: value * 9 // 10), picture))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(200, 40, 40))
    shift = (seed * 37) % 200
    draw.rectangle(
        (size[0] * 6 // 10 + shift, size[1] * 6 // 10, size[0] * 8 // 10 + shift, size[1]), fill=(60, 90, 60 + shift // 2)
    )
    noise = ImageChops.offset(_noise(size), seed * 131, seed * 57)
    return ImageChops.add(picture, Image.merge("RGB", (noise, noise, noise)), scale=1, offset=-128)


@lru_cache(maxsize=2)
def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 20)


def _exif(orientation: int, taken_at: datetime) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Foyer Camera Works"
    exif[0x0112] = orientation
    exif[0x8769] = {0x9003: taken_at.strftime("%Y:%m:%d %H:%M:%S"), 0x9291: "25"}
    exif[0x8825] = PLACE
    return exif


@lru_cache(maxsize=1)
def srgb() -> bytes:
    """The color profile most cameras embed."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@lru_cache(maxsize=1)
def display_p3() -> bytes:
    """A minimal Display P3 profile (ICC v2, D50-adapted colorants, gamma 2.2)."""
    name = b"Display P3"
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + bytes(78)
    tags = {b"desc": desc, b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"cprt": b"text\0\0\0\0none\0"}
    tags |= {
        b"rXYZ": _xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": _xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": _xyz(0.15710, 0.06657, 0.78407),
    }
    tags |= {key: b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233) for key in (b"rTRC", b"gTRC", b"bTRC")}
    table, body, at = b"", b"", 132 + 12 * len(tags)
    for key, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += key + struct.pack(">II", at + len(body), len(value))
        body += padded
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(0.9642, 1.0, 0.8249)[8:]
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + table + body


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)
