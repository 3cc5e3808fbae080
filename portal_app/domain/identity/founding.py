"""Opening a studio: its row, its host and its owner's account, together or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Role
from portal_app.domain.identity.callers import email_key
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.studios.models import Studio, StudioHost
from portal_app.domain.studios.queries import host_name

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class NewStudio:
    """A studio to open. `address` is where links to it lead; the password is hashed before any transaction."""

    slug: str
    name: str
    host: str
    address: str
    zone: str
    currency: str
    owner_name: str
    owner_email: str
    owner_password_hash: str


def found_studio(db: Session, new: NewStudio, *, now: datetime) -> Studio:
    """Open it; the owner's mailbox counts as proven, since whoever runs the machine vouches for it. Raises InvalidInput."""
    _check(db, new)
    studio = Studio(
        slug=new.slug,
        name=new.name.strip(),
        zone=new.zone,
        currency=new.currency.upper(),
        email=new.owner_email.strip(),
        watermark_text=new.name.strip().upper(),
        address=new.address,
    )
    db.add(studio)
    db.flush()
    db.add(StudioHost(studio_id=studio.id, host=host_name(new.host), address=new.address))
    owner = Account(
        studio_id=studio.id,
        name=new.owner_name.strip(),
        email=new.owner_email.strip(),
        email_key=email_key(new.owner_email),
        password_hash=new.owner_password_hash,
        verified_at=now,
        created_at=now,
    )
    db.add(owner)
    db.flush()
    db.add(Membership(studio_id=studio.id, account_id=owner.id, role=Role.OWNER))
    db.flush()
    return studio


def _check(db: Session, new: NewStudio) -> None:
    if not SLUG.fullmatch(new.slug):
        raise InvalidInput("slug", "A studio's short name has small letters, digits and -, for example harbor-light.")
    if new.zone not in available_timezones():
        raise InvalidInput("zone", f"{new.zone} is no time zone. Write it like America/Los_Angeles.")
    if not re.fullmatch(r"[A-Za-z]{3}", new.currency):
        raise InvalidInput("currency", "A currency has three letters, for example USD.")
    email_key(new.owner_email)
    if db.exec(select(Studio.id).where(Studio.slug == new.slug)).first():
        raise InvalidInput("slug", f"There is already a studio called {new.slug}.")
    if db.exec(select(StudioHost.id).where(col(StudioHost.host) == host_name(new.host))).first():
        raise InvalidInput("host", f"Another studio answers on {new.host}. Choose a host name with --host.")
