"""The drawn marks a studio may show: strokes on a ground of 26 by 26."""

from __future__ import annotations

MARKS = {
    "lighthouse": (
        '<path d="M10.2 22l1-11h3.6l1 11M8 22h10M11 7.5h4"/><circle cx="13" cy="7.5" r="1.6" fill="currentColor"/>'
        '<path d="M8 6.6 2.5 4M8 8.4l-5.5 2.6M18 6.600 23.5 4M18 8.4l5.5 2.6"/>'
    ),
    "bluebird": (
        '<path d="M4 15.5c3.5 0 5-1.5 6.500-4.500C12 7.800 14 6 17 6c2.300 0 4 1.500 4.300 3.600L23.500 11l-2.400.8'
        'c-.6 5.200-4.200 8.700-9.600 8.700H6.500L9.800 17"/><path d="M9.500 15.500c2.500 0 4.500-1.200 5.500-3.500"/>'
        '<circle cx="17.600" cy="9.200" r=".9" fill="currentColor"/>'
    ),
}


def strokes(mark: str) -> str:
    """The inside of the drawing; a mark nobody drew is the first one."""
    return MARKS.get(mark, MARKS["lighthouse"])


def drawn(size: int, inner: str, color: str = "currentColor") -> str:
    """A drawing as SVG, its strokes in one color."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" fill="none" stroke="{color}" '
        f'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{inner}</svg>'
    )
