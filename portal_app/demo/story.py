"""What happened at the demo's studios: orders in every status, in days before and after today. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ends(StrEnum):
    """How far an order has come."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    SHOT = "shot"
    LOCKED = "locked"
    SMALL = "small"
    FREE = "free"
    PAID = "paid"
    CANCELED = "canceled"


class Beside(StrEnum):
    """What a listing has beside its photos: PLAN, FILM and SHEET are files of that name, TOUR and SITE lie elsewhere."""

    PLAN = "Floor plan.pdf"
    FILM = "Film.mp4"
    SHEET = "Feature sheet.pdf"
    TOUR = "https://my.matterport.com/show/?m=SxQL3iGyoDo"
    SITE = "https://www.example.com/9-seventeen-mile-overlook"

    @property
    def is_file(self) -> bool:
        return not self.value.startswith("https:")


DELIVERED = frozenset({Ends.LOCKED, Ends.SMALL, Ends.FREE, Ends.PAID})
WITH_PHOTOS = DELIVERED | {Ends.SHOT}


@dataclass(frozen=True, slots=True)
class Planned:
    """One order. `placed` and `wished` are days from today; `hour` is wall time at the studio, 13.5 is half past one."""

    studio: str
    customer: str
    street: str
    town: str
    area: int
    services: tuple[str, ...]
    placed: int
    wished: int
    hour: float
    ends: Ends
    photos: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()
    notes: str = ""
    message: str = ""
    team: str = ""
    coupon: str = ""
    tip: str = ""

    @property
    def key(self) -> str:
        """What makes it the same order at the next seeding."""
        return f"demo:{self.street}"


PG, CARMEL, VALLEY = "Pacific Grove, CA 93950", "Carmel-by-the-Sea, CA 93923", "Carmel Valley Village, CA 93924"
MONTEREY, SEASIDE, PEBBLE = "Monterey, CA 93940", "Seaside, CA 93955", "Pebble Beach, CA 93953"
EVERYTHING = (Beside.FILM, Beside.PLAN, Beside.TOUR, Beside.SHEET, Beside.SITE)
THANKS = "All pictures are ready, the dusk ones came out best. Tell me if you want one brighter. Pia"

