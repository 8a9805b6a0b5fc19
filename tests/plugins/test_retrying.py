"""What is tried again: whatever a lost connection has stopped, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse
from retrying import NETWORK_ONLY
from sqlalchemy.exc import OperationalError

from maalbar.errors import DeliveryRefused, LandingUnreachable, SetupError

TRIED_AGAIN = [
    OperationalError("select 1", {}, Exception()),
    ConnectionResetError(),
    TimeoutError(),
    LandingUnreachable("x"),
]
AS_WRONG_AGAIN = [SetupError("x"), DeliveryRefused("x"), PermissionError(), KeyError("x")]


@pytest.mark.parametrize(
    ("fault", "action"), [*((one, "retry") for one in TRIED_AGAIN), *((one, "fail") for one in AS_WRONG_AGAIN)]
)
def test_what_a_lost_connection_has_stopped_is_tried_again_and_what_is_wrong_is_not(
    fault: BaseException, action: str
) -> None:
    assert NETWORK_ONLY.evaluate(fault, 1, 4).action.value == action


@pytest.mark.parametrize(
    ("error", "detail", "action"),
    [
        (ErrorType.API_SERVER_ERROR, {"status_code": 500}, "retry"),
        (ErrorType.API_SERVER_ERROR, {"status_code": None, "exception_type": "ConnectError"}, "retry"),
        (ErrorType.API_SERVER_ERROR, {"status_code": 403}, "fail"),
        (ErrorType.CONNECTION_NOT_FOUND, {"conn_id": "registers"}, "fail"),
    ],
)
def test_an_api_server_that_is_gone_is_asked_again_and_one_that_says_no_is_not(
    error: ErrorType, detail: dict[str, Any], action: str
) -> None:
    fault = AirflowRuntimeError(ErrorResponse(error=error, detail=detail))
    assert NETWORK_ONLY.evaluate(fault, 1, 4).action.value == action
