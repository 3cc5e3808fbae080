"""How the studio takes money: whose keys it uses, shown by their last four, and the rules it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now, when_words
from portal_app.core.errors import InvalidInput, NotFound
from portal_app.core.tokens import fingerprint
from portal_app.core.viewer import Permission
from portal_app.domain.billing import connecting
from portal_app.domain.billing.kinds import Mode
from portal_app.domain.billing.models import PaymentPolicy
from portal_app.domain.billing.ruling import SWITCHES, WORDS, own_payment_policy, save_payment_policy
from portal_app.domain.identity.proving import is_proven
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask, leave
from portal_app.ui.shared.session import studio_of, viewer_of

FORMS = tuple(f"{mode}-{what}" for mode in Mode for what in ("key", "webhook"))


@dataclass(frozen=True)
class KeysCard:
    """One mode's keys in words: `Works`, `Harbor Light (…9f2c)`, `…4242`."""

    mode: str = ""
    account: str = ""
    key: str = ""
    webhook: str = ""
    endpoint: str = ""
    is_active: bool = False
    problem: str = ""
    checked: str = ""
    both_count: str = ""
    last_event: str = ""


@dataclass(frozen=True)
class RulesCard:
    """What the fields begin with."""

    relocks_on_dispute: str = ""
    takes_parts: str = ""
    keeps_cards: str = ""
    cancel_refund: str = ""
    invoice_prefix: str = ""
    next_invoice_number: str = ""
    invoice_due_days: str = ""
    invoice_memo: str = ""
    tax_id: str = ""
    payable_to: str = ""


class PaymentSettings(Door):
    """Two sets of keys and one form of rules. No key ever comes here: they are posted by the browser itself. The form
    `began_with` these rules: others are another form."""

    live: KeysCard = KeysCard()
    test: KeysCard = KeysCard()
    rules: RulesCard = RulesCard()
    began_with: str = ""
    is_proven: bool = False
    trying: str = ""
    dropping: str = ""
    loaded: bool = False

    @staff(Permission.SETTINGS)
    async def load(self) -> rx.event.EventSpec | None:
        """Read everything afresh, and what a form said."""
        by = viewer_of(self)
        self.is_proven = await ask(is_proven, by, now=utc_now())
        self.rules = rules_card(await ask(own_payment_policy, by))
        self.began_with = fingerprint(repr(self.rules))
        await self._read_keys()
        self.loaded = True
        flash = self._hear("keys-prove", *FORMS, fields=("secret_key", "webhook_secret", "again"))
        return rx.set_focus(f"{flash.form}-{flash.field}") if self.wrong_field else None

    async def _read_keys(self) -> None:
        now, studio = utc_now(), studio_of(self)
        rows = await ask(connecting.own_keys, viewer_of(self), now=now)
        base = studio.address or wiring.current().settings.public_url
        cards = {mode: keys_card(rows.get(mode), mode, base, studio.zone) for mode in Mode}
        self.live, self.test = cards[Mode.LIVE], cards[Mode.TEST]

    @staff(Permission.SETTINGS)
    async def try_keys(self, mode: str):
        """Ask the payment service with the keys that are kept, and say what it answers."""
        self.trying = as_mode(mode)
        yield
        try:
            problem = await leave(connecting.try_keys, wiring.current().safe, viewer_of(self), as_mode(mode), now=utc_now())
            await self._read_keys()
        finally:
            self.trying = ""
        self._say(problem or "The keys work.", "bad" if problem else "good")

    @staff(Permission.SETTINGS)
    async def ask_disconnect(self, mode: str) -> None:
        """Open the question before keys are no longer used; close it with none."""
        self.dropping = mode if mode in set(Mode) else ""

    @staff(Permission.SETTINGS)
    async def disconnect(self, mode: str) -> None:
        """Use these keys no longer."""
        self.dropping = ""
        await act(connecting.disconnect, viewer_of(self), as_mode(mode), now=utc_now())
        self._say("These keys take no more payments. What was paid stays.")
        await self._read_keys()

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save every rule at once."""
        self.field_errors = {}
        typed = {name: str(value)[:2000] for name, value in form.items()}
        try:
            await act(save_payment_policy, viewer_of(self), typed, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self._say("The rules are saved. Finalized invoices stay as they are.")
        return None


def as_mode(word: str) -> str:
    """One of the two worlds. Raises NotFound for anything else."""
    if word not in set(Mode):
        raise NotFound
    return Mode(word).value


def keys_card(row: connecting.KeysRow | None, mode: str, base: str, zone: str) -> KeysCard:
    """The keys in words."""
    if row is None:
        return KeysCard(mode=mode)
    return KeysCard(
        mode=mode,
        account=f"{row.account_name} (…{row.account_ref[-4:]})" if row.account_ref else "",
        key=row.key_last4 or "????",
        webhook=row.webhook_last4,
        endpoint=f"{base.rstrip('/')}{row.endpoint}",
        is_active=row.is_active,
        problem=row.problem,
        checked=_when(row.checked_at, zone),
        both_count=_when(row.both_count_until, zone),
        last_event=_when(row.last_event_at, zone),
    )


def rules_card(policy: PaymentPolicy) -> RulesCard:
    """The rules as they are typed."""
    return RulesCard(
        cancel_refund=policy.cancel_refund,
        next_invoice_number=str(policy.next_invoice_number),
        invoice_due_days=str(policy.invoice_due_days),
        **{name: getattr(policy, name) for name in WORDS},
        **{name: "on" if getattr(policy, name) else "off" for name in SWITCHES},
    )


def _when(at: datetime | None, zone: str) -> str:
    return when_words(at, zone) if at else ""
