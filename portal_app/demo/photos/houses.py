"""Houses from outside: at dusk, by day, and the view from a terrace."""

from __future__ import annotations

import math

from PIL import Image, ImageFilter

from portal_app.demo.photos.furniture import cushion, plant, shaft, sofa, window
from portal_app.demo.photos.paint import HEIGHT, SCALE, WIDTH, Scene, rgb


def dusk_modern() -> Scene:
    """A modern house with a pool, just after sunset."""
    s = Scene([(0, "#26365c"), (0.3, "#5c6a95"), (0.5, "#c58f8b"), (0.62, "#f0b98a"), (1, "#f0b98a")])
    for i, x in enumerate((0.04, 0.12, 0.9, 0.97)):
        s.tree(x, 0.66, 0.42 - 0.06 * (i % 2), "#1d2a35", i + 1)
    s.rect(0, 0.64, 1, 1, "#2c3a3c", "#18242a")
    s.rect(0.2, 0.23, 0.74, 0.43, "#e9e3da", "#cfc6bc")
    s.rect(0.17, 0.215, 0.77, 0.24, "#38383c")
    s.rect(0.33, 0.43, 0.88, 0.65, "#b9a391", "#94806f")
    for i in range(26):
        x = 0.33 + i * 0.0215
        s.shade_box(x, 0.43, x + 0.0012, 0.65, 0.25)
    s.rect(0.3, 0.415, 0.92, 0.435, "#333438")
    s.rect(0.2, 0.43, 0.33, 0.65, "#dcd5cb", "#b9b0a6")
    s.glow_window(0.235, 0.275, 0.45, 0.42, bars=3)
    s.glow_window(0.52, 0.275, 0.7, 0.42, bars=2)
    s.glow_window(0.40, 0.462, 0.69, 0.648, bars=4)
    s.glow_window(0.74, 0.462, 0.85, 0.648, "#ffdca0", "#df9450", bars=1)
    s.rect(0.262, 0.47, 0.305, 0.648, "#6d3f2c", "#4b2a1e")
    s.shrubs(0.0, 0.2, 0.66, "#1d2d2c", 5)
    s.shrubs(0.88, 1.0, 0.665, "#1a2928", 8)
    s.poly([(0.16, 0.74), (0.95, 0.74), (1.05, 0.95), (0.05, 0.95)], "#d9cfc3", "#a99f96")
    _reflect(s)
    s.light(s.mask([(0.2, 0.765), (0.91, 0.765), (0.9, 0.79), (0.2, 0.79)], 0.01), "#7fd0df", 0.35)
    return s


def _reflect(s: Scene) -> None:
    """The house upside down in the pool in front of it."""
    house = s.im.crop((int(0.2 * WIDTH), int(0.2 * HEIGHT), int(0.92 * WIDTH), int(0.66 * HEIGHT)))
    mirror = house.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((int(0.84 * WIDTH), int(0.17 * HEIGHT)))
    mirror = mirror.filter(ImageFilter.GaussianBlur(5 * SCALE))
    layer = s.im.copy()
    water = Image.blend(mirror, Image.new("RGB", mirror.size, rgb("#1f6c86")), 0.42)
    layer.paste(water, (int(0.12 * WIDTH), int(0.76 * HEIGHT)))
    pool = s.mask([(0.2, 0.765), (0.91, 0.765), (0.985, 0.915), (0.12, 0.915)])
    s.im.paste(layer.crop(pool.box), pool.box, pool.image)


def dusk_gable() -> Scene:
    """A white gabled house with a lit porch."""
    s = Scene([(0, "#1b2746"), (0.34, "#40507d"), (0.56, "#9a86a3"), (0.68, "#e3ae94"), (1, "#e3ae94")])
    for i, x in enumerate((0.02, 0.1, 0.86, 0.94, 1.0)):
        s.tree(x, 0.72, 0.5 - 0.07 * (i % 3), "#172231", 20 + i)
    s.rect(0, 0.70, 1, 1, "#35453f", "#1b2827")
    s.poly([(0.16, 0.42), (0.33, 0.17), (0.5, 0.42), (0.5, 0.71), (0.16, 0.71)], "#f1ede6", "#c9c3bc")
    s.poly([(0.13, 0.45), (0.33, 0.14), (0.53, 0.45), (0.5, 0.45), (0.33, 0.2), (0.16, 0.45)], "#2b2c33")
    s.poly([(0.5, 0.34), (0.84, 0.34), (0.84, 0.71), (0.5, 0.71)], "#e6e0d8", "#bdb5ad")
    s.poly([(0.47, 0.35), (0.55, 0.2), (0.8, 0.2), (0.88, 0.35)], "#303139", "#26272e")
    for i in range(15):
        y = 0.44 + i * 0.018
        s.shade_box(0.16, y, 0.84, y + 0.0014, 0.12)
    s.glow_window(0.27, 0.3, 0.39, 0.42, bars=1)
    s.glow_window(0.2, 0.5, 0.29, 0.64, bars=1)
    s.glow_window(0.37, 0.5, 0.46, 0.64, bars=1)
    s.glow_window(0.56, 0.44, 0.64, 0.6, bars=1)
    s.glow_window(0.7, 0.44, 0.8, 0.6, bars=2)
    s.rect(0.48, 0.585, 0.87, 0.6, "#4a4340")
    for x in (0.5, 0.62, 0.74, 0.85):
        s.rect(x, 0.6, x + 0.008, 0.72, "#ebe6df")
    s.rect(0.655, 0.5, 0.69, 0.715, "#7a2f28", "#5b221e")
    s.light(s.ellipse_mask(0.6, 0.5, 0.75, 0.75, 0.04), "#ffb468", 0.35)
    s.shrubs(0.0, 0.48, 0.73, "#1c2b28", 31, 0.026)
    s.shrubs(0.76, 1.0, 0.74, "#1a2826", 32, 0.03)
    s.poly([(0.645, 0.72), (0.7, 0.72), (0.86, 1), (0.5, 1)], "#a79f99", "#6f6a6a")
    shaft(s, [(0.52, 0.74), (0.83, 0.74), (0.9, 0.86), (0.46, 0.86)], "#ffb468", 0.18)
    return s


