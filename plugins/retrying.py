"""What a task of any DAG is given: what is tried again, how long it may take, and how much room heavy work has.

A lost connection is tried again; what is wrong with the data, the terms or an answer is as wrong a minute later, and fails
at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

NETWORK_ONLY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=["sqlalchemy.exc.OperationalError", "builtins.ConnectionError"], action=RetryAction.RETRY)
    ],
    default=RetryAction.FAIL,
)
PATIENCE: dict[str, Any] = {
    "retries": 4,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "retry_policy": NETWORK_ONLY,
    "execution_timeout": timedelta(hours=1),
}
"""For `default_args`. An hour is many times what a step takes that only reads and writes the results database."""
LONG = timedelta(hours=12)
"""For what reads every row of a delivery: no register is so large that a night does not do."""
