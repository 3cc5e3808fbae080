"""The questions before what cannot be taken back."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.admin.staff.state import StaffState as S
from portal_app.ui.components.floating import confirm


def questions() -> rx.Component:
    """Before somebody is removed, and before an invitation is taken back."""
    return rx.fragment(_removing(), _revoking())


def _removing() -> rx.Component:
    return confirm(
        rx.cond(S.named, f"Remove {S.named}?", "Remove?"),
        "They are signed out everywhere at once. What they did keeps their name. To bring them back, invite them again.",
        is_open=S.removing != 0,
        keep="Keep them",
        on_keep=S.ask_remove(0, ""),
        act="Remove",
        on_act=S.remove,
    )


def _revoking() -> rx.Component:
    return confirm(
        rx.cond(S.named, f"Take back the invitation of {S.named}?", "Take it back?"),
        "The link in their mail is worth nothing from then on.",
        is_open=S.revoking != "",
        keep="Keep it",
        on_keep=S.ask_revoke("", ""),
        act="Take back",
        on_act=S.revoke,
    )
