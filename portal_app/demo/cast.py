"""Who is in the demo: two studios, their people, what they sell. Pure; the same at every seeding."""

from __future__ import annotations

from dataclasses import dataclass

from portal_app.core.viewer import Role
from portal_app.domain.catalog.models import AmountKind, Kind

TierRow = tuple[int | None, int, int]
SMALL, MEDIUM = 2_000, 3_500


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in; a customer has a company and a phone."""

    key: str
    name: str
    email: str
    role: Role = Role.CUSTOMER
    company: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Sold:
    """One thing on the shelf. Tiers are (up to area, price in cents, minutes); `parts` are keys of a package's services.

    What comes in `variants` has tiers for each by its name. An add-on goes with the keys in `goes_with`, or with the
    categories named there.
    """

    key: str
    kind: Kind
    name: str
    detail: str
    tiers: tuple[TierRow, ...] = ()
    parts: tuple[str, ...] = ()
    category: str = ""
    is_twilight: bool = False
    most: int = 1
    variants: tuple[tuple[str, tuple[TierRow, ...]], ...] = ()
    goes_with: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team by the keys of its people: who leads it, who joined, and who was asked and has not answered."""

    name: str
    admin: str
    members: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrewPlan:
    """What the owner did about staff: an extra switch, who left, who is invited. All by key but the invited one."""

    owner: str
    switched: tuple[str, str]
    left: str
    asked: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FeePlan:
    """What joins every order."""

    name: str
    kind: AmountKind
    amount: int


@dataclass(frozen=True, slots=True)
class CouponPlan:
    """A code, and from which to which day it is good, counted from the seeding; None for always."""

    code: str
    kind: AmountKind
    amount: int
    first: int | None = None
    last: int | None = None
    minimum_cents: int = 0
    most_per_customer: int | None = None
    new_customers_only: bool = False


@dataclass(frozen=True, slots=True)
class StudioPlan:
    """A studio as it should stand after seeding."""

    slug: str
    name: str
    legal_name: str
    place: str
    phone: str
    email: str
    mark: str
    accent: str
    zone: str
    taxes: tuple[tuple[str, int], ...]
    password: str
    hosts: tuple[str, ...]
    scene: str
    people: tuple[Person, ...]
    shelf: tuple[Sold, ...]
    fees: tuple[FeePlan, ...] = ()
    coupons: tuple[CouponPlan, ...] = ()
    crew: CrewPlan | None = None
    teams: tuple[TeamPlan, ...] = ()


HARBOR_SHELF = (
    Sold(
        "essentials",
        Kind.PACKAGE,
        "Essentials",
        "Signature photos and a floor plan in one visit",
        ((SMALL, 37_900, 75), (MEDIUM, 47_400, 105), (None, 57_400, 135)),
        ("photos", "floor_plan"),
    ),
    Sold(
        "showcase",
        Kind.PACKAGE,
        "Showcase",
        "Photos, floor plan, twilight and aerial views for the front page",
        ((SMALL, 76_900, 165), (MEDIUM, 86_400, 195), (None, 99_400, 225)),
        ("photos", "floor_plan", "twilight", "aerial"),
    ),
    Sold(
        "photos",
        Kind.SERVICE,
        "Signature photos",
        "Hand-blended interiors and exteriors, about 30 pictures",
        ((SMALL, 28_900, 60), (MEDIUM, 38_900, 90), (None, 48_900, 120)),
        category="Photos",
    ),
    Sold(
        "twilight",
        Kind.SERVICE,
        "Twilight set",
        "Six pictures in the half hour after sunset",
        ((None, 24_500, 45),),
        category="Photos",
        is_twilight=True,
    ),
    Sold(
        "aerial",
        Kind.SERVICE,
        "Aerial photos",
        "Eight pictures from a licensed drone pilot",
        ((None, 18_500, 30),),
        category="Photos",
    ),
    Sold(
        "film",
        Kind.SERVICE,
        "Listing film",
        "Cut to music, with a version for the MLS without our name",
        category="Film and tours",
        variants=(
            ("60 seconds", ((SMALL, 34_500, 60), (MEDIUM, 39_500, 75), (None, 46_500, 90))),
            ("Two minutes", ((SMALL, 52_500, 90), (MEDIUM, 58_500, 105), (None, 67_500, 135))),
        ),
    ),
    Sold(
        "tour",
        Kind.SERVICE,
        "3D tour",
        "Walk through every room, hosted for a year",
        ((SMALL, 19_500, 45), (MEDIUM, 24_500, 60), (None, 31_500, 90)),
        category="Film and tours",
    ),
    Sold("floor_plan", Kind.ADD_ON, "2D floor plan", "Measured on site", ((None, 14_500, 15),)),
    Sold("rush", Kind.ADD_ON, "Delivery by 8 am", "The next morning instead of the next day at noon", ((None, 9_500, 0),)),
    Sold(
        "staging",
        Kind.ADD_ON,
        "Virtual staging, one room",
        "An empty room, furnished and labeled as staged",
        ((None, 4_500, 0),),
        most=12,
        goes_with=("Photos",),
    ),
    Sold(
        "on_camera",
        Kind.ADD_ON,
        "You in the film",
        "Half a minute in front of the camera, with a teleprompter",
        ((None, 9_500, 30),),
        goes_with=("film",),
    ),
    Sold(
        "prints",
        Kind.ADD_ON,
        "Window cards",
        "Twenty printed cards; we offer them again in spring",
        ((None, 6_500, 0),),
        is_active=False,
    ),
)

