"""Nothing is shown in a navigation that the guard would refuse, and nothing it would let in is missing."""

from __future__ import annotations

import pytest

from portal_app.core.viewer import STAFF, Permission, Role, Viewer
from portal_app.ui.routes import ROUTES
from portal_app.ui.shared import layout

pytestmark = pytest.mark.proof("identity-12")

DOORS = {row.path: row.callers for row in ROUTES}
STUDIO = {*layout.STUDIO_PLACES, *layout.STUDIO_BAR, *layout.STUDIO_MENU}
PORTAL = {*layout.PORTAL_PLACES, *layout.PORTAL_BAR, *layout.PORTAL_MENU} - {None}


def shown_to(viewer: Viewer, place: layout.Spot) -> bool:
    return place.needs is None or str(place.needs) in {str(permission) for permission in viewer.permissions}


@pytest.mark.parametrize("place", sorted(STUDIO, key=lambda place: place.path), ids=lambda place: place.path)
def test_a_place_of_the_studio_is_shown_to_whom_it_opens(place):
    for role in STAFF:
        for switch in [None, *Permission]:
            extra = frozenset({switch} if switch else ())
            for switches in ({"granted": extra}, {"withheld": extra}):
                viewer = Viewer(studio_id=1, role=role, account_id=1, **switches)
                assert shown_to(viewer, place) == DOORS[place.path].admit(viewer), (place.path, viewer)


@pytest.mark.parametrize("place", sorted(PORTAL, key=lambda place: place.path), ids=lambda place: place.path)
def test_a_customers_place_opens_to_a_customer(place):
    viewer = Viewer(studio_id=1, role=Role.CUSTOMER, account_id=1)
    assert shown_to(viewer, place)
    assert DOORS[place.path].admit(viewer)
