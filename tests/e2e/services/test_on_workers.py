"""Tasks on several workers: contracts are measured side by side, and one waits for its own lock alone."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from maalbar.local.rest import wait_until
from tests.e2e.services.installation import CONTRACT, HAS_BROKER, TWIN, Installation, is_measured

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
NEWEST = "2"


@pytest.mark.skipif(not HAS_BROKER, reason="no redis-server here")
def test_two_workers_measure_at_the_same_time_and_come_to_the_same(installed):
    for contract_id in (CONTRACT, TWIN):
        installed.deliver(contract_id, NEWEST)
    installed.rest()
    with installed.database() as link:
        # While someone else works at the contract, its task waits, and with it the worker that has the task.
        link.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"maalbar/{CONTRACT}"])
        installed.start_measuring(CONTRACT)
        waiting = wait_until(lambda: _waits(link) and running(installed, CONTRACT), seconds=120, what="a task to wait")
        installed.start_measuring(TWIN)
        wait_until(lambda: is_measured(installed, TWIN), seconds=120, what="the twin to be measured")
        still = running(installed, CONTRACT)
    assert (waiting["task_id"], waiting["hostname"]) == (still["task_id"], still["hostname"])
    wait_until(lambda: is_measured(installed, CONTRACT), seconds=120, what="the contract to be measured")

    assert {waiting["hostname"]} | {one["hostname"] for one in installed.tasks(TWIN).values()} == {
        "worker-1",
        "worker-2",
    }
    assert {one["hostname"] for one in installed.tasks(TWIN).values()} == {"worker-1", "worker-2"} - {
        waiting["hostname"]
    }
    query = "select source, sha256, rows_accepted from delivery where contract = %s order by source"
    with installed.database() as link:
        ours, theirs = (link.execute(query, [one]).fetchall() for one in (CONTRACT, TWIN))
    assert len(ours) == len(installed.contracts[CONTRACT].deliveries) and ours == theirs


def _waits(link: psycopg.Connection) -> bool:
    """Whether anyone waits for the lock that `link` holds."""
    return bool(link.execute("select 1 from pg_locks where locktype = 'advisory' and not granted").fetchone())


def running(installed: Installation, contract_id: str) -> dict[str, Any] | None:
    """The task of a contract's measuring run that is at work."""
    return next((one for one in installed.tasks(contract_id).values() if one["state"] == "running"), None)
