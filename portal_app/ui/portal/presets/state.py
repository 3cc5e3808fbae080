"""One preset on the listing in the address: making its files, what cannot comply, and the download."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.core.clock import utc_now
from portal_app.domain.delivery.fit_report import FitReport, Misfit, fit_report, prepare_preset
from portal_app.domain.delivery.gate import Locked
from portal_app.domain.media.presets import presets
from portal_app.ui.shared.guard import customer_or_link
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, route_argument, viewer_of

FIRST = "generic-1024"


@dataclass(frozen=True)
class ReportCard:
    """What is said of one preset here."""

    street: str = ""
    listing: str = ""
    about: str = ""
    source: str = ""
    progress: str = ""
    is_ready: bool = False
    is_working: bool = False
    zip_url: str = ""
    zip_label: str = ""
    misfit_words: str = ""
    waits: str = ""


class MlsSizes(Base):
    """The report of the chosen preset. Nothing is made before somebody asks."""

    preset: str = FIRST
    report: ReportCard = ReportCard()
    misfits: list[Misfit] = []
    loaded: bool = False

    @customer_or_link
    async def load(self) -> None:
        """Read the report afresh."""
        await self._read()
        self.loaded = True

    @customer_or_link
    async def renew(self) -> None:
        """The files are made: say so."""
        await self._read()

    @customer_or_link
    async def choose(self, preset: str) -> None:
        """Another MLS."""
        self.preset = preset if preset in presets() else FIRST
        await self._read()

    @customer_or_link
    async def make(self) -> None:
        """Have the files made that are missing."""
        await act(prepare_preset, viewer_of(self), route_argument(self), self.preset, now=utc_now())
        await self._read()

    async def _read(self) -> None:
        listing = route_argument(self)
        try:
            found = await ask(fit_report, viewer_of(self), listing, self.preset)
        except Locked as refusal:
            self.report, self.misfits = ReportCard(listing=f"/listings/{listing}", waits=str(refusal)), []
        else:
            self.report, self.misfits = report_card(found, listing), found.misfits


def report_card(found: FitReport, listing: str) -> ReportCard:
    """The report in words."""
    rules = found.preset
    is_ready = found.left_count == 0
    made = found.photo_count - found.left_count
    progress = f"{found.fit_count:,} of {found.photo_count:,} photos comply." if is_ready else ""
    if found.is_working:
        progress = f"{made:,} of {found.photo_count:,} photos are done. The page says when all are."
    count = len(found.misfits)
    return ReportCard(
        street=found.street,
        listing=f"/listings/{listing}",
        about=rules.about,
        source=f"{rules.source} As of {rules.as_of:%B} {rules.as_of.day}, {rules.as_of.year}.",
        progress=progress,
        is_ready=is_ready and not found.is_working,
        is_working=found.is_working,
        zip_url=f"/files/preset/{listing}/{rules.slug}" if is_ready and found.fit_count else "",
        zip_label=f"Download {found.fit_count:,}, {found.zip_words}",
        misfit_words="" if not count else "1 photo is left out" if count == 1 else f"{count:,} photos are left out",
    )
