"""Which bytes of a whole were sent. Values in, value out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST = 200


def with_span(spans: Iterable[Sequence[int]], start: int, stop: int) -> list[list[int]]:
    """The ranges and one more, in order, those that touch made one; never more than 200 (the smallest is forgotten).

    [[0, 4]] and [4, 9) are [[0, 9]]; [[0, 4]] and [6, 9) are [[0, 4], [6, 9]].
    """
    joined: list[list[int]] = []
    for first, last in sorted([*((one[0], one[1]) for one in spans), (start, stop)]):
        if joined and first <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], last)
        elif first < last:
            joined.append([first, last])
    if len(joined) > MOST:
        joined.remove(min(joined, key=lambda one: one[1] - one[0]))
    return joined


def are_whole(spans: Sequence[Sequence[int]], length: int) -> bool:
    """Whether nothing of [0, length) is missing."""
    return length == 0 or [[0, length]] == [list(one) for one in spans]
