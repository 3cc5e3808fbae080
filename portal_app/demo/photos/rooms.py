"""Rooms: living, kitchen, bedroom, bathroom, dining."""

from __future__ import annotations

from portal_app.demo.photos.furniture import cushion, pendant, plant, room, rug, shaft, sofa, window
from portal_app.demo.photos.paint import Scene

BLANK = [(0, "#000000"), (1, "#000000")]


def living_sun() -> Scene:
    """A living room in the morning sun."""
    s = Scene([(0, "#ffffff"), (1, "#ffffff")])
    room(s, "#efe9e0", "#e2d8ca", "#b98f67", "#8d6544")
    window(s, 0.33, 0.1, 0.8, 0.54, "#ffe2b6", "#ffd3a0", 3, 1)
    s.rect(0.285, 0.06, 0.335, 0.66, "#f8f4ec", "#e4d9c8")
    s.rect(0.795, 0.06, 0.845, 0.66, "#f8f4ec", "#e4d9c8")
    rug(s, [(0.2, 0.78), (0.82, 0.78), (0.95, 0.97), (0.06, 0.97)], "#e9e0d2", "#d9cdbb")
    shaft(s, [(0.3, 0.7), (0.62, 0.7), (0.5, 1), (0.02, 1)])
    shaft(s, [(0.65, 0.7), (0.78, 0.7), (0.74, 1), (0.56, 1)])
    sofa(s, 0.3, 0.5, 0.46, "#7d8f8b", "#5d706d")
    for x, c in ((0.37, "#d8a56c"), (0.42, "#efe7da"), (0.68, "#c98d5a")):
        cushion(s, x, 0.565, 0.026, c)
    s.shade(s.ellipse_mask(0.36, 0.84, 0.66, 0.93, 0.014), 0.35)
    s.fill(s.ellipse_mask(0.37, 0.79, 0.65, 0.88), "#8b5a3a", "#6f452b")
    s.fill(s.ellipse_mask(0.375, 0.788, 0.645, 0.868), "#b27b50", "#96623c")
    s.rect(0.46, 0.765, 0.54, 0.8, "#f4efe7", "#d8d0c4", r=0.006)
    plant(s, 0.9, 0.68, 0.34, 3)
    s.rect(0.09, 0.16, 0.22, 0.42, "#3a3632")
    s.rect(0.097, 0.172, 0.213, 0.408, "#f4efe6")
    s.fill(s.ellipse_mask(0.125, 0.22, 0.185, 0.32), "#d4905c", "#c77b4c")
    s.rect(0.115, 0.33, 0.195, 0.36, "#48646a")
    s.rect(0.153, 0.44, 0.157, 0.7, "#2c2a28")
    s.poly([(0.125, 0.5), (0.185, 0.5), (0.2, 0.57), (0.11, 0.57)], "#fff0cf", "#ffd894")
    s.light(s.ellipse_mask(0.02, 0.42, 0.29, 0.72, 0.05), "#ffce86", 0.4)
    return s


def living_fire() -> Scene:
    """A living room around a stone fireplace."""
    s = Scene(BLANK)
    room(s, "#dfe1df", "#cfd2cf", "#6f5a49", "#4c3b2f")
    s.rect(0.36, 0, 0.64, 0.66, "#c6c2bb", "#b2ada5")
    for i in range(8):
        y = i * 0.085
        s.shade_box(0.36, y, 0.64, y + 0.0015, 0.12)
    s.rect(0.34, 0.36, 0.66, 0.38, "#6a4a33", "#543924")
    s.rect(0.43, 0.45, 0.57, 0.64, "#1b1917")
    s.light(s.ellipse_mask(0.45, 0.53, 0.55, 0.66, 0.02), "#ff8a3c", 1)
    for x, h in ((0.475, 0.07), (0.5, 0.1), (0.523, 0.06)):
        s.poly([(x - 0.012, 0.63), (x, 0.63 - h), (x + 0.012, 0.63)], "#ffd47a", "#ff8b35")
    s.light(s.ellipse_mask(0.3, 0.5, 0.7, 0.86, 0.07), "#ff9a4c", 0.4)
    s.rect(0.445, 0.12, 0.555, 0.3, "#3d5a66", "#2d4752")
    s.fill(s.ellipse_mask(0.475, 0.15, 0.525, 0.22), "#e7c48a")
    window(s, 0.07, 0.1, 0.28, 0.56, "#dcebf2", "#bcd3dc", 2, 2)
    window(s, 0.72, 0.1, 0.93, 0.56, "#dcebf2", "#bcd3dc", 2, 2)
    rug(s, [(0.2, 0.76), (0.8, 0.76), (0.92, 0.98), (0.08, 0.98)], "#cfc9bf", "#b9b2a6")
    sofa(s, 0.05, 0.62, 0.26, "#b5603f", "#8c452c")
    sofa(s, 0.69, 0.62, 0.26, "#b5603f", "#8c452c")
    s.shade(s.ellipse_mask(0.36, 0.86, 0.64, 0.95, 0.014), 0.4)
    s.rect(0.38, 0.8, 0.62, 0.83, "#e9e6e1", "#c9c4bc", r=0.004)
    s.rect(0.39, 0.83, 0.4, 0.92, "#2c2a28")
    s.rect(0.6, 0.83, 0.61, 0.92, "#2c2a28")
    plant(s, 0.5, 0.8, 0.12, 8, "#f1ede6")
    return s


