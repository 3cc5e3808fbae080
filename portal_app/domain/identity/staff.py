"""The studio's own people: who works here, as what, and with which switches."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.errors import Conflict
from portal_app.domain.activity.service import record
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.identity.sessions import as_viewer, end_all_sessions


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
