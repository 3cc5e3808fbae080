"""What was done to a photo, in words; and when an altered photo without its original keeps a listing from being published."""

from __future__ import annotations

import pytest

from portal_app.domain.delivery.disclosing import altered_list
from portal_app.domain.delivery.publishing import Altered, asks_for_pairs, publishing_problems
from portal_app.domain.media.alterations import alteration_words, altered_name, kept_as, note_beside

pytestmark = pytest.mark.proof("delivery-12")


@pytest.mark.parametrize(
    ("rule", "town", "studio", "asked"),
    [
        ("always", "Kingston, NY 12401", "", True),
        ("never", "Carmel-by-the-Sea, CA 93923", "", False),
        ("by_place", "Carmel-by-the-Sea, CA 93923", "Hudson Valley, NY", True),
        ("by_place", "Carmel-by-the-Sea, CA 93923-1234", "", True),
        ("by_place", "Monterey, California", "", True),
        ("by_place", "Reno, NV 89501", "Monterey, CA", False),
        ("by_place", "Somewhere", "Monterey, CA", True),
        ("by_place", "Somewhere", "Monterey Bay", False),
        ("by_place", "", "", False),
    ],
)
def test_where_an_original_is_asked_for(rule: str, town: str, studio: str, asked: bool) -> None:
    assert asks_for_pairs(rule, town, studio) is asked


@pytest.mark.parametrize(
    ("original", "said"),
    [
        ("ready", ""), ("", "has no original beside it"), ("rendering", "still being made"), ("failed", "is damaged"),
        ("removed", "was taken out"),
    ],
)  # fmt: skip
def test_what_keeps_an_altered_photo_back(original: str, said: str) -> None:
    photo = Altered("a1", "dusk.jpg", original)
    problems = publishing_problems([photo], pairs=True)
    assert [(one.public_id, said in one.sentence, "dusk.jpg" in one.sentence) for one in problems] == [("a1", True, True)] * bool(
        said
    )
    assert publishing_problems([photo], pairs=False) == []


@pytest.mark.parametrize(
    ("chosen", "words", "note"),
    [
        (["sky", "staged"], "", "Altered: Virtually staged, sky replaced"),
        (["staged"], "The sofa is not there.", "Altered: Virtually staged. The sofa is not there"),
        (["other"], "The wires are gone", "Altered: The wires are gone"),
        (["nonsense"], "Nothing", ""),
        ([], "Nothing", ""),
    ],
)
def test_the_note_beside_a_photo(chosen: list[str], words: str, note: str) -> None:
    assert note_beside(kept_as(chosen), words) == note


def test_a_file_says_it_by_its_name_and_the_list_says_the_rest() -> None:
    assert [altered_name("IMG_1.jpg", how) for how in ("", "sky")] == ["IMG_1.jpg", "IMG_1 (altered).jpg"]
    assert alteration_words("other", "") == "Altered"
    told = altered_list(
        "9 Lane",
        [("2 (altered).jpg", "Sky replaced", "1.jpg"), ("3 (altered).jpg", "Staged", "")],
        "https://x.example/originals/p",
    )
    assert told == (
        "9 Lane: 2 photos here are digitally altered.\n\n2 (altered).jpg\n  Sky replaced\n  Original: 1.jpg\n\n"
        "3 (altered).jpg\n  Staged\n\nSay so wherever you show them. Everybody can compare them with their originals here:\n"
        "https://x.example/originals/p\n"
    )
