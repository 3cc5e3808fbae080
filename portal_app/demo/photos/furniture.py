"""What stands in rooms: sofas, windows, lamps, plants."""

from __future__ import annotations

import math
import random

from portal_app.demo.photos.paint import Scene, rgb


def sofa(s: Scene, x, y, w, color, dark) -> None:
    """A sofa `w` wide, its shadow under it."""
    h = w * 0.42
    s.shade(s.ellipse_mask(x - 0.01, y + h * 0.8, x + w + 0.01, y + h * 1.25, 0.012), 0.42)
    s.rect(x, y, x + w, y + h * 0.75, color, dark, r=0.012)
    s.rect(x - w * 0.04, y + h * 0.25, x + w * 0.08, y + h, color, dark, r=0.012)
    s.rect(x + w * 0.92, y + h * 0.25, x + w * 1.04, y + h, color, dark, r=0.012)
    s.rect(x + w * 0.06, y + h * 0.42, x + w * 0.94, y + h * 0.98, color, dark, r=0.008)
    for i in (1, 2):
        cx = x + w * 0.06 + w * 0.88 * i / 3
        s.shade_box(cx - 0.0008, y + h * 0.42, cx + 0.0008, y + h * 0.95, 0.35, 0.001)
    s.shade_box(x + w * 0.06, y + h * 0.40, x + w * 0.94, y + h * 0.46, 0.3, 0.004)


def cushion(s: Scene, x, y, r, color) -> None:
    """A square cushion."""
    s.shade(s.round_mask(x - r, y - r * 1.3, x + r + 0.006, y + r * 1.4, 0.01, 0.005), 0.22)
    s.rect(x - r, y - r * 1.4, x + r, y + r * 1.4, color, color, r=0.012)


def room(s: Scene, wall, wall2, floor, floor2, left=None, left2=None, horizon=0.66) -> None:
    """Walls, baseboard and boards running to the back."""
    s.poly([(0, 0), (1, 0), (1, horizon), (0, horizon)], wall, wall2)
    s.poly([(0, horizon), (1, horizon), (1, 1), (0, 1)], floor, floor2)
    for i in range(-16, 17):  # floorboards towards a vanishing point
        a, b = 0.5 + i * 0.07, 0.5 + i * 0.17
        s.shade(s.mask([(a, horizon), (a + 0.0006, horizon), (b + 0.002, 1), (b, 1)]), 0.10)
    s.rect(0, horizon - 0.018, 1, horizon, "#efece6" if rgb(wall)[0] > 120 else "#2e3a38")
    s.shade_box(0, horizon - 0.004, 1, horizon + 0.03, 0.28, 0.008)
    if left:
        s.poly([(0, 0), (0.13, 0.08), (0.13, horizon), (0, horizon + 0.15)], left, left2)


def window(s: Scene, x0, y0, x1, y1, top, bottom, cols=2, rows=1, frame="#f4f2ee", view="hills") -> None:
    """A framed window with hills behind it."""
    s.rect(x0 - 0.009, y0 - 0.013, x1 + 0.009, y1 + 0.013, frame)
    s.rect(x0, y0, x1, y1, top, bottom)
    if view == "hills":
        base = y1 - (y1 - y0) * 0.16
        n = 24
        for k, (col, amp) in enumerate((("#8fa3a6", 0.10), ("#64807a", 0.06))):
            pts = [
                (x0 + (x1 - x0) * i / n, base - (y1 - y0) * (amp * (1.2 + math.sin(i * 0.55 + k * 2 + x0 * 9))))
                for i in range(n + 1)
            ]
            s.poly([*pts, (x1, y1), (x0, y1)], col)
    for i in range(1, cols):
        x = x0 + (x1 - x0) * i / cols
        s.rect(x - 0.003, y0, x + 0.003, y1, frame)
    for i in range(1, rows):
        y = y0 + (y1 - y0) * i / rows
        s.rect(x0, y - 0.003, x1, y + 0.003, frame)
    s.light(s.mask([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], 0.045), top, 0.42)


def shaft(s: Scene, pts, color="#ffd9a0", amount=0.34) -> None:
    """Sunlight on the floor."""
    s.light(s.mask(pts, 0.006), color, amount)


def pendant(s: Scene, x, y, r, color="#20211f", glow="#ffcf8a") -> None:
    """A lamp hanging from the ceiling."""
    s.rect(x - 0.0008, 0, x + 0.0008, y, color)
    s.light(s.ellipse_mask(x - r * 3.4, y - r * 2, x + r * 3.4, y + r * 7, 0.05), glow, 0.42)
    s.poly([(x - r * 0.25, y - 0.012), (x + r * 0.25, y - 0.012), (x + r, y + r * 1.1), (x - r, y + r * 1.1)], color)
    s.rect(x - r * 0.95, y + r * 1.05, x + r * 0.95, y + r * 1.2, "#fff1cf")


def rug(s: Scene, pts, a, b) -> None:
    """A carpet."""
    s.poly(pts, a, b)


def plant(s: Scene, x, y, h, seed, pot="#c9b8a2") -> None:
    """A potted plant `h` high."""
    rnd = random.Random(seed)
    for _ in range(13):
        t = rnd.uniform(-1, 1)
        tip = (x + t * h * 0.5, y - h * (1.05 - 0.5 * abs(t)))
        mid = (x + t * h * 0.16, y - h * 0.62)
        w = h * 0.035
        s.poly(
            [(x, y - h * 0.12), (mid[0] - w, mid[1]), tip, (mid[0] + w, mid[1] + w)],
            rnd.choice(["#3f5a45", "#4f6d50", "#2f4a3a", "#5f7d5a"]),
        )
    s.poly(
        [(x - h * 0.12, y - h * 0.2), (x + h * 0.12, y - h * 0.2), (x + h * 0.09, y + 0.02), (x - h * 0.09, y + 0.02)],
        pot,
        "#a8937b",
    )
