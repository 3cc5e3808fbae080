"""When the sun sets at a property, without asking anybody. Pure.

The low-accuracy solar position of Jean Meeus, *Astronomical Algorithms* (2nd ed., chapters 22, 25 and 28), which NOAA's solar
calculator uses too: good to a few seconds at the latitudes people live at. As in published tables the sun sets when its
center stands 50 arc minutes below a level horizon: 34 of refraction, 16 of its own radius.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import asin, cos, degrees, radians, sin, tan
from zoneinfo import ZoneInfo

from portal_app.domain.listings.places import Place

SETS_AT = -50 / 60
J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
HALF_A_DAY = timedelta(hours=12)
CLOSE_ENOUGH = timedelta(seconds=1)


class NoSunset(StrEnum):
    """Why a day far in the north or south has none."""

    STAYS_UP = "The sun does not set there on that day."
    STAYS_DOWN = "The sun does not rise there on that day."


def twilight_span(place: Place, day: date, zone: str, minutes: int) -> tuple[datetime, datetime] | NoSunset:
    """From the sunset of that day's evening, to the minute, for as long as the visit takes; both in UTC.

    In a northern summer that evening's sun may set after midnight: the start is then on the next date.
    """
    at = sunset(place, day, zone)
    if isinstance(at, NoSunset):
        return at
    starts_at = (at + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return starts_at, starts_at + timedelta(minutes=minutes)


def sunset(place: Place, day: date, zone: str) -> datetime | NoSunset:
    """The instant, in UTC, at which the sun sets after noon of that day in that zone.

    From its highest point the sun sinks for half a day: halving that span finds the moment whatever the clocks do.
    """
    highest = _noon(place, day, zone)
    if _height(place, highest) <= SETS_AT:
        return NoSunset.STAYS_DOWN
    above, below = highest, highest + HALF_A_DAY
    if _height(place, below) > SETS_AT:
        return NoSunset.STAYS_UP
    while below - above > CLOSE_ENOUGH:
        middle = above + (below - above) / 2
        above, below = (middle, below) if _height(place, middle) > SETS_AT else (above, middle)
    return below


def _noon(place: Place, day: date, zone: str) -> datetime:
    """When the sun is highest, of all days the time nearest to noon by the clock."""
    clock = datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)
    early = _hour_angle(place, clock)
    return clock - timedelta(days=early / 360)


def _hour_angle(place: Place, at: datetime) -> float:
    """How far the sun is past its highest point, in degrees between -180 and 180."""
    since_midnight = at.hour * 60 + at.minute + (at.second + at.microsecond / 1e6) / 60
    _, equation = _sun(at)
    return ((since_midnight + equation) / 4 + place.lon) % 360 - 180


def _height(place: Place, at: datetime) -> float:
    """How high the sun's center stands over a level horizon, in degrees, without air."""
    declination, _ = _sun(at)
    lat, turn = radians(place.lat), radians(_hour_angle(place, at))
    return degrees(asin(sin(lat) * sin(declination) + cos(lat) * cos(declination) * cos(turn)))


def _sun(at: datetime) -> tuple[float, float]:
    """Its declination in radians, and by how many minutes a sundial is ahead of a clock (the equation of time)."""
    century = (at - J2000) / timedelta(days=36525)
    mean_longitude = radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360)
    anomaly = radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    center = (
        sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + sin(3 * anomaly) * 0.000289
    )
    node = radians(125.04 - 1934.136 * century)
    longitude = mean_longitude + radians(center - 0.00569 - 0.00478 * sin(node))
    tilt = radians(23.439291 - century * (0.0130042 + century * 0.00000016) + 0.00256 * cos(node))
    half = tan(tilt / 2) ** 2
    equation = (
        half * sin(2 * mean_longitude)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * half * sin(anomaly) * cos(2 * mean_longitude)
        - half**2 / 2 * sin(4 * mean_longitude)
        - 5 / 4 * eccentricity**2 * sin(2 * anomaly)
    )
    return asin(sin(tilt) * sin(longitude)), 4 * degrees(equation)
