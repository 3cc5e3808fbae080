"""Named windows of arrival, as a studio writes them: one per line, `Morning 8:00-12:00`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"(?P<name>\S.*?)\s+(?P<h1>\d{1,2}):(?P<m1>\d{2})\s*[-–]\s*(?P<h2>\d{1,2}):(?P<m2>\d{2})")
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """The photographer arrives between these minutes after midnight, the second left out."""

    name: str
    starts_minute: int
    ends_minute: int

    @property
    def words(self) -> str:
        """`Morning, 8 am – 12 pm`"""
        return f"{self.name}, {_clock(self.starts_minute)} – {_clock(self.ends_minute)}"


def windows_of(text: str) -> tuple[Window, ...]:
    """The windows in the order of the day. Raises ValueError with a sentence for a line that is none."""
    found = [_window(line.strip()) for line in text.splitlines() if line.strip()]
    return tuple(sorted(found, key=lambda window: (window.starts_minute, window.ends_minute)))


def _window(line: str) -> Window:
    read = LINE.fullmatch(line)
    if read is None:
        raise ValueError(f"“{line}” is not a window. Write it as: Morning 8:00-12:00")
    first, last = int(read["h1"]) * 60 + int(read["m1"]), int(read["h2"]) * 60 + int(read["m2"])
    if int(read["m1"]) > 59 or int(read["m2"]) > 59 or not first < last <= MIDNIGHT:
        raise ValueError(f"“{line}” does not end after it begins, on the same day.")
    return Window(read["name"], first, last)


def _clock(minute: int) -> str:
    hour, rest = divmod(minute % MIDNIGHT, 60)
    return f"{hour % 12 or 12}{f':{rest:02d}' if rest else ''} {'am' if hour < 12 else 'pm'}"
