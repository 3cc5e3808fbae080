"""How a studio hands its files over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from portal_app.core.errors import InvalidInput
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.delivery.models import DeliveryPolicy
from portal_app.domain.delivery.naming import Naming
from portal_app.domain.delivery.publishing import AlteredRule
from portal_app.domain.studios.models import Studio

CHOICES = (
    ("naming", Naming, "files are named"),
    ("altered_rule", AlteredRule, "the original of an altered photo is asked for"),
)
MONTHS = (0, 1, 2, 3, 6, 12, 18, 24, 36, 60)


def delivery_policy_of(db: Session, studio_id: int) -> DeliveryPolicy:
    """The studio's own, or one with the defaults."""
    found = db.exec(select(DeliveryPolicy).where(DeliveryPolicy.studio_id == studio_id)).first()
    return found or DeliveryPolicy(studio_id=studio_id)


def own_delivery_policy(db: Session, by: Viewer) -> DeliveryPolicy:
    """A copy as the studio edits it, to be read after the session is over. Raises NotAllowed."""
    require_settings(by)
    return DeliveryPolicy(**delivery_policy_of(db, by.studio_id).model_dump())


def save_delivery_policy(db: Session, by: Viewer, typed: Mapping[str, str], *, now: datetime) -> None:
    """Write it as typed, each by the name of its column. Raises NotAllowed, InvalidInput naming the field."""
    require_settings(by)
    db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    policy = delivery_policy_of(db, by.studio_id)
    months = typed.get("keep_months", str(policy.keep_months))
    if months not in {str(each) for each in MONTHS}:
        raise InvalidInput("keep_months", "Choose one of these.")
    chosen = {"altered_rule": policy.altered_rule, **typed}
    for column, words, said in CHOICES:
        if chosen.get(column, "") not in set(words):
            raise InvalidInput(column, "Choose one of these.")
        if getattr(policy, column) != chosen[column]:
            what = f"{said}: {chosen[column].replace('_', ' ')}"
            record(db, by, "delivery_policy.changed", now=now, details={"what": what})
            setattr(policy, column, chosen[column])
    if policy.keep_months != int(months):
        what = f"files are kept {months} months" if months != "0" else "files are kept for ever"
        record(db, by, "delivery_policy.changed", now=now, details={"what": what})
        policy.keep_months = int(months)
    db.add(policy)
