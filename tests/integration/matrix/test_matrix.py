"""Everybody asks for everything of everybody: 0 leaks, 0 blind writes, and whoever may is answered."""

from __future__ import annotations

import time

import pytest

from portal_app.ui.routes import ROUTES
from portal_app.web.api import make_api
from tests.integration.matrix.canaries import carrying
from tests.integration.matrix.conftest import House
from tests.integration.matrix.desk import run
from tests.integration.matrix.matrix import Matrix, Report, few, methods

pytestmark = [pytest.mark.proof("identity-09"), pytest.mark.proof("identity-13")]

# What nobody is answered by in production, or only with what a test cannot know: each with its reason.
NOT_HERE = {
    "GET /mailbox", "HEAD /mailbox", "GET /mailbox/{name}", "HEAD /mailbox/{name}",  # only in the demo
    "GET /brand/scene", "HEAD /brand/scene",  # a studio without a picture
    "POST /webhooks/stripe/{endpoint_token}",  # signed by the payment service
    "POST /api/passkeys/add", "POST /api/passkeys/enter",  # signed by a device
    "GET /s/{token}/take/{download}", "HEAD /s/{token}/take/{download}",  # a name that pressing the button makes up
}  # fmt: skip


@pytest.fixture(scope="module")
def report(house: House, full: bool, request: pytest.FixtureRequest) -> Report:
    began = time.process_time()
    matrix = Matrix(house.desk, house.database, house.world, house.files, full=full)
    found = run(matrix.run())
    kind = house.database.engine.dialect.name
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(
            f"\nmatrix on {kind}: {found.total} combinations {dict(found.asked)} in {time.process_time() - began:.1f} s of a core"
        )
    return found


def test_every_private_column_of_every_table_carries_a_canary(house: House) -> None:
    bare = carrying() - {(table, column) for table, column, _ in house.world.planted}
    assert not bare, f"give these tables rows in tests/integration/matrix/rows.py: {sorted(bare)}"


def test_nobody_hears_a_canary_of_somebody_else(report: Report) -> None:
    assert not report.leaks, few(report.leaks)


def test_nobody_changes_a_row_of_somebody_else(report: Report) -> None:
    assert not report.writes, few(report.writes)


def test_what_is_not_yours_answers_as_what_does_not_exist(report: Report) -> None:
    assert not report.told_apart, few(report.told_apart)


def test_what_the_table_refuses_is_refused(report: Report) -> None:
    assert not report.let_in, few(report.let_in)


def test_what_the_table_allows_is_answered(report: Report) -> None:
    assert not report.turned_away, few(report.turned_away)


def test_nothing_breaks_whoever_asks(report: Report) -> None:
    assert not report.faults, few(report.faults)


def test_every_argument_and_field_is_known(report: Report) -> None:
    assert not report.untaught, "\n".join(sorted(report.untaught))


def test_whoever_may_is_answered(report: Report, house: House) -> None:
    """So that nothing passes by everything failing."""
    wanted = {method.name for method in methods()} | {f"page {row.path}" for row in ROUTES}
    wanted |= {f"{method} {route.path}" for route in make_api().routes for method in route.methods} - NOT_HERE
    unanswered = sorted(wanted - report.answered.keys())
    assert not unanswered, unanswered