def kitchen_island() -> Scene:
    """A white kitchen around a blue island."""
    s = Scene(BLANK)
    room(s, "#f2efea", "#e8e3db", "#c3a583", "#9b7c5c")
    s.rect(0, 0.05, 0.3, 0.34, "#fbfaf7", "#e9e5de")
    s.rect(0.7, 0.05, 1, 0.34, "#fbfaf7", "#e9e5de")
    for x in (0.1, 0.2, 0.8, 0.9):
        s.shade_box(x - 0.0007, 0.05, x + 0.0007, 0.34, 0.3)
    s.shade_box(0, 0.335, 0.3, 0.37, 0.3, 0.006)
    s.shade_box(0.7, 0.335, 1, 0.37, 0.3, 0.006)
    window(s, 0.36, 0.1, 0.64, 0.38, "#fff4dc", "#ffe7c2", 3, 1)
    s.rect(0, 0.47, 1, 0.492, "#fdfcfa", "#d8d4cd")
    s.rect(0, 0.492, 1, 0.66, "#f6f3ee", "#e0dbd3")
    for i in range(1, 10):
        s.shade_box(i * 0.1 - 0.0007, 0.5, i * 0.1 + 0.0007, 0.65, 0.3)
    s.rect(0.07, 0.4, 0.115, 0.47, "#c9925a", "#a6733f", r=0.006)
    s.rect(0.125, 0.42, 0.15, 0.47, "#e9e2d6", "#cfc5b4", r=0.006)
    plant(s, 0.84, 0.47, 0.12, 5, "#f1ede6")
    s.rect(0.71, 0.5, 0.83, 0.66, "#c8c9c8", "#9fa1a0")
    s.rect(0.72, 0.53, 0.82, 0.62, "#2a2c2d", "#1b1c1d")
    s.shade(s.ellipse_mask(0.13, 0.9, 0.87, 1.02, 0.02), 0.35)
    s.rect(0.17, 0.62, 0.83, 0.93, "#2f5a5f", "#234549")
    for i in range(1, 5):
        x = 0.17 + 0.66 * i / 5
        s.shade_box(x - 0.0009, 0.66, x + 0.0009, 0.92, 0.4)
    s.poly([(0.19, 0.575), (0.81, 0.575), (0.865, 0.625), (0.135, 0.625)], "#fbf9f5", "#ece7df")
    s.rect(0.135, 0.625, 0.865, 0.65, "#e6e1d8", "#c9c3b9")
    shaft(s, [(0.4, 0.58), (0.6, 0.58), (0.66, 0.623), (0.36, 0.623)], "#fff0cc", 0.25)
    s.fill(s.ellipse_mask(0.46, 0.545, 0.56, 0.6), "#d9cdb9", "#b9ab94")
    for x, c in ((0.485, "#d9a441"), (0.51, "#c97b34"), (0.533, "#e0b555")):
        s.fill(s.ellipse_mask(x - 0.014, 0.53, x + 0.014, 0.565), c)
    for x in (0.3, 0.5, 0.7):
        pendant(s, x, 0.22, 0.028)
    for x in (0.29, 0.5, 0.71):
        s.rect(x - 0.04, 0.72, x + 0.04, 0.745, "#c79a6a", "#a57a4d", r=0.006)
        s.rect(x - 0.034, 0.745, x - 0.029, 0.97, "#2c2a28")
        s.rect(x + 0.029, 0.745, x + 0.034, 0.97, "#2c2a28")
    return s


