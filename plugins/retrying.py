"""What a task of any DAG is given: what is tried again, how long it may take, who hears of its failure.

A lost connection is tried again; what is wrong with the data, the terms or an answer is as wrong a minute later, and fails
at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryRule
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from alerts import tell_failure

from maalbar.local.pool import POOL


class LostConnections(ExceptionRetryPolicy):
    """Tries again what a lost connection has stopped: to the results database, to senders, or to Airflow's own api-server."""

    def __init__(self) -> None:
        lost = ["sqlalchemy.exc.OperationalError", "builtins.ConnectionError", "builtins.TimeoutError"]
        super().__init__([RetryRule(exception=lost, action=RetryAction.RETRY)], default=RetryAction.FAIL)

    def evaluate(self, exception: BaseException, try_number: int, max_tries: int, context: Any = None) -> RetryDecision:
        """As its rules say; what the api-server answers to no question, as when its database is gone, is lost too."""
        if isinstance(exception, AirflowRuntimeError) and exception.error.error is ErrorType.API_SERVER_ERROR:
            status = (exception.error.detail or {}).get("status_code")
            if status is None or status >= 500:
                return RetryDecision.retry(reason="the api-server did not answer")
        return super().evaluate(exception, try_number, max_tries, context)


NETWORK_ONLY = LostConnections()
PATIENCE: dict[str, Any] = {
    "retries": 6,
    "retry_delay": timedelta(seconds=5),
    "retry_exponential_backoff": True,
    "retry_policy": NETWORK_ONLY,
    "execution_timeout": timedelta(hours=1),
    "on_failure_callback": tell_failure,
}
"""For `default_args`. Each wait is twice the one before it or more: five seconds at first, for what is back at once, and
minutes in all, for a database that is started again. An hour is many times what a step takes that only reads and writes the
results database.
"""
LONG = timedelta(hours=12)
"""For what reads every row of a delivery: no register is so large that a night does not do."""
HEAVY: dict[str, Any] = {"execution_timeout": LONG, "pool": POOL}
"""For a task that reads every row: it waits for a slot of the pool, so that no two or three of them take all memory at once."""