def day_ranch() -> Scene:
    """A ranch house on a clear day."""
    s = Scene([(0, "#7fb0d6"), (0.5, "#d3e5ee"), (0.62, "#eef2ee"), (1, "#eef2ee")])
    for x, y, w in ((0.2, 0.16, 0.3), (0.62, 0.1, 0.34), (0.85, 0.26, 0.25)):
        s.light(s.ellipse_mask(x - w / 2, y - 0.025, x + w / 2, y + 0.025, 0.03), "#ffffff", 0.5)
    for i, x in enumerate((0.05, 0.15, 0.8, 0.92)):
        s.tree(x, 0.62, 0.36 + 0.06 * (i % 2), ["#6f8f5e", "#58794f"][i % 2], 50 + i, 0.75)
    s.rect(0, 0.6, 1, 1, "#8fae6b", "#5f8450")
    s.poly([(0.08, 0.4), (0.2, 0.29), (0.86, 0.27), (0.95, 0.4)], "#5c5650", "#453f3b")
    s.rect(0.12, 0.4, 0.92, 0.63, "#f3efe8", "#ddd6cc")
    s.rect(0.12, 0.4, 0.36, 0.63, "#a4745a", "#8b5f49")
    for i in range(9):
        y = 0.41 + i * 0.025
        s.shade_box(0.12, y, 0.36, y + 0.0015, 0.18)
    for x0, x1, c in ((0.4, 0.56, 3), (0.7, 0.88, 3)):
        window(s, x0, 0.44, x1, 0.57, "#bcd7e6", "#7f9db0", c, 1, "#ffffff", None)
    s.rect(0.16, 0.46, 0.32, 0.63, "#e9e4db", "#d5cec3")
    for i in range(4):
        s.shade_box(0.16, 0.49 + i * 0.035, 0.32, 0.493 + i * 0.035, 0.2)
    s.rect(0.6, 0.44, 0.66, 0.63, "#24505a", "#1b3f48")
    s.shade_box(0.08, 0.4, 0.95, 0.435, 0.35, 0.006)
    s.poly([(0.16, 0.63), (0.32, 0.63), (0.4, 1), (-0.02, 1)], "#cfcac2", "#b6b0a7")
    s.shrubs(0.38, 0.6, 0.64, "#4d7346", 61, 0.022)
    s.shrubs(0.68, 0.98, 0.645, "#476c42", 62, 0.024)
    s.shade(s.mask([(0.5, 0.75), (1, 0.7), (1, 0.82), (0.55, 0.84)], 0.02), 0.16)
    return s


