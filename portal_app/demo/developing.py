"""Originals for the demo's listings: drawn in processes of their own, stamped with when and where they were taken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from portal_app.core.clock import local
from portal_app.demo.cast import STUDIOS
from portal_app.demo.photos import camera_exif, feature_sheet, film, floor_plan, framed, stamped
from portal_app.demo.story import Beside, Planned

PROCESSES = 2
BAY, VALLEY = (36.6177, -121.9166), (41.9270, -73.9129)


def draw_plates(folder: Path, scenes: Sequence[str]) -> None:
    """Draw what is missing, on both cores."""
    missing = [scene for scene in dict.fromkeys(scenes) if not (folder / f"{scene}.jpg").exists()]
    command = [sys.executable, "-m", "portal_app.demo.photos", str(folder)]
    root = Path(__file__).resolve().parents[2]
    drawing = [subprocess.Popen([*command, *part], cwd=root) for n in range(PROCESSES) if (part := missing[n::PROCESSES])]
    ended = [process.wait() for process in drawing]
    if any(ended):
        raise RuntimeError("the demo's photographs could not be drawn")


def original(folder: Path, planned: Planned, index: int, shot_at: datetime, zone: str) -> bytes:
    """The file of one photo as the photographer's card holds it."""
    place = VALLEY if planned.studio == "bluebird" else BAY
    exif = camera_exif(local(shot_at + timedelta(minutes=3 * index), zone), 1, place)
    return stamped((folder / f"{planned.photos[index]}.jpg").read_bytes(), exif)


def paper(folder: Path, planned: Planned, which: Beside) -> bytes:
    """What is handed over beside the photos, drawn on the spot."""
    path = folder / f"{which.value}-{planned.area}.part"
    first = folder / f"{planned.photos[0]}.jpg"
    if which is Beside.PLAN:
        floor_plan(path, planned.street)
    elif which is Beside.SHEET:
        feature_sheet(path, planned.street, planned.town, first)
    else:
        film(path, first)
    try:
        return path.read_bytes()
    finally:
        path.unlink()


def file_name(planned: Planned, index: int) -> str:
    """`HAR_4107.jpg`: what a camera would call it."""
    return f"{planned.studio[:3].upper()}_{4000 + planned.area % 900 + index}.jpg"


def hang_scenes(plates: Path, into: Path) -> None:
    """The picture beside each studio's sign-in form, as `<slug>.jpg`."""
    into.mkdir(parents=True, exist_ok=True)
    for studio in STUDIOS:
        path = into / f"{studio.slug}.jpg"
        if not path.exists():
            fresh = path.with_suffix(".new")
            framed(plates / f"{studio.scene}.jpg", fresh)
            fresh.replace(path)
