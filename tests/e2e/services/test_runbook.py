"""The runbook, walked from its first start to a machine that is lost: every command does what the page says."""

from __future__ import annotations

import hashlib
import json
import signal
from urllib.parse import quote

import pytest

from maalbar.local.rest import ENDED, wait_until
from tests.e2e.services.docker import Machine
from tests.e2e.services.installation import HAS_BROKER, SECTIONS, Installation, is_measured, walk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]
NEW = "tiny"
KNOWN = {
    "CONTRACT": NEW, "PERIOD": "1", "FIRST": "2021-07-01T00:00+02:00", "LAST": "2021-07-01T00:00+02:00",
    "NEWEST": "2022-07-01T00:00+02:00", "NAME": "Rita Region", "WHY": "it was counted twice",
}  # fmt: skip


def test_every_command_of_the_runbook_does_what_it_says(installed):
    installed.rest()
    proved: list[tuple[object, ...]] = []
    for section in SECTIONS[1:]:
        if section == "Restore":
            proved = state(installed)
        known = KNOWN | happens(installed, section)
        walk(installed, section, **known)
        if section == "A delivery is refused":
            assert installed.tasks(NEW)["take_in"]["state"] is None, "it is to be run again"
        elif section == "An approval is rejected":
            is_asked_again(installed, int(known["PROPOSAL"]))
    assert proved and state(installed) == proved


def happens(installed: Installation, section: str) -> dict[str, str]:
    """Let happen what a section is about; what stands in its commands for that."""
    if section == "A new contract":
        installed.add(NEW)
        installed.deliver(NEW, "1", "2")
        wait_until(lambda: f"{NEW}__measure" in installed.airflow.dag_ids(), seconds=180, what="the DAGs")
    elif section == "Every day":
        wait_until(lambda: is_measured(installed, NEW, runs=2), seconds=240, what="its periods to be measured")
        installed.rest()
    elif section == "A delivery is refused":
        correct(installed, heading="another")
        task = installed.tasks(NEW)["take_in"]
        run = f"/dags/{task['dag_id']}/dagRuns/{quote(task['dag_run_id'])}"
        installed.airflow.call("PATCH", f"{run}/taskInstances/take_in", {"new_state": "failed"})
    elif section == "A delivery is corrected":
        return {"DELIVERY": correct(installed, heading="contact")}
    elif section == "An approval is rejected":
        return refuse(installed)
    elif section == "Someone is to be erased":
        (population,) = (installed.folder / "landing" / NEW / "population").glob("*__2022*.csv")
        (installed.folder / "persons.txt").write_text(population.read_text().splitlines()[1].split(";")[0] + "\n")
    elif section == "A worker is lost":
        kill(installed, "worker-1" if HAS_BROKER else "scheduler")
    elif section == "The database is lost":
        kill(installed, "postgres")
    return {}


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


NO = f"""
from maalbar.errors import ApprovalRefused
from maalbar.flow import settle
from tests.flow.measured import answers

number = settle.propose("{NEW}", "2")["number"]
try:
    settle.record_answers("{NEW}", number, answers(town={{"answer": "reject"}}))
except ApprovalRefused:
    pass
"""


def refuse(installed: Installation) -> dict[str, str]:
    """The town says no to what is proposed; what stands in the commands for that."""
    machine = Machine.of(installed.folder)
    assert machine.execute("scheduler", machine.composed.command(["python", "-c", NO])) == 0
    number, state = newest(installed)
    assert state == "rejected"
    return {"PROPOSAL": str(number), "PARTY": "town", "APPROVER": "tom", "OWED": "fund", "OWNER": "fie"}


def is_asked_again(installed: Installation, refused: int) -> None:
    """What was cleared runs when the DAG does, in the newest run alone; every party is asked about the new proposal once, and
    after the hours in which questions wake, about no other."""
    installed.airflow.pause(f"{NEW}__settle", paused=False)
    cleared = "select run_id from task_instance where dag_id = %s and task_id = 'propose' and state is null"
    with installed.connected("postgres", "POSTGRES_PASSWORD", "airflow") as link:
        assert len(link.execute(cleared, [f"{NEW}__measure"]).fetchall()) == 1
    installed.start_measuring(NEW)
    wait_until(lambda: newest(installed) == (refused + 1, "open"), seconds=180, what="another proposal")
    tasks = sorted(f"approve_{party}" for party in installed.contracts[NEW].answering)
    wait_until(lambda: put(installed, refused + 1) == tasks, seconds=180, what="the questions about it")
    with installed.connected("postgres", "POSTGRES_PASSWORD", "airflow") as link:
        link.execute("update task_instance set trigger_timeout = now() where state = 'awaiting_input'")
    wait_until(lambda: waiting(installed) == (1, tasks), seconds=180, what="one run that asks each party once")
    installed.rest()


def put(installed: Installation, number: int) -> list[str]:
    """The questions that were put to people about a proposal, in whatever run."""
    asked = (
        "select task from question_put q join proposal p using (contract, digest) where p.contract = %s and number = %s"
    )
    with installed.database() as link:
        return sorted(task for (task,) in link.execute(asked, [NEW, number]).fetchall())


def waiting(installed: Installation) -> tuple[int, list[str]]:
    """How many settling runs have not ended, and the questions that wait for a person."""
    runs = [run for run in installed.airflow.runs(f"{NEW}__settle") if run["state"] not in ENDED]
    found = installed.airflow.open_approvals(f"{NEW}__settle")
    return len(runs), sorted(one["task_instance"]["task_id"] for one in found)


def newest(installed: Installation) -> tuple[int, str]:
    """The newest proposal of the contract, and its state."""
    with installed.database() as link:
        return link.execute(
            "select number, state from proposal where contract = %s order by number desc limit 1", [NEW]
        ).fetchone()


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