BLUEBIRD_SHELF = (
    Sold(
        "complete",
        Kind.PACKAGE,
        "The whole house",
        "Photos and a floor plan",
        ((2_500, 31_500, 75), (None, 42_500, 105)),
        ("photos", "floor_plan"),
    ),
    Sold(
        "photos",
        Kind.SERVICE,
        "Listing photos",
        "Up to 25 pictures, next day",
        ((2_500, 22_500, 60), (None, 31_500, 90)),
    ),
    Sold("floor_plan", Kind.ADD_ON, "Floor plan", "Measured on site", ((None, 12_500, 15),)),
)

HARBOR = StudioPlan(
    slug="harbor",
    name="Harbor Light",
    legal_name="Harbor Light Photography",
    place="Monterey Bay",
    phone="(831) 555-0142",
    email="studio@harborlight.example",
    mark="lighthouse",
    accent="#17596a",
    zone="America/Los_Angeles",
    taxes=(("State sales tax", 225), ("County tax", 90)),
    password="harbor-demo-1",
    hosts=("localhost", "harbor.localhost"),
    scene="dusk-pool",
    people=(
        Person("olive", "Olive Marchetti", "olive@harborlight.example", Role.OWNER),
        Person("pia", "Pia Okonkwo-Reyes", "pia@harborlight.example", Role.PHOTOGRAPHER),
        Person("jonas", "Jonas Lindqvist", "jonas@harborlight.example", Role.PHOTOGRAPHER),
        Person("marguerite", "Marguerite Adeyemi", "marguerite@harborlight.example", Role.ADMIN),
        Person("edda", "Edda Blomqvist", "edda@harborlight.example", Role.EDITOR),
        Person("rufus", "Rufus Halloran", "rufus@harborlight.example", Role.EDITOR),
        Person("carl", "Carl Nakamura", "carl@coastline.example", company="Coastline Realty Group", phone="(831) 555-0177"),
        Person("tess", "Tess Abernathy", "tess@coastline.example", company="Coastline Realty Group", phone="(831) 555-0178"),
        Person("priya", "Priya Venkataraman", "priya@coastline.example", company="Coastline Realty Group"),
        Person(
            "bartholomew",
            "Bartholomew Featherstonehaugh-Nakamura",
            "bartholomew.featherstonehaugh@peninsula-international-estates.example",
            company="Peninsula International Estates & Country Properties",
        ),
        Person("ngozi", "Ngozi Adeyemi-Lindqvist", "ngozi@baysideandco.example", company="Bayside & Co."),
        Person("wilhelmina", "Wilhelmina van der Westhuizen", "willa@cypressbroker.example", company="Cypress Brokerage"),
        Person("jo", "Jo Ruiz", "jo@ruizhomes.example", company="Ruiz Homes"),
        Person("maximiliano", "Maximiliano Etchegaray de la Fuente", "max@carmelhighlands.example", company="Carmel Highlands"),
    ),
    shelf=HARBOR_SHELF,
    fees=(FeePlan("Online gallery for a year", AmountKind.FIXED, 1_200),),
    coupons=(
        CouponPlan("AUTUMN10", AmountKind.PERCENT, 1_000, first=-60, last=-2),
        CouponPlan("WELCOME25", AmountKind.FIXED, 2_500, minimum_cents=20_000, new_customers_only=True),
        CouponPlan("HARBOR15", AmountKind.PERCENT, 1_500, first=-10, last=80, most_per_customer=3),
    ),
    crew=CrewPlan("olive", ("edda", "deliver"), "rufus", ("Sunniva Halvorsen", "sunniva@darkroom.example", "photographer")),
    teams=(
        TeamPlan("Coastline", "carl", members=("tess",), asked=("jo",)),
        TeamPlan("Peninsula Collective", "priya", members=("carl",)),
        TeamPlan("Cypress Brokerage", "wilhelmina", asked=("carl",)),
    ),
)

BLUEBIRD = StudioPlan(
    slug="bluebird",
    name="Bluebird",
    legal_name="Bluebird Real Estate Media LLC",
    place="Hudson Valley",
    phone="(845) 555-0119",
    email="hello@bluebirdmedia.example",
    mark="bluebird",
    accent="#b4441c",
    zone="America/New_York",
    taxes=(("Sales tax", 813),),
    password="bluebird-demo-1",
    hosts=("bluebird.localhost",),
    scene="dusk-gables",
    people=(
        Person("omar", "Omar Haddad", "omar@bluebirdmedia.example", Role.OWNER),
        Person("ines", "Inês Carvalho", "ines@bluebirdmedia.example", Role.PHOTOGRAPHER),
        Person("ollie", "Ollie Brandt", "ollie@meadowlark.example", company="Meadowlark Realty", phone="(845) 555-0163"),
        Person("rosalind", "Rosalind Papadimitriou-Wójcik", "rosalind@riverbend.example", company="Riverbend Homes"),
    ),
    shelf=BLUEBIRD_SHELF,
)

STUDIOS = (HARBOR, BLUEBIRD)
