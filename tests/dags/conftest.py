"""Parses the project's DAG folder as Airflow does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import tests.airflow_home  # noqa: F401
from maalbar.settings import PROJECT


@pytest.fixture(scope="session")
def parse_dags() -> Callable[[], Any]:
    """Parse `dags/` anew, with the contracts that MAALBAR_INVESTMENTS names at the time."""

    def parse() -> Any:
        from airflow.dag_processing.dagbag import DagBag

        return DagBag(str(PROJECT / "dags"))

    return parse
