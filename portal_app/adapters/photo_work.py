"""From one JPEG to every size we serve. Runs inside a worker process (see photo_worker.py); no framework here.

The recipe: decode at the smallest scale that leaves 1.25 times the largest size, one Lanczos step to 2048, color and
orientation there (seven times cheaper than at full size), smaller sizes from larger ones. Saving without the camera's
metadata drops the place it was taken at and the unmarked thumbnail inside it.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageCms, ImageFile

from portal_app.adapters import jpeg_check
from portal_app.adapters.watermark import mark
from portal_app.domain.media.renderer import BadPhoto, PhotoFacts, Rendered, RenderRequest, RenderResult

WEB = 2048
SMALL = 1024
MLS = (1024, 768)
THUMB = 480
COVERING = WEB * 5 // 4
QUALITY = 82
MLS_QUALITY = 85
BLOCK = 16
BLOCKS_KEPT = 8  # of 16 MB: the next picture finds memory that was used before, a twelfth of the time of all sizes
READ_AT_ONCE = 256 << 10  # a decoder that runs dry begins its row again

Image.MAX_IMAGE_PIXELS = jpeg_check.MOST_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.core.set_blocks_max(BLOCKS_KEPT)
warnings.simplefilter("error", Image.DecompressionBombWarning)

ORIENTATION, EXIF_FOLDER, TAKEN_AT, TAKEN_AT_FRACTION = 0x0112, 0x8769, 0x9003, 0x9291
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def give_blocks_back() -> None:
    """Before another library, or a decoder that holds the whole picture, needs the memory of this process."""
    Image.core.clear_cache()


def inspect(source: Path) -> PhotoFacts:
    """Header, limits and, where the end is missing, how much of the picture is. Raises BadPhoto."""
    header = jpeg_check.check_jpeg(source)
    with _open(source) as photo:
        facts = _facts(photo, header)
    if not jpeg_check.has_end(source):
        _decoded(source, header, small=True)
    return facts


def render(request: RenderRequest) -> RenderResult:
    """Every size of one photograph, written into `request.into`. Raises BadPhoto."""
    header = jpeg_check.check_jpeg(request.source)
    photo = _decoded(request.source, header)
    facts = _facts(photo, header)
    web = _finished(photo, (WEB, WEB))
    photo.close()
    return RenderResult(facts, _all_sizes(web, request))


def sizes_of(picture: Image.Image, facts: PhotoFacts, request: RenderRequest) -> RenderResult:
    """Every size of a picture that another library decoded, upright already."""
    web = _in_srgb(_fit(picture, (WEB, WEB), Image.Resampling.LANCZOS), picture.info.get("icc_profile"))
    return RenderResult(facts, _all_sizes(web, request))


def web_size(source: Path, box: tuple[int, int]) -> Image.Image:
    """One photo in sRGB, upright and inside the box, in one step from the original. Raises BadPhoto."""
    with _decoded(source, jpeg_check.check_jpeg(source)) as photo:
        lying = (box[1], box[0]) if _orientation(photo) >= 5 else box
        return _finished(photo, lying)


def _finished(photo: Image.Image, box: tuple[int, int]) -> Image.Image:
    small = _fit(photo, box, Image.Resampling.LANCZOS)
    return _upright(_in_srgb(small, photo.info.get("icc_profile")), _orientation(photo))


def remark(request: RenderRequest) -> list[Rendered]:
    """The marked sizes anew, from the clean web size: a seventh of the work of making every size. Raises BadPhoto."""
    with _open(request.source) as photo:
        marked = mark(photo.convert("RGB"), request.mark)
    return _marked_sizes(marked, request.into)


def _marked_sizes(marked: Image.Image, into: Path) -> list[Rendered]:
    return [_save(marked, "web_marked", into), _save(_thumb(marked), "thumb_marked", into)]


def _thumb(picture: Image.Image) -> Image.Image:
    """From a finished size: the shorter filter shows on no grid."""
    return _fit(picture, (THUMB, THUMB), Image.Resampling.HAMMING)


def _all_sizes(web: Image.Image, request: RenderRequest) -> list[Rendered]:
    into = request.into
    mls = _fit(web, MLS)
    marked = mark(web, request.mark)
    small = mls if mls.size == _fitting(web.size, (SMALL, SMALL)) else _fit(web, (SMALL, SMALL))
    made = [
        _save(web, "web", into),
        *_marked_sizes(marked, into),
        _save(mls, "mls", into, MLS_QUALITY),
        _save(_thumb(mls), "thumb", into),
    ]
    small_one = _same_file(made[3], "small") if small is mls else _save(small, "small", into)
    return [*made, small_one]


def _open(source: Path | io.BytesIO) -> ImageFile.ImageFile:
    """Open as JPEG and nothing else: a stock decoder would try forty formats, some of them programs."""
    try:
        return Image.open(source, formats=["JPEG"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPhoto(jpeg_check.SLOW) from error
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise BadPhoto(jpeg_check.NOT_A_PHOTO) from error


def _decoded(source: Path, header: jpeg_check.Header, *, small: bool = False) -> ImageFile.ImageFile:
    """The photo decoded at its covering scale, mended when only its very end is missing."""
    if header.is_progressive:
        give_blocks_back()
    photo = _drafted(source, small=small)
    try:
        photo.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise BadPhoto(jpeg_check.NOT_A_PHOTO) from error
        return _mended(source, photo, header, small=small)
    except (SyntaxError, ValueError) as error:
        raise BadPhoto(jpeg_check.NOT_A_PHOTO) from error
    return photo


def _drafted(source: Path | io.BytesIO, *, small: bool) -> ImageFile.ImageFile:
    photo = _open(source)
    photo.decodermaxblock = READ_AT_ONCE
    side = WEB // 8 if small else COVERING
    if max(photo.size) > side:
        scale = side / max(photo.size)
        photo.draft(None, (max(1, round(photo.width * scale)), max(1, round(photo.height * scale))))
    return photo


def _mended(source: Path, cut: ImageFile.ImageFile, header: jpeg_check.Header, *, small: bool) -> ImageFile.ImageFile:
    """Decode again with an end marker appended; accept it only when no more than the last blocks are missing."""
    whole = _drafted(io.BytesIO(source.read_bytes() + jpeg_check.EOI), small=small)
    try:
        whole.load()
    except OSError as error:
        raise BadPhoto(jpeg_check.CUT) from error
    rows = _missing_rows(cut, whole) * header.height / whole.height
    columns = _missing_columns(whole) * header.width / whole.width
    if header.is_progressive or rows > BLOCK or columns > 2 * BLOCK:
        raise BadPhoto(jpeg_check.CUT)
    return whole


def _missing_rows(cut: ImageFile.ImageFile, whole: ImageFile.ImageFile) -> int:
    """Rows the cut file did not give: there the first try is still black, the mended one gray."""
    first_try = Image.new(whole.mode, whole.size)
    first_try.im = cut.im
    box = ImageChops.difference(first_try, whole).getbbox()
    return 0 if box is None else whole.height - box[1]


def _missing_columns(whole: Image.Image) -> int:
    """How far from the right the last row is the plain gray that a decoder fills in."""
    last_row = whole.crop((0, whole.height - 1, whole.width, whole.height)).convert("L")
    box = last_row.point(lambda value: 0 if abs(value - 128) <= 1 else 255).getbbox()
    return whole.width - (box[2] if box else 0)


def _fitting(size: tuple[int, int], box: tuple[int, int]) -> tuple[int, int]:
    """The size inside the box, same shape, never enlarged."""
    scale = min(1.0, box[0] / size[0], box[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _fit(photo: Image.Image, box: tuple[int, int], how: Image.Resampling = Image.Resampling.BICUBIC) -> Image.Image:
    """Inside the box. The one step from the decoded photo is Lanczos; from a finished size bicubic costs a third less."""
    size = _fitting(photo.size, box)
    return photo.copy() if size == photo.size else photo.resize(size, how, reducing_gap=2.0)


def _upright(photo: Image.Image, orientation: int) -> Image.Image:
    return photo.transpose(TURNS[orientation]) if orientation in TURNS else photo


def _in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB by the embedded profile; a profile that cannot be used is left aside."""
    if profile:
        try:
            transform = _to_srgb(profile, photo.mode)
            photo = ImageCms.applyTransform(photo, transform) if transform else photo
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    photo = photo if photo.mode == "RGB" else photo.convert("RGB")
    photo.info.clear()
    return photo