HARBOR_ORDERS = (
    Planned(
        "harbor",
        "carl",
        "9 Seventeen Mile Overlook",
        PEBBLE,
        4_800,
        ("showcase", "staging"),
        -46,
        -41,
        9.5,
        Ends.PAID,
        ("terrace-sunset", "living-sun", "dining-evening", "kitchen-island", "bedroom", "bathroom", "dusk-pool"),
        EVERYTHING,
    ),
    Planned(
        "harbor",
        "tess",
        "305 Asilomar Avenue",
        PG,
        1_940,
        ("essentials",),
        -40,
        -36,
        10.75,
        Ends.PAID,
        ("day-ranch", "kitchen-green", "living-fire", "bathroom"),
        (Beside.PLAN,),
        team="Coastline",
    ),
    Planned("harbor", "carl", "58 Del Monte Dunes Way", SEASIDE, 1_720, ("photos",), -36, -30, 9.0, Ends.CANCELED),
    Planned(
        "harbor",
        "carl",
        "1650 Rancho San Carlos Meadowbrook Road",
        VALLEY,
        2_940,
        ("photos", "floor_plan"),
        -31,
        -25,
        10.0,
        Ends.FREE,
        ("day-ranch", "living-fire", "kitchen-green", "bedroom", "terrace-sunset"),
        message="Your photos are open already. Pay when it suits you this month.",
    ),
    Planned(
        "harbor",
        "wilhelmina",
        "14 Whispering Cypress Point Residences, Penthouse North",
        PEBBLE,
        5_200,
        ("showcase", "rush"),
        -27,
        -22,
        15.0,
        Ends.PAID,
        ("dusk-pool", "dining-evening", "bathroom"),
    ),
    Planned(
        "harbor",
        "carl",
        "412 Lanternkeeper Lane",
        PG,
        2_310,
        ("photos", "twilight"),
        -24,
        -20,
        15.75,
        Ends.SMALL,
        ("dusk-gables", "living-sun", "kitchen-island", "bedroom", "bathroom"),
        coupon="AUTUMN10",
    ),
    Planned("harbor", "jo", "7 Gull Court", SEASIDE, 1_150, ("photos",), -20, -15, 13.0, Ends.LOCKED, ("townhouses", "bedroom")),
    Planned(
        "harbor",
        "ngozi",
        "88 Pescadero Heights",
        CARMEL,
        3_400,
        ("essentials", "aerial"),
        -18,
        -12,
        8.5,
        Ends.PAID,
        ("day-ranch", "kitchen-island", "living-sun"),
        tip="1500",
    ),
    Planned("harbor", "bartholomew", "23 Spyglass Woods Drive", PEBBLE, 3_900, ("photos",), -14, -9, 14.0, Ends.CANCELED),
    Planned(
        "harbor",
        "carl",
        "2208 Point Reyes Court, Unit 14B",
        CARMEL,
        2_260,
        ("photos", "floor_plan"),
        -8,
        -2,
        9.25,
        Ends.LOCKED,
        ("dusk-gables", "living-fire", "kitchen-green", "dining-evening", "bedroom", "bathroom", "terrace-sunset"),
        (Beside.FILM, Beside.PLAN),
        "Lockbox on the garden gate, code 4471. The cat stays inside.",
        THANKS,
    ),
    Planned(
        "harbor",
        "carl",
        "77 Cannery Row Terrace",
        MONTEREY,
        1_860,
        ("photos", "floor_plan"),
        -6,
        -1,
        13.0,
        Ends.SHOT,
        ("townhouses", "kitchen-island", "living-sun", "bathroom"),
        (Beside.PLAN,),
        team="Peninsula Collective",
    ),
    Planned("harbor", "priya", "601 Lighthouse Avenue", PG, 1_480, ("photos",), -5, -1, 16.0, Ends.ACCEPTED),
    Planned(
        "harbor",
        "carl",
        "1187 Old Lighthouse Keeper’s Road",
        PG,
        3_120,
        ("essentials", "twilight"),
        -4,
        3,
        9.5,
        Ends.ACCEPTED,
        notes="Ring the bell, the owners are home until ten.",
        coupon="HARBOR15",
        tip="1000",
    ),
    Planned(
        "harbor",
        "tess",
        "31 Hopkins Pier Studio Lofts",
        MONTEREY,
        980,
        ("photos",),
        -3,
        3,
        13.5,
        Ends.ACCEPTED,
        team="Coastline",
    ),
    Planned(
        "harbor",
        "maximiliano",
        "40600 Cabrillo Highway South at Rocky Creek Bridge",
        "Carmel Highlands, CA 93923",
        6_100,
        ("showcase",),
        -3,
        5,
        14.0,
        Ends.ACCEPTED,
    ),
    Planned(
        "harbor",
        "priya",
        "Lot 7, Quail Meadows at Robinson Canyon Crossing",
        VALLEY,
        4_300,
        ("photos", "aerial"),
        -2,
        4,
        9.0,
        Ends.PENDING,
        notes="New build, no street sign yet. Follow the yellow flags.",
    ),
    Planned(
        "harbor",
        "bartholomew",
        "Casa de las Golondrinas, 118 Viejo Camino Real",
        MONTEREY,
        7_400,
        ("showcase", "rush"),
        -1,
        6,
        10.5,
        Ends.PENDING,
    ),
    Planned(
        "harbor",
        "carl",
        "530 Ocean View Boulevard",
        PG,
        2_050,
        ("essentials",),
        -1,
        7,
        11.0,
        Ends.PENDING,
        notes="Tenant until the 30th, please call before.",
    ),
)

BLUEBIRD_ORDERS = (
    Planned(
        "bluebird",
        "ollie",
        "19 Old Mill Lane",
        "Rhinebeck, NY 12572",
        2_200,
        ("complete",),
        -21,
        -17,
        10.0,
        Ends.PAID,
        ("day-ranch", "kitchen-green", "bedroom"),
    ),
    Planned(
        "bluebird",
        "ollie",
        "204 Ferncliff Road",
        "Rhinebeck, NY 12572",
        3_300,
        ("photos", "floor_plan"),
        -10,
        -4,
        13.0,
        Ends.LOCKED,
        ("dusk-gables", "living-fire", "bathroom"),
        (Beside.PLAN,),
    ),
    Planned(
        "bluebird", "rosalind", "2 Warren Street, Third Floor", "Hudson, NY 12534", 1_300, ("photos",), -4, 2, 11.0, Ends.ACCEPTED
    ),
    Planned("bluebird", "ollie", "77 Orchard Hill", "Red Hook, NY 12571", 1_900, ("complete",), -1, 5, 9.0, Ends.PENDING),
)

ORDERS = HARBOR_ORDERS + BLUEBIRD_ORDERS
