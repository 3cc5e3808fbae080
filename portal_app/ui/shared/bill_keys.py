"""The name of a bill as one word, for pages to hand back."""

from __future__ import annotations

from portal_app.domain.billing.bills import BillName


def bill_key(name: BillName) -> str:
    """`order-1042`, `invoice-…`."""
    return f"order-{name.order}" if name.order else f"invoice-{name.invoice}"


def named(key: str) -> BillName:
    """The bill that a key names; client data, so it is found through what the viewer may pay."""
    kind, _, which = key.partition("-")
    is_order = kind == "order" and which.isdecimal() and len(which) < 10
    return BillName(order=int(which)) if is_order else BillName(invoice=which)
