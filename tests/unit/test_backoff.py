import pytest

from portal_app.jobs.claiming import backoff

pytestmark = pytest.mark.proof("main-job-05")


@pytest.mark.parametrize(
    ("tries", "spread", "seconds"),
    [(1, 0, 2), (2, 0, 4), (5, 0, 32), (11, 0, 2048), (12, 0, 3600), (500, 0, 3600), (1, 1, 1), (5, 0.5, 24), (12, 1, 1800)],
)
def test_waits_double_up_to_an_hour_and_jitter_takes_up_to_half(tries: int, spread: float, seconds: float) -> None:
    assert backoff(tries, spread).total_seconds() == seconds