@lru_cache(maxsize=4)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """How to get from this profile to sRGB; None when that is what it already is."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    if mode == "RGB" and _is_srgb(source, target):
        return None
    return ImageCms.buildTransform(source, target, mode, "RGB")


def _is_srgb(source: ImageCms.ImageCmsProfile, target: ImageCms.ImageCmsProfile) -> bool:
    """Named sRGB, and with its three colors: a name alone may lie."""
    there, here = source.profile, target.profile
    pairs = (
        (there.red_colorant, here.red_colorant),
        (there.green_colorant, here.green_colorant),
        (there.blue_colorant, here.blue_colorant),
    )
    if "srgb" not in (there.profile_description or "").lower() or any(one is None for one, _ in pairs):
        return False
    return all(abs(a - b) < 0.002 for one, other in pairs for a, b in zip(one[0], other[0], strict=True))


def _facts(photo: Image.Image, header: jpeg_check.Header) -> PhotoFacts:
    is_turned = _orientation(photo) >= 5
    width, height = (header.height, header.width) if is_turned else (header.width, header.height)
    return PhotoFacts(width, height, captured_at(photo))


def _orientation(photo: Image.Image) -> int:
    value = _exif(photo).get(ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif(photo: Image.Image) -> dict:
    """Top-level tags and those of the camera's folder; a broken block reads as none."""
    try:
        exif = photo.getexif()
        return {**exif, **exif.get_ifd(EXIF_FOLDER)}
    except Exception:  # whatever a camera or an attacker wrote there, the photo itself may be fine
        return {}


def captured_at(photo: Image.Image) -> datetime | None:
    """When the shutter opened, as the camera's own clock said: cameras rarely know their zone, so it is written as UTC."""
    tags = _exif(photo)
    found = re.match(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)", str(tags.get(TAKEN_AT, "")))
    if not found:
        return None
    fraction = re.match(r"\d{1,6}", str(tags.get(TAKEN_AT_FRACTION, "")))
    try:
        at = datetime(*map(int, found.groups()), tzinfo=UTC)
    except ValueError:
        return None
    return at + timedelta(microseconds=int(fraction.group().ljust(6, "0")) if fraction else 0)


def _save(photo: Image.Image, name: str, into: Path, quality: int = QUALITY) -> Rendered:
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return kept(buffer.getbuffer(), name, into, photo.size)


def kept(content: bytes | memoryview, name: str, into: Path, size: tuple[int, int]) -> Rendered:
    """A finished JPEG in `into`, with what is known of it."""
    path = into / f"{name}.jpg"
    path.write_bytes(content)
    return Rendered(
        name=name,
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        crc32=zlib.crc32(content),
        size=len(content),
        width=size[0],
        height=size[1],
    )


def _same_file(made: Rendered, name: str) -> Rendered:
    """The same pixels under a second name, kept once by the store."""
    return Rendered(name, made.path, made.sha256, made.crc32, made.size, made.width, made.height)
