"""Shapes and light on a 3:2 canvas. Coordinates run from 0 to 1 across and down; colors are `#rrggbb`."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 2400, 1600
SCALE = 2
Point = tuple[float, float]


def rgb(color: str) -> tuple[int, int, int]:
    """`#17596a` as numbers."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def gradient(stops: Sequence[tuple[float, str]], width: int, height: int) -> Image.Image:
    """Colors running down the picture; each stop is (where from 0 to 1, color)."""
    column = Image.new("RGB", (1, height))
    column.putdata([_between(stops, y / max(1, height - 1)) for y in range(height)])
    return column.resize((width, height))


def _between(stops: Sequence[tuple[float, str]], at: float) -> tuple[int, int, int]:
    before = max((stop for stop in stops if stop[0] <= at), default=stops[0])
    after = min((stop for stop in stops if stop[0] >= at), default=stops[-1])
    span = after[0] - before[0]
    part = (at - before[0]) / span if span else 0.0
    first, last = rgb(before[1]), rgb(after[1])
    return tuple(round(a + (b - a) * part) for a, b in zip(first, last, strict=True))


def grade(picture: Image.Image) -> Image.Image:
    """A lens's darker corners and a little contrast."""
    corners = (
        Image.radial_gradient("L").resize(picture.size).point([round(255 * (1 - 0.08 * (d / 255) ** 2)) for d in range(256)])
    )
    darker = ImageChops.multiply(picture, Image.merge("RGB", [corners] * 3))
    return darker.point([max(0, min(255, round(v + (v - 127.5) * 0.05))) for v in range(256)] * 3)


@dataclass(frozen=True, slots=True)
class Mask:
    """Where paint goes: a small picture and its upper left corner, so that no stroke touches the whole canvas."""

    image: Image.Image
    left: int
    top: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.left + self.image.width, self.top + self.image.height


