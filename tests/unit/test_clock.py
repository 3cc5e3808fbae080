"""Instants read as wall time at the property."""

from datetime import UTC, datetime

import pytest

from portal_app.core.clock import at_wall_time, duration_words, span_words, when_words, zone_words

PACIFIC = "America/Los_Angeles"


def test_words_are_those_of_the_property() -> None:
    at = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
    assert when_words(at, PACIFIC) == "Thu 26 Nov, 9:30 am"
    assert span_words(at, 105, PACIFIC) == "9:30 – 11:15 am"
    assert span_words(at, 180, PACIFIC) == "9:30 am – 12:30 pm"
    assert zone_words(PACIFIC) == "Pacific time"
    assert zone_words("Europe/Madrid") == "Europe/Madrid"


@pytest.mark.parametrize(("minutes", "words"), [(105, "1 h 45 min"), (60, "1 h"), (15, "15 min"), (0, "0 min")])
def test_durations(minutes: int, words: str) -> None:
    assert duration_words(minutes) == words


def test_a_skipped_wall_time_is_refused_and_a_doubled_one_is_the_first() -> None:
    with pytest.raises(ValueError):
        at_wall_time(datetime(2026, 3, 8, 2, 30), PACIFIC)
    assert at_wall_time(datetime(2026, 11, 1, 1, 30), PACIFIC) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
