"""Working hours as people type them."""

import pytest

from portal_app.core.errors import InvalidInput
from portal_app.domain.scheduling.spans import Span, in_order, span_of, span_words, typed_of

pytestmark = pytest.mark.proof("booking-05")


@pytest.mark.parametrize(
    ("starts", "ends", "span", "words"),
    [
        ("09:00", "17:00", Span(540, 1020), "9:00 am – 5:00 pm"),
        ("00:00", "08:30", Span(0, 510), "12:00 am – 8:30 am"),
        ("15:00", "00:00", Span(900, 1440), "3:00 pm – midnight"),
        ("9:00", "12:30:00", Span(540, 750), "9:00 am – 12:30 pm"),
    ],
)
def test_two_times_are_a_span(starts: str, ends: str, span: Span, words: str) -> None:
    assert span_of(starts, ends, field="x") == span
    assert span_words(span) == words
    assert span_of(typed_of(span.starts), typed_of(span.ends), field="x") == span


@pytest.mark.parametrize(
    ("starts", "ends"), [("", "17:00"), ("9", "17:00"), ("17:00", "9:00"), ("9:00", "9:00"), ("24:00", "9:00"), ("a:b", "9:00")]
)
def test_what_is_no_span_is_refused_beside_its_field(starts: str, ends: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        span_of(starts, ends, field="monday")
    assert refused.value.field == "monday"


def test_spans_of_a_day_are_sorted_may_touch_and_never_overlap() -> None:
    morning, noon, evening = Span(480, 720), Span(720, 780), Span(1000, 1100)
    assert in_order([evening, morning, noon], field="x") == (morning, noon, evening)
    with pytest.raises(InvalidInput, match=r"8:00 am – 12:00 pm and 11:00 am – 1:00 pm overlap"):
        in_order([Span(660, 780), morning], field="x")
    with pytest.raises(InvalidInput, match="At most 6"):
        in_order([Span(n, n + 1) for n in range(7)], field="x")
