from portal_app.db import Database
from tests.conftest import Cast


def test_the_cast_stands_on_a_fresh_database(database: Database, cast: Cast) -> None:
    assert cast.harbor != cast.bluebird
