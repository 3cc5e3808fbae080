"""The gate as a decision table; the same rows stand in the module and in the documentation."""

from __future__ import annotations

import pytest

from portal_app.core.errors import NotFound, Problem
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.delivery.gate import ORIGINAL, SERVED, Gate, Locked, PutAway, Sight, Size, decide, served, sight_for
from portal_app.domain.media.models import RenditionName as R

DECISIONS = [
    # delivered, collect, watermark, due, seen
    (False, False, False, 0, Sight.NOTHING),
    (False, True, True, 0, Sight.NOTHING),
    (False, True, True, 41250, Sight.NOTHING),
    (False, False, True, 41250, Sight.NOTHING),
    (True, False, False, 0, Sight.OPEN),
    (True, False, True, 0, Sight.OPEN),
    (True, False, False, 41250, Sight.OPEN),
    (True, False, True, 41250, Sight.OPEN),
    (True, True, True, 0, Sight.OPEN),
    (True, True, False, 0, Sight.OPEN),
    (True, True, True, -500, Sight.OPEN),
    (True, True, True, 1, Sight.MARKED),
    (True, True, True, 41250, Sight.MARKED),
    (True, True, False, 1, Sight.SMALL),
    (True, True, False, 41250, Sight.SMALL),
]

FILES = [
    # seen, thumb, web, mls, original
    (Sight.NOTHING, NotFound, NotFound, NotFound, NotFound),
    (Sight.MARKED, R.THUMB_MARKED, R.WEB_MARKED, Locked, Locked),
    (Sight.SMALL, R.THUMB, R.SMALL, Locked, Locked),
    (Sight.OPEN, R.THUMB, R.WEB, R.MLS, ORIGINAL),
    (Sight.AWAY, PutAway, PutAway, PutAway, PutAway),
]


@pytest.mark.parametrize(("delivered", "collect", "watermark", "due", "seen"), DECISIONS)
def test_what_the_customer_sees(delivered: bool, collect: bool, watermark: bool, due: int, seen: Sight) -> None:
    policy = {"is_delivered": delivered, "collect_payment": collect, "watermark": watermark, "due_cents": due}
    assert decide(**policy) is seen
    assert decide(**policy, is_away=True) is (Sight.AWAY if delivered else Sight.NOTHING), "whatever was paid"


@pytest.mark.parametrize(("sight", "thumb", "web", "mls", "original"), FILES)
def test_which_file_stands_behind_a_size(sight: Sight, thumb, web, mls, original) -> None:
    for size, wanted in zip(Size, (thumb, web, mls, original), strict=True):
        if isinstance(wanted, type) and issubclass(wanted, Problem):
            with pytest.raises(wanted):
                served(sight, size)
        else:
            assert served(sight, size) == wanted


def test_nothing_clean_above_1024_stands_behind_a_locked_size() -> None:
    assert set(SERVED[Sight.MARKED].values()) <= {R.THUMB_MARKED, R.WEB_MARKED}
    assert set(SERVED[Sight.SMALL].values()) <= {R.THUMB, R.SMALL}


@pytest.mark.parametrize("role", list(Role))
def test_only_the_studio_s_people_look_past_the_gate(role: Role) -> None:
    by = Viewer(studio_id=1, role=role)
    expected = Sight.OPEN if role in {Role.OWNER, Role.ADMIN, Role.PHOTOGRAPHER, Role.EDITOR} else Sight.MARKED
    assert sight_for(by, Gate(Sight.MARKED, 100)) is expected


def test_a_gate_says_whether_it_is_locked() -> None:
    assert [Gate(sight).is_locked for sight in Sight] == [False, True, True, False, False]
    assert [Gate(sight).is_delivered for sight in Sight] == [False, True, True, True, True]
