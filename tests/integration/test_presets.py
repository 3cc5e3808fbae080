"""A listing's photos as an MLS asks for them: each file inside the rules, each that cannot be named with its reason."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import Session, select

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.errors import NotFound
from portal_app.db import Database
from portal_app.domain.activity.models import Work, WorkState
from portal_app.domain.delivery.archive import pieces
from portal_app.domain.delivery.fit_report import FitReport, fit_report, prepare_preset, preset_archive
from portal_app.domain.delivery.gate import Locked
from portal_app.domain.media import fitting
from portal_app.domain.media.models import Asset
from portal_app.domain.media.presets import Preset, presets, read_preset
from portal_app.domain.media.renderer import FitRequest
from tests.conftest import NOW, Cast
from tests.integration.delivered import Shoot, hand_over, kept, photographed, set_policy
from tests.media_desk import Desk
from tests.photos import small_jpeg

pytestmark = pytest.mark.proof("delivery-06")


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


def noise(size: tuple[int, int], orientation: int = 1) -> bytes:
    """As heavy as a picture can be: no two pixels alike."""
    picture = Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


def calm(size: tuple[int, int], number: int) -> bytes:
    """A wall and a floor: easy to make small."""
    picture = Image.new("RGB", size, (200, 190, 20 * number))
    picture.paste((90, 80, 70), (0, size[1] // 2, *size))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def test_the_files_are_read_and_say_whose_rules_they_are() -> None:
    found = presets()
    assert {"ranw", "smartmls", "generic-1024", "generic-2048"} <= set(found)
    ranw, smart = found["ranw"], found["smartmls"]
    assert (ranw.width, ranw.height, ranw.most_bytes) == (1280, 960, 125_000)
    assert (smart.most_photos, smart.pads) == (40, True)
    assert all(preset.source and preset.as_of.year >= 2026 for preset in found.values())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("width = 5", "width"),
        ("most_bytes = 10", "bytes"),
        ("least_quality = 5", "quality"),
        ("colour = 1", "colour"),
        ("width = ", ""),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_its_name(tmp_path: Path, line: str, words: str) -> None:
    written = 'name = "x"\nabout = "x"\nheight = 768\nsource = "x"\nas_of = 2026-11-22\n'
    written += "" if line.startswith("width") else "width = 1024\n"
    written += line + "\n" + ("" if line.startswith("most_bytes") else "most_bytes = 100_000\n")
    (tmp_path / "mine.toml").write_text(written)
    with pytest.raises(ValueError, match=rf"mine\.toml.*{words}"):
        read_preset(tmp_path / "mine.toml")


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize(
    "preset", [presets()[each] for each in ("ranw", "smartmls", "generic-1024")], ids=lambda preset: preset.slug
)
def test_a_file_is_inside_the_rules_at_the_best_quality_they_allow(
    renderer: PillowRenderer, tmp_path: Path, preset: Preset, orientation: int
) -> None:
    source = tmp_path / "original"
    source.write_bytes(small_jpeg(1, size=(2400, 1600), orientation=orientation))
    box = (preset.width, preset.height)
    fitted = renderer.fit(FitRequest(source, tmp_path, *box, preset.most_bytes, preset.least_quality, preset.pads))
    made = Image.open(fitted.made.path)
    assert made.format == "JPEG"
    assert made.width <= preset.width
    assert made.height <= preset.height
    assert fitted.made.path.stat().st_size == fitted.made.size <= preset.most_bytes
    assert (fitted.width > fitted.height) == (orientation == 1), "upright"
    assert preset.pads == (made.size != (fitted.width, fitted.height))
    if preset.pads:
        assert made.size == box
        assert min(made.getpixel((2, 2))) > 245, "white bars"
    assert abs(fitted.width / fitted.height - (1.5 if orientation == 1 else 1 / 1.5)) < 0.01, "nothing is cut"


def test_the_quality_is_the_highest_that_fits_and_never_below_the_least(renderer: PillowRenderer, tmp_path: Path) -> None:
    source = tmp_path / "original"
    source.write_bytes(noise((700, 500)))

    def fit(most: int, least: int = 55):
        return renderer.fit(FitRequest(source, tmp_path, 600, 450, most, least, pads=False))

    free = fit(5_000_000)
    assert free.quality == 92
    for most in (free.size * 9 // 10, free.size * 7 // 10):
        fitted = fit(most)
        assert fitted.made.size <= most
        one_more = fit(5_000_000, least=92) if fitted.quality == 91 else None
        assert 55 <= fitted.quality < 92
        assert one_more is None or one_more.size > most
    lightest = fit(30_000)
    assert lightest.made is None
    assert (lightest.quality, lightest.size > 30_000) == (55, True)


def test_nothing_is_enlarged(renderer: PillowRenderer, tmp_path: Path) -> None:
    source = tmp_path / "original"
    source.write_bytes(small_jpeg(1, size=(300, 200)))
    assert renderer.fit(FitRequest(source, tmp_path, 1280, 960, 125_000, 55, pads=False)).made.width == 300


# ---- a listing --------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(database: Database, cast: Cast, renderer: PillowRenderer, tmp_path: Path) -> tuple[Desk, Shoot, int]:
    """Carl's delivered listing: a good photo, one that is too small, one too heavy, another good one."""
    store = DiskStore(tmp_path / "store")
    shoot = photographed(database, store, cast.harbor, cast.carl_customer, photos=4)
    given = hand_over(database, cast.olive, shoot, collect_payment=False)
    originals = [
        calm((1600, 1200), 1),
        calm((900, 600), 2),
        noise((1100, 825)),
        calm((1600, 1200), 3),
    ]
    with database.unit_of_work() as db:
        photos = db.exec(select(Asset).where(Asset.listing_id == shoot.listing_id).order_by(Asset.position, Asset.id)).all()
        for photo, content in zip(photos, originals, strict=True):
            photo.sha256 = kept(store, content)
    return Desk(database, store, renderer, shoot.listing_id, tmp_path, cast.olive, NOW), shoot, given


