"""How many statements the orders page sends, with ten orders and with ten thousand.

python -m benchmarks.orders_page          # 1,000 orders
python -m benchmarks.orders_page --full   # 10,000 orders
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from portal_app.db import Database
from portal_app.domain import tables
from tests.conftest import make_cast
from tests.integration.test_orders_cost import fill, statements

ID = "main-job-19"
FEW = 10


def main() -> int:
    """Count both, for a customer and for the studio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="ten thousand orders")
    many = 10_000 if parser.parse_args().full else 1_000
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'portal.db'}")
        tables.metadata.create_all(database.engine)
        reached = compare(database, many)
        database.close()
    return 0 if reached else 1


def compare(database: Database, many: int) -> bool:
    """One line: the same number of statements means the page does not ask once per row."""
    cast = make_cast(database)
    people = {"customer": cast.carl, "studio": cast.olive}
    fill(database, cast, 1, FEW)
    few = {name: statements(database, by) for name, by in people.items()}
    fill(database, cast, FEW + 1, many - FEW)
    after, times = {}, {}
    for name, by in people.items():
        begun = time.perf_counter()
        after[name] = statements(database, by)
        times[name] = (time.perf_counter() - begun) * 1000
    spent = ", ".join(f"{name} {after[name]} statements {times[name]:.0f} ms" for name in people)
    reached = few == after
    print(f"{ID} orders page: {spent} with {many:,} orders, {few['customer']} with {FEW} (goal the same)", end=" ")
    print("ok" if reached else "too slow", flush=True)
    return reached


if __name__ == "__main__":
    sys.exit(main())
