"""The mark in the pixels: words in letters that can be drawn, a logo, at the place and strength that were chosen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw
from sqlmodel import Session, select

from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.errors import InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.activity.models import Fact, Work, WorkState
from portal_app.domain.media import marks, remarking
from portal_app.domain.media.renderer import BadPhoto, Mark, MarkPlace, RenderRequest
from tests.conftest import NOW, Cast
from tests.media_desk import Desk, open_listing
from tests.photos import small_jpeg

pytestmark = pytest.mark.proof("delivery-05")

GRAY = (120, 130, 140)


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


@pytest.fixture
def changed(renderer: PillowRenderer, tmp_path: Path):
    """Where a plain gray picture is changed by this mark: a picture of the differences."""

    def differences(mark: Mark, size: tuple[int, int] = (1200, 800)) -> Image.Image:
        plain = tmp_path / "web.jpg"
        Image.new("RGB", size, GRAY).save(plain, "JPEG", quality=95)
        made = {one.name: one for one in renderer.remark(RenderRequest(plain, tmp_path, mark))}
        assert set(made) == {"web_marked", "thumb_marked"}
        marked = Image.open(io.BytesIO(made["web_marked"].path.read_bytes()))
        return ImageChops.difference(marked, Image.new("RGB", size, GRAY)).convert("L").point(lambda value: 255 * (value > 12))

    return differences


def logo_png(color: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    logo = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(logo).ellipse((40, 10, 260, 110), fill=(*color, 255))
    buffer = io.BytesIO()
    logo.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("with_logo", [False, True])
@pytest.mark.parametrize(
    ("place", "box"),
    [
        (MarkPlace.CENTER, (0.05, 0.2, 0.95, 0.8)),
        (MarkPlace.BOTTOM_LEFT, (0.0, 0.6, 0.5, 1.0)),
        (MarkPlace.BOTTOM_RIGHT, (0.5, 0.6, 1.0, 1.0)),
    ],
)
def test_it_stands_where_it_was_put(changed, tmp_path: Path, place: MarkPlace, box, with_logo) -> None:
    (tmp_path / "logo.png").write_bytes(logo_png())
    where = changed(Mark("HARBOR", tmp_path / "logo.png" if with_logo else None, place, 60)).getbbox()
    assert where is not None
    assert where[0] >= box[0] * 1200
    assert where[1] >= box[1] * 800
    assert where[2] <= box[2] * 1200
    assert where[3] <= box[3] * 800


@pytest.mark.parametrize("with_logo", [False, True])
@pytest.mark.parametrize("size", [(1200, 800), (800, 1200), (300, 200)])
def test_tiled_leaves_no_part_of_the_picture_without_it(changed, tmp_path: Path, size, with_logo) -> None:
    (tmp_path / "logo.png").write_bytes(logo_png())
    found = changed(Mark("HARBOR LIGHT", tmp_path / "logo.png" if with_logo else None, MarkPlace.TILED, 60), size)
    wide, tall = found.width // 3, found.height // 3
    for column in range(3):
        for row in range(3):
            tile = found.crop((column * wide, row * tall, (column + 1) * wide, (row + 1) * tall))
            assert tile.getbbox() is not None, (column, row)


def test_opacity_is_how_far_the_picture_is_changed(renderer: PillowRenderer, tmp_path: Path) -> None:
    plain = tmp_path / "web.jpg"
    Image.new("RGB", (1200, 800), GRAY).save(plain, "JPEG", quality=95)
    brightest = []
    for opacity in (15, 47, 90):
        made = renderer.remark(RenderRequest(plain, tmp_path, Mark("HARBOR", None, MarkPlace.CENTER, opacity)))
        brightest.append(Image.open(io.BytesIO(made[0].path.read_bytes())).convert("L").getextrema()[1])
    assert brightest[0] + 20 < brightest[1] < brightest[2] - 20


def test_letters_of_many_scripts_are_drawn_and_none_comes_out_as_an_empty_box(renderer: PillowRenderer, changed) -> None:
    assert renderer.missing_letters("Café Łódź Ñandú Ὀδυσσεύς Фотография © №1") == ""
    assert renderer.missing_letters("海岸 Photo 光") == "海岸光"
    alone, boxed = (changed(Mark(text, None, MarkPlace.CENTER, 80)) for text in ("Photo", "海岸 Photo 光"))
    assert ImageChops.difference(alone, boxed).getbbox() is None, "what cannot be drawn is left out"
    proof, nothing = (changed(Mark(text, None, MarkPlace.TILED, 80)) for text in ("PROOF", "海岸"))
    assert ImageChops.difference(proof, nothing).getbbox() is None, "a picture is never left without a mark"


def test_a_logo_is_drawn_anew_and_a_file_that_is_none_is_refused_in_words(renderer: PillowRenderer, tmp_path: Path) -> None:
    source, into = tmp_path / "in", tmp_path / "out"
    into.mkdir()
    source.write_bytes(logo_png() + b"<script>trailing</script>")
    made = renderer.redraw_logo(source, into)
    assert (made.width, made.height) == (221, 101), "cut to what is drawn"
    assert b"script" not in made.path.read_bytes()
    empty = io.BytesIO()
    Image.new("RGBA", (50, 50)).save(empty, "PNG")
    jpeg = io.BytesIO()
    Image.new("RGB", (50, 50)).save(jpeg, "JPEG")
    huge = io.BytesIO()
    Image.new("1", (5000, 4000)).save(huge, "PNG")
    for content, words in ((empty, "transparent"), (jpeg, "PNG"), (huge, "pixels"), (io.BytesIO(b"<svg/>"), "PNG")):
        source.write_bytes(content.getvalue())
        with pytest.raises(BadPhoto, match=words):
            renderer.redraw_logo(source, into)


# ---- the setting, and every photo marked again ----------------------------------------------------------------------


TYPED = {"text": "", "uses_logo": "", "place": "tiled", "opacity": "47"}


@pytest.fixture
def desk(database: Database, cast: Cast, renderer: PillowRenderer, tmp_path: Path) -> Desk:
    folder = tmp_path / "uploads"
    folder.mkdir()
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    return Desk(database, DiskStore(tmp_path / "store"), renderer, listing_id, folder, cast.pia, NOW)


def save(desk: Desk, by: Viewer, **typed: str) -> None:
    with desk.writing() as db:
        marks.save_watermark(db, by, TYPED | typed, desk.renderer.missing_letters, now=NOW)


def card(desk: Desk, by: Viewer) -> marks.WatermarkCard:
    with desk.database.reading() as db:
        return marks.watermark_card(db, by)


def waiting(desk: Desk) -> list[Work]:
    with desk.database.reading() as db:
        asked = select(Work).where(Work.kind == marks.REMARK, Work.state == WorkState.WAITING)
        return [Work(**row.model_dump()) for row in db.exec(asked.order_by(Work.id))]


def step(desk: Desk, work: Work, *, store: DiskStore | None = None) -> None:
    """What the worker does with one piece."""

    def finish(db: Session) -> None:
        db.exec(select(Work).where(Work.id == work.id)).one().state = WorkState.DONE

    asked = work.payload
    remarking.remark(
        desk.database.unit_of_work, store or desk.store, desk.renderer, asked["studio_id"], asked["key"], asked["asset_id"],
        now=NOW, finish=finish,
    )  # fmt: skip


def run(desk: Desk) -> int:
    steps = 0
    while found := waiting(desk):
        step(desk, found[0])
        steps += 1
    return steps


def marked(desk: Desk, asset_id: int) -> bytes:
    return b"".join(desk.store.read(desk.rendition(asset_id, "web_marked").sha256))


def test_changing_it_marks_every_photo_again_and_nothing_else(desk: Desk, cast: Cast) -> None:
    photos = [desk.hand_in_ready(small_jpeg(number), f"{number}.jpg").asset_id for number in (1, 2, 3)]
    before = {asset_id: marked(desk, asset_id) for asset_id in photos}
    clean = [desk.rendition(asset_id, name) for asset_id in photos for name in ("web", "thumb", "mls", "small")]
    assert card(desk, cast.olive).old_count == 0
    save(desk, cast.olive, text="Ocean & Pine", place="center", opacity="60")
    assert (card(desk, cast.olive).old_count, card(desk, cast.olive).is_working) == (3, True)
    assert {asset_id: marked(desk, asset_id) for asset_id in photos} == before, "what was marked stays until the new one stands"
    assert run(desk) == 4, "one to begin with, and one for each photo"
    done = card(desk, cast.olive)
    assert (done.old_count, done.is_working, done.photo_count) == (0, False, 3)
    assert all(marked(desk, asset_id) != before[asset_id] for asset_id in photos)
    assert clean == [desk.rendition(asset_id, name) for asset_id in photos for name in ("web", "thumb", "mls", "small")]
    with desk.database.reading() as db:
        kinds = db.exec(select(Fact.kind).where(Fact.kind.startswith("watermark")).order_by(Fact.id)).all()
    assert kinds == ["watermark.changed", "watermark.applied"]


def test_a_second_change_overtakes_the_first(desk: Desk, cast: Cast) -> None:
    photos = [desk.hand_in_ready(small_jpeg(number), f"{number}.jpg").asset_id for number in (1, 2)]
    save(desk, cast.olive, text="FIRST")
    step(desk, waiting(desk)[0])
    step(desk, waiting(desk)[0])
    save(desk, cast.olive, text="SECOND")
    run(desk)
    assert card(desk, cast.olive).old_count == 0
    first = {asset_id: marked(desk, asset_id) for asset_id in photos}
    save(desk, cast.olive, text="SECOND")
    assert run(desk) == 1, "the same again has nothing to do"
    assert {asset_id: marked(desk, asset_id) for asset_id in photos} == first


def test_a_photo_rendered_while_the_setting_changes_is_marked_again(desk: Desk, cast: Cast, monkeypatch) -> None:
    """Its plan was made with the old words; what it ends with is known in the same transaction."""
    received = desk.hand_in(small_jpeg(1))
    render = desk.renderer.render

    def changed_meanwhile(request: RenderRequest):
        save(desk, cast.olive, text="LATER")
        for work in waiting(desk):
            step(desk, work)
        return render(request)

    monkeypatch.setattr(desk.renderer, "render", changed_meanwhile)
    desk.render(received.asset_id)
    assert card(desk, cast.olive).old_count == 1
    assert run(desk) == 2
    assert card(desk, cast.olive).old_count == 0


def test_a_photo_whose_file_is_lost_stops_none_of_the_others(desk: Desk, cast: Cast) -> None:
    photos = [desk.hand_in_ready(small_jpeg(number), f"{number}.jpg").asset_id for number in (1, 2, 3)]
    lost = desk.rendition(photos[1], "web").sha256
    desk.store.local_path(lost).unlink()
    save(desk, cast.olive, text="AGAIN")
    run(desk)
    assert (card(desk, cast.olive).old_count, card(desk, cast.olive).is_working) == (1, False)


def test_a_logo_takes_the_place_of_the_words(desk: Desk, cast: Cast, tmp_path: Path) -> None:
    photo = desk.hand_in_ready(small_jpeg(1)).asset_id
    before = marked(desk, photo)
    with pytest.raises(InvalidInput, match="no logo"):
        save(desk, cast.olive, uses_logo="on")
    scratch = tmp_path / "logo"
    scratch.mkdir()
    (scratch / "in").write_bytes(logo_png())
    marks.keep_logo(desk.database.unit_of_work, desk.store, desk.renderer, cast.olive, scratch / "in", now=NOW)
    run(desk)
    with_logo = marked(desk, photo)
    assert with_logo != before
    save(desk, cast.olive, uses_logo="")
    run(desk)
    assert marked(desk, photo) != with_logo
    assert card(desk, cast.olive).has_logo


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": "海岸"}, "text"),
        ({"text": "x" * 61}, "text"),
        ({"place": "top"}, "place"),
        ({"opacity": "5"}, "opacity"),
        ({"opacity": "100"}, "opacity"),
        ({"opacity": "half"}, "opacity"),
    ],
)
def test_what_cannot_be_drawn_is_refused_beside_its_field(desk: Desk, cast: Cast, typed: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(desk, cast.olive, **typed)
    assert refused.value.field == field
    with pytest.raises(NotAllowed):
        save(desk, cast.pia)
    with pytest.raises(NotFound):
        card(desk, cast.carl)
