"""The studio's mark in a picture's pixels: its words or its logo, woven over the whole picture or at one place.

Words are drawn with Noto Sans, which comes with the app: Latin, Greek and Cyrillic letters. What it lacks is left out
and never drawn as an empty box.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from portal_app.domain.media.renderer import Mark, MarkPlace

ANGLE = 28
SHADE = 2 / 3
SEPARATOR = "   ·   "
LONGEST = 60
BOLD = (600, 100)  # weight, width
FONT = files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"
NO_LETTER = "\uffff"
OTHERWISE = "PROOF"
# What is pasted into red, green and blue, and how strongly at each place. Letters are gray: one picture for all three.
Overlay = tuple[tuple[Image.Image, Image.Image, Image.Image], Image.Image]


def mark(photo: Image.Image, wanted: Mark) -> Image.Image:
    """A marked copy; the overlay is made once per size and mark."""
    inks, opacity = _overlay(wanted, photo.size)
    bands = photo.split()
    for band, ink in zip(bands, inks, strict=True):
        band.paste(ink, (0, 0), opacity)
    return Image.merge("RGB", bands)


def missing_letters(text: str) -> str:
    """The letters that cannot be drawn, each once."""
    font = _font(40)
    box = bytes(font.getmask(NO_LETTER))
    return "".join(dict.fromkeys(each for each in text if not each.isspace() and bytes(font.getmask(each)) == box))


@lru_cache(maxsize=1)
def _overlay(wanted: Mark, size: tuple[int, int]) -> Overlay:
    """The newest one is kept: 6 MB with words, 11 with a logo, in a process that may hold 140."""
    if wanted.logo is not None:
        return _logo_overlay(wanted, size)
    lacking = missing_letters(wanted.text)
    text = " ".join("".join(each for each in wanted.text if each not in lacking).split())[:LONGEST] or OTHERWISE
    letters = _woven(text, size) if wanted.place == MarkPlace.TILED else _placed(text, wanted.place, size)
    return _lettered(letters, round(255 * wanted.opacity / 100))


def _lettered(letters: Image.Image, light: int) -> Overlay:
    """White letters with a soft dark edge, so that they show on a bright wall and on a night sky."""
    shade = round(light * SHADE)
    edge = letters.filter(ImageFilter.BoxBlur(max(1, max(letters.size) // 500)))
    soft = edge.point(lambda value: min(shade, value * shade // 160))
    opacity = Image.composite(letters.point(lambda value: value * light // 255), soft, letters)
    return (letters, letters, letters), opacity


def _woven(text: str, size: tuple[int, int]) -> Image.Image:
    """Rows of the text on a larger sheet, turned, then cut to the picture."""
    font_size = max(8, round(max(size) / 26))
    font = _font(font_size)
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


def _placed(text: str, place: MarkPlace, size: tuple[int, int]) -> Image.Image:
    """The text once: large in the middle, or modest in a corner; never wider than the picture."""
    share = 14 if place == MarkPlace.CENTER else 28
    font_size = max(8, round(max(size) / share))
    wide = _font(font_size).getlength(text)
    font = _font(max(6, min(font_size, int(font_size * size[0] * 0.9 / max(wide, 1)))))
    left, top, right, bottom = font.getbbox(text)
    sheet = Image.new("L", size, 0)
    x, y = _corner((round(right - left), round(bottom - top)), place, size)
    ImageDraw.Draw(sheet).text((x - left, y - top), text, font=font, fill=255)
    return sheet


def _logo_overlay(wanted: Mark, size: tuple[int, int]) -> Overlay:
    """The logo in its own colors: in rows like bricks, or once."""
    with Image.open(str(wanted.logo), formats=["PNG"]) as opened:
        logo = opened.convert("RGBA")
    share = {MarkPlace.TILED: 5, MarkPlace.CENTER: 2}.get(wanted.place, 4)
    scale = min(size[0] / share / logo.width, size[1] / share / logo.height)
    logo = logo.resize((max(1, round(logo.width * scale)), max(1, round(logo.height * scale))), Image.Resampling.LANCZOS)
    color, opacity = Image.new("RGB", size), Image.new("L", size, 0)
    strength = logo.getchannel("A").point(lambda value: value * wanted.opacity // 100)
    for at in _spots(logo.size, wanted.place, size):
        color.paste(logo.convert("RGB"), at)
        opacity.paste(strength, at)
    red, green, blue = color.split()
    return (red, green, blue), opacity


def _spots(logo: tuple[int, int], place: MarkPlace, size: tuple[int, int]) -> list[tuple[int, int]]:
    if place != MarkPlace.TILED:
        return [_corner(logo, place, size)]
    across, down = round(logo[0] * 1.35), round(logo[1] * 1.35)
    return [
        (left - (number % 2) * across // 2, top)
        for number, top in enumerate(range(0, size[1], down))
        for left in range(0, size[0] + across, across)
    ]


def _corner(box: tuple[int, int], place: MarkPlace, size: tuple[int, int]) -> tuple[int, int]:
    """Where a box of this size stands."""
    edge = round(min(size) * 0.04)
    if place == MarkPlace.CENTER:
        return (size[0] - box[0]) // 2, (size[1] - box[1]) // 2
    left = edge if place == MarkPlace.BOTTOM_LEFT else size[0] - box[0] - edge
    return left, size[1] - box[1] - edge


@lru_cache(maxsize=8)
def _font(font_size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONT), font_size)
    font.set_variation_by_axes(list(BOLD))
    return font
