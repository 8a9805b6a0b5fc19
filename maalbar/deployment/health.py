"""Whether a part of Airflow is well, by what the api-server says of it: `python -m maalbar.deployment.health scheduler`.

A worker, of whom the api-server knows nothing, is asked itself, by way of the broker. A request and no more: `airflow jobs check`
and `celery inspect` load all of Airflow, every half minute and in every container.
"""

from __future__ import annotations

import json
import socket
import sys
import urllib.request
from urllib.parse import urlsplit, urlunsplit


def is_well(part: str, execution_url: str) -> bool:
    """Whether `part` (metadatabase, scheduler, dag_processor, triggerer) is healthy. Raises OSError when nobody answers."""
    address = urlunsplit(urlsplit(execution_url)._replace(path="/api/v2/monitor/health"))
    with urllib.request.urlopen(address, timeout=8) as answer:  # noqa: S310 - the address is of our own configuration
        told = json.load(answer)
    return told.get(part, {}).get("status") == "healthy"


def works(broker_url: str) -> bool:
    """Whether the Celery worker of this host answers. Raises kombu's OperationalError when the broker does not."""
    from celery import Celery

    me = f"celery@{socket.gethostname()}"
    with Celery(broker=broker_url) as asking:
        return bool(asking.control.ping(destination=[me], timeout=5, limit=1))


if __name__ == "__main__":
    import os

    if sys.argv[1] == "worker":
        sys.exit(not works(os.environ["AIRFLOW__CELERY__BROKER_URL"]))
    sys.exit(not is_well(sys.argv[1], os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]))
