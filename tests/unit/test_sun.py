"""The sun over twelve cities for a whole year, against two independent sources. No network: sockets are refused here."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal_app.domain.listings.places import Place
from portal_app.domain.scheduling.sun import NoSunset, sunset, twilight_span

pytestmark = pytest.mark.proof("booking-07")

CLOSE = timedelta(minutes=2)
NEW_YEAR = date(2026, 1, 1)
NEVER = {"****": NoSunset.STAYS_UP, "----": NoSunset.STAYS_DOWN}

# What the U.S. Naval Observatory published for 2020: sunset in UTC on the 5th and 15th of each month.
NAVAL_OBSERVATORY = {
    ("Anchorage", 61.216667, -149.866667, "America/Anchorage"): (
        "0057 0119 0215 0243 0335 0401 0455 0521 0614 0641 0727 0740 0735 0719 0628 0559 0454 0422 0319 0248 0148 0122 0047 0040"
    ),
    ("Auckland", -36.833333, 174.8, "Pacific/Auckland"): (
        "0744 0742 0729 0719 0654 0640 0609 0555 0531 0522 0511 0511 0517 0523 0539 0547 0604 0612 0628 0637 0658 0708 0728 0736"
    ),
    ("Brasilia", -15.8, -47.85, "America/Sao_Paulo"): (
        "2148 2150 2147 2144 2133 2125 2110 2103 2052 2049 2047 2048 2053 2056 2101 2103 2106 2107 2109 2111 2117 2122 2133 2139"
    ),
    ("Singapore", 1.283333, 103.833333, "Asia/Singapore"): (
        "1111 1115 1121 1121 1119 1117 1111 1109 1106 1106 1109 1111 1115 1116 1116 1114 1107 1103 1056 1053 1050 1051 1057 1101"
    ),
}


def tables() -> list[tuple[str, float, float, str, list[str]]]:
    """The twelve cities of sunsets.txt: name, latitude, longitude, zone, and a word for each evening (tests/sun_tables.py)."""
    cities: list[tuple[str, float, float, str, list[str]]] = []
    for line in Path(__file__).with_name("sunsets.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            _, lat, lon, zone, name = line.split(maxsplit=4)
            cities.append((name, float(lat), float(lon), zone, []))
        else:
            cities[-1][-1].extend(line.split())
    return cities


@pytest.mark.parametrize(("name", "lat", "lon", "zone", "evenings"), tables(), ids=lambda value: value if value is str else "")
def test_every_evening_of_a_year_is_within_two_minutes_of_the_table(
    name: str, lat: float, lon: float, zone: str, evenings: list[str]
) -> None:
    assert len(evenings) == 365
    wrong = []
    for number, word in enumerate(evenings):
        day = NEW_YEAR + timedelta(days=number)
        found = sunset(Place(lat, lon), day, zone)
        if word in NEVER or isinstance(found, NoSunset):
            is_right = found is NEVER.get(word)
        else:
            clock = datetime.combine(day, datetime.min.time()) + timedelta(hours=int(word[:2]), minutes=int(word[2:]))
            is_right = abs(found - clock.replace(tzinfo=ZoneInfo(zone))) <= CLOSE
        if not is_right:
            wrong.append((day.isoformat(), word, str(found)))
    assert not wrong, f"{name}: {wrong}"


def test_there_are_twelve_cities_and_among_them_polar_days_polar_nights_half_hours_and_clocks_of_both_halves() -> None:
    cities = tables()
    assert len(cities) == 12
    assert {word for *_, words in cities for word in words} >= set(NEVER)
    offsets = {
        datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() % timedelta(hours=1)
        for *_, zone, _ in cities
        for month in (1, 7)
    }
    assert offsets == {timedelta(0), timedelta(minutes=30), timedelta(minutes=45)}


@pytest.mark.parametrize(("city", "published"), NAVAL_OBSERVATORY.items(), ids=[city[0] for city in NAVAL_OBSERVATORY])
def test_what_the_naval_observatory_published(city: tuple[str, float, float, str], published: str) -> None:
    _, lat, lon, zone = city
    for number, word in enumerate(published.split()):
        day = date(2020, number // 2 + 1, 5 + number % 2 * 10)
        # The published day is the one of UTC, the evening is the one there.
        there = next(
            evening for evening in (day - timedelta(days=1), day) if sunset(Place(lat, lon), evening, zone).date() == day
        )
        at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=int(word[:2]), minutes=int(word[2:]))
        assert abs(sunset(Place(lat, lon), there, zone) - at) <= CLOSE, (day, word)


@pytest.mark.parametrize(
    ("day", "is_set_at"),
    [
        (date(2026, 3, 7), "2026-03-07T18:08:00-08:00"),
        (date(2026, 3, 8), "2026-03-08T19:09:00-07:00"),
        (date(2026, 10, 31), "2026-10-31T18:13:00-07:00"),
        (date(2026, 11, 1), "2026-11-01T17:12:00-08:00"),
    ],
)
def test_the_visit_follows_the_sun_when_the_clocks_change(day: date, is_set_at: str) -> None:
    starts_at, ends_at = twilight_span(Place(36.6, -121.895), day, "America/Los_Angeles", 60)
    assert abs(starts_at - datetime.fromisoformat(is_set_at)) <= CLOSE
    assert (starts_at.second, starts_at.microsecond) == (0, 0)
    assert ends_at - starts_at == timedelta(minutes=60)


def test_a_day_without_a_sunset_says_so() -> None:
    tromso = Place(69.65, 18.96)
    assert twilight_span(tromso, date(2026, 6, 20), "Europe/Oslo", 60) is NoSunset.STAYS_UP
    assert twilight_span(tromso, date(2026, 12, 20), "Europe/Oslo", 60) is NoSunset.STAYS_DOWN
    assert "does not set" in NoSunset.STAYS_UP


def test_every_evening_has_one_sunset_even_when_it_falls_after_midnight() -> None:
    reykjavik, zone = Place(64.135, -21.895), "Atlantic/Reykjavik"
    sunsets = [sunset(reykjavik, date(2026, 6, 1) + timedelta(days=number), zone) for number in range(45)]
    steps = [after - before for before, after in itertools.pairwise(sunsets)]
    assert all(abs(step - timedelta(days=1)) < timedelta(minutes=4) for step in steps)
    assert any(at.date() > date(2026, 6, 1) + timedelta(days=number) for number, at in enumerate(sunsets))


def test_a_zone_far_from_its_meridian_still_has_its_evening() -> None:
    west_of_china = sunset(Place(39.47, 75.99), date(2026, 6, 20), "Asia/Shanghai").astimezone(ZoneInfo("Asia/Shanghai"))
    assert west_of_china.date() == date(2026, 6, 20)
    assert west_of_china.hour == 22
