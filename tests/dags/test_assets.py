"""What was told of a period before: as Airflow keeps it, as far as it can say."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse
from airflow.sdk.execution_time.context import InletEventsAccessor

import tests.airflow_home  # noqa: F401


def _events(monkeypatch: pytest.MonkeyPatch, *found: Any) -> None:
    def told(_: InletEventsAccessor) -> Iterator[Any]:
        for one in found:
            if isinstance(one, Exception):
                raise one
            yield SimpleNamespace(extra=one)

    monkeypatch.setattr(InletEventsAccessor, "__iter__", told)


def test_a_proposal_is_told_once_and_another_one_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    from assets import is_told

    _events(monkeypatch, None, {"number": 1, "digest": "a1"})
    assert is_told("tiny", "proposed", number=1, digest="a1")
    assert not is_told("tiny", "proposed", number=2, digest="a1")


def test_where_airflow_cannot_say_it_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow 3.3.2 answers with 500 while a run that an event made is queued."""
    from assets import is_told

    _events(
        monkeypatch, AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": 500}))
    )
    assert not is_told("tiny", "proposed", number=1, digest="a1")
    _events(monkeypatch, AirflowRuntimeError(ErrorResponse(error=ErrorType.ASSET_NOT_FOUND)))
    with pytest.raises(AirflowRuntimeError):
        is_told("tiny", "proposed", number=1, digest="a1")
