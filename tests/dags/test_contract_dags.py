"""The DAGs that the factory makes: whole, told, light to parse, and answering to the people whom the contracts name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from maalbar.contract import Contract, load_all
from maalbar.settings import PROJECT

HEAVY = (
    "pandas",
    "numpy",
    "pyarrow",
    "duckdb",
    "scipy",
    "statsmodels",
    "great_expectations",
    "altair",
    "typst",
    "maalbar.flow",
)

Parse = Callable[..., Any]


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    found = load_all([PROJECT / "investments"])
    assert found
    return found


@pytest.fixture(scope="module")
def dags(parse_dags: Parse) -> dict[str, Any]:
    bag = parse_dags()
    assert bag.import_errors == {}
    return {dag_id: dag for dag_id, dag in bag.dags.items() if dag_id.endswith(("__measure", "__settle"))}


def test_every_contract_has_a_measuring_and_a_settling_dag(
    dags: dict[str, Any], contracts: dict[str, Contract]
) -> None:
    assert set(dags) == {f"{contract_id}__{step}" for contract_id in contracts for step in ("measure", "settle")}


def test_every_dag_says_what_it_is_and_whose(dags: dict[str, Any], contracts: dict[str, Contract]) -> None:
    for dag in dags.values():
        contract_id, step = dag.dag_id.split("__")
        assert contracts[contract_id].name in dag.doc_md
        assert {contract_id, step} <= set(dag.tags)
        assert {task.owner for task in dag.tasks} <= set(contracts[contract_id].parties)


def test_tasks_follow_one_another_as_the_timetable_says(dags: dict[str, Any], contracts: dict[str, Contract]) -> None:
    for contract_id, contract in contracts.items():
        measure, settle = dags[f"{contract_id}__measure"], dags[f"{contract_id}__settle"]
        approvals = {f"approve_{party_id}" for party_id in contract.answering}
        assert [task.task_id for task in measure.topological_sort()] == [
            "await_deliveries",
            "take_in",
            "measure",
            "propose",
        ]
        assert settle.get_task("present").downstream_task_ids >= approvals
        assert settle.get_task("post").upstream_task_ids == approvals | {"present"}
        assert settle.get_task("issue_statement").upstream_task_ids == {"post"}


def test_the_task_that_takes_in_links_to_the_page_of_its_intake(
    dags: dict[str, Any], contracts: dict[str, Contract]
) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for contract_id in contracts:
        stored = DagSerialization.from_dict(DagSerialization.to_dict(dags[f"{contract_id}__measure"]))
        assert {task.task_id: list(task.extra_links) for task in stored.tasks if task.extra_links} == {
            "take_in": ["What came, and what to do"]
        }


def test_only_the_calendar_or_a_backfill_starts_a_measurement(
    dags: dict[str, Any], contracts: dict[str, Contract]
) -> None:
    for contract_id in contracts:
        measure, settle = dags[f"{contract_id}__measure"], dags[f"{contract_id}__settle"]
        assert {kind.value for kind in measure.allowed_run_types} == {"scheduled", "backfill"}
        assert {kind.value for kind in settle.allowed_run_types} == {"asset_triggered"}
        assert (measure.catchup, measure.max_active_runs) == (False, 1)


def test_the_runs_are_the_periods_of_the_contract(dags: dict[str, Any], contracts: dict[str, Contract]) -> None:
    for contract_id, contract in contracts.items():
        rows = [(row.id, row.start, row.end, row.run_after) for row in dags[f"{contract_id}__measure"].timetable.rows]
        assert rows == [(p.id, p.start, p.end, p.run_after) for p in contract.calendar.periods]


def test_only_the_people_of_a_party_may_answer_for_it(dags: dict[str, Any], contracts: dict[str, Contract]) -> None:
    for contract_id, contract in contracts.items():
        for party_id in contract.answering:
            asked = dags[f"{contract_id}__settle"].get_task(f"approve_{party_id}")
            named = [{"id": person.user, "name": person.name} for person in contract.people_of(party_id)]
            assert named
            assert asked.assigned_users == named
            assert asked.options == ["Godkend", "Afvis"]


def test_a_party_that_is_not_asked_holds_nothing_up(dags: dict[str, Any], contracts: dict[str, Contract]) -> None:
    for contract_id in contracts:
        # Someone who was asked has answered; where nobody was, because the proposal no longer counts, nothing is posted.
        assert dags[f"{contract_id}__settle"].get_task("post").trigger_rule == "none_failed_min_one_success"


def test_answers_reach_the_books_with_who_what_when_and_to_which_digest(
    dags: dict[str, Any], contracts: dict[str, Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    contract_id, contract = next(iter(contracts.items()))
    yes, no, left, *_ = contract.answering
    kept: dict[int, list[Any]] = {}
    monkeypatch.setattr(
        "maalbar.flow.settle.record_answers", lambda contract, number, given: kept.update({number: given})
    )
    monkeypatch.setattr("maalbar.flow.settle.post", lambda contract, number: {"settlement": number})
    at = datetime(2026, 1, 5, tzinfo=UTC)
    given = {
        "responded_at": at, "digest": "a1", "chosen_options": ["Godkend"], "params_input": {"comment": None},
        "responded_by_user": {"id": "7", "name": "anna"},
    }  # fmt: skip
    refused = given | {"chosen_options": ["Afvis"], "params_input": {"comment": "too much"}}
    post = dags[f"{contract_id}__settle"].get_task("post").python_callable
    assert post(contract_id, {"number": 3}, {yes: given, no: refused, left: None}) == {"settlement": 3}
    who = {"user": "anna", "answered_at": str(at), "digest": "a1"}
    assert kept == {
        3: [
            {"party": yes, "answer": "approve", "comment": ""} | who,
            {"party": no, "answer": "reject", "comment": "too much"} | who,
        ]
    }


def test_a_fault_of_the_data_is_not_tried_again_and_a_lost_connection_is(dags: dict[str, Any]) -> None:
    from sqlalchemy.exc import OperationalError

    from maalbar.errors import ChecksFailed, ProposalStale

    for dag in dags.values():
        for task in dag.tasks:
            if task.task_id.startswith("approve_"):
                continue
            decide = task.retry_policy.evaluate
            for fault in (ChecksFailed("x"), ProposalStale("x"), KeyError("x")):
                assert decide(fault, 1, 4).action.value == "fail"
            assert decide(OperationalError("select", {}, ConnectionError()), 1, 4).action.value == "retry"


def test_parsing_imports_nothing_heavy() -> None:
    code = (
        "import json, sys; from airflow.dag_processing.dagbag import DagBag; "
        f"sys.path.append({str(PROJECT / 'dags')!r}); bag = DagBag(sys.path[-1]); "
        f"print(json.dumps([len(bag.dags), [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    found, heavy = json.loads(done.stdout.strip().splitlines()[-1])
    assert (found > 0, heavy) == (True, [])


def test_a_bad_contract_is_told_with_its_line_and_takes_no_other_with_it(
    parse_dags: Parse, tiny_contract: Callable[..., Contract], investments: Path
) -> None:
    tiny_contract()
    (investments / "broken.yaml").write_text((investments / "tiny.yaml").read_text().replace("id: tiny", "id: other"))

    bag = parse_dags()

    assert set(bag.dags) == {"tiny__measure", "tiny__settle", "retention", "verification", "backup"}
    ((file, error),) = bag.import_errors.items()
    assert file.endswith("refused_contracts.py")
    assert "broken.yaml:" in error
    assert "name the file other.yaml" in error
