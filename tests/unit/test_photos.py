"""The demo's photographs: pictures of something, deterministic, and files as cameras write them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

from portal_app.demo.photos import SCENES, camera_jpeg, draw
from portal_app.demo.photos.camera import display_p3, sensor_size

pytestmark = pytest.mark.proof("main-job-08")
TAKEN = datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=-8)))


def test_a_scene_is_large_calm_areas_with_edges_not_noise() -> None:
    for scene in ("day-ranch", "kitchen-green"):
        small = draw(scene, 300, 200).convert("L")
        steps = ImageChops.difference(small, ImageChops.offset(small, 1, 0)).histogram()
        assert sum(steps[:6]) / sum(steps) > 0.75, "most neighbors are alike"
        assert ImageStat.Stat(small).stddev[0] > 25, "but it is not one flat color"


def test_twelve_scenes_differ() -> None:
    assert len(SCENES) >= 12


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        camera_jpeg("bedroom", tmp_path / name, captured_at=TAKEN, megapixels=0.5, seed=4)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_24_megapixels_are_a_camera_size_file(tmp_path: Path) -> None:
    camera_jpeg("kitchen-island", tmp_path / "a.jpg", captured_at=TAKEN)
    assert (tmp_path / "a.jpg").stat().st_size >= 8_000_000
    assert Image.open(tmp_path / "a.jpg").size == sensor_size(24) == (6000, 4000)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_every_orientation_is_seen_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.jpg"
    camera_jpeg("day-ranch", path, captured_at=TAKEN, megapixels=0.5, orientation=orientation, noise=0)
    seen = ImageOps.exif_transpose(Image.open(path))
    far = ImageStat.Stat(ImageChops.difference(seen.convert("RGB"), draw("day-ranch", *seen.size))).mean
    assert max(far) < 3
    assert (seen.height > seen.width) == (orientation in {6, 8})


def test_exif_says_when_and_where(tmp_path: Path) -> None:
    camera_jpeg("bathroom", tmp_path / "a.jpg", captured_at=TAKEN, megapixels=0.2, gps=(36.5, -121.25))
    exif = Image.open(tmp_path / "a.jpg").getexif()
    assert exif.get_ifd(0x8769)[0x9003] == "2026:11:20 09:30:00"
    assert exif.get_ifd(0x8769)[0x9011] == "-08:00"
    assert exif.get_ifd(0x8825)[2] == (36, 30, 0)
    assert exif.get_ifd(0x8825)[3] == "W"


def test_display_p3_shows_the_same_colors_as_srgb(tmp_path: Path) -> None:
    camera_jpeg("day-ranch", tmp_path / "p3.jpg", captured_at=TAKEN, megapixels=0.2, icc="display-p3", noise=0)
    picture = Image.open(tmp_path / "p3.jpg")
    assert picture.info["icc_profile"] == display_p3()
    assert ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(display_p3()))).strip() == "Display P3"
    seen = ImageCms.profileToProfile(picture, BytesIO(display_p3()), ImageCms.createProfile("sRGB"))
    plain = draw("day-ranch", *picture.size)
    assert max(ImageStat.Stat(ImageChops.difference(seen, plain)).mean) < 3
    assert max(ImageStat.Stat(ImageChops.difference(picture, plain)).mean) > 3, "its numbers differ"
