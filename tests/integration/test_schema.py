import pytest
from sqlalchemy import create_engine, select, text

from portal_app.db import Database
from portal_app.domain import tables
from portal_app.domain.studios.models import Studio
from tests.conftest import Cast


def test_the_cast_stands_on_a_fresh_database(database: Database, cast: Cast) -> None:
    assert cast.harbor != cast.bluebird
    with database.unit_of_work() as db:
        assert db.get_one(Studio, cast.harbor).name == "Harbor Light"
        later = Studio(slug="later", name="Later")
        db.add(later)
        db.flush()
        assert later.id == max(cast.harbor, cast.bluebird) + 1


def test_a_database_that_was_used_is_like_a_fresh_one(request: pytest.FixtureRequest) -> None:
    basin, cast = request.getfixturevalue("basin")
    with basin.database(is_peopled=True) as address:
        fresh = everything(address)
        with Database(address).unit_of_work() as db:
            db.add(Studio(slug="later", name="Later"))
            db.get_one(Studio, cast.harbor).name = "Changed"
        assert everything(address) != fresh
    with basin.database(is_peopled=True) as again:
        assert again == address
        assert everything(again) == fresh
    with basin.database(is_peopled=False) as again:
        assert not any(everything(again).values())
        with Database(again).unit_of_work() as db:
            db.add(studio := Studio(slug="first", name="First"))
            db.flush()
            assert studio.id == 1


def test_a_database_whose_tables_were_changed_is_not_used_again(request: pytest.FixtureRequest) -> None:
    basin, _ = request.getfixturevalue("basin")
    for change in (
        "CREATE TABLE more (id INTEGER)",
        "ALTER TABLE studio ALTER name DROP NOT NULL",
        "ALTER TABLE fact DISABLE TRIGGER ALL",
    ):
        with basin.database(is_peopled=False) as address:
            engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
            with engine.begin() as connection:
                connection.execute(text(change))
            engine.dispose()
        with basin.database(is_peopled=False) as another:
            assert another != address, change


def everything(address: str) -> dict[str, list]:
    database = Database(address)
    with database.reading() as db:
        found = {table.name: sorted(map(repr, db.execute(select(table)).all())) for table in tables.metadata.sorted_tables}
    database.close()
    return found
