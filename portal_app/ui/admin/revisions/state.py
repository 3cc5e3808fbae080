"""Every request for changes of the studio: what waits, or all."""

from __future__ import annotations

from portal_app.core.viewer import Permission
from portal_app.domain.delivery.revisions import RevisionRow, revision_rows
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import ask
from portal_app.ui.shared.session import Base, viewer_of


class RevisionsState(Base):
    """The list."""

    rows: list[RevisionRow] = []
    shown: str = "waiting"
    loaded: bool = False

    @staff(Permission.UPLOAD)
    async def load(self) -> None:
        """Read it afresh; also called when something changed."""
        self.rows = await ask(revision_rows, viewer_of(self), are_all=self.shown == "all")
        self.loaded = True

    @staff(Permission.UPLOAD)
    async def show(self, value: str) -> None:
        """What waits, or everything."""
        self.shown = "all" if value == "all" else "waiting"
        await RevisionsState.load.fn(self)