def report(desk: Desk, by, shoot: Shoot, preset: str = "ranw") -> FitReport:
    with desk.database.reading() as db:
        return fit_report(db, by, shoot.listing, preset)


def run(desk: Desk) -> int:
    """What the worker does with what waits."""
    with desk.database.reading() as db:
        waiting = [
            Work(**row.model_dump())
            for row in db.exec(select(Work).where(Work.kind == fitting.FIT, Work.state == WorkState.WAITING))
        ]
    for work in waiting:

        def finish(db: Session, work_id: int = work.id) -> None:
            db.exec(select(Work).where(Work.id == work_id)).one().state = WorkState.DONE

        fitting.fit_listing(
            desk.database.unit_of_work, desk.store, desk.renderer, work.payload["listing_id"], work.payload["preset"], now=NOW, finish=finish
        )  # fmt: skip
    return len(waiting)


def test_the_report_names_what_cannot_comply_and_the_zip_has_the_rest_in_order(place, cast: Cast) -> None:
    desk, shoot, _ = place
    assert (report(desk, cast.carl, shoot).left_count, run(desk)) == (4, 0), "nothing is made before somebody asks"
    with desk.database.reading() as db, pytest.raises(NotFound):
        preset_archive(db, cast.carl, shoot.listing, "ranw")
    for by in (cast.carl, cast.olive):
        with desk.writing() as db:
            prepare_preset(db, by, shoot.listing, "ranw", now=NOW)
    assert run(desk) == 1, "asked twice, made once"
    found = report(desk, cast.carl, shoot)
    assert (found.photo_count, found.left_count, found.fit_count, found.is_working) == (4, 0, 2, False)
    assert [misfit.number for misfit in found.misfits] == [2, 3]
    assert "1,024 × 768" in found.misfits[0].reason
    assert "125 KB" in found.misfits[1].reason
    with desk.database.reading() as db:
        served = preset_archive(db, cast.carl, shoot.listing, "ranw")
    content = b"".join(
        pieces(served.archive, 0, served.archive.length, lambda sha, start, length: desk.store.read(sha, start, length))
    )
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        named = [name for name in opened.namelist() if name.endswith(".jpg")]
        assert named == ["01.jpg", "02.jpg"]
        for name in named:
            assert opened.getinfo(name).file_size <= 125_000
            assert Image.open(io.BytesIO(opened.read(name))).size <= (1280, 960)


def test_a_preset_takes_so_many_and_keeps_their_order(place, cast: Cast, monkeypatch) -> None:
    desk, shoot, _ = place
    with desk.writing() as db:
        prepare_preset(db, cast.carl, shoot.listing, "smartmls", now=NOW)
    run(desk)
    assert report(desk, cast.carl, shoot, "smartmls").fit_count == 4
    few = {
        **presets(),
        "smartmls": Preset(**{name: getattr(presets()["smartmls"], name) for name in Preset.__slots__} | {"most_photos": 3}),
    }
    monkeypatch.setattr("portal_app.domain.delivery.fit_report.presets", lambda: few)
    found = report(desk, cast.carl, shoot, "smartmls")
    assert (found.fit_count, [misfit.number for misfit in found.misfits]) == (3, [4])
    assert "takes 3 photos" in found.misfits[0].reason


def test_locked_or_somebody_elses_there_is_no_byte_of_it(place, cast: Cast) -> None:
    desk, shoot, given = place
    with desk.writing() as db:
        prepare_preset(db, cast.carl, shoot.listing, "ranw", now=NOW)
    run(desk)
    asks = (fit_report, preset_archive)
    with desk.database.reading() as db:
        for ask in asks:
            for stranger in (cast.omar, cast.ollie, cast.tess):
                with pytest.raises(NotFound):
                    ask(db, stranger, shoot.listing, "ranw")
            with pytest.raises(NotFound):
                ask(db, cast.carl, shoot.listing, "no-such-preset")
    set_policy(desk.database, given, collect_payment=True, watermark=True)
    with desk.database.reading() as db:
        for ask in asks:
            with pytest.raises(Locked):
                ask(db, cast.carl, shoot.listing, "ranw")
            assert ask(db, cast.olive, shoot.listing, "ranw")
