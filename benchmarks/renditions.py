"""What every size of a photo of 24 and of 45 MP costs in time and memory, and how well 40 photos use two cores.

The floor is what no program can avoid: libjpeg-turbo decoding at the smallest scale that covers the largest size, and
encoding the five finished pictures; no resizing, no marking. Each case lives in a process of its own; one round asks
every case once, the first round only warms up, and the figure is the median over rounds of case / floor in that round.

    python -m benchmarks.renditions          # 3 photos, 3 rounds; 12 photos on two cores, 2 rounds
    python -m benchmarks.renditions --full   # 3 photos, 7 rounds; 40 photos on two cores, 3 rounds
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageMath

from portal_app.adapters import photo_work
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.core.clock import utc_now
from portal_app.demo.photos import camera
from portal_app.domain.media.renderer import Mark, RenderRequest
from tests.photos import CAMERA, camera_jpeg

ID, DELIVERY = "main-job-19", "delivery-04"
LARGE, MOST_FLOORS_LARGE = (8192, 5464), 2.2
MOST_MB, MOST_MB_LARGE, MOST_LOSS = 140, 170, 0.006
MOST_FLOORS, LEAST_GAIN, MOST_LAG_MS = 2.4, 1.8, 50.0
TICK = 0.01
MARK = Mark("HARBOR LIGHT")
SCENES = ("living-sun", "day-ranch")


def main() -> int:
    """Print one line per goal; 1 when a goal is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--case", choices=CASES)
    asked.add_argument("--photos", type=Path)
    options = asked.parse_args()
    if options.case:
        return serve(CASES[options.case](options.photos))
    with tempfile.TemporaryDirectory(prefix="foyer-benchmark-") as place:
        folder = Path(place)
        make_photos(folder, 3)
        ratio = cost(folder, rounds=7 if options.full else 3)
        words = f"renditions 24 MP: {ratio:.2f} x floor (goal <= {MOST_FLOORS})"
        reached = [say(words, ratio <= MOST_FLOORS), say(words, ratio <= MOST_FLOORS, DELIVERY)]
        reached += weight(folder, 24, MOST_MB)
        reached += large(rounds=5 if options.full else 2)
        reached += throughput(folder, photos=40 if options.full else 12, rounds=3 if options.full else 2)
    return 0 if all(reached) else 1


def make_photos(folder: Path, count: int, size: tuple[int, int] = CAMERA) -> None:
    """Noisy JPEGs as a camera writes them: 8 to 14 MB each at 24 MP."""
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(camera_jpeg(number, size=size))


def large(rounds: int) -> list[bool]:
    """The same of 45 MP, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="foyer-benchmark-") as place:
        folder = Path(place)
        make_photos(folder, 2, LARGE)
        ratio = cost(folder, rounds)
        words = f"renditions 45 MP: {ratio:.2f} x floor (goal <= {MOST_FLOORS_LARGE})"
        return [say(words, ratio <= MOST_FLOORS_LARGE, DELIVERY), *weight(folder, 45, MOST_MB_LARGE)]


# ---- cost of one photo ---------------------------------------------------------------------------------------------


def ours(folder: Path) -> Callable[[], None]:
    """Hash at intake, then every size, as the portal does it."""
    into = folder / "ours"
    into.mkdir(exist_ok=True)

    def once() -> None:
        for source in sorted(folder.glob("*.jpg")):
            content = source.read_bytes()
            hashlib.sha256(content)
            zlib.crc32(content)
            del content
            photo_work.render(RenderRequest(source, into, MARK))

    return once


def floor(folder: Path) -> Callable[[], None]:
    """Decode at covering scale, encode finished pictures."""
    into = folder / "floor"
    into.mkdir(exist_ok=True)
    sources = sorted(folder.glob("*.jpg"))
    sizes = photo_work.render(RenderRequest(sources[0], into, MARK)).sizes
    ready = [_loaded(size.path) for size in sizes if size.name != "small"]

    def once() -> None:
        for source in sources:
            photo = Image.open(source, formats=["JPEG"])
            photo.draft(None, (photo_work.WEB, photo_work.WEB * photo.height // photo.width))
            photo.load()
            for picture in ready:
                picture.save(io.BytesIO(), "JPEG", quality=photo_work.QUALITY, subsampling="4:2:0")

    return once


def _loaded(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


CASES: dict[str, Callable[[Path], Callable[[], None]]] = {"floor": floor, "ours": ours}


def serve(once: Callable[[], None]) -> int:
    """A case's own process: a line on the input is one round; the answer is its CPU seconds."""
    for _ in sys.stdin:
        before = time.process_time()
        once()
        print(time.process_time() - before, flush=True)
    return 0


