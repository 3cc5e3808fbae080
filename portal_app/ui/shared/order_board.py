"""What the customer's and the studio's order tables share: a page of rows, the filters with their counts, the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import reflex as rx

from portal_app.core.viewer import Viewer
from portal_app.domain.billing.queries import balances_for
from portal_app.domain.delivery.queries import cover_urls
from portal_app.domain.orders.queries import PAGE, order_rows, status_counts
from portal_app.ui.components.buttons import button
from portal_app.ui.components.tables import order_heads, order_row, table
from portal_app.ui.shared.order_cards import STATUS_WORDS, OrderCard, order_card
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base

MOST = 500


async def read_page(
    by: Viewer, *, status: str, search: str, after: str, zone: str, team: str = "", base: str = "/orders", least: int = 0
) -> tuple[list[OrderCard], str]:
    """Cards of one page (of `least` rows, if that is more) and the key to the next, empty at the end."""
    asked = {"status": status, "search": search, "team": team, "after": after}
    found = await ask(order_rows, by, **asked, limit=max(PAGE, min(least, MOST)))
    owed = await ask(balances_for, by, [row.id for row in found.rows])
    covers = await ask(cover_urls, by, [row.listing_id for row in found.rows])
    dues = {order_id: money.due for order_id, money in owed.items()}
    cards = [
        order_card(row, zone=zone, base=base, due_cents=dues.get(row.id, 0), cover=covers.get(row.listing_id, ""))
        for row in found.rows
    ]
    return cards, found.more


async def read_counts(by: Viewer, team: str = "") -> dict[str, int]:
    """How many orders the viewer sees in each status."""
    return {str(status): count for status, count in (await ask(status_counts, by, team=team)).items()}


def filters(counts: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Value, words and count of every filter; the empty value shows all."""
    each = [(status, words, str(counts.get(status, 0))) for status, words in STATUS_WORDS.items()]
    return [("", "All", str(sum(counts.values()))), *each]


def order_table(
    rows: rx.Var, more: rx.Var, show_more, caption: Callable[[rx.Var], rx.Var], whose: Callable[[rx.Var], rx.Var]
) -> rx.Component:
    """The rows, and a button for the next page; `caption` picks what stands beneath a street, `whose` what beneath that."""

    def row(card: rx.Var) -> rx.Component:
        return order_row(
            href=card.href,
            cover=card.cover,
            street=card.street,
            town=caption(card),
            whose=whose(card),
            state=card.status,
            due=card.due,
            when=card.when,
            total=card.total,
            placed=card.placed,
        )

    next_page = rx.el.div(button("Show 25 more", on_click=show_more), class_name="row more end")
    shown = table("Orders, newest first", order_heads(with_totals=Base.me.sees_money), rx.foreach(rows, row))
    return rx.fragment(shown, rx.cond(more, next_page, rx.fragment()))
