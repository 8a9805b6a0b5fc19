"""The DAGs that the factory makes: whole, told, light to parse, and answering to the people whom the contracts name."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.definitions.context import _AIRFLOW_PARSING_CONTEXT_DAG_ID

from maalbar.asked import Given
from maalbar.contract import Contract, load_all
from maalbar.errors import EarlierPeriodMissing, PeriodRejected
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
    told_elsewhere: list[Any] = []
    monkeypatch.setattr(
        "maalbar.flow.settle.record_answers",
        lambda contract, number, given, elsewhere: (kept.update({number: given}), told_elsewhere.extend(elsewhere)),
    )
    monkeypatch.setattr("maalbar.flow.settle.post", lambda contract, number: {"settlement": number})
    at = datetime(2026, 1, 5, tzinfo=UTC)
    post, told = dags[f"{contract_id}__settle"].get_task("post").python_callable, Told()
    forged = SimpleNamespace(dag_id=f"{contract_id}__settle", run_id="r1", xcom_pull=lambda **of: pytest.fail("read"))
    run = {"dag_run": SimpleNamespace(partition_key=f"{contract_id}|2"), "ti": forged}
    monkeypatch.setitem(inspect.unwrap(post).__globals__, "get_current_context", lambda: run)
    monkeypatch.setattr("questions.get_current_context", lambda: run)
    monkeypatch.setattr("approvals._tasks", lambda contract: [(yes, f"approve_{yes}"), (yes, f"approve_{yes}-second"),
        (no, f"approve_{no}"), (left, f"approve_{left}")])  # fmt: skip
    answered = {
        f"approve_{yes}": Given("anna", "Godkend", "", at, "a1"),
        f"approve_{yes}-second": Given("bo", "Godkend", "", at, "a1"),
        f"approve_{no}": Given("anna", "Afvis", "too much", at, "a1"),
    }
    monkeypatch.setattr("questions.answers_of", lambda contract, ti: answered)
    others = {f"approve_{left}": Given("carl", "Afvis", "", at, "a0")}
    by_run = {f"{contract_id}__settle": {"r1": answered, "r0": others}}
    monkeypatch.setattr("maalbar.asked.given_by_run", lambda link, contract, dag: by_run[dag])
    monkeypatch.setattr("maalbar.database.transaction", nullcontext)
    receipt = post(contract_id, {"number": 3}, outlet_events=told)
    assert receipt == {"settlement": 3}
    assert told.partitions == {f"{contract_id}/{stage}": [f"{contract_id}|2"] for stage in ("approved", "posted")}
    who = {"user": "anna", "answered_at": at.isoformat(), "digest": "a1"}
    assert kept == {
        3: [
            {"party": yes, "answer": "approve", "comment": ""} | who,
            {"party": yes, "answer": "approve", "comment": ""} | who | {"user": "bo"},
            {"party": no, "answer": "reject", "comment": "too much"} | who,
        ]
    }
    no_elsewhere = {"party": left, "answer": "reject", "comment": "", "user": "carl", "digest": "a0"}
    assert told_elsewhere == [*kept[3], {"answered_at": at.isoformat()} | no_elsewhere]


def test_four_eyes_are_two_questions_of_which_the_second_is_to_somebody_else_after_the_first(
    parse_dags: Parse, tiny_contract: Callable[..., Contract]
) -> None:
    tiny_contract({"parties.region.four_eyes": "true"})
    dag = parse_dags().dags["tiny__settle"]
    second = dag.get_task("approve_region-second")
    assert second.upstream_task_ids == {"present", "approve_region"}
    assert second.before == ["approve_region"] and second.party_id == "region"
    assert [person["id"] for person in second.people] == ["rita", "rene"]
    assert dag.get_task("post").upstream_task_ids >= {"approve_region", "approve_region-second", "approve_town"}
    assert "approve_town-second" not in dag.task_dict


class Told:
    """What a task tells of when it succeeds: asset → partitions."""

    def __init__(self) -> None:
        self.partitions: dict[str, list[str]] = {}
        self.extra: dict[str, dict[str, Any]] = {}

    def __getitem__(self, asset: Any) -> Any:
        told, extra = self.partitions.setdefault(asset.name, []), self.extra.setdefault(asset.name, {})
        return SimpleNamespace(add_partitions=told.append, extra=extra)


def test_every_stage_of_a_period_is_told_by_the_task_that_reaches_it(dags: dict[str, Any], parse_dags: Parse) -> None:
    told_by = {
        "measure": {"measure": {"measured"}, "propose": {"proposed"}},
        "settle": {"post": {"approved", "posted"}},
    }
    for dag in dags.values():
        contract_id, step = dag.dag_id.split("__")
        found = {task.task_id: {asset.name for asset in task.outlets} for task in dag.tasks if task.outlets}
        assert found == {
            task_id: {f"{contract_id}/{stage}" for stage in stages} for task_id, stages in told_by[step].items()
        }
        assert dag.dag_id.endswith("__measure") or dag.timetable.asset_condition.name == f"{contract_id}/proposed"


def test_a_run_tells_of_its_period_and_once_of_a_proposal_and_the_period_that_it_goes_through(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    measure, propose = (dags["plads_til_forskel__measure"].get_task(name) for name in ("measure", "propose"))
    monkeypatch.setitem(inspect.unwrap(measure.python_callable).__globals__, "_period", lambda: "1")
    proposal = {"number": 1, "digest": "a1", "through": "2"}
    monkeypatch.setattr("maalbar.flow.bundles_in.measured_in_either_room", lambda contract, period, day: "m")
    monkeypatch.setattr("maalbar.flow.settle.propose", lambda contract, period: proposal)
    for name in ("noted.measured", "noted.proposed"):  # notes and lineage are of test_told.py
        monkeypatch.setattr(f"maalbar.flow.{name}", lambda *of: "")
    for name in ("datasets.of_measurement", "datasets.of_proposal"):
        monkeypatch.setattr(f"maalbar.flow.{name}", lambda *of: ((), ()))
    told = Told()
    of = inspect.unwrap(propose.python_callable).__globals__["proposed"].__globals__
    monkeypatch.setitem(of, "is_taken_up", lambda contract, **what: what in known)
    monkeypatch.setitem(of, "is_paused", lambda contract: False)
    known: list[dict[str, Any]] = []
    assert measure.python_callable("plads_til_forskel", outlet_events=told) == "m"
    assert propose.python_callable("plads_til_forskel", outlet_events=told) == proposal
    assert told.partitions == {
        "plads_til_forskel/measured": ["plads_til_forskel|1"],
        "plads_til_forskel/proposed": ["plads_til_forskel|2"],
    }
    known.append(told.extra["plads_til_forskel/proposed"])
    assert known == [{"number": 1, "digest": "a1"}]
    with pytest.raises(AirflowSkipException, match="proposal 1 is put to the parties already"):
        propose.python_callable("plads_til_forskel", outlet_events=Told())


@pytest.mark.parametrize("waiting", [EarlierPeriodMissing("waits"), PeriodRejected("waits"), None])
def test_a_run_that_has_nothing_to_propose_or_must_wait_ends_as_skipped_and_says_why(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, waiting: Exception | None
) -> None:
    """Period 0 proposes nothing; one ahead of another, or of a rejected one, waits."""
    from airflow.sdk.exceptions import AirflowSkipException

    def flow(contract: str, period: str) -> None:
        if waiting is not None:
            raise waiting

    propose = dags["plads_til_forskel__measure"].get_task("propose")
    monkeypatch.setitem(inspect.unwrap(propose.python_callable).__globals__, "_period", lambda: "0")
    monkeypatch.setattr("maalbar.flow.settle.propose", flow)
    told = Told()
    with pytest.raises(AirflowSkipException, match="waits" if waiting else "nothing new"):
        propose.python_callable("plads_til_forskel", outlet_events=told)
    assert told.partitions == {}


def test_a_contract_is_added_changed_and_taken_away_by_its_file_alone(
    parse_dags: Parse, tiny_contract: Callable[..., Contract], investments: Path
) -> None:
    contract_of = {f"{name}__{step}" for name in ("tiny", "other") for step in ("measure", "settle", "correct")}
    tiny_contract()
    tiny_contract({"calendar.periods.2.run_after": "2023-10-20"}, id="other")
    found = parse_dags().dags
    assert contract_of <= set(found)
    assert [row.run_after.day for row in found["other__measure"].timetable.rows] == [15, 15, 20]

    tiny_contract({"calendar.periods.2.run_after": "2023-10-25"}, id="other")
    (investments / "tiny.yaml").unlink()
    found = parse_dags().dags
    assert not {dag_id for dag_id in found if dag_id.startswith("tiny__")}
    assert found["other__measure"].timetable.rows[-1].run_after.day == 25


def test_after_its_last_period_a_contract_is_run_no_more(
    parse_dags: Parse, tiny_contract: Callable[..., Contract]
) -> None:
    from airflow.timetables.base import TimeRestriction

    tiny_contract()
    timetable = parse_dags().dags["tiny__measure"].timetable
    last = timetable.interval(timetable.rows[-1])
    anything = TimeRestriction(earliest=None, latest=None, catchup=False)
    assert timetable.next_dagrun_info(last_automated_data_interval=None, restriction=anything).data_interval == last
    assert timetable.next_dagrun_info(last_automated_data_interval=last, restriction=anything) is None


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


def test_the_process_of_a_task_finds_its_dag_whatever_it_is_about(
    parse_dags: Parse, tiny_contract: Callable[..., Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_contract()
    every = set(parse_dags().dags)
    assert {"tiny__measure", "portfolio", "retention", "verification", "payment_dates", "backup"} <= every
    for dag_id in every:
        monkeypatch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, dag_id)
        assert dag_id in parse_dags().dags


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

    named = {"retention", "portfolio", "verification", "payment_dates", "backup"}
    assert set(bag.dags) == {"tiny__measure", "tiny__settle", "tiny__correct", *named}
    ((file, error),) = bag.import_errors.items()
    assert file.endswith("refused_contracts.py")
    assert "broken.yaml:" in error
    assert "name the file other.yaml" in error
