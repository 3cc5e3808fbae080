"""Verbs off the event loop: what waits for somebody else holds up nobody."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from portal_app.off_loop import ask, leave
from tests.running import wired


@pytest.mark.proof("main-job-13")
def test_a_payment_service_that_hangs_holds_up_no_page(database, tmp_path: Path):
    answers = threading.Event()

    async def many_pay_while_somebody_reads() -> int:
        paying = [asyncio.create_task(leave(lambda unit_of_work: answers.wait(20))) for _ in range(12)]
        await asyncio.sleep(0.1)
        try:
            return await asyncio.wait_for(ask(lambda db: db.execute(text("SELECT 42")).scalar()), 3)
        finally:
            answers.set()
            await asyncio.gather(*paying)

    with wired(database, tmp_path):
        assert asyncio.run(many_pay_while_somebody_reads()) == 42
