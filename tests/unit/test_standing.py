"""Whether a shared link still opens, and how much one download of it may send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from portal_app.domain.delivery.standing import Standing, may_send, standing_of
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


@dataclass
class Link:
    revoked_at: datetime | None = None
    ends_at: datetime = NOW
    most_downloads: int | None = 2
    used: int = 0


@pytest.mark.parametrize(
    ("link", "stands"),
    [
        (Link(), Standing.OPEN),
        (Link(used=1), Standing.OPEN),
        (Link(used=2), Standing.USED_UP),
        (Link(used=2, most_downloads=None), Standing.OPEN),
        (Link(ends_at=NOW - SECOND), Standing.OVER),
        (Link(ends_at=NOW - SECOND, used=2), Standing.OVER),
        (Link(revoked_at=NOW), Standing.REVOKED),
        (Link(revoked_at=NOW, ends_at=NOW - SECOND, used=2), Standing.REVOKED),
    ],
)
def test_how_a_link_stands(link: Link, stands: Standing) -> None:
    assert standing_of(link, NOW) is stands


@pytest.mark.parametrize(
    ("promised", "asked", "may"),
    [(0, 100, True), (60, 40, True), (100, 25, True), (100, 26, False), (100, 100, False), (26, 100, False), (25, 100, True)],
)
def test_a_download_is_sent_once_and_a_quarter_of_it_again(promised: int, asked: int, may: bool) -> None:
    assert may_send(100, promised, asked) is may
