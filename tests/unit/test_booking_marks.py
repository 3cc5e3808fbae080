"""What is marked as wrong stays marked until that very field is typed anew, or it is tried again."""

import asyncio

import pytest
import reflex as rx
from reflex_base.event import Event

from portal_app.entrance import Arrival
from portal_app.ui.admin.order.state import AdminOrderState
from portal_app.ui.portal.order.state import OneOrder
from portal_app.ui.public.booking.state import BookingState
from portal_app.ui.public.status.state import OrderStatusPage
from portal_app.ui.shared.guard import MARKS_STAY, Guard
from portal_app.ui.shared.layout import Notes
from portal_app.ui.shared.session import Base
from tests.architecture.test_screens import STUDIO

pytestmark = pytest.mark.proof("booking-03")


@pytest.mark.parametrize(
    ("method", "payload", "stays"),
    [
        ("keep", {"field": "street", "value": "1"}, True),
        ("toggle", {"service": "x"}, True),
        ("go_on", {"form": {}}, False),
    ],
)
def test_a_mark_is_forgotten_when_the_step_is_tried_again(method: str, payload: dict, stays: bool) -> None:
    state = rx.State(_reflex_internal_init=True)
    base = asyncio.run(state.get_state(Base))
    base.field_errors = {"area": "Type the size as a number, for example 3000."}
    event = Event(name=f"{BookingState.get_full_name()}.{method}", payload=payload, router_data={"pathname": "/place-order"})
    assert Guard({})._judge(event, base, Arrival(STUDIO, None), was_open=False) is None
    assert bool(base.field_errors) is stays


@pytest.mark.parametrize("method", [OneOrder.load, OrderStatusPage.load, AdminOrderState.load, Notes.put_away])
def test_reading_the_page_again_leaves_what_a_dialog_said(method) -> None:
    """The dialogs of an order read the page again after each try; a refusal stays beside its field."""
    assert getattr(method.fn, MARKS_STAY)
