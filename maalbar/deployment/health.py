"""Whether a part of Airflow is well, by what the api-server says of it: `python -m maalbar.deployment.health scheduler`.

A request and no more: `airflow jobs check` loads all of Airflow, every half minute and in every container.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from urllib.parse import urlsplit, urlunsplit


def is_well(part: str, execution_url: str) -> bool:
    """Whether `part` (metadatabase, scheduler, dag_processor, triggerer) is healthy. Raises OSError when nobody answers."""
    address = urlunsplit(urlsplit(execution_url)._replace(path="/api/v2/monitor/health"))
    with urllib.request.urlopen(address, timeout=8) as answer:  # noqa: S310 - the address is of our own configuration
        told = json.load(answer)
    return told.get(part, {}).get("status") == "healthy"


if __name__ == "__main__":
    import os

    sys.exit(not is_well(sys.argv[1], os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]))
