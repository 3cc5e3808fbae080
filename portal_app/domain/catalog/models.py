"""What a studio sells: services, packages and add-ons, their variants and tiers, and what joins a price beside them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from portal_app.domain.columns import filled, instant, one_of


class Kind(StrEnum):
    """A package is a bundle whose parts cost more when bought one by one."""

    SERVICE = "service"
    PACKAGE = "package"
    ADD_ON = "add_on"


class Service(SQLModel, table=True):
    """What can be ordered. Price and minutes come from the tier that covers the property's area.

    `category` groups services on the shelf. A twilight service is taken at dusk, on a visit of its own. Without a tax
    group of its own it is taxed by the studio's default group. What is archived is not on sale and leaves the shelf; orders,
    packages and coupons that name it keep it. `photos` to `tours` say how many of each are handed over for it; None leaves
    that to its words. `revision_rounds` says how many requests for changes come with it.
    """

    __tablename__ = "service"
    __table_args__ = (
        one_of("kind", Kind, "service"),
        ForeignKeyConstraint(["tax_group_id"], ["tax_group.id"], name="fk_service_tax_group"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    kind: str = Kind.SERVICE
    name: str
    detail: str = ""
    category: str = filled("")
    position: int = 0
    is_active: bool = True
    is_archived: bool = filled(False)
    is_twilight: bool = filled(False)
    most: int = filled(1)
    tax_group_id: int | None = None
    photos: int | None = None
    videos: int | None = None
    floor_plans: int | None = None
    tours: int | None = None
    revision_rounds: int | None = None


class Variant(SQLModel, table=True):
    """One form of a service, such as 25 or 40 photos: it has tiers of its own and is what is chosen."""

    __tablename__ = "variant"

    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id", index=True)
    public_id: str = Field(unique=True)
    name: str
    position: int = 0
    is_active: bool = True


class Tier(SQLModel, table=True):
    """Price in minor units and minutes on site for properties up to an area; no upper end means any size above."""

    __tablename__ = "tier"
    __table_args__ = (
        UniqueConstraint("service_id", "variant_id", "up_to", name="uq_tier_area"),
        CheckConstraint("price_cents >= 0 AND minutes >= 0", name="ck_tier_positive"),
        ForeignKeyConstraint(["variant_id"], ["variant.id"], name="fk_tier_variant"),
    )

    id: int | None = Field(default=None, primary_key=True)
    service_id: int = Field(foreign_key="service.id", index=True)
    variant_id: int | None = None
    up_to: int | None = None
    price_cents: int
    minutes: int


class PackagePart(SQLModel, table=True):
    """A service inside a package, so that the saving can be shown."""

    __tablename__ = "package_part"

    package_id: int = Field(foreign_key="service.id", primary_key=True)
    service_id: int = Field(foreign_key="service.id", primary_key=True)


class AddOnPlace(SQLModel, table=True):
    """What an add-on goes with: one service or package, or a category. An add-on without a place goes with everything."""

    __tablename__ = "add_on_place"
    __table_args__ = (CheckConstraint("service_id IS NOT NULL OR category <> ''", name="ck_add_on_place_somewhere"),)

    id: int | None = Field(default=None, primary_key=True)
    add_on_id: int = Field(foreign_key="service.id", index=True)
    service_id: int | None = Field(default=None, foreign_key="service.id")
    category: str = ""


class TaxGroup(SQLModel, table=True):
    """How something is taxed: none, one or several rates. One group of a studio is the default."""

    __tablename__ = "tax_group"
    __table_args__ = (
        Index(
            "uq_tax_group_default", "studio_id", unique=True, sqlite_where=sql("is_default"), postgresql_where=sql("is_default")
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    name: str
    is_default: bool = False
    position: int = 0


class TaxRate(SQLModel, table=True):
    """One tax line of a group, such as a state's and a county's."""

    __tablename__ = "tax_rate"
    __table_args__ = (CheckConstraint("basis_points BETWEEN 0 AND 10000", name="ck_tax_rate_share"),)

    id: int | None = Field(default=None, primary_key=True)
    tax_group_id: int = Field(foreign_key="tax_group.id", index=True)
    name: str
    basis_points: int
    position: int = 0


class AmountKind(StrEnum):
    """A fixed amount is in minor units, a share in basis points."""

    FIXED = "fixed"
    PERCENT = "percent"


class Fee(SQLModel, table=True):
    """What joins every order by itself: an amount, or a share of the lines after discounts. Taxed when it has a tax group."""

    __tablename__ = "fee"
    __table_args__ = (one_of("kind", AmountKind, "fee"), CheckConstraint("amount >= 0", name="ck_fee_positive"))

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    name: str
    kind: str = AmountKind.FIXED
    amount: int
    tax_group_id: int | None = Field(default=None, foreign_key="tax_group.id")
    is_active: bool = True
    position: int = 0


class Coupon(SQLModel, table=True):
    """A code that lowers the price. `uses` is counted up by one conditional statement, at booking, and back on cancel.

    `most_uses` and `most_per_customer` are None without a cap. Eligible are the services named by CouponService; none
    named means all. Valid from `starts_at` until before `ends_at`.
    """

    __tablename__ = "coupon"
    __table_args__ = (
        UniqueConstraint("studio_id", "code", name="uq_coupon_code"),
        one_of("kind", AmountKind, "coupon"),
        CheckConstraint("amount >= 0 AND uses >= 0 AND (most_uses IS NULL OR uses <= most_uses)", name="ck_coupon_uses"),
    )

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    code: str
    kind: str = AmountKind.PERCENT
    amount: int
    minimum_cents: int = 0
    new_customers_only: bool = False
    most_uses: int | None = None
    most_per_customer: int | None = None
    uses: int = 0
    starts_at: datetime | None = instant(default=None)
    ends_at: datetime | None = instant(default=None)
    is_active: bool = True


class CouponService(SQLModel, table=True):
    """A service a coupon is good for."""

    __tablename__ = "coupon_service"

    coupon_id: int = Field(foreign_key="coupon.id", primary_key=True)
    service_id: int = Field(foreign_key="service.id", primary_key=True)


class AnswerKind(StrEnum):
    """How an intake question is answered."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"


class Question(SQLModel, table=True):
    """What the studio asks while booking. With a service it is asked only when that is chosen.

    `price_cents` is added for yes, or per unit of a number; the choices of a CHOICE carry their own.
    """

    __tablename__ = "question"
    __table_args__ = (one_of("kind", AnswerKind, "question"), CheckConstraint("price_cents >= 0", name="ck_question_price"))

    id: int | None = Field(default=None, primary_key=True)
    studio_id: int = Field(foreign_key="studio.id", index=True)
    public_id: str = Field(unique=True)
    service_id: int | None = Field(default=None, foreign_key="service.id")
    prompt: str
    hint: str = ""
    kind: str = AnswerKind.TEXT
    price_cents: int = 0
    is_required: bool = False
    is_active: bool = True
    position: int = 0


class QuestionChoice(SQLModel, table=True):
    """One answer to choose, and what it adds."""

    __tablename__ = "question_choice"
    __table_args__ = (CheckConstraint("price_cents >= 0", name="ck_question_choice_price"),)

    id: int | None = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="question.id", index=True)
    label: str
    price_cents: int = 0
    position: int = 0
