"""The runbook, walked from its first start to a machine that is lost: every command does what the page says."""

from __future__ import annotations

import hashlib
import json
import signal

import pytest

from maalbar.local.rest import wait_until
from tests.e2e.services.docker import Machine
from tests.e2e.services.installation import HAS_BROKER, SECTIONS, Installation, is_measured, walk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]
NEW = "tiny"
KNOWN = {
    "CONTRACT": NEW, "PERIOD": "1", "FIRST": "2021-07-01T00:00+02:00", "LAST": "2021-07-01T00:00+02:00",
    "NAME": "Rita Region", "WHY": "it was counted twice",
}  # fmt: skip


def test_every_command_of_the_runbook_does_what_it_says(installed):
    installed.rest()
    proved: list[tuple[object, ...]] = []
    for section in SECTIONS[1:]:
        known = dict(KNOWN)
        if section == "A new contract":
            installed.add(NEW)
            installed.deliver(NEW, "1", "2")
            wait_until(lambda: f"{NEW}__measure" in installed.airflow.dag_ids(), seconds=180, what="the DAGs")
        elif section == "Every day":
            wait_until(lambda: is_measured(installed, NEW, runs=2), seconds=240, what="its periods to be measured")
            installed.rest()
        elif section == "A delivery is refused":
            correct(installed, heading="another")
        elif section == "A delivery is corrected":
            known["DELIVERY"] = correct(installed, heading="contact")
        elif section == "Someone is to be erased":
            (population,) = (installed.folder / "landing" / NEW / "population").glob("*__2022*.csv")
            (installed.folder / "persons.txt").write_text(population.read_text().splitlines()[1].split(";")[0] + "\n")
        elif section == "A worker is lost":
            kill(installed, "worker-1" if HAS_BROKER else "scheduler")
        elif section == "The database is lost":
            kill(installed, "postgres")
        elif section == "Restore":
            proved = state(installed)
        walk(installed, section, **known)
    assert proved and state(installed) == proved


def correct(installed: Installation, *, heading: str) -> str:
    """A sender's file in the place of another of the period, one row shorter; the hash by which it is named."""
    folder = installed.folder / "landing" / NEW / "contacts"
    old, new = folder / "contacts__2022-10-15.csv", folder / "corrected.csv"
    columns, *rows = old.read_text().splitlines()
    new.write_text("\n".join([columns.replace("contact;", f"{heading};"), *rows[:-1]]) + "\n")
    told = json.loads((folder / "contacts__2022-10-15.manifest.json").read_text())
    sha256 = hashlib.sha256(new.read_bytes()).hexdigest()
    told |= {"file": new.name, "bytes": new.stat().st_size, "rows": len(rows) - 1, "sha256": sha256}
    told |= {"supersedes": hashlib.sha256(old.read_bytes()).hexdigest()}
    (folder / "corrected.manifest.json").write_text(json.dumps(told))
    return sha256


def kill(installed: Installation, name: str) -> None:
    machine = Machine.of(installed.folder)
    machine.end([name], signal.SIGKILL)
    assert not machine.containers[name].is_up()


def state(installed: Installation) -> list[tuple[object, ...]]:
    """What was taken in, measured and proposed."""
    queries = (
        "select delivery_id, canonical_sha256, rows_accepted from delivery order by 1",
        "select measurement_id, result_digest from measured order by 1",
        "select * from proposal order by 1, 2",
    )
    with installed.database() as link:
        return [row for query in queries for row in link.execute(query).fetchall()]
