"""Which photo a person moved, read from the order before and after."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.domain.media.ordering import moved_one


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ("abcd", "bcda", ("a", 3)),
        ("abcd", "dabc", ("d", 0)),
        ("abcd", "acbd", ("b", 2)),
        ("abcd", "abcd", None),
        ("abcd", "badc", None),
        ("abcd", "abc", None),
        ("abc", "abd", None),
    ],
)
def test_examples(before: str, after: str, moved: tuple[str, int] | None) -> None:
    assert moved_one(before, after) == moved


@given(st.integers(2, 12), st.data())
def test_putting_it_back_is_the_same_order(count: int, data) -> None:
    before = [chr(97 + i) for i in range(count)]
    start, end = (data.draw(st.integers(0, count - 1)) for _ in "12")
    after = before.copy()
    after.insert(end, after.pop(start))
    moved = moved_one(before, after)
    if after == before:
        assert moved is None
        return
    rest = [each for each in before if each != moved[0]]
    rest.insert(moved[1], moved[0])
    assert rest == after
