"""The DAG of the portfolio: it hears of every stage of every contract, and writes one page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maalbar.contract import Contract


@pytest.fixture
def dag(parse_dags: Callable[..., Any], tiny_contract: Callable[..., Contract]) -> Any:
    """The DAG, with two contracts in the folder."""
    tiny_contract()
    tiny_contract(id="other")
    bag = parse_dags()
    assert bag.import_errors == {}
    return bag.dags["portfolio"]


def test_every_stage_of_every_contract_is_heard_and_all_lead_to_the_one_page(dag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    stages = ("measured", "proposed", "approved", "posted", "released")
    wanted = {f"{contract_id}/{stage}" for contract_id in ("tiny", "other") for stage in stages}
    assert {key.name for key, _ in stored.asset_condition.iter_assets()} == wanted
    assert type(stored.asset_condition).__name__.endswith("AssetAny"), "one of them is enough"
    for name in wanted:
        assert stored.get_partition_mapper(name=name, uri=name).to_downstream("tiny|1") == "portfolio"


def test_the_page_is_as_things_stand_on_the_day_of_the_run(dag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    task = dag.get_task("write_page").python_callable
    run = {"dag_run": SimpleNamespace(run_after=datetime(2026, 1, 5, 9, tzinfo=UTC))}
    monkeypatch.setitem(task.__globals__, "get_current_context", lambda: run)
    asked: list[date] = []
    monkeypatch.setattr("maalbar.flow.portfolio.write", lambda day: asked.append(day) or [Path("page.html")])
    assert task() == ["page.html"]
    assert asked == [date(2026, 1, 5)]


def test_without_a_contract_there_is_none(parse_dags: Callable[..., Any], investments: Path) -> None:
    assert "portfolio" not in parse_dags().dags
