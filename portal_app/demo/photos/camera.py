"""Files as a camera writes them: sensor noise, EXIF, a color profile, any orientation."""

from __future__ import annotations

import math
import random
import struct
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageCms, ImageOps
from PIL.TiffImagePlugin import IFDRational

from portal_app.demo.photos import houses, rooms
from portal_app.demo.photos.paint import grade

SCENES = {
    "dusk-pool": houses.dusk_modern,
    "dusk-gables": houses.dusk_gable,
    "day-ranch": houses.day_ranch,
    "townhouses": houses.townhouses,
    "living-sun": rooms.living_sun,
    "living-fire": rooms.living_fire,
    "kitchen-island": rooms.kitchen_island,
    "kitchen-green": rooms.kitchen_green,
    "bedroom": rooms.bedroom,
    "bathroom": rooms.bathroom,
    "dining-evening": rooms.dining,
    "terrace-sunset": houses.terrace,
}
TURNED = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
D50 = (0.96420, 1.0, 0.82491)


def draw(scene: str, width: int, height: int) -> Image.Image:
    """The scene at this size, cropped around its middle to fit. Raises KeyError for a scene not in SCENES."""
    return ImageOps.fit(_painted(scene), (width, height), Image.Resampling.BICUBIC)


@lru_cache(maxsize=2)
def _painted(scene: str) -> Image.Image:
    return grade(SCENES[scene]().im)


def camera_jpeg(
    scene: str,
    path: Path,
    *,
    captured_at: datetime,
    megapixels: float = 24,
    orientation: int = 1,
    gps: tuple[float, float] | None = None,
    icc: str = "srgb",
    seed: int = 0,
    noise: float = 0.12,
) -> None:
    """Write the scene as a camera would: 3:2, stored as the sensor saw it, turned by its EXIF orientation (1, 3, 6 or 8).

    `captured_at` is written as wall time with its offset; `gps` is (latitude, longitude) in degrees; `icc` is srgb or
    display-p3; the same arguments give the same bytes. At the default noise a picture of 24 megapixels is above 8 MB.
    """
    wide, high = sensor_size(megapixels)
    upright = (high, wide) if orientation in {6, 8} else (wide, high)
    picture = grain(draw(scene, *upright), seed, noise)
    if icc == "display-p3":
        picture = ImageCms.profileToProfile(picture, ImageCms.createProfile("sRGB"), BytesIO(display_p3()))
    turn = TURNED[orientation]
    stored = picture.transpose(turn) if turn is not None else picture
    exif = camera_exif(captured_at, orientation, gps)
    stored.save(path, "JPEG", quality=93, exif=exif, icc_profile=display_p3() if icc == "display-p3" else srgb())


def stamped(jpeg: bytes, exif: Image.Exif) -> bytes:
    """A JPEG without EXIF, with this EXIF: the same picture taken at another time and place, nothing encoded again."""
    fields = exif.tobytes()
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(fields) + 2) + fields + jpeg[2:]


def plate(scene: str, path: Path, *, megapixels: float, seed: int, noise: float = 0.04) -> None:
    """The scene as a JPEG without EXIF, to be stamped later."""
    picture = grain(draw(scene, *sensor_size(megapixels)), seed, noise)
    picture.save(path, "JPEG", quality=90, icc_profile=srgb())


def framed(plate_path: Path, path: Path, width: int = 1600) -> None:
    """A picture for a page, about 150 kB."""
    with Image.open(plate_path) as picture:
        small = picture.resize((width, width * 2 // 3), Image.Resampling.LANCZOS)
    small.save(path, "JPEG", quality=82, optimize=True, progressive=True)


def sensor_size(megapixels: float) -> tuple[int, int]:
    """Pixels across and down of a 3:2 sensor: 24 megapixels are 6000 × 4000."""
    high = round(math.sqrt(megapixels * 1e6 / 1.5) / 8) * 8
    return high * 3 // 2, high


def grain(picture: Image.Image, seed: int, amount: float) -> Image.Image:
    """Sensor noise: `amount` 0.1 moves each channel of each pixel by up to ± 13 of 255."""
    width, height = picture.size
    even = Image.frombytes("L", picture.size, random.Random(seed).randbytes(width * height))
    soft = even.point([round(128 + (v - 127.5) * amount) for v in range(256)])
    channels = [ImageChops.offset(soft, shift, shift * 3) for shift in (0, 61, 127)]
    return ImageChops.add(picture, Image.merge("RGB", channels), 1, -128)


def camera_exif(captured_at: datetime, orientation: int, gps: tuple[float, float] | None) -> Image.Exif:
    """The fields that photographers' cameras write, and where the picture was taken."""
    wall = captured_at.strftime("%Y:%m:%d %H:%M:%S")
    offset = captured_at.strftime("%z")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0131], exif[0x0132] = "Foyer", "Drawn 24", orientation, "Foyer demo", wall
    detail = exif.get_ifd(0x8769)
    detail.update({0x9003: wall, 0x9004: wall, 0x829A: IFDRational(1, 60), 0x829D: IFDRational(8, 1), 0x8827: 400})
    detail.update({0x920A: IFDRational(17, 1), 0xA434: "17 mm"})
    if offset:
        detail.update(dict.fromkeys((0x9010, 0x9011, 0x9012), f"{offset[:3]}:{offset[3:]}"))
    if gps:
        exif.get_ifd(0x8825).update(_gps(*gps))
    return exif


def _gps(latitude: float, longitude: float) -> dict[int, object]:
    return {
        1: "N" if latitude >= 0 else "S",
        2: _degrees(abs(latitude)),
        3: "E" if longitude >= 0 else "W",
        4: _degrees(abs(longitude)),
    }


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    whole, minutes = int(value), int(value % 1 * 60)
    seconds = (value - whole - minutes / 60) * 3600
    return IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(round(seconds * 100), 100)


@cache
def srgb() -> bytes:
    """The sRGB profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@cache
def display_p3() -> bytes:
    """The Display P3 profile that phones write: P3 primaries at D50, the sRGB curve (ICC.1:2010, matrix/TRC)."""
    fixed = [round(v * 65536) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)]
    curve = b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, *fixed)
    tags = [(b"desc", _text("Display P3")), (b"cprt", _text("CC0")), (b"wtpt", _xyz(D50))]
    tags += [(name, _xyz(color)) for name, color in zip((b"rXYZ", b"gXYZ", b"bXYZ"), DISPLAY_P3, strict=True)]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags:
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", start + len(body), len(content))
        body += padded
    return _profile_header(start + len(body)) + struct.pack(">I", len(tags)) + table + body


def _profile_header(size: int) -> bytes:
    made = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    light = struct.pack(">3i", *(round(v * 65536) for v in D50))
    start = struct.pack(">I4sI", size, bytes(4), 0x04200000) + b"mntrRGB XYZ " + made + b"acsp"
    return start.ljust(68, b"\0") + light + bytes(48)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in values))


def _text(words: str) -> bytes:
    content = words.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(content), 28) + content
