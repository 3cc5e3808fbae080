"""The buttons under the visits of an order say which visit they are about when there are several."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal_app.domain.orders.windows import Changes, Free, VisitChange
from portal_app.domain.scheduling.models import Purpose
from portal_app.ui.shared.changing_cards import changes_card

pytestmark = pytest.mark.proof("booking-11")
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
DAY = VisitChange(
    Purpose.VISIT, datetime(2026, 11, 24, 17, 30, tzinfo=UTC), 90, "America/Los_Angeles", "booked", 0, Free(), Free()
)
DUSK = replace(DAY, purpose=Purpose.TWILIGHT, starts_at=None)


def test_two_visits_are_told_apart() -> None:
    card = changes_card(Changes(visits=(DAY, DUSK)), now=NOW)
    assert [visit.which for visit in card.visits] == ["Visit", "Twilight visit"]


def test_the_only_visit_needs_no_name() -> None:
    assert changes_card(Changes(visits=(DAY,)), now=NOW).visits[0].which == ""
