"""Bad uploads: each gets a sentence a person understands, the rest of the batch is unharmed, nothing leaves the store."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image

from portal_app.adapters import heic_work, jpeg_check, photo_work
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.pillow_renderer import ROOT, PillowRenderer
from portal_app.core.errors import Unavailable
from portal_app.db import Database
from portal_app.domain.media.models import AssetState, UploadState
from portal_app.domain.media.renderer import BadPhoto, Mark, RenderRequest
from tests.conftest import NOW, Cast
from tests.media_desk import Desk, open_listing
from tests.photos import camera_jpeg, small_jpeg

pytestmark = pytest.mark.proof("main-job-18")
MOST_MEMORY_KB = 400_000


@pytest.fixture(scope="module")
def renderer() -> Iterator[PillowRenderer]:
    made = PillowRenderer(1)
    yield made
    made.close()


def flat(width: int, height: int, mode: str = "RGB", **more) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, "JPEG", quality=10, **more)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def thousands_of_scans() -> bytes:
    """A small progressive JPEG whose last scan is repeated 3,000 times."""
    whole = flat(800, 600, progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * 3000 + b"\xff\xd9"


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(400)


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n"

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut in half": (lambda: half(small_jpeg(1)), jpeg_check.CUT),
    "cut in half, camera size": (lambda: half(camera_jpeg(1)), jpeg_check.CUT),
    "one percent short": (lambda: small_jpeg(1)[: -len(small_jpeg(1)) // 100], jpeg_check.CUT),
    "half a progressive": (lambda: half(small_jpeg(1, is_progressive=True)), jpeg_check.CUT),
    "only the header": (lambda: small_jpeg(1)[:200], jpeg_check.CUT),
    "text": (lambda: b"hello, I am a photo", jpeg_check.NOT_A_PHOTO),
    "zeros": (lambda: bytes(100_000), jpeg_check.NOT_A_PHOTO),
    "start of a JPEG, then text": (lambda: b"\xff\xd8\xff\xe0hello" * 100, jpeg_check.CUT),
    "SVG renamed": (lambda: SVG, jpeg_check.SVG),
    "EPS renamed": (lambda: EPS, jpeg_check.NOT_A_PHOTO),
    "PNG renamed": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), jpeg_check.NOT_JPEG.format(kind="PNG")),
    "ZIP renamed": (lambda: b"PK\x03\x04" + bytes(400), jpeg_check.NOT_A_PHOTO),
    "GIF renamed": (lambda: b"GIF89a" + b"/*<script>*/" * 20, jpeg_check.NOT_JPEG.format(kind="GIF")),
    "raw file": (lambda: b"II*\0" + bytes(400), jpeg_check.RAW),
    "HEIC": (heic, heic_work.BROKEN),
    "AVIF": (lambda: heic().replace(b"heic", b"avif"), jpeg_check.AVIF),
    "200 megapixels": (lambda: flat(20_000, 10_000), jpeg_check.TOO_LARGE.format(megapixels=200, most=120)),
    "168 megapixels": (lambda: flat(14_000, 12_000), jpeg_check.TOO_LARGE.format(megapixels=168, most=120)),
    "3,000 scans": (thousands_of_scans, jpeg_check.TOO_MANY_SCANS),
    "heavy progressive": (lambda: flat(9_000, 6_600, progressive=True, subsampling="4:4:4"), jpeg_check.TOO_HEAVY),
}


@lru_cache(maxsize=32)
def refused_file(kind: str) -> bytes:
    return REFUSED[kind][0]()


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_before_anything_is_kept(kind: str, renderer: PillowRenderer, tmp_path: Path) -> None:
    sentence = REFUSED[kind][1]
    source = tmp_path / "photo.jpg"
    source.write_bytes(refused_file(kind))
    for ask in (renderer.inspect, lambda path: renderer.render(RenderRequest(path, tmp_path, Mark("X")))):
        with pytest.raises(BadPhoto) as refusal:
            ask(source)
        assert refusal.value.sentence == sentence
    assert list(tmp_path.iterdir()) == [source], "a refused file leaves no size behind"


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_photo_missing_its_very_end_is_mended(missing: int, renderer: PillowRenderer, tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(small_jpeg(1)[:-missing])
    assert renderer.inspect(source).width == 1200
    assert len(renderer.render(RenderRequest(source, tmp_path, Mark("X"))).sizes) == 6


def test_odd_but_honest_files_are_accepted(renderer: PillowRenderer, tmp_path: Path) -> None:
    pair = io.BytesIO()
    small = Image.open(io.BytesIO(small_jpeg(1)))
    small.save(pair, "MPO", save_all=True, append_images=[small])
    honest = {
        "two pictures in one, as phones make them": pair.getvalue(),
        "gray": flat(900, 600, "L"),
        "print colors": flat(900, 600, "CMYK"),
        "one pixel": flat(1, 1),
        "a trailer behind the end": small_jpeg(1) + bytes(5_000),
        "progressive": small_jpeg(1, is_progressive=True),
        "a broken color profile": flat(900, 600, icc_profile=b"nonsense" * 40),
        "broken metadata": flat(900, 600, exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xee" * 300),
    }
    for kind, content in honest.items():
        source = tmp_path / "photo.jpg"
        source.write_bytes(content)
        renderer.inspect(source)
        assert len(renderer.render(RenderRequest(source, tmp_path, Mark("X"))).sizes) == 6, kind


def test_flipped_bits_are_a_verdict_never_a_crash(renderer: PillowRenderer, tmp_path: Path, full: bool) -> None:
    content = small_jpeg(1, size=(400, 300))
    source = tmp_path / "photo.jpg"
    places = range(2, len(content), len(content) // (300 if full else 60))
    for place in places:
        broken = bytearray(content)
        broken[place] ^= 0xA5
        source.write_bytes(broken)
        with suppress(BadPhoto):
            renderer.render(RenderRequest(source, tmp_path, Mark("X")))


def test_memory_and_time_of_the_worst_files(tmp_path: Path) -> None:
    """The heaviest files that are accepted and every refused one, one after another, in one worker."""
    worst = [lambda kind=kind: refused_file(kind) for kind in REFUSED]
    worst += [
        lambda: flat(12_000, 10_000),
        lambda: flat(65_000, 1_800),
        lambda: flat(7_000, 5_200, progressive=True, subsampling="4:4:4"),
        lambda: camera_jpeg(1, is_progressive=True, quality=80),
    ]
    renderer = PillowRenderer(1)
    source = tmp_path / "photo.jpg"
    for make in worst:
        source.write_bytes(make())
        before = cpu_seconds(renderer)
        with suppress(BadPhoto):
            renderer.render(RenderRequest(source, tmp_path, Mark("X")))
        assert cpu_seconds(renderer) - before <= 2.5
    peak = peak_kb(renderer.pids()[0])
    renderer.close()
    print(f"worst worker memory: {peak // 1000} MB")
    assert peak <= MOST_MEMORY_KB


def test_bad_ones_among_good_ones(desk: Desk) -> None:
    batch = {
        "good 1.jpg": small_jpeg(1),
        "half.jpg": half(small_jpeg(2)),
        "../../x.jpg": small_jpeg(3),
        "scans.jpg": thousands_of_scans(),
        "drawing.jpg": SVG,
        "phone.heic": heic(),
        "good 2.jpg": small_jpeg(4),
    }
    cards = {name: desk.hand_in(content, name) for name, content in batch.items()}
    refused = {name for name, card in cards.items() if card.state == UploadState.REFUSED}
    assert refused == {"half.jpg", "scans.jpg", "drawing.jpg", "phone.heic"}
    assert all(cards[name].reason.count(" ") > 5 and cards[name].asset == "" for name in refused)
    for card in cards.values():
        if card.asset_id:
            desk.render(card.asset_id)
    assert [(card.name, card.state) for card in desk.cards()] == [
        ("good 1.jpg", AssetState.READY),
        ("x.jpg", AssetState.READY),
        ("good 2.jpg", AssetState.READY),
    ]
    for place, _, files in os.walk(desk.folder.parent):
        assert all(len(file) == 64 or file.startswith("portal.db") for file in files), (place, files)


@pytest.fixture
def desk(database: Database, cast: Cast, renderer: PillowRenderer, tmp_path: Path) -> Desk:
    folder = tmp_path / "uploads"
    folder.mkdir()
    listing_id = open_listing(database, cast.harbor, cast.carl_customer, NOW)
    return Desk(database, DiskStore(tmp_path / "store"), renderer, listing_id, folder, cast.pia, NOW)


def test_the_store_takes_no_name_but_a_hash(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "store")
    for name in ("../x", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 64 + "/../x", ""):
        with pytest.raises(ValueError, match="64"):
            store.add_bytes(b"x", name)
        with pytest.raises(ValueError, match="64"):
            store.local_path(name)
    with pytest.raises(KeyError):
        store.read("a" * 64)


def test_a_worker_out_of_processor_time_is_the_photos_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = PillowRenderer(1)
    source = tmp_path / "photo.jpg"
    source.write_bytes(small_jpeg(1))
    renderer.inspect(source)
    resource.prlimit(renderer.pids()[0], resource.RLIMIT_CPU, (1, 1))
    slow = tmp_path / "slow.jpg"
    slow.write_bytes(camera_jpeg(1))
    often = [RenderRequest(slow, tmp_path, Mark("X"))] * 9
    with pytest.raises((BadPhoto, Unavailable)):
        list(map(renderer.render, often))
    assert renderer.inspect(source).width == 1200, "the next photo has a new worker"
    renderer.close()


@pytest.mark.slow
def test_no_worker_outlives_a_killed_server(tmp_path: Path, full: bool) -> None:
    """kill -9 of the parent, while its worker is busy: the worker is gone within two seconds."""
    source = tmp_path / "photo.jpg"
    source.write_bytes(camera_jpeg(1))
    program = (
        f"import sys; sys.path.insert(0, {ROOT!r})\n"
        "from pathlib import Path\n"
        "from portal_app.adapters.pillow_renderer import PillowRenderer\n"
        "from portal_app.domain.media.renderer import Mark, RenderRequest\n"
        "renderer = PillowRenderer(1)\n"
        f"renderer.inspect(Path({str(source)!r})); print(renderer.pids()[0], flush=True)\n"
        f"while True: renderer.render(RenderRequest(Path({str(source)!r}), Path({str(tmp_path)!r}), Mark('X')))\n"
    )
    for number in range(5 if full else 2):
        parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        worker = int(parent.stdout.readline())
        time.sleep(0.2 + number * 0.1)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        until = time.monotonic() + 2
        while is_running(worker) and time.monotonic() < until:
            time.sleep(0.02)
        assert not is_running(worker)


def test_workers_see_no_secret(renderer: PillowRenderer, tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(small_jpeg(1))
    renderer.inspect(source)
    seen = Path(f"/proc/{renderer.pids()[0]}/environ").read_bytes()
    assert b"PORTAL" not in seen
    assert b"PATH=" not in seen


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def peak_kb(pid: int) -> int:
    """VmHWM: the most resident memory a process ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def cpu_seconds(renderer: PillowRenderer) -> float:
    if not renderer.pids():
        return 0.0
    ticks = Path(f"/proc/{renderer.pids()[0]}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def test_the_limits_of_the_decoder_are_ours() -> None:
    assert photo_work.Image.MAX_IMAGE_PIXELS == jpeg_check.MOST_PIXELS == 120_000_000
