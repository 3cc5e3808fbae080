"""What a studio hands over beside photographs: a floor plan and a feature sheet on paper, and a film that pans over a picture."""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

FONT = files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"
INK, QUIET, PAPER = "#23262b", "#6f757c", "#ffffff"
DPI = 110

# Rooms in meters: left, top, width, depth, and what they are called.
HOUSE = (
    (0.0, 0.0, 5.4, 4.2, "Living room"),
    (5.4, 0.0, 4.0, 4.2, "Kitchen"),
    (9.4, 0.0, 3.2, 4.2, "Dining"),
    (0.0, 4.2, 3.6, 3.6, "Bedroom 2"),
    (3.6, 4.2, 2.4, 3.6, "Hall"),
    (6.0, 4.2, 2.4, 3.6, "Bath"),
    (8.4, 4.2, 4.2, 3.6, "Bedroom 1"),
)
DOORS = ((5.4, 2.0, 0), (9.4, 2.0, 0), (3.6, 5.6, 0), (6.0, 5.6, 0), (8.4, 6.6, 0), (4.4, 4.2, 1), (4.4, 7.8, 1))
SECONDS, RATE = 6, 24
FILM = (960, 540)


def floor_plan(path: Path, street: str) -> None:
    """One page, landscape: the rooms with their sizes in feet."""
    page = Image.new("RGB", (1210, 850), PAPER)
    pen, scale, left, top = ImageDraw.Draw(page), 82, 88, 110
    pen.text((left, 36), street, INK, _font(30))
    for x, y, wide, deep, name in HOUSE:
        box = (left + x * scale, top + y * scale, left + (x + wide) * scale, top + (y + deep) * scale)
        pen.rectangle(box, outline=INK, width=7)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        pen.text((middle[0], middle[1] - 14), name, INK, _font(22), anchor="mm")
        pen.text((middle[0], middle[1] + 16), f"{_feet(wide)} × {_feet(deep)}", QUIET, _font(17), anchor="mm")
    for x, y, is_across in DOORS:
        at = (left + x * scale, top + y * scale)
        pen.rectangle((at[0] - 5, at[1] - 5, at[0] + (74 if is_across else 5), at[1] + (5 if is_across else 74)), fill=PAPER)
    pen.text((left, 790), "Sizes are approximate.", QUIET, _font(17))
    page.save(path, "PDF", resolution=DPI)


def feature_sheet(path: Path, street: str, town: str, picture: Path) -> None:
    """One page, upright: a picture, the address, what to know."""
    page = Image.new("RGB", (935, 1210), PAPER)
    with Image.open(picture) as shown:
        page.paste(shown.resize((935, 623), Image.Resampling.LANCZOS))
    pen = ImageDraw.Draw(page)
    pen.text((60, 680), street, INK, _font(36))
    pen.text((60, 734), town, QUIET, _font(22))
    for place, words in enumerate(("Two bedrooms, one bath", "Kitchen renewed last spring", "Walk to the water in five minutes")):
        pen.text((60, 820 + 48 * place), words, INK, _font(24))
    page.save(path, "PDF", resolution=DPI)


def film(path: Path, picture: Path) -> None:
    """Six seconds over a picture, from left to right: H.264 without sound, under a megabyte."""
    with Image.open(picture) as opened:
        high = FILM[1] * 5 // 4
        wide = opened.convert("RGB").resize((high * opened.width // opened.height, high), Image.Resampling.LANCZOS)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as box:
        track = box.add_stream("libx264", rate=RATE, options={"crf": "27", "preset": "veryfast"})
        track.width, track.height, track.pix_fmt, track.time_base = *FILM, "yuv420p", Fraction(1, RATE)
        for number in range(SECONDS * RATE):
            left = (wide.width - FILM[0]) * number // (SECONDS * RATE)
            top = (wide.height - FILM[1]) // 2
            frame = av.VideoFrame.from_image(wide.crop((left, top, left + FILM[0], top + FILM[1])))
            box.mux(track.encode(frame))
        box.mux(track.encode())


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def _feet(meters: float) -> str:
    inches = round(meters / 0.0254)
    return f"{inches // 12}′ {inches % 12}″"
