"""The studio's own people: who works here, as what, and with which switches.

Only owners manage them. At least one owner who can sign in always remains; whoever leaves keeps their name in history.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from portal_app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from portal_app.core.viewer import STAFF, SWITCHES, Permission, Role, Viewer, permissions_in, permissions_of
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Account, Membership, SignInSession
from portal_app.domain.identity.sessions import as_viewer, end_all_sessions
from portal_app.domain.studios.models import Studio


class LastOwner(Conflict):
    """Without an owner nobody could manage the studio anymore."""

    sentence = "This is the only owner who can sign in. Make somebody else an owner first."


def add_member(db: Session, account: Account, role: str, *, now: datetime) -> Membership:
    """This account works here from now on; whoever left comes back with the new role and no switches of old.

    Their rights changed, so every session of theirs ends: open a fresh one for the browser that accepted.
    Raises Conflict when they work here already.
    """
    kept = db.exec(select(Membership).where(Membership.account_id == account.id).with_for_update()).first()
    if kept and kept.left_at is None:
        raise Conflict("You already work here. Ask an owner to change your role.")
    member = kept or Membership(studio_id=account.studio_id, account_id=account.id, role=role)
    member.role, member.granted, member.withheld, member.joined_at, member.left_at = role, "", "", now, None
    db.add(member)
    db.flush()
    end_all_sessions(db, account.id, now=now)
    record(db, as_viewer(db, account), "member.joined", now=now, details={"member_id": member.id, "after": {"role": role}})
    return member


def change_role(db: Session, by: Viewer, member_id: int, role: str, *, now: datetime) -> None:
    """Another role, with what it may by itself: switches of the old one are forgotten, and they sign in again.

    Raises NotAllowed, NotFound, InvalidInput, LastOwner. The same role again changes nothing.
    """
    member, account = _locked(db, by, member_id)
    if role not in {str(each) for each in STAFF}:
        raise InvalidInput("role", "Choose one of the roles.")
    if role == member.role:
        return
    if member.role == Role.OWNER:
        _refuse_last_owner(db, by, member)
    before = {"role": member.role} | _switches(member)
    member.role, member.granted, member.withheld = role, "", ""
    end_all_sessions(db, account.id, by=by, now=now)
    _note(db, by, "member.role_changed", member, account, now, before=before, after={"role": role} | _switches(member))


def switch_permission(db: Session, by: Viewer, member_id: int, permission: str, *, is_on: bool, now: datetime) -> None:
    """Turn one of SWITCHES on or off for one member, whatever their role says; it holds from their next event on.

    Raises NotAllowed, NotFound, InvalidInput; Conflict for an owner, who keeps everything.
    """
    member, account = _locked(db, by, member_id)
    if permission not in {str(each) for each in SWITCHES}:
        raise InvalidInput("permission", "There is no such switch.")
    if member.role == Role.OWNER:
        raise Conflict("An owner may do everything. Change the role first.")
    wanted, may = Permission(permission), _permissions(member)
    if (wanted in may) == is_on:
        return
    by_role = wanted in permissions_of(Role(member.role), frozenset(), frozenset())
    granted, withheld = permissions_in(member.granted) - {wanted}, permissions_in(member.withheld) - {wanted}
    member.granted = _words(granted | ({wanted} if is_on and not by_role else set()))
    member.withheld = _words(withheld | ({wanted} if by_role and not is_on else set()))
    if wanted is Permission.VIEW_AS:
        _look_as_themselves(db, account)
    _note(db, by, "member.switched", member, account, now, before={permission: not is_on}, after={permission: is_on})


def suspend_member(db: Session, by: Viewer, member_id: int, *, now: datetime) -> None:
    """They cannot sign in until restored, and are out of every open tab at once. Doing it again changes nothing."""
    member, account = _locked(db, by, member_id)
    if account.id == by.account_id:
        raise Conflict("You cannot suspend yourself. Ask another owner.")
    if account.suspended_at:
        return
    if member.role == Role.OWNER:
        _refuse_last_owner(db, by, member)
    account.suspended_at = now
    end_all_sessions(db, account.id, by=by, now=now)
    _note(db, by, "member.suspended", member, account, now, before={"suspended": False}, after={"suspended": True})


def restore_member(db: Session, by: Viewer, member_id: int, *, now: datetime) -> None:
    """They may sign in again, as what they were. Doing it again changes nothing."""
    member, account = _locked(db, by, member_id)
    if account.suspended_at is None:
        return
    account.suspended_at = None
    _note(db, by, "member.restored", member, account, now, before={"suspended": True}, after={"suspended": False})


def remove_member(db: Session, by: Viewer, member_id: int, *, now: datetime) -> None:
    """They no longer work here and are out at once; what they did keeps their name. Raises LastOwner."""
    member, account = _locked(db, by, member_id)
    if member.role == Role.OWNER:
        _refuse_last_owner(db, by, member)
    member.left_at = now
    _note(db, by, "member.removed", member, account, now, before={"role": member.role} | _switches(member), after={})
    member.granted = member.withheld = ""
    end_all_sessions(db, account.id, by=by, now=now)


def _locked(db: Session, by: Viewer, member_id: int) -> tuple[Membership, Account]:
    """One of the studio's people, locked. One change of them at a time per studio: two owners cannot demote each other."""
    if not by.may(Permission.MANAGE_STAFF) or not by.is_themselves:
        raise NotAllowed
    db.exec(select(Studio.id).where(Studio.id == by.studio_id).with_for_update()).one()
    found = db.exec(
        select(Membership, Account)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(Membership.id == member_id, Membership.studio_id == by.studio_id, col(Membership.left_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _refuse_last_owner(db: Session, by: Viewer, leaving: Membership) -> None:
    others = (
        select(func.count())
        .select_from(Membership)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(
            Membership.studio_id == by.studio_id,
            Membership.role == Role.OWNER,
            Membership.id != leaving.id,
            col(Membership.left_at).is_(None),
            col(Account.suspended_at).is_(None),
            col(Account.closed_at).is_(None),
        )
    )
    if not db.exec(others).one():
        raise LastOwner


def _look_as_themselves(db: Session, account: Account) -> None:
    """Whoever may no longer look as a customer stops, also for the day they may again."""
    theirs = (col(SignInSession.account_id) == account.id) & col(SignInSession.view_as_account_id).is_not(None)
    db.execute(update(SignInSession).where(theirs).values(view_as_account_id=None))


def _permissions(member: Membership) -> frozenset[Permission]:
    return permissions_of(Role(member.role), permissions_in(member.granted), permissions_in(member.withheld))


def _switches(member: Membership) -> dict[str, bool]:
    may = _permissions(member)
    return {str(each): each in may for each in SWITCHES}


def _words(permissions: frozenset[Permission]) -> str:
    return " ".join(sorted(permissions))


def _note(
    db: Session,
    by: Viewer,
    kind: str,
    member: Membership,
    account: Account,
    now: datetime,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    details = {
        "member_id": member.id, "account_id": account.id, "name": account.name,
        "before": {name: was for name, was in before.items() if name in changed},
        "after": {name: now_is for name, now_is in after.items() if name in changed},
    }  # fmt: skip
    record(db, by, kind, now=now, details=details)
