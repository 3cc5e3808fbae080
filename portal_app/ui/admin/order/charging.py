"""Charging a card on file for what an order owes: which card, one question, and what the bank said."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import PaymentProblem
from portal_app.core.money import money_words
from portal_app.core.viewer import Permission
from portal_app.domain.billing import charging
from portal_app.domain.billing.gateway import CardDeclined, CardholderNeeded
from portal_app.off_loop import call
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import choice
from portal_app.ui.components.floating import dialog
from portal_app.ui.components.frames import note
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import leave
from portal_app.ui.shared.session import Base, may, studio_of, viewer_of

CONFIRM = "The bank asks {whose} to confirm. Nothing was charged; a mail with a payment link is on its way to them."
LATER = "The bank takes its time. The payment shows here when it arrives."


@dataclass(frozen=True)
class FileCard:
    """`Visa ending in 4242`, `Expires 12/34`."""

    id: str
    name: str
    words: str


class Charging(Base):
    """The open question. `turn` counts the answers, so that a second click of the same question asks nothing twice."""

    order: int = 0
    whose: str = ""
    amount: str = ""
    cards: list[FileCard] = []
    chosen: str = ""
    problem: str = ""
    turn: int = 0
    looking: bool = False
    going: bool = False

    @staff(Permission.CHARGE)
    async def open(self, order: int):
        """Ask for the cards on file, and open the question; without one, say so."""
        self.looking = True
        yield
        try:
            gateway = await call(wiring.current().gateway_for, studio_of(self).id)
            found = await leave(charging.chargeable, gateway, viewer_of(self), order)
        finally:
            self.looking = False
        self.cards = [FileCard(card.id, card.name, f"Expires {card.expires}") for card in found.cards]
        self.amount, self.whose = money_words(found.due_cents, found.currency), found.whose
        self.order, self.chosen, self.problem = order, self.cards[0].id, ""

    @staff(Permission.CHARGE)
    async def choose(self, card: str) -> None:
        """This card, not the one that goes first."""
        self.chosen, self.problem = card if card in [each.id for each in self.cards] else self.chosen, ""

    @staff(Permission.CHARGE)
    async def put_away(self) -> None:
        """Think better of it."""
        self.order, self.problem = 0, ""

    @staff(Permission.CHARGE)
    async def charge(self, turn: int):
        """Charge it. A declined card leaves the question open for another."""
        if turn != self.turn or not self.order:
            return
        self.going, self.problem = True, ""
        yield
        try:
            await self._charge()
        except CardholderNeeded:
            self._say(CONFIRM.format(whose=self.whose))
            self.order = 0
        except PaymentProblem as refusal:
            by_bank = isinstance(refusal, CardDeclined) and refusal.payment_id
            self.problem = f"The bank says: {refusal.sentence} Nothing was charged." if by_bank else refusal.sentence
        finally:
            self.going, self.turn = False, self.turn + 1

    async def _charge(self) -> None:
        studio = studio_of(self)
        gateway = await call(wiring.current().gateway_for, studio.id)
        base_url = studio.address or wiring.current().settings.public_url
        done = await leave(
            charging.charge_card, gateway, viewer_of(self), self.order, self.chosen, base_url=base_url, now=utc_now()
        )
        self.order = 0
        words = f"{money_words(done.amount_cents, done.currency)} charged to {done.card}. They get a receipt."
        self._say(LATER if done.is_on_its_way else words)


def charge_button(order: rx.Var) -> rx.Component:
    """For those who may; the question opens with the cards that are on file."""
    press = button(
        "Charge card on file", drawing="card", wide=True, busy=Charging.looking, busy_label="Looking for cards",
        disabled=has_connection_errors, on_click=Charging.open(order),
    )  # fmt: skip
    return rx.cond(may(Permission.CHARGE) & may(Permission.SEE_MONEY), press, rx.fragment())


def charge_dialog() -> rx.Component:
    """Whose card, how much, and what follows."""
    words = rx.fragment(
        "For ", rx.el.b(Charging.whose), ". They get a receipt. If their bank asks for them, they get a payment link instead."
    )  # fmt: skip
    rows = rx.el.fieldset(
        rx.el.legend("Card on file", class_name="label"), rx.foreach(Charging.cards, _card), class_name="offers"
    )
    acts = rx.el.div(
        button("Cancel", kind="soft", on_click=Charging.put_away),
        button(
            rx.el.span("Charge ", rx.el.span(Charging.amount, class_name="num")), kind="main", busy=Charging.going,
            busy_label="Asking the bank", disabled=has_connection_errors, on_click=Charging.charge(Charging.turn),
        ),
        class_name="row wrap acts",
    )  # fmt: skip
    refused = rx.el.div(rx.cond(Charging.problem, note(Charging.problem, tone="bad"), rx.fragment()), role="alert")
    body = rx.el.div(rx.el.p(words, class_name="quiet"), refused, rows, class_name="stack")
    question = dialog(
        rx.cond(Charging.amount, f"Charge {Charging.amount}?", "Charge"), body, acts, is_open=Charging.order > 0,
        on_dismiss=Charging.put_away,
    )  # fmt: skip
    return rx.cond(may(Permission.CHARGE), question, rx.fragment())


def _card(card: rx.Var) -> rx.Component:
    return choice(
        card.name, name="charged-card", value=card.id, checked=Charging.chosen == card.id, detail=card.words,
        on_change=Charging.choose(card.id).stop_propagation,
    )  # fmt: skip
