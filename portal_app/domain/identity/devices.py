"""What a browser calls itself, in two words a person recognizes. Pure."""

from __future__ import annotations

# The first mark that is found decides: many browsers also say the name of the one they descend from.
BROWSERS = (
    ("Edge", ("Edg/", "EdgA/", "EdgiOS/")),
    ("Opera", ("OPR/", "Opera")),
    ("Samsung Internet", ("SamsungBrowser/",)),
    ("Firefox", ("Firefox/", "FxiOS/")),
    ("Chrome", ("Chrome/", "CriOS/", "Chromium/")),
    ("Safari", ("Safari/",)),
)
SYSTEMS = (
    ("iPhone", ("iPhone",)),
    ("iPad", ("iPad",)),
    ("Android", ("Android",)),
    ("Windows", ("Windows",)),
    ("ChromeOS", ("CrOS",)),
    ("Mac", ("Macintosh", "Mac OS X")),
    ("Linux", ("Linux", "X11")),
)
UNKNOWN = "Unknown device"


def device_words(user_agent: str) -> str:
    """`Chrome on Android`. The browser's own word, and anybody can send another: it helps to recognize, it proves nothing."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN


def _first(names: tuple[tuple[str, tuple[str, ...]], ...], user_agent: str) -> str:
    return next((name for name, marks in names if any(mark in user_agent for mark in marks)), "")
