"""The DAG of a corrected file: a form, and then the periods made from the superseded file, and nothing else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from maalbar import proposals
from maalbar.contract import Contract, find_contract
from maalbar.database import transaction
from maalbar.errors import EarlierPeriodMissing, MeasurementError, PeriodRejected, SetupError
from maalbar.flow import intake, settle
from maalbar.flow.measure import measure
from maalbar.schema import measured
from tests.flow.landing import AS_OF, CONTACTS, deliver, known

pytestmark = pytest.mark.usefixtures("results_database")
LATER = "2023-10-15"
CAME_SINCE = "bo;k10;2021-12-01 10:00;2021-12-01 11:00;ATA1;ALCA00;u;LPR3\n"
FEWER = CONTACTS.replace("dora;k8;2021-11-01 10:00;2021-11-01 11:00;ATA1;ALCA00;u;LPR3\n", "")


class Told:
    """What a task tells of when it succeeds: asset → partitions."""

    def __init__(self) -> None:
        self.partitions: dict[str, list[str]] = {}

    def __getitem__(self, asset: Any) -> Any:
        return SimpleNamespace(add_partitions=self.partitions.setdefault(asset.name, []).append, extra={})


@pytest.fixture
def dag(tiny_contract: Callable[..., Contract], parse_dags: Callable[[], Any]) -> Any:
    tiny_contract({"cohort.eligibility.benefit_codes": None, "quality.small_cell": "1"})
    bag = parse_dags()
    assert bag.import_errors == {}
    return bag.dags["tiny__correct"]


def _started(dag: Any, monkeypatch: pytest.MonkeyPatch, **form: str | None) -> Callable[..., Any]:
    """The tasks of a run that Dorte has started with a filled-in form."""
    run = SimpleNamespace(triggering_user_name="dorte")
    context = {"dag_run": run, "params": {"delivery": None, "supersede": None, "reason": "another's"} | form}

    def do(name: str, *given: Any, **told: Any) -> Any:
        task = dag.get_task(name).python_callable
        monkeypatch.setitem(inspect.unwrap(task).__globals__, "get_current_context", lambda: context)
        return task("tiny", *given, **told)

    return do


@pytest.fixture
def said(dag: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What its tasks note, and what they have read and written, in the order that they say so."""
    heard: dict[str, list[Any]] = {"notes": [], "lineage": []}
    of_dag = inspect.unwrap(dag.get_task("propose").python_callable).__globals__
    for module in (of_dag, of_dag["proposed"].__globals__):
        monkeypatch.setitem(module, "note", heard["notes"].append)
        monkeypatch.setitem(module, "tell_lineage", lambda *names: heard["lineage"].append(names))
    for name in ("is_taken_up", "is_paused"):
        monkeypatch.setitem(of_dag["proposed"].__globals__, name, lambda *of, **what: False)
    return heard


def _of_contacts(contract: Contract) -> list[dict[str, Any]]:
    return [row for row in known(contract) if (row["source"], str(row["as_of"])) == ("contacts", AS_OF)]


def _stored() -> set[str]:
    with transaction() as connection:
        return set(connection.execute(select(measured.c.measurement_id)).scalars())


def test_it_is_started_by_hand_with_a_reason_and_one_at_a_time(dag: Any) -> None:
    assert ({kind.value for kind in dag.allowed_run_types}, dag.max_active_runs) == ({"manual"}, 1)
    order = [task.task_id for task in dag.topological_sort()]
    assert order == ["name_files", "measure_again", "write_difference", "propose"]
    reason = dag.params.get_param("reason")
    assert reason.schema["type"] == "string" and reason.schema["minLength"] == 1
    assert dag.params.get_param("delivery").value is None


def test_only_what_the_file_was_part_of_is_measured_again_told_and_proposed_while_an_approval_waits(
    dag: Any, said: dict[str, list[Any]], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = find_contract("tiny")
    for period, as_of, text in (("1", AS_OF, CONTACTS), ("2", LATER, CONTACTS + CAME_SINCE)):
        deliver(contract, as_of=as_of)
        deliver(contract, "contacts", text=text, as_of=as_of)
        intake.take_in("tiny", period)
        measure("tiny", period)
    waiting = settle.propose("tiny", "2")
    (old,) = _of_contacts(contract)
    deliver(contract, "contacts", text=FEWER, name="corrected", supersedes=old["sha256"])
    intake.take_in("tiny", "1")
    old, new = _of_contacts(contract)

    do, told = _started(dag, monkeypatch, delivery=new["sha256"][:8]), Told()
    substitutions = do("name_files")
    assert substitutions == {old["delivery_id"]: new["delivery_id"]}
    correction = do("measure_again", substitutions, outlet_events=told)
    assert correction == {"number": 1, "revisions": {"1": "tiny|1|r2"}}
    assert do("measure_again", substitutions, outlet_events=Told()) == correction, "run again it is the same one"
    assert _stored() == {"tiny|1|r1", "tiny|1|r2", "tiny|2|r1"}

    page = Path(do("write_difference", correction))
    assert page.stat().st_mode & 0o077 == 0
    lines = page.read_text().splitlines()
    assert lines[0] == "correction 1 of tiny by dorte: another's"
    assert "period 1, contacts (cumulative): -0.6667 → -0.5000" in lines
    assert not any(line.startswith("period 2") for line in lines)

    proposal = do("propose", correction, outlet_events=told)
    assert proposal["through"] == "2" and proposal["digest"] != waiting["digest"]
    assert told.partitions == {"tiny/measured": ["tiny|1"], "tiny/proposed": ["tiny|2"]}
    with transaction() as connection:
        states = [row["state"] for row in proposals.all_of(connection, "tiny")]
    assert states == ["superseded", "open"]
    assert said["notes"][-1] == "2: proposal no. 2 awaits The Region, The Town, The Fund"
    assert [line.partition(":")[0] for line in said["notes"][0].splitlines()] == ["1"]
    assert [said["lineage"][0], said["lineage"][-1]] == [
        (["tiny/contacts/1", "tiny/population/1"], ["tiny/results/1"]),
        (["tiny/results/1", "tiny/results/2"], ["tiny/proposal/2"]),
    ]


@pytest.mark.parametrize("waiting", [EarlierPeriodMissing("waits"), PeriodRejected("waits"), None])
def test_a_correction_that_moves_nothing_or_must_wait_ends_as_skipped_and_says_why(
    dag: Any, monkeypatch: pytest.MonkeyPatch, waiting: Exception | None
) -> None:
    """Of a file of the second period, for instance, while a no to the first one waits for its way on."""
    from airflow.sdk.exceptions import AirflowSkipException

    def flow(contract: str, period: str) -> None:
        if waiting is not None:
            raise waiting

    monkeypatch.setattr("maalbar.flow.settle.propose", flow)
    told = Told()
    with pytest.raises(AirflowSkipException, match="waits" if waiting else "nothing new"):
        _started(dag, monkeypatch)("propose", {"number": 1, "revisions": {"2": "m"}}, outlet_events=told)
    assert told.partitions == {}


def test_a_form_that_names_nothing_or_both_says_so(dag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in ({}, {"delivery": "contacts@2022-10-15", "supersede": "a=b"}):
        with pytest.raises(SetupError, match="what takes the place of what"):
            _started(dag, monkeypatch, **form)("name_files")
    with pytest.raises(MeasurementError, match="a correction has a reason"):
        _started(dag, monkeypatch, reason=" ")("measure_again", {"a": "b"}, outlet_events=Told())