def townhouses() -> Scene:
    """A row of brick townhouses in the evening."""
    s = Scene([(0, "#2a3a63"), (0.4, "#7c7fa8"), (0.62, "#e7b9a0"), (1, "#e7b9a0")])
    cols = [
        ("#8c4a3b", "#6d382d"),
        ("#cfc7ba", "#aba398"),
        ("#50606b", "#3d4b55"),
        ("#a65f47", "#834935"),
        ("#d8d1c6", "#b3aba0"),
    ]
    tops = (0.18, 0.13, 0.2, 0.15, 0.19)
    for i, ((a, b), t) in enumerate(zip(cols, tops, strict=True)):
        x0, x1 = i * 0.2, (i + 1) * 0.2
        s.rect(x0, t, x1, 0.84, a, b)
        s.rect(x0 - 0.004, t - 0.022, x1 + 0.004, t + 0.012, "#efe9df", "#c4bcb0")
        for r, y in enumerate((t + 0.07, t + 0.25)):
            for k in (0, 1):
                wx = x0 + 0.03 + k * 0.08
                lit = (i * 3 + r * 2 + k) % 3 != 0
                if lit:
                    s.glow_window(wx, y, wx + 0.056, y + 0.12, bars=1, spill=0.012)
                else:
                    s.rect(wx, y, wx + 0.056, y + 0.12, "#5d6f8c", "#3b4963")
                s.rect(wx - 0.006, y + 0.12, wx + 0.062, y + 0.132, "#efe9df")
        s.rect(x0 + 0.03, 0.62, x0 + 0.085, 0.84, ["#1f3b4a", "#7a2f28", "#d9b66a", "#26413a", "#22303f"][i], "#1b2026")
        s.light(s.ellipse_mask(x0 + 0.02, 0.56, x0 + 0.1, 0.74, 0.03), "#ffbd74", 0.5)
        s.glow_window(x0 + 0.11, 0.62, x0 + 0.17, 0.77, bars=1, spill=0.012)
        s.shade_box(x1 - 0.004, t, x1, 0.84, 0.4, 0.002)
    s.rect(0, 0.84, 1, 0.87, "#b5aca4", "#8f8880")
    s.rect(0, 0.87, 1, 1, "#3d4250", "#23262f")
    for i in range(5):
        s.light(s.ellipse_mask(i * 0.2 + 0.0, 0.86, i * 0.2 + 0.2, 0.99, 0.03), "#ffb066", 0.2)
    s.tree(0.3, 0.86, 0.42, "#22302f", 91, 0.6)
    s.tree(0.79, 0.86, 0.38, "#22302f", 92, 0.6)
    return s


def terrace() -> Scene:
    """A terrace over the bay as the sun sets."""
    s = Scene([(0, "#3a4d7c"), (0.28, "#8f86ad"), (0.46, "#f0b48c"), (0.54, "#ffd9a4"), (1, "#ffd9a4")])
    s.light(s.ellipse_mask(0.56, 0.42, 0.68, 0.58, 0.03), "#fff0c0", 1)
    for k, (col, amp, y) in enumerate((("#8d83a0", 0.06, 0.5), ("#5f6a85", 0.045, 0.535), ("#3c4d62", 0.03, 0.56))):
        pts = [(i / 40, y - amp * (math.sin(i * 0.33 + k * 1.7) + 0.5 * math.sin(i * 0.81 + k))) for i in range(41)]
        s.poly([*pts, (1, 0.7), (0, 0.7)], col)
    s.rect(0, 0.57, 1, 0.68, "#c3a59a", "#5d7d92")
    s.light(s.mask([(0.58, 0.57), (0.66, 0.57), (0.72, 0.68), (0.52, 0.68)], 0.012), "#ffdf9e", 0.7)
    s.rect(0, 0.675, 1, 1, "#b79b7f", "#7c654f")
    for i in range(-14, 15):
        a, b = 0.5 + i * 0.075, 0.5 + i * 0.2
        s.shade(s.mask([(a, 0.675), (a + 0.001, 0.675), (b + 0.003, 1), (b, 1)]), 0.22)
    s.rect(0, 0.6, 1, 0.607, "#23272b")
    for i in range(11):
        s.rect(i * 0.1, 0.6, i * 0.1 + 0.003, 0.69, "#23272b")
    s.rect(0, 0.0, 0.09, 1, "#2e3338", "#22262a")
    s.poly([(0, 0), (1, 0), (1, 0.06), (0, 0.1)], "#3b3f43", "#2b2f33")
    for x in (0.2, 0.36, 0.52, 0.68, 0.84):
        s.rect(x, 0.0, x + 0.001, 0.13 + 0.03 * math.sin(x * 9), "#23272b")
        s.light(
            s.ellipse_mask(x - 0.02, 0.11 + 0.03 * math.sin(x * 9), x + 0.02, 0.17 + 0.03 * math.sin(x * 9), 0.016), "#ffcf7e", 1
        )
    sofa(s, 0.14, 0.66, 0.34, "#e6dfd3", "#bcb2a3")
    cushion(s, 0.22, 0.715, 0.024, "#44646e")
    cushion(s, 0.4, 0.715, 0.024, "#c7824f")
    s.shade(s.ellipse_mask(0.53, 0.88, 0.79, 0.97, 0.012), 0.4)
    s.rect(0.55, 0.82, 0.77, 0.85, "#3a3632", "#2a2724", r=0.005)
    s.rect(0.57, 0.85, 0.58, 0.93, "#23211f")
    s.rect(0.74, 0.85, 0.75, 0.93, "#23211f")
    s.light(s.ellipse_mask(0.63, 0.76, 0.69, 0.84, 0.014), "#ffb45e", 1)
    plant(s, 0.91, 0.84, 0.36, 77, "#8c7a68")
    return s
