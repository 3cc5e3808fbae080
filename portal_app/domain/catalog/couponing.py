"""The studio writes its coupons, and sees how often each was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, InvalidInput, NotFound
from portal_app.core.tokens import new_public_id
from portal_app.core.viewer import Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.catalog.coupons import clean_code
from portal_app.domain.catalog.models import Coupon, CouponService, Service
from portal_app.domain.catalog.shelf import require_settings
from portal_app.domain.catalog.typed import read_amount, read_cents, read_count, read_day
from portal_app.domain.studios.models import Studio


@dataclass(frozen=True, slots=True)
class TypedCoupon:
    """A coupon as typed. `services` are public ids, none: good for all; the last day counts in full."""

    code: str
    kind: str
    amount: str
    minimum: str = ""
    most_uses: str = ""
    most_per_customer: str = ""
    first_day: str = ""
    last_day: str = ""
    services: tuple[str, ...] = ()
    new_customers_only: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A coupon as the studio edits it."""

    public_id: str
    code: str
    kind: str
    amount: int
    minimum_cents: int
    new_customers_only: bool
    most_uses: int | None
    most_per_customer: int | None
    uses: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_active: bool
    services: tuple[str, ...]


def coupons(db: Session, by: Viewer) -> list[CouponRow]:
    """Every coupon by its code, those in use first. Two statements. Raises NotAllowed."""
    require_settings(by)
    mine = select(Coupon).where(Coupon.studio_id == by.studio_id)
    rows = db.exec(mine.order_by(col(Coupon.is_active).desc(), col(Coupon.code))).all()
    named = (
        select(col(CouponService.coupon_id), col(Service.public_id))
        .join(Service, col(Service.id) == col(CouponService.service_id))
        .where(Service.studio_id == by.studio_id)
    )
    services: dict[int, list[str]] = {}
    for coupon_id, public_id in db.execute(named):
        services.setdefault(coupon_id, []).append(public_id)
    kept = [name for name in CouponRow.__slots__ if name != "services"]
    return [CouponRow(**{n: getattr(row, n) for n in kept}, services=tuple(services.get(row.id or 0, ()))) for row in rows]


def save_coupon(db: Session, by: Viewer, public_id: str, typed: TypedCoupon, *, now: datetime) -> str:
    """Write a coupon, or change it; an empty id means a new one. Orders keep the discount they were placed with.

    Returns its public id. Raises NotAllowed, NotFound, InvalidInput naming the field of TypedCoupon.
    """
    require_settings(by)
    studio = db.exec(select(Studio).where(Studio.id == by.studio_id).with_for_update(key_share=True)).one()
    coupon = (
        _row(db, by, public_id) if public_id else Coupon(studio_id=by.studio_id, public_id=new_public_id(), code="", amount=0)
    )
    coupon.code = _code(db, coupon, typed.code)
    coupon.kind, coupon.amount = read_amount(typed.kind, typed.amount, studio.currency)
    coupon.minimum_cents = read_cents(typed.minimum, "minimum", studio.currency)
    coupon.most_uses = read_count(typed.most_uses, "most_uses")
    if coupon.most_uses is not None and coupon.most_uses < coupon.uses:
        raise InvalidInput("most_uses", f"It was used {coupon.uses} times already. Type at least that many, or turn it off.")
    coupon.most_per_customer = read_count(typed.most_per_customer, "most_per_customer")
    coupon.starts_at = read_day(typed.first_day, "first_day", studio.zone)
    coupon.ends_at = read_day(typed.last_day, "last_day", studio.zone, days=1)
    if coupon.starts_at and coupon.ends_at and coupon.ends_at <= coupon.starts_at:
        raise InvalidInput("last_day", "The last day is before the first. Choose a later one.")
    coupon.new_customers_only, coupon.is_active = typed.new_customers_only, typed.is_active
    good_for = _services(db, by, typed.services)
    db.add(coupon)
    db.flush()
    db.execute(delete(CouponService).where(col(CouponService.coupon_id) == coupon.id))
    db.add_all(CouponService(coupon_id=coupon.id or 0, service_id=each) for each in good_for)
    record(db, by, "coupon.changed" if public_id else "coupon.added", now=now, details={"name": coupon.code})
    return coupon.public_id


def remove_coupon(db: Session, by: Viewer, public_id: str, *, now: datetime) -> None:
    """Forget a coupon that no order was placed with. Raises NotAllowed, NotFound; Conflict for one that an order names."""
    require_settings(by)
    coupon = _row(db, by, public_id)
    code = coupon.code
    try:
        with db.begin_nested():
            db.execute(delete(CouponService).where(col(CouponService.coupon_id) == coupon.id))
            db.delete(coupon)
    except IntegrityError:
        raise Conflict(f"Orders were placed with {code}, so it stays. Turn it off instead: nobody can use it then.") from None
    record(db, by, "coupon.removed", now=now, details={"name": code})


def _row(db: Session, by: Viewer, public_id: str) -> Coupon:
    """Locked: nobody counts a use while its cap changes. Raises NotFound."""
    mine = select(Coupon).where(Coupon.studio_id == by.studio_id, Coupon.public_id == public_id).with_for_update()
    coupon = db.exec(mine.execution_options(populate_existing=True)).first()
    if coupon is None:
        raise NotFound
    return coupon


def _code(db: Session, coupon: Coupon, typed: str) -> str:
    code = clean_code(typed)
    if not code:
        raise InvalidInput("code", "Use letters, digits, - and _, up to 24, beginning and ending with a letter or digit.")
    taken = select(Coupon.id).where(Coupon.studio_id == coupon.studio_id, Coupon.code == code)
    with db.no_autoflush:
        if db.exec(taken.where(Coupon.public_id != coupon.public_id)).first() is not None:
            raise InvalidInput("code", "Another coupon has this code. Choose another, or change that one.")
    return code


def _services(db: Session, by: Viewer, wanted: tuple[str, ...]) -> list[int]:
    mine = select(Service.id).where(Service.studio_id == by.studio_id, col(Service.public_id).in_(wanted))
    with db.no_autoflush:
        found = [each for each in db.exec(mine) if each is not None]
    if len(found) < len(set(wanted)):
        raise InvalidInput("services", "One of these is no longer there. Look at what is chosen, then save again.")
    return found