def kitchen_green() -> Scene:
    """A dark green kitchen with brass."""
    s = Scene(BLANK)
    room(s, "#e9e6df", "#dcd7cd", "#d7d3cc", "#b9b3a9")
    s.rect(0, 0, 0.22, 0.68, "#3c5446", "#2e4337")
    s.shade_box(0.109, 0.02, 0.111, 0.66, 0.5)
    s.rect(0.12, 0.3, 0.123, 0.42, "#d8b67a")
    s.rect(0.097, 0.3, 0.1, 0.42, "#d8b67a")
    s.rect(0.22, 0.48, 1, 0.66, "#3c5446", "#2e4337")
    for i in range(1, 6):
        x = 0.22 + 0.78 * i / 6
        s.shade_box(x - 0.0009, 0.5, x + 0.0009, 0.65, 0.5)
        s.rect(x - 0.06, 0.515, x - 0.03, 0.521, "#d8b67a")
    for r in range(5):
        for c in range(20):
            x, y = 0.22 + c * 0.04 + (r % 2) * 0.02, 0.3 + r * 0.032
            s.rect(x, y, x + 0.0385, y + 0.03, ["#f5f3ee", "#efece5", "#f9f7f3"][(r * 7 + c * 3) % 3])
    window(s, 0.44, 0.07, 0.74, 0.4, "#e4f0f5", "#cfe2e6", 2, 2)
    s.rect(0.2, 0.455, 1, 0.482, "#faf8f4", "#d6d1c8")
    s.rect(0.27, 0.2, 0.4, 0.22, "#a9784b", "#8c6039")
    for x, c in ((0.285, "#e5ddd0"), (0.31, "#b9653f"), (0.335, "#40606a"), (0.365, "#e5ddd0")):
        s.rect(x, 0.15, x + 0.018, 0.2, c, r=0.004)
    s.rect(0.8, 0.14, 0.94, 0.3, "#d9d6d0", "#b8b4ad")
    s.poly([(0.8, 0.3), (0.94, 0.3), (0.97, 0.34), (0.77, 0.34)], "#c4c0b9", "#a6a29b")
    s.rect(0.595, 0.36, 0.599, 0.455, "#d8b67a")
    s.rect(0.575, 0.36, 0.599, 0.366, "#d8b67a")
    shaft(s, [(0.4, 0.7), (0.7, 0.7), (0.58, 1), (0.14, 1)], "#ffffff", 0.3)
    plant(s, 0.5, 0.455, 0.1, 12, "#cfa77a")
    s.fill(s.ellipse_mask(0.86, 0.42, 0.93, 0.47), "#e2b65a", "#c98f3a")
    return s


def bedroom() -> Scene:
    """A bedroom with both lamps on."""
    s = Scene(BLANK)
    room(s, "#d9dedd", "#c6cdcc", "#b59470", "#8d6e4f")
    window(s, 0.66, 0.1, 0.93, 0.52, "#fff0d6", "#ffe0b8", 2, 1)
    s.rect(0.625, 0.05, 0.665, 0.64, "#f7f4ee", "#e1d9cd")
    s.rect(0.925, 0.05, 0.965, 0.64, "#f7f4ee", "#e1d9cd")
    s.rect(0.12, 0.34, 0.56, 0.68, "#a98a6a", "#8c6f52", r=0.012)
    s.shade(s.mask([(0.1, 0.86), (0.66, 0.86), (0.7, 0.95), (0.08, 0.95)], 0.02), 0.45)
    s.poly([(0.12, 0.56), (0.56, 0.56), (0.66, 0.86), (0.08, 0.86)], "#fbf8f2", "#e6dfd3")
    s.poly([(0.105, 0.66), (0.59, 0.66), (0.67, 0.92), (0.07, 0.92)], "#8fa3a3", "#6e8485")
    s.poly([(0.105, 0.66), (0.59, 0.66), (0.6, 0.7), (0.098, 0.7)], "#fbf8f2", "#eee8de")
    for x in (0.16, 0.36):
        s.shade(s.round_mask(x, 0.47, x + 0.17, 0.59, 0.02, 0.006), 0.2)
        s.rect(x, 0.46, x + 0.165, 0.575, "#ffffff", "#e9e3d9", r=0.022)
    s.rect(0.255, 0.5, 0.43, 0.595, "#c58a5e", "#aa7048", r=0.02)
    for x in (0.04, 0.58):
        s.rect(x, 0.56, x + 0.065, 0.72, "#8a6647", "#6b4c33")
        s.rect(x + 0.03, 0.46, x + 0.035, 0.56, "#3a3632")
        s.poly([(x + 0.014, 0.4), (x + 0.051, 0.4), (x + 0.062, 0.47), (x + 0.003, 0.47)], "#fff2d4", "#ffdc9c")
        s.light(s.ellipse_mask(x - 0.08, 0.32, x + 0.145, 0.6, 0.05), "#ffcf8a", 0.4)
    s.rect(0.22, 0.1, 0.46, 0.27, "#3a3632")
    s.rect(0.226, 0.109, 0.454, 0.261, "#eee8dc")
    s.poly([(0.226, 0.261), (0.29, 0.17), (0.34, 0.22), (0.39, 0.15), (0.454, 0.261)], "#6f8b8d", "#4f6c70")
    shaft(s, [(0.68, 0.7), (0.92, 0.7), (0.84, 1), (0.52, 1)], "#ffdca6", 0.3)
    return s