class Scene:
    """One picture being painted, from a sky of gradient stops."""

    def __init__(self, stops: Sequence[tuple[float, str]]) -> None:
        self.im = gradient(stops, WIDTH, HEIGHT)

    def mask(self, pts: Sequence[Point], blur: float = 0.0) -> Mask:
        """A polygon, its edge blurred by a part of the canvas's width."""
        return self._masked(pts, blur, lambda pen, px: pen.polygon(px, fill=255))

    def ellipse_mask(self, x0: float, y0: float, x1: float, y1: float, blur: float = 0.0) -> Mask:
        """The ellipse inside a box."""
        return self._masked([(x0, y0), (x1, y1)], blur, lambda pen, px: pen.ellipse([*px[0], *px[1]], fill=255))

    def round_mask(self, x0: float, y0: float, x1: float, y1: float, r: float, blur: float = 0.0) -> Mask:
        """A box with round corners."""
        return self._masked(
            [(x0, y0), (x1, y1)], blur, lambda pen, px: pen.rounded_rectangle([*px[0], *px[1]], r * WIDTH, fill=255)
        )

    def _masked(self, pts: Sequence[Point], blur: float, paint) -> Mask:
        px = [(x * WIDTH, y * HEIGHT) for x, y in pts]
        margin = blur * WIDTH * 3 + 2
        left, top = (math.floor(min(p[i] for p in px) - margin) for i in (0, 1))
        right, bottom = (math.ceil(max(p[i] for p in px) + margin) for i in (0, 1))
        image = Image.new("L", (right - left, bottom - top))
        paint(ImageDraw.Draw(image), [(x - left, y - top) for x, y in px])
        return self._cut(_blurred(image, blur * WIDTH), left, top)

    def _cut(self, image: Image.Image, left: int, top: int) -> Mask:
        """Only what lies on the canvas and is not empty."""
        edge = (max(0, -left), max(0, -top), min(image.width, WIDTH - left), min(image.height, HEIGHT - top))
        if edge[0] >= edge[2] or edge[1] >= edge[3]:
            return Mask(Image.new("L", (1, 1)), 0, 0)
        on_canvas = image.crop(edge)
        box = on_canvas.getbbox() or (0, 0, 1, 1)
        return Mask(on_canvas.crop(box), left + edge[0] + box[0], top + edge[1] + box[1])

    def fill(self, mask: Mask, a: str, b: str | None = None) -> None:
        """Paint a flat color, or a gradient running down the mask's own box."""
        size = mask.image.size
        paint = Image.new("RGB", size, rgb(a)) if b in (None, a) else gradient([(0, a), (1, b)], *size)
        self.im.paste(paint, mask.box, mask.image)

    def poly(self, pts: Sequence[Point], a: str, b: str | None = None) -> None:
        """A filled polygon."""
        self.fill(self.mask(pts), a, b)

    def rect(self, x0: float, y0: float, x1: float, y1: float, a: str, b: str | None = None, r: float = 0.0) -> None:
        """A filled box."""
        self.fill(self.round_mask(x0, y0, x1, y1, r) if r else self.mask([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]), a, b)

    def light(self, mask: Mask, color: str, amount: float = 1.0) -> None:
        """Add light of a color where the mask is."""
        below = self.im.crop(mask.box)
        glow = Image.composite(
            Image.new("RGB", below.size, tuple(int(c * amount) for c in rgb(color))), Image.new("RGB", below.size), mask.image
        )
        self.im.paste(ImageChops.screen(below, glow), mask.box)

    def shade(self, mask: Mask, amount: float = 0.5) -> None:
        """Take light away where the mask is."""
        below = self.im.crop(mask.box)
        dark = Image.composite(
            Image.new("RGB", below.size, (int(255 * (1 - amount)),) * 3), Image.new("RGB", below.size, (255,) * 3), mask.image
        )
        self.im.paste(ImageChops.multiply(below, dark), mask.box)

    def shade_box(self, x0: float, y0: float, x1: float, y1: float, amount: float, blur: float = 0.0) -> None:
        """A shadow in the shape of a box."""
        self.shade(self.mask([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], blur), amount)

    def blobs(self, spots: Sequence[tuple[float, float, float, float]], color: str, blur: float) -> None:
        """Leaves and clouds: soft ellipses (x, y, half width, half height, in parts of the canvas) as one mass."""
        whole = Image.new("L", (WIDTH, HEIGHT))
        pen = ImageDraw.Draw(whole)
        for x, y, rx, ry in spots:
            pen.ellipse([(x - rx) * WIDTH, (y - ry) * HEIGHT, (x + rx) * WIDTH, (y + ry) * HEIGHT], fill=255)
        self.fill(self._cut(_blurred(whole, blur * SCALE), 0, 0), color)

    def glow_window(
        self, x0: float, y0: float, x1: float, y1: float, a="#ffe7b8", b="#f0a860", bars=1, spill=0.02
    ) -> None:  # fmt: skip
        """A lit window at dusk, with a hint of a room behind it."""
        self.light(self.mask([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], spill), "#ff9c48", 0.55)
        self.rect(x0, y0, x1, y1, a, b)
        for i in range(1, bars + 1):
            x = x0 + (x1 - x0) * i / (bars + 1)
            self.rect(x - 0.0014, y0, x + 0.0014, y1, "#4a3a30")
        wide = x1 - x0
        self.shade(self.mask([(x0, y0), (x0 + wide * 0.16, y0), (x0 + wide * 0.1, y1), (x0, y1)], 0.002), 0.28)

    def tree(self, x: float, ground: float, h: float, color: str, seed: int, spread: float = 0.55) -> None:
        """A tree `h` high standing on `ground`."""
        rnd = random.Random(seed)
        trunk = [(x - 0.004, ground), (x - 0.002, ground - h), (x + 0.002, ground - h), (x + 0.004, ground)]
        self.poly(trunk, color)
        spots = []
        for _ in range(150):
            t = rnd.random()
            cx = x + rnd.gauss(0, 0.3) * h * spread * math.sin(math.pi * min(0.98, 0.25 + 0.7 * t))
            r = h * rnd.uniform(0.03, 0.085)
            spots.append((cx, ground - h * (0.38 + 0.72 * t), r * 0.9, r * 0.6 * WIDTH / HEIGHT))
        self.blobs(spots, color, 1.6)

    def shrubs(self, x0: float, x1: float, y: float, color: str, seed: int, size: float = 0.03) -> None:
        """A hedge from `x0` to `x1`."""
        rnd, x, spots = random.Random(seed), x0, []
        while x < x1:
            r = size * rnd.uniform(0.5, 1.1)
            spots.append((x, y, r, r * 0.8 * WIDTH / HEIGHT))
            x += r * 0.9
        self.blobs(spots, color, 1.2)


def _blurred(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius)) if radius else image
