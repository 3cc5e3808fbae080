"""Names and order of photos: pure rules, by example."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal_app.domain.media.names import LONGEST, clean_name
from portal_app.domain.media.ordering import Placing, arrange, move

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.proof("main-job-18")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("DSC_0042.JPG", "DSC_0042.JPG"),
        ("../../etc/x.jpg", "x.jpg"),
        ("C:\\photos\\front.jpg", "front.jpg"),
        ("a\x00b\x1f.jpg", "ab.jpg"),
        ("CON", "_CON.jpg"),
        ("con.jpg", "_con.jpg"),
        ("..", "photo.jpg"),
        ("", "photo.jpg"),
        (".jpg", "photo.jpg"),
        ("küche 😀.jpg", "küche 😀.jpg"),
        ("evil\u202egpj.exe", "evilgpj.exe.jpg"),
        ('a<b>:"c|?*.jpg', "a_b___c___.jpg"),
        ("two\r\nlines.jpg", "twolines.jpg"),
    ],
)
def test_names_are_safe_and_still_recognizable(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


@pytest.mark.proof("identity-11")
@pytest.mark.parametrize(
    "sent", ["x.exe", "x.html", "x.svg", "x.jpg.js", "x", "x.", "x.JPG", "x.jpeg", "a.verylongending", "..", "x.jp"]
)
def test_every_kept_name_ends_as_a_photograph_does(sent: str) -> None:
    kept = clean_name(sent)
    assert kept.lower().endswith((".jpg", ".jpeg"))
    assert clean_name(kept) == kept


def test_a_long_name_keeps_its_ending() -> None:
    kept = clean_name("x" * 300 + ".jpeg")
    assert len(kept) == LONGEST
    assert kept.endswith("xx.jpeg")


def test_order_is_capture_time_then_name_with_numbers_as_numbers() -> None:
    photos = [
        Placing(1, "IMG_10.jpg", MORNING),
        Placing(2, "IMG_9.jpg", MORNING),
        Placing(3, "plan.jpg"),
        Placing(4, "a.jpg", NOON),
    ]
    assert arrange(photos) == [2, 1, 4, 3]


def test_a_photo_placed_by_hand_stays_when_earlier_ones_arrive() -> None:
    photos = [Placing(1, "b", NOON, 0, is_placed_by_hand=True), Placing(2, "a", MORNING), Placing(3, "c", NOON)]
    assert arrange(photos) == [1, 2, 3]
    assert arrange([*photos, Placing(4, "0", MORNING)]) == [1, 4, 2, 3]


def test_moving_past_the_ends_means_the_ends() -> None:
    assert move([1, 2, 3], 1, 99) == [2, 3, 1]
    assert move([1, 2, 3], 3, -5) == [3, 1, 2]
    assert move([1, 2, 3], 2, 1) == [1, 2, 3]
