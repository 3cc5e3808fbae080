"""Makes the table of sunsets that the sun is checked against: `pip install skyfield skyfield-data`, `python -m tests.sun_tables`.

Skyfield computes from JPL's ephemeris DE421, as almanac offices do, with nothing in common with our formula. Times are
local clock times rounded to the minute, as the U.S. Naval Observatory prints them: `****` where the sun does not set,
`----` where it does not rise. A sun that sets after midnight still belongs to the evening before: `2404`.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

TABLE = Path(__file__).parent / "unit" / "sunsets.txt"
YEAR = 2026
CITIES = (
    ("Monterey, California", 36.600, -121.895, "America/Los_Angeles"),
    ("New York", 40.713, -74.006, "America/New_York"),
    ("Phoenix, Arizona", 33.448, -112.074, "America/Phoenix"),
    ("Honolulu, Hawaii", 21.307, -157.858, "Pacific/Honolulu"),
    ("Anchorage, Alaska", 61.218, -149.900, "America/Anchorage"),
    ("St. John's, Newfoundland", 47.561, -52.713, "America/St_Johns"),
    ("London", 51.509, -0.126, "Europe/London"),
    ("Reykjavik", 64.135, -21.895, "Atlantic/Reykjavik"),
    ("Tromso", 69.649, 18.956, "Europe/Oslo"),
    ("Kathmandu", 27.702, 85.321, "Asia/Kathmandu"),
    ("Adelaide", -34.929, 138.599, "Australia/Adelaide"),
    ("Quito", -0.180, -78.468, "America/Guayaquil"),
)


def evenings(lat: float, lon: float, zone: str) -> list[str]:
    """One word per day of the year."""
    from skyfield import almanac, api  # pyright: ignore[reportMissingImports]
    from skyfield_data import get_skyfield_data_path  # pyright: ignore[reportMissingImports]

    load = api.Loader(get_skyfield_data_path(), expire=False)
    sky, scale = load("de421.bsp"), load.timescale(builtin=True)
    place = api.wgs84.latlon(lat, lon)
    is_up = almanac.sunrise_sunset(sky, place)
    words = []
    for number in range(365):
        day = date(YEAR, 1, 1) + timedelta(days=number)
        noon = datetime.combine(day, time(12), ZoneInfo(zone))
        early, late = (scale.from_datetime(noon + timedelta(hours=hours)) for hours in (-4, 4))
        (highest,) = almanac.find_transits(sky["earth"] + place, sky["sun"], early, late)
        found, _ = almanac.find_discrete(highest, scale.tt_jd(highest.tt + 0.5), is_up)
        if len(found):
            at = (found[0].utc_datetime() + timedelta(seconds=30)).astimezone(ZoneInfo(zone))
            words.append(f"{at.hour + 24 * (at.date() > day):02}{at.minute:02}")
        else:
            words.append("****" if is_up(highest) else "----")
    return words


def write() -> None:
    """Twelve cities, a line per month."""
    lines = []
    for name, lat, lon, zone in CITIES:
        words = evenings(lat, lon, zone)
        lines.append(f"# {lat:.3f} {lon:.3f} {zone} {name}")
        for month in range(1, 13):
            days = [word for number, word in enumerate(words) if (date(YEAR, 1, 1) + timedelta(days=number)).month == month]
            lines.append(" ".join(days))
        print(name, file=sys.stderr)
    TABLE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write()
