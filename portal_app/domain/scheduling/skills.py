"""Who can do what: a service nobody is named for can be done by everybody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Role, Viewer
from portal_app.domain.catalog.models import Service
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.catalog.shelving import TypedService, duplicate_service, save_service
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.scheduling.models import CrewMember, ServiceSkill


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody who goes to properties; `can` says whether they are named for the service."""

    member_id: int
    name: str
    can: bool


def crew_for(db: Session, by: Viewer, service: str) -> list[Able]:
    """Who may be named for a service (a public id, empty for a new one), by name. Two statements. Raises NotAllowed."""
    require_settings(by)
    named = select(ServiceSkill.member_id).join(Service, col(Service.id) == col(ServiceSkill.service_id))
    able = set(db.exec(named.where(ServiceSkill.studio_id == by.studio_id, Service.public_id == service)))
    return [Able(member_id, name, can=member_id in able) for member_id, name in _crew(db, by)]


def save_with_crew(
    db: Session, by: Viewer, public_id: str, typed: TypedService, members: Collection[int], *, now: datetime
) -> str:
    """Save a service and who can do it, at once. Nobody, or everybody, named: everybody can. Raises as `save_service`."""
    saved = save_service(db, by, public_id, typed, now=now)
    crew = {member_id for member_id, _ in _crew(db, by)}
    wanted = set(members)
    if not wanted <= crew:
        raise InvalidInput("crew", "Somebody of these no longer works here. Look at who is chosen, then save again.")
    _name(db, by, saved, wanted if wanted < crew else set())
    return saved


def duplicate_with_crew(db: Session, by: Viewer, public_id: str, *, now: datetime) -> str:
    """A copy that the same people can do. Raises as `duplicate_service`."""
    copied = duplicate_service(db, by, public_id, now=now)
    _name(db, by, copied, {each.member_id for each in crew_for(db, by, public_id) if each.can})
    return copied


def _name(db: Session, by: Viewer, service: str, members: Collection[int]) -> None:
    service_id = db.exec(select(Service.id).where(Service.studio_id == by.studio_id, Service.public_id == service)).one()
    db.execute(delete(ServiceSkill).where(col(ServiceSkill.service_id) == service_id))
    db.add_all(
        ServiceSkill(service_id=service_id or 0, member_id=member_id, studio_id=by.studio_id) for member_id in sorted(members)
    )
    db.flush()


def _crew(db: Session, by: Viewer) -> list[tuple[int, str]]:
    """Photographers, and whoever else is booked."""
    asked = (
        select(Membership.id, Account.name)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .join(CrewMember, col(CrewMember.member_id) == col(Membership.id), isouter=True)
        .where(Membership.studio_id == by.studio_id, col(Membership.left_at).is_(None))
        .where((col(Membership.role) == Role.PHOTOGRAPHER) | col(CrewMember.is_bookable))
        .order_by(col(Account.name), col(Membership.id))
    )
    return [(member_id or 0, name) for member_id, name in db.exec(asked)]
