"""How somebody signs in: password, passkeys, second step, and the browsers where they are signed in."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.domain.identity import enrolling
from portal_app.domain.identity.passkeys import remove_passkey, rename_passkey
from portal_app.domain.identity.proving import NotProven
from portal_app.domain.identity.queries import security_of, sessions_of
from portal_app.domain.identity.sessions import end_other_sessions, end_own_session
from portal_app.ui.components.signing import picture_of
from portal_app.ui.portal.security.cards import BrowserCard, KeyCard, browser_card, file_of, key_card, since_words
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import person
from portal_app.ui.shared.run import act, ask, leave
from portal_app.ui.shared.session import studio_of, viewer_of


class Security(Door):
    """What its owner sees of their own sign-in."""

    loaded: bool = False
    is_proven: bool = False
    must: bool = False
    keys: list[KeyCard] = []
    browsers: list[BrowserCard] = []
    app_since: str = ""
    spare: int = 0
    picture: str = ""
    key: str = ""
    codes: list[str] = []
    codes_file: str = ""
    naming: int = 0
    removing: int = 0
    chosen: str = ""

    @person
    async def load(self) -> rx.event.EventSpec | None:
        """Show what there is, and what a form said."""
        if self.me.behind:
            self.loaded = True
            return None
        await self._read()
        self.loaded, self.naming, self.removing = True, 0, 0
        flash = self._hear("password", "prove", "second-step-off", "second-step-on", fields=("current", "password", "again"))
        return rx.set_focus(f"{flash.form}-{flash.field}") if self.wrong_field else None

    @person
    async def reread(self) -> None:
        """A device answered: show what there is now."""
        await self._read()

    async def _read(self) -> None:
        by, zone = viewer_of(self), studio_of(self).zone
        own = await ask(security_of, by, now=utc_now())
        self.is_proven, self.must = own.is_proven, own.must_have_one
        self.keys = [key_card(row, zone) for row in own.passkeys]
        self.app_since, self.spare = since_words(own.app_since, zone), own.spare_codes
        self.browsers = [browser_card(row, zone) for row in await ask(sessions_of, by)]

    @person
    async def begin_app(self) -> rx.event.EventSpec | None:
        """A fresh secret to scan, then its first code to type."""
        made = await self._proven(act(enrolling.begin_app, wiring.current().seal, viewer_of(self), now=utc_now()))
        if made:
            self.picture, self.key = picture_of(made.address), made.key
        return rx.set_focus("code") if made else None

    @person
    async def drop_app(self) -> None:
        """Think better of it: what was shown is worth nothing."""
        self.picture = self.key = ""

    @person
    async def confirm_app(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """The first code of the app turns it on; then the spare ones are shown, once."""
        by = viewer_of(self)
        try:
            await leave(enrolling.confirm_app, wiring.current().seal, by, str(form.get("code", ""))[:40], now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.picture = self.key = ""
        return Security.make_codes

    @person
    async def make_codes(self) -> None:
        """Ten fresh spare codes, shown this once."""
        made = await self._proven(leave(enrolling.make_spare_codes, viewer_of(self), now=utc_now()))
        if made:
            self.codes, self.codes_file = made, file_of(made, studio_of(self).name)
        await self._read()

    @person
    async def put_codes_away(self) -> None:
        """They are kept: they leave the page for good."""
        self.codes, self.codes_file = [], ""

    @person
    async def ask_name(self, passkey_id: int) -> None:
        """Open the dialog that names a passkey."""
        self.naming, self.chosen = passkey_id, self._name_of(passkey_id)

    @person
    async def save_name(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save what it is called."""
        try:
            await act(rename_passkey, viewer_of(self), self.naming, str(form.get("name", ""))[:200], now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.naming = 0
        await self._read()
        return None

    @person
    async def ask_removal(self, passkey_id: int) -> None:
        """Open the dialog that removes a passkey."""
        self.removing, self.chosen = passkey_id, self._name_of(passkey_id)

    @person
    async def remove(self) -> None:
        """It opens nothing from now on."""
        passkey_id, self.removing = self.removing, 0
        await self._proven(act(remove_passkey, viewer_of(self), passkey_id, now=utc_now()))
        await self._read()

    @person
    async def put_away(self) -> None:
        """Close whichever dialog is open."""
        self.naming = self.removing = 0

    @person
    async def end_session(self, session_id: int) -> None:
        """Sign another browser out."""
        await act(end_own_session, viewer_of(self), session_id, now=utc_now())
        self._say("That browser is signed out.")
        await self._read()

    @person
    async def end_others(self) -> None:
        """Sign every other browser out."""
        ended = await act(end_other_sessions, viewer_of(self), now=utc_now())
        self._say(f"{ended} other browser{'' if ended == 1 else 's'} signed out." if ended else "No other browser was signed in.")
        await self._read()

    async def _proven(self, doing: Any) -> Any:
        """What was asked for; nothing when the password is asked for first, which the page then does."""
        try:
            return await doing
        except NotProven as lapsed:
            self.is_proven, self.picture, self.key = False, "", ""
            self._say(lapsed.sentence, "bad")
        return None

    def _name_of(self, passkey_id: int) -> str:
        return next((card.name for card in self.keys if card.id == passkey_id), "")
