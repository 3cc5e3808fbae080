"""The watermark as it is typed, how it looks, and how far the photos are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from portal_app import wiring
from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.media.marks import LONGEST, NO_LOGO, WatermarkCard, read_mark, save_watermark, watermark_card
from portal_app.ui.shared.door import Door
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import viewer_of

FIELDS = ("text", "uses_logo", "place", "opacity")


@dataclass(frozen=True)
class MarkCard:
    """What the fields begin with, and what is said beneath them."""

    text: str = ""
    studio_words: str = ""
    uses_logo: str = ""
    place: str = ""
    opacity: str = ""
    has_logo: bool = False
    has_photos: bool = False
    progress: str = ""
    is_behind: bool = False


class WatermarkSetting(Door):
    """One form with its preview. The form `began_with` this setting: another one is another form."""

    card: MarkCard = MarkCard()
    began_with: str = ""
    preview: str = ""
    loaded: bool = False
    _typed: dict[str, str] = {}

    @staff(Permission.SETTINGS)
    async def load(self) -> rx.event.EventSpec | None:
        """Read the setting afresh, and what the logo's form said."""
        await self._read()
        self._typed = {name: getattr(self.card, name) for name in FIELDS}
        self.began_with = str(hash(tuple(self._typed.items())))
        self._look()
        self.loaded = True
        flash = self._hear("watermark-logo", fields=("logo",))
        return rx.set_focus(f"{flash.form}-{flash.field}") if self.wrong_field else None

    @staff(Permission.SETTINGS)
    async def renew(self) -> None:
        """How far the photos are; what is being typed stays."""
        await self._read()

    @staff(Permission.SETTINGS)
    async def look(self, field: str, value: str) -> None:
        """Something was typed: show how it would look, or say beside the field why it cannot be."""
        if field in FIELDS:
            self._typed = {**self._typed, field: value[: LONGEST + 1]}
            self._look()

    @staff(Permission.SETTINGS)
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Save the setting; every photo follows in the background."""
        self.field_errors = {}
        typed = {name: str(value) for name, value in form.items()}
        try:
            await act(save_watermark, viewer_of(self), typed, wiring.current().renderer.missing_letters, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        await self._read()
        self._say("The watermark is saved. Previews keep the old one until theirs is made.")
        return None

    async def _read(self) -> None:
        self.card = mark_card(await ask(watermark_card, viewer_of(self)))

    def _look(self) -> None:
        self.field_errors = {}
        try:
            _, wants_logo, _, _ = read_mark(self._typed, wiring.current().renderer.missing_letters)
            if wants_logo and not self.card.has_logo:
                raise InvalidInput("uses_logo", NO_LOGO)
        except InvalidInput as wrong:
            self.field_errors = {wrong.field: wrong.sentence}
            return
        if self.card.has_photos:
            self.preview = f"/files/watermark/preview?{urlencode(self._typed)}"


def mark_card(found: WatermarkCard) -> MarkCard:
    """The setting as it is typed."""
    return MarkCard(
        text=found.text,
        studio_words=found.studio_words,
        uses_logo="on" if found.uses_logo else "",
        place=found.place,
        opacity=str(found.opacity),
        has_logo=found.has_logo,
        has_photos=found.photo_count > 0,
        progress=progress_words(found),
        is_behind=found.old_count > 0 and not found.is_working,
    )


def progress_words(found: WatermarkCard) -> str:
    """How far the photos are, or why some are left behind."""
    done = found.photo_count - found.old_count
    if not found.photo_count:
        return "No photos yet. The first ones get this watermark."
    if not found.old_count:
        return f"All {found.photo_count:,} photos carry this watermark." if found.photo_count > 1 else "Your photo carries it."
    if found.is_working:
        return f"{done:,} of {found.photo_count:,} photos carry it so far. Until then the others keep the one before."
    return f"{found.old_count:,} of {found.photo_count:,} photos keep the one before. Save again to try them once more."
