"""What the words of a line promise, and what a checklist makes of several."""

from __future__ import annotations

import pytest

from portal_app.domain.delivery.promises import Promise, Row, checklist, counted_photos, gap_words, promised
from portal_app.domain.media.kinds import AssetKind as K

pytestmark = pytest.mark.proof("delivery-10")


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("Listing photos, 25 photos", 25),
        ("Six pictures in the half hour after sunset", 6),
        ("8 aerial images", 8),
        ("Hand-blended interiors, about 30 pictures", None),
        ("Up to 25 photos", None),
        ("Twenty printed cards", None),
        ("3D tour and photos", None),
        ("2,400 sq ft", None),
    ],
)
def test_the_number_of_photos_in_words(words: str, number: int | None) -> None:
    assert counted_photos(words) == number


@pytest.mark.parametrize(
    ("line", "sure", "some"),
    [
        (Promise("Signature photos", "About 30 pictures"), {}, {K.PHOTO}),
        (Promise("Listing photos, 40 photos", said={K.PHOTO: 25}), {K.PHOTO: 40}, set()),
        (Promise("Signature photos", said={K.PHOTO: 25}), {K.PHOTO: 25}, set()),
        (Promise("Aerial photos", "Eight pictures from a pilot", quantity=2), {K.PHOTO: 16}, set()),
        (Promise("Listing film", "Cut to music, with photos", said={K.PHOTO: 0}), {}, {K.VIDEO}),
        (Promise("2D floor plan", "Measured on site", is_add_on=True), {}, {K.FLOOR_PLAN}),
        (Promise("Rush", "Your photos by 8 am", is_add_on=True), {}, set()),
        (Promise("Matterport", "Walk through every room"), {}, {K.TOUR}),
        (Promise("Window cards", "Twenty printed cards"), {}, set()),
        (
            Promise("Showcase", "Photos and film", parts=(Promise("Six pictures"), Promise("Floor plan"))),
            {K.PHOTO: 6}, {K.FLOOR_PLAN},
        ),
        (Promise("Showcase", said={K.PHOTO: 30, K.FLOOR_PLAN: 2}, parts=(Promise("Six pictures"), Promise("Floor plan"))),
         {K.PHOTO: 30, K.FLOOR_PLAN: 2}, set()),
    ],
)  # fmt: skip
def test_what_a_line_promises(line: Promise, sure: dict, some: set) -> None:
    assert promised(line) == (sure, some)


def test_a_checklist_adds_up_what_is_sure_and_asks_once_for_what_is_not() -> None:
    lines = [
        Promise("Photos", said={K.PHOTO: 25}),
        Promise("Aerial", "Eight photos"),
        Promise("Listing film"),
        Promise("You in the film", is_add_on=True),
        Promise("Floor plan"),
    ]
    rows = checklist(lines, {"photo": 30, "video": 3})
    assert rows == [Row(K.PHOTO, 33, 30), Row(K.VIDEO, 1, 3, at_least=True), Row(K.FLOOR_PLAN, 1, 0, at_least=True)]
    assert gap_words(rows) == "3 photos, 1 floor plan"
    assert gap_words(checklist(lines, {"photo": 33, "video": 1, "floor_plan": 1})) == ""