def cost(folder: Path, rounds: int) -> float:
    """CPU of every size / CPU of the floor."""
    command = [sys.executable, "-m", "benchmarks.renditions", "--photos", str(folder), "--case"]
    cases = {
        name: subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        for name in CASES
    }
    ratios = []
    for number in range(rounds + 1):
        seconds = {name: _ask(case) for name, case in cases.items()}
        if number:
            ratios.append(seconds["ours"] / seconds["floor"])
    for case in cases.values():
        case.stdin.close()
        case.wait()
    count = len(list(folder.glob("*.jpg")))
    each = {name: f"{spent / count:.3f}" for name, spent in seconds.items()}
    print(f"  floor {each['floor']} s, ours {each['ours']} s CPU a photo; rounds {_spread(ratios)}")
    return statistics.median(ratios)


def _ask(case: subprocess.Popen[str]) -> float:
    case.stdin.write("once\n")
    return float(case.stdout.readline())


# ---- memory and likeness ---------------------------------------------------------------------------------------------


def weight(folder: Path, megapixels: int, most: int) -> list[bool]:
    """The most a worker ever held while it rendered these, and the same taken upright and cropped, as a listing mixes them."""
    wide, high = CAMERA if megapixels == 24 else LARGE
    others = folder / "others"
    others.mkdir()
    for number, size in enumerate([(high, wide), (wide, high * 9 // 10), (wide * 9 // 10, high), (high, wide * 9 // 10)]):
        (others / f"{number}.jpg").write_bytes(camera_jpeg(number, size=size))
    renderer = PillowRenderer(1)
    for source in [*sorted(folder.glob("*.jpg")), *sorted(others.glob("*.jpg"))]:
        with tempfile.TemporaryDirectory(dir=folder) as into:
            renderer.render(RenderRequest(source, Path(into), MARK))
    status = Path(f"/proc/{renderer.pids()[0]}/status").read_text()
    renderer.close()
    held = int(status.partition("VmHWM:")[2].split()[0]) / 1000
    return [
        say(f"worker at {megapixels} MP: {held:.0f} MB (goal <= {most})", held <= most, DELIVERY),
        likeness(folder, megapixels),
    ]


def likeness(folder: Path, megapixels: int) -> bool:
    """How like a full decode with one Lanczos step the web size is, of rooms and houses with a sensor's grain: the other
    pictures are noise all over, as hard as can be on time and memory, but nothing to compare by."""
    losses = []
    for source in drawn(folder / "drawn", megapixels):
        sizes = photo_work.render(RenderRequest(source, source.parent, MARK)).sizes
        losses.append(loss(source, next(size.path for size in sizes if size.name == "web")))
    worst = max(losses)
    words = f"web size at {megapixels} MP: SSIM {worst:.4f} below a full decode (goal <= {MOST_LOSS})"
    return say(words, worst <= MOST_LOSS, DELIVERY)


def drawn(folder: Path, megapixels: int) -> list[Path]:
    """Scenes as a camera takes them."""
    folder.mkdir()
    for scene in SCENES:
        camera.camera_jpeg(scene, folder / f"{scene}.jpg", captured_at=utc_now(), megapixels=megapixels)
    return sorted(folder.glob("*.jpg"))


def loss(source: Path, ours: Path) -> float:
    """How much less like the best resizing our file is than that resizing, saved the same way."""
    with Image.open(source, formats=["JPEG"]) as photo:
        best = photo.convert("RGB")
    best.thumbnail((photo_work.WEB, photo_work.WEB), Image.Resampling.LANCZOS, reducing_gap=None)
    saved = io.BytesIO()
    best.save(saved, "JPEG", quality=photo_work.QUALITY, subsampling="4:2:0")
    gray = [picture.convert("L").convert("F") for picture in (best, Image.open(saved), Image.open(ours))]
    return ssim(gray[0], gray[1]) - ssim(gray[0], gray[2])


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Structural similarity of two gray pictures: the mean over blocks of 8 x 8."""
    means = [picture.reduce(8) for picture in (one, other)]
    products = [_combined(lambda a, b: a * b, *pair).reduce(8) for pair in ((one, one), (other, other), (one, other))]
    mapped = _combined(_likeness, *means, *products)
    return mapped.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))


def _likeness(x, y, xx, yy, xy):
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (x * y * 2 + first) * ((xy - x * y) * 2 + second)
    return alike / ((x * x + y * y + first) * ((xx - x * x) + (yy - y * y) + second))


def _combined(formula: Callable[..., object], *pictures: Image.Image) -> Image.Image:
    names = "abcde"[: len(pictures)]
    return ImageMath.lambda_eval(
        lambda given: formula(*(given[name] for name in names)), **dict(zip(names, pictures, strict=True))
    )  # fmt: skip


# ---- many photos on two cores --------------------------------------------------------------------------------------


def throughput(folder: Path, photos: int, rounds: int) -> list[bool]:
    """Photos a second with two workers / with one, and how late a 10 ms timer of the web loop fires meanwhile."""
    sources = sorted(folder.glob("*.jpg"))
    batch = [sources[number % len(sources)] for number in range(photos)]
    one, two = PillowRenderer(1), PillowRenderer(2)
    gains, lags = [], []
    for number in range(rounds + 1):
        some = batch if number else batch[:4]
        alone, _ = asyncio.run(timed(one, some, 1, folder))
        together, lag = asyncio.run(timed(two, some, 2, folder))
        if number:
            gains.append(alone / together)
            lags.append(lag)
    one.close()
    two.close()
    print(f"  rounds {_spread(gains)}; loop lag {_spread(lags)} ms")
    gain, lag = statistics.median(gains), max(lags)
    return [
        say(f"{photos} photos on 2 cores: {gain:.2f} x serial (goal >= {LEAST_GAIN})", gain >= LEAST_GAIN),
        say(f"worst loop lag meanwhile, of all rounds: {lag:.0f} ms (goal <= {MOST_LAG_MS:.0f})", lag <= MOST_LAG_MS),
    ]


async def timed(renderer: PillowRenderer, batch: list[Path], workers: int, folder: Path) -> tuple[float, float]:
    """Wall seconds for the batch and the worst lateness of the loop in ms."""
    loop = asyncio.get_running_loop()
    worst = [0.0]
    watch = asyncio.create_task(_watch(worst))
    with ThreadPoolExecutor(workers) as threads:
        started = time.perf_counter()
        await asyncio.gather(*(loop.run_in_executor(threads, _render, renderer, source, folder) for source in batch))
        seconds = time.perf_counter() - started
    watch.cancel()
    return seconds, worst[0]


def _render(renderer: PillowRenderer, source: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as into:
        renderer.render(RenderRequest(source, Path(into), MARK))


async def _watch(worst: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(TICK)
        worst[0] = max(worst[0], (time.perf_counter() - before - TICK) * 1000)


def _spread(figures: list[float]) -> str:
    return " ".join(f"{figure:.2f}" for figure in figures)


def say(words: str, reached: bool, line: str = ID) -> bool:
    """One line per goal, in the form `make proof` reads."""
    print(f"{line} {words} {'ok' if reached else 'too slow'}", flush=True)
    return reached


if __name__ == "__main__":
    sys.exit(main())