def bathroom() -> Scene:
    """A tiled bathroom with a round mirror."""
    s = Scene(BLANK)
    room(s, "#e6e8e6", "#d6dad8", "#8f979a", "#6b7376")
    for r in range(9):
        for c in range(13):
            x, y = c * 0.078 + (r % 2) * 0.039 - 0.04, r * 0.074
            s.rect(x, y, x + 0.0765, y + 0.071, ["#eef0ee", "#e6eae8", "#f2f3f1", "#e2e7e5"][(r * 5 + c * 3) % 4])
    window(s, 0.56, 0.08, 0.9, 0.42, "#dff0f1", "#bfdcd8", 1, 1, view="hills")
    s.rect(0.06, 0.1, 0.36, 0.4, "#d8b67a", r=0.15)
    s.rect(0.066, 0.109, 0.354, 0.391, "#dfe9ea", "#b9cbcd", r=0.15)
    s.light(s.ellipse_mask(0.05, 0.05, 0.37, 0.45, 0.05), "#fff0d0", 0.28)
    s.rect(0.04, 0.52, 0.4, 0.545, "#fbfaf7", "#d9d6d0")
    s.rect(0.05, 0.545, 0.39, 0.72, "#9b7350", "#7c593b")
    s.shade_box(0.219, 0.55, 0.221, 0.715, 0.5)
    s.fill(s.ellipse_mask(0.13, 0.49, 0.31, 0.55), "#ffffff", "#dcdcd8")
    s.rect(0.216, 0.43, 0.224, 0.51, "#c9a25f")
    s.shade(s.ellipse_mask(0.5, 0.86, 0.98, 0.96, 0.02), 0.45)
    s.rect(0.52, 0.58, 0.97, 0.9, "#ffffff", "#d9dbd8", r=0.09)
    s.fill(s.ellipse_mask(0.51, 0.555, 0.98, 0.635), "#ffffff", "#f0f0ec")
    s.fill(s.ellipse_mask(0.535, 0.57, 0.955, 0.622), "#c9d6d5", "#e3eae8")
    s.rect(0.5, 0.4, 0.506, 0.6, "#c9a25f")
    s.rect(0.5, 0.4, 0.56, 0.408, "#c9a25f")
    s.rect(0.78, 0.57, 0.86, 0.7, "#c58a5e", "#a9704a", r=0.008)
    plant(s, 0.46, 0.86, 0.3, 21, "#d9cfc0")
    shaft(s, [(0.5, 0.72), (0.72, 0.72), (0.5, 1), (0.2, 1)], "#ffffff", 0.2)
    return s


def dining() -> Scene:
    """A dining room by candlelight."""
    s = Scene(BLANK)
    room(s, "#35474c", "#2b3b40", "#8f6a48", "#694b31")
    window(s, 0.1, 0.08, 0.36, 0.6, "#35507a", "#c99a86", 2, 2, "#f0ebe2")
    window(s, 0.64, 0.08, 0.9, 0.6, "#35507a", "#c99a86", 2, 2, "#f0ebe2")
    s.rect(0.42, 0.14, 0.58, 0.42, "#d8b67a")
    s.rect(0.426, 0.149, 0.574, 0.411, "#e8dfce", "#d9ceb9")
    s.fill(s.ellipse_mask(0.455, 0.2, 0.545, 0.34), "#b9653f", "#a0522f")
    s.shade(s.ellipse_mask(0.1, 0.86, 0.9, 1.0, 0.03), 0.5)
    for x in (0.24, 0.4, 0.56, 0.72):
        s.rect(x, 0.5, x + 0.06, 0.7, "#c9b08f", "#a58c6d", r=0.01)
    s.poly([(0.17, 0.65), (0.83, 0.65), (0.92, 0.75), (0.08, 0.75)], "#b98552", "#94663b")
    s.rect(0.08, 0.75, 0.92, 0.775, "#7c5430", "#664324")
    for x in (0.14, 0.84):
        s.rect(x, 0.775, x + 0.022, 0.97, "#5a3b20")
    for x in (0.2, 0.38, 0.56, 0.74):
        s.rect(x, 0.7, x + 0.075, 0.98, "#d6bf9f", "#aa9172", r=0.01)
        s.shade(s.round_mask(x + 0.008, 0.73, x + 0.067, 0.86, 0.006), 0.12)
    plant(s, 0.5, 0.68, 0.14, 41, "#efe9df")
    for x in (0.34, 0.66):
        s.rect(x - 0.003, 0.6, x + 0.003, 0.68, "#f6f1e6")
        s.light(s.ellipse_mask(x - 0.03, 0.55, x + 0.03, 0.64, 0.02), "#ffc064", 1)
    pendant(s, 0.38, 0.24, 0.04, "#15181a")
    pendant(s, 0.62, 0.24, 0.04, "#15181a")
    return s
