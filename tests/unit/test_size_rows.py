"""A further size in the catalog's editor leaves every typed end where it was typed."""

import pytest

from portal_app.ui.admin.service.cards import SizeRow, one_more

pytestmark = pytest.mark.proof("booking-01")


@pytest.mark.parametrize(
    ("ends", "more", "where"),
    [([""], ["", ""], ("up_to", 0)), (["1000", ""], ["1000", "", ""], ("up_to", 1)), (["1000"], ["1000", ""], ("price", 1))],
)
def test_one_more_size(ends: list[str], more: list[str], where: tuple[str, int]) -> None:
    rows, *at = one_more([SizeRow(f"k{place}", up_to=end) for place, end in enumerate(ends)], "new")
    assert ([row.up_to for row in rows], tuple(at)) == (more, where)
    assert [row.key for row in rows].count("new") == 1
