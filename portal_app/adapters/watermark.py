"""The studio's name woven diagonally over a whole picture: impossible to crop away, and the room still readable."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

ANGLE = 28
LIGHT, SHADE = 120, 80
SEPARATOR = "   ·   "


def mark(photo: Image.Image, text: str) -> Image.Image:
    """A marked copy; the overlay is made once per size and text."""
    color, opacity = _overlay(" ".join(text.split())[:60] or "PROOF", photo.size)
    marked = photo.copy()
    marked.paste(color, (0, 0), opacity)
    return marked


@lru_cache(maxsize=4)
def _overlay(text: str, size: tuple[int, int]) -> tuple[Image.Image, Image.Image]:
    """White letters with a soft dark edge, so that they show on a bright wall and on a night sky."""
    letters = _woven(text, size)
    edge = letters.filter(ImageFilter.BoxBlur(max(1, max(size) // 500)))
    color = Image.merge("RGB", [letters] * 3)
    light = letters.point(lambda value: value * LIGHT // 255)
    shade = edge.point(lambda value: min(SHADE, value * SHADE // 160))
    opacity = Image.composite(light, shade, letters)
    return color, opacity


def _woven(text: str, size: tuple[int, int]) -> Image.Image:
    """Rows of the text on a larger sheet, turned, then cut to the picture."""
    font_size = max(8, round(max(size) / 26))
    font = ImageFont.load_default(font_size)
    reach = math.ceil(math.hypot(*size))
    sheet = Image.new("L", (reach, reach), 0)
    draw = ImageDraw.Draw(sheet)
    unit = text + SEPARATOR
    step = max(1, round(draw.textlength(unit, font=font)))
    row = unit * (reach // step + 2)
    for number, top in enumerate(range(0, reach, round(font_size * 2.6))):
        draw.text((-(number % 2) * step // 2, top), row, font=font, fill=255)
    turned = sheet.rotate(ANGLE, resample=Image.Resampling.BICUBIC)
    left, top = (reach - size[0]) // 2, (reach - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))
