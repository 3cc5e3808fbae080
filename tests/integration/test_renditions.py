"""What comes out of the renderer: upright, sRGB, nothing of the camera's metadata, marked over the whole picture."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.domain.media.renderer import Mark, RenderRequest, RenderResult
from tests.photos import CAMERA, camera_jpeg, small_jpeg

pytestmark = pytest.mark.proof("main-job-12")


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


@pytest.fixture
def render(renderer: PillowRenderer, tmp_path: Path):
    def made(content: bytes) -> tuple[RenderResult, dict[str, Image.Image]]:
        source = tmp_path / "original"
        source.write_bytes(content)
        result = renderer.render(RenderRequest(source, tmp_path, Mark("HARBOR LIGHT")))
        return result, {size.name: Image.open(io.BytesIO(size.path.read_bytes())) for size in result.sizes}

    return made


def mean(picture: Image.Image, box: tuple[float, float, float, float]) -> list[float]:
    """The mean color of a part of the picture, in fractions of its sides."""
    wide, tall = picture.size
    return ImageStat.Stat(picture.crop((int(box[0] * wide), int(box[1] * tall), int(box[2] * wide), int(box[3] * tall)))).mean


def test_sizes_of_a_camera_photo(render) -> None:
    result, pictures = render(camera_jpeg(1))
    assert (result.facts.width, result.facts.height) == CAMERA
    assert {name: picture.size for name, picture in pictures.items()} == {
        "web": (2048, 1365),
        "web_marked": (2048, 1365),
        "mls": (1024, 682),
        "small": (1024, 682),
        "thumb": (480, 320),
        "thumb_marked": (480, 320),
    }
    for size in result.sizes:
        content = size.path.read_bytes()
        assert (size.sha256, size.crc32, size.size) == (hashlib.sha256(content).hexdigest(), zlib.crc32(content), len(content))
        assert b"\xff\xc2" not in content[:2000], "baseline"


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_every_size_is_upright(render, orientation: int) -> None:
    result, pictures = render(small_jpeg(1, orientation=orientation))
    assert (result.facts.width, result.facts.height) == ((1200, 800) if orientation < 5 else (800, 1200))
    for name, picture in pictures.items():
        assert (picture.width > picture.height) == (orientation < 5), name
        red, green, _ = mean(picture, (0.1, 0.1, 0.4, 0.4))
        assert red > green + 60, f"{name}: the red quarter is at the top left"
        red, green, _ = mean(picture, (0.1, 0.8, 0.4, 0.95))
        assert red < green + 60, name


def test_display_p3_comes_out_as_srgb(render) -> None:
    """The same numbers mean a stronger red in Display P3: as sRGB, red grows and green and blue shrink."""
    _, plain = render(small_jpeg(1))
    result, wide = render(small_jpeg(1, is_display_p3=True))
    for name in plain:
        was, now = mean(plain[name], (0.1, 0.1, 0.4, 0.4)), mean(wide[name], (0.1, 0.1, 0.4, 0.4))
        assert now[0] > was[0] + 5, name
        assert now[1] < was[1] - 5, name
        assert "icc_profile" not in wide[name].info
    assert result.facts.captured_at.minute == 0


def test_nothing_of_the_cameras_metadata_travels(render) -> None:
    content = camera_jpeg(1, size=(2400, 1600))
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825), "the original says where it was taken"
    result, pictures = render(content)
    for size in result.sizes:
        written = size.path.read_bytes()
        assert b"Exif" not in written
        assert b"Foyer Camera" not in written
        assert not pictures[size.name].getexif()


@pytest.mark.parametrize("size", [(2400, 1600), (1600, 2400), (600, 400)])
def test_the_watermark_is_all_over_the_picture_and_the_picture_still_readable(render, size) -> None:
    _, pictures = render(camera_jpeg(1, size=size))
    for clean, marked in (("web", "web_marked"), ("thumb", "thumb_marked")):
        difference = ImageChops.difference(pictures[clean].convert("L"), pictures[marked].convert("L"))
        wide, tall = difference.size
        for column in range(4):
            for row in range(4):
                tile = difference.crop((column * wide // 4, row * tall // 4, (column + 1) * wide // 4, (row + 1) * tall // 4))
                changed = sum(tile.histogram()[16:]) / (tile.width * tile.height)
                assert 0.04 < changed < 0.6, (marked, column, row, changed)


def test_a_small_photo_is_never_enlarged(render) -> None:
    _, pictures = render(small_jpeg(1, size=(300, 200)))
    assert {picture.size for picture in pictures.values()} == {(300, 200)}


def test_a_tall_photo_fits_the_mls_box(render) -> None:
    _, pictures = render(small_jpeg(1, size=(1600, 2400)))
    assert (pictures["mls"].size, pictures["small"].size, pictures["web"].size) == ((512, 768), (682, 1024), (1365, 2048))
