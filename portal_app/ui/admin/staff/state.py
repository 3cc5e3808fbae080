"""Who works here: roles, switches, invitations, and whether everybody needs a second step."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal_app.core.clock import utc_now
from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Permission
from portal_app.domain.identity.inviting import invite, resend_invitation, revoke_invitation
from portal_app.domain.identity.queries import members, needs_second_step, staff_invitations
from portal_app.domain.identity.second_step import require_second_step
from portal_app.domain.identity.staff import (
    change_role,
    remove_member,
    restore_member,
    suspend_member,
    switch_permission,
)
from portal_app.ui.admin.staff.cards import (
    FormerCard,
    InvitedCard,
    MemberCard,
    former_card,
    invited_card,
    member_card,
)
from portal_app.ui.shared.failures import beside
from portal_app.ui.shared.guard import staff
from portal_app.ui.shared.run import act, ask
from portal_app.ui.shared.session import Base, viewer_of


class StaffState(Base):
    """The people, those who left, and those who are invited."""

    members: list[MemberCard] = []
    former: list[FormerCard] = []
    invited: list[InvitedCard] = []
    is_required: bool = False
    removing: int = 0
    revoking: str = ""
    named: str = ""
    sent: int = 0
    loaded: bool = False

    @staff(Permission.MANAGE_STAFF)
    async def load(self) -> None:
        """Read everybody afresh; also called when something changed."""
        by, zone, now = viewer_of(self), self.studio.zone, utc_now()
        everybody = await ask(members, by)
        self.members = [member_card(row, zone) for row in everybody if row.left_at is None]
        self.former = [former_card(row, zone) for row in everybody if row.left_at]
        self.invited = [invited_card(row, zone, now) for row in await ask(staff_invitations, by, now=now)]
        self.is_required = await ask(needs_second_step, by)
        self.loaded = True

    @staff(Permission.MANAGE_STAFF)
    async def invite(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Mail an invitation; inviting the same address again sends a new link."""
        self.field_errors = {}
        typed = {name: str(form.get(name, ""))[:300] for name in ("email", "name", "role")}
        try:
            await act(invite, viewer_of(self), **typed, now=utc_now())
        except InvalidInput as wrong:
            return beside(self, wrong)
        self.sent += 1
        self._say(f"An invitation is on its way to {typed['email'].strip()}.")
        await StaffState.load.fn(self)
        return None

    @staff(Permission.MANAGE_STAFF)
    async def resend(self, invitation: str) -> None:
        """A new link; the old one is worth nothing."""
        await act(resend_invitation, viewer_of(self), invitation, now=utc_now())
        self._say("A new link is on its way. The old one no longer works.")
        await StaffState.load.fn(self)

    @staff(Permission.MANAGE_STAFF)
    async def ask_revoke(self, invitation: str, name: str) -> None:
        """Open the question before taking an invitation back; an empty one closes it."""
        self.revoking, self.named = invitation[:64], name[:120]

    @staff(Permission.MANAGE_STAFF)
    async def revoke(self) -> None:
        """Take back the invitation that was asked about."""
        invitation, self.revoking = self.revoking, ""
        await act(revoke_invitation, viewer_of(self), invitation, now=utc_now())
        self._say("The invitation is taken back.")
        await StaffState.load.fn(self)

    @staff(Permission.MANAGE_STAFF)
    async def change_role(self, member: int, form: dict[str, Any]) -> None:
        """Another role; they sign in again."""
        await act(change_role, viewer_of(self), member, str(form.get(f"role-{member}", "")), now=utc_now())
        self._say("The role is saved.")
        await StaffState.load.fn(self)

    @staff(Permission.MANAGE_STAFF)
    async def switch(self, member: int, permission: str, is_on: bool) -> None:  # noqa: FBT001
        """One switch of one member, from their next click on."""
        await act(switch_permission, viewer_of(self), member, permission, is_on=is_on, now=utc_now())
        await StaffState.load.fn(self)

    @staff(Permission.MANAGE_STAFF)
    async def suspend(self, member: int) -> None:
        """Nobody signs in as them until they are restored."""
        await act(suspend_member, viewer_of(self), member, now=utc_now())
        self._say("They are signed out everywhere, and cannot sign in until you restore them.")
        await StaffState.load.fn(self)

    @staff(Permission.MANAGE_STAFF)
    async def restore(self, member: int) -> None:
        """They may sign in again."""
        await act(restore_member, viewer_of(self), member, now=utc_now())
        self._say("They can sign in again.")
        await StaffState.load.fn(self)

    @staff(Permission.MANAGE_STAFF)
    async def ask_remove(self, member: int, name: str) -> None:
        """Open the question before removing somebody; 0 closes it."""
        self.removing, self.named = member, name[:120]

    @staff(Permission.MANAGE_STAFF)
    async def remove(self) -> None:
        """Remove whoever was asked about."""
        member, self.removing = self.removing, 0
        await act(remove_member, viewer_of(self), member, now=utc_now())
        self._say(f"{self.named} no longer works here.")
        await StaffState.load.fn(self)

    @staff(Permission.MANAGE_STAFF)
    async def require(self, is_on: bool) -> None:  # noqa: FBT001
        """Whether everybody who works here needs a second step."""
        await act(require_second_step, viewer_of(self), is_on, now=utc_now())
        await StaffState.load.fn(self)
