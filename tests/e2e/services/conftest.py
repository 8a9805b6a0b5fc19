"""The installation, its people, and the question that is put to them: one period of a rehearsed contract, measured meanwhile."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from maalbar.contract import Contract, load_contract, write_rehearsal
from maalbar.local.rest import Json, wait_until
from maalbar.periods import add_years
from maalbar.settings import PROJECT
from maalbar.simulate import simulate
from tests.e2e.services.composed import Composed
from tests.e2e.services.installation import CONTRACT, TWIN, Installation, installed_in, walk
from tests.e2e.services.people import make_account, person

ACCOUNTS = {"reader": "Reader", "viewer": "Viewer", "engineer": "Op"}
SETTLED_IN_S = 2
"""An answer that overtakes the report of the task at rest wakes nobody for hours."""


@pytest.fixture(scope="package")
def copied(tmp_path_factory) -> Path:
    """The copy of a shipped contract whose first followed period is the newest that may run today: its run starts by itself."""
    original = PROJECT / "investments" / "viborg_boligsocial.yaml"
    first, years = load_contract(original).calendar.followed[0], 0
    while add_years(first.run_after, years) >= date.today():
        years -= 1
    return write_rehearsal(original, years, tmp_path_factory.mktemp("rehearsal"))


@pytest.fixture(scope="package")
def contract(copied) -> Contract:
    return load_contract(copied)


def accounts(contract: Contract) -> dict[str, str]:
    """A role for each user: one approver of each party, and others."""
    return ACCOUNTS | {contract.people_of(party)[0].user: "Approver" for party in contract.answering}


@pytest.fixture(scope="package")
def approver(contract) -> str:
    """The login of an approver of the first party."""
    return contract.people_of(next(iter(contract.answering)))[0].user


@pytest.fixture(scope="package")
def installed(copied, contract) -> Iterator[Installation]:
    """Every service up and healthy, an account for each kind of person, and the contract's newest period under way."""
    folder = Path(tempfile.mkdtemp(prefix="maalbar-run-"))
    made = installed_in(folder)
    for contract_id in (CONTRACT, TWIN):
        made.add(contract_id)
    try:
        for file in (*(PROJECT / "investments").glob("*.yaml"), copied):
            shutil.copy(file, folder / "investments")
        simulate(
            contract, folder / "landing" / contract.id,
            people=60, effect=0.3, seed=2, periods=[contract.calendar.followed[0].id],
        )  # fmt: skip
        walk(made, "First start", APPROVER="rita")
        for user, role in accounts(contract).items():
            make_account(made.stack, user, role)
        wait_until(lambda: f"{contract.id}__measure" in made.airflow.dag_ids(), seconds=120, what="the DAGs")
        made.start_measuring(contract.id)
        yield made
    finally:
        made.shell("docker compose down --volumes")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stack(installed) -> Composed:
    """Where the services are reached."""
    return installed.stack


@pytest.fixture(scope="package")
def questions(installed, contract) -> dict[str, Json]:
    """What is asked of each party, when the period is measured and its proposal put."""
    admin = installed.airflow

    def put() -> list[Json]:
        for step in ("measure", "settle"):
            for run in admin.runs(f"{contract.id}__{step}"):
                tasks = admin.task_instances(run["dag_id"], run["dag_run_id"])
                assert run["state"] != "failed", [admin.error_line(one) for one in tasks if one["state"] == "failed"]
        found = admin.open_approvals(f"{contract.id}__settle")
        return found if len(found) == len(contract.answering) else []

    found = wait_until(put, seconds=240, what="the questions to every party")
    time.sleep(SETTLED_IN_S)
    return {one["task_instance"]["task_id"].removeprefix("approve_"): one for one in found}


@pytest.fixture(scope="package")
def figures(questions) -> set[str]:
    """The amounts of the proposal that nobody has approved, as its questions tell them."""
    bodies = [one["body"] for one in questions.values()]
    found = {figure for body in bodies for figure in re.findall(r"\d{1,3}(?:\.\d{3})+", body)}
    assert found, bodies
    return found


@pytest.fixture(scope="package")
def overlooked(installed, contract, questions) -> str:
    """A party whose yes came as its question went to rest: Airflow took it for that of a task at work, and woke nobody."""
    party, question = next(iter(questions.items()))
    say_yes_meanwhile(installed, contract, party, question, "state = 'running'", then="state = 'awaiting_input'")
    return party


@pytest.fixture(scope="package")
def lost(installed, contract, questions, overlooked) -> str:
    """A party whose yes Airflow took, and whose task was lost with its worker before it could keep it: it is tried again."""
    party, question = next(iter(reversed(questions.items())))
    assert party != overlooked
    # As Airflow leaves a try that has failed: the next one has another id, which what was asked and answered follows.
    failed = "state = 'up_for_retry', id = gen_random_uuid(), next_method = null, next_kwargs = null, end_date"
    say_yes_meanwhile(
        installed, contract, party, question,
        f"{failed} = now() + interval '1 hour'", then="end_date = now() - interval '1 hour'",
    )  # fmt: skip
    return party


def say_yes_meanwhile(
    installed: Installation, contract: Contract, party: str, question: Json, while_it: str, *, then: str
) -> None:
    """A party's approver answers while Airflow's row of the task has one thing set, and `then` has another."""
    of_it = "where dag_id = %s and task_id = %s"
    named = [question["task_instance"][name] for name in ("dag_id", "task_id")]
    with installed.connected("postgres", "POSTGRES_PASSWORD", "airflow") as link:
        link.execute(f"update task_instance set {while_it} {of_it}", named)
        person(installed.stack, contract.people_of(party)[0].user).api.answer(question, "Godkend", {"comment": None})
        link.execute(f"update task_instance set {then} {of_it}", named)


@pytest.fixture(scope="package")
def posted(installed, contract, questions, overlooked, lost) -> Json:
    """The settling run, when every party's approver has said yes."""
    for party in questions.keys() - {overlooked, lost}:
        who = person(installed.stack, contract.people_of(party)[0].user)
        who.api.answer(questions[party], "Godkend", {"comment": None})
    admin = installed.airflow

    def ended() -> Json | None:
        (run,) = admin.runs(f"{contract.id}__settle")
        tasks = admin.task_instances(run["dag_id"], run["dag_run_id"])
        assert run["state"] != "failed", [admin.error_line(one) for one in tasks if one["state"] == "failed"]
        return run if run["state"] == "success" else None

    return wait_until(ended, seconds=180, what="the posting")
