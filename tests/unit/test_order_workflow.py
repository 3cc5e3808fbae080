"""Which moves an order may make: every pair of statuses."""

import itertools

import pytest

from portal_app.domain.orders.models import OrderStatus as S
from portal_app.domain.orders.workflow import WrongStatus, is_allowed, move

ALLOWED = {(S.PENDING, S.ACCEPTED), (S.PENDING, S.CANCELED), (S.ACCEPTED, S.COMPLETED), (S.ACCEPTED, S.CANCELED)}


@pytest.mark.proof("main-job-11")
@pytest.mark.parametrize(("before", "after"), list(itertools.product(S, S)))
def test_every_pair(before: S, after: S) -> None:
    assert is_allowed(before, after) == ((before, after) in ALLOWED)
    if (before, after) in ALLOWED:
        assert move(before, after) is after
    else:
        with pytest.raises(WrongStatus):
            move(before, after)
