"""What is done once before the services start, as administrator and owner: `python -m maalbar.deployment.prepare`.

    logins → Airflow's tables → results tables → what the reader may see of them → Airflow's roles → the first account

Each step is safe to repeat: it also brings an older installation to the new version.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from maalbar import database
from maalbar.deployment import logins, roles
from maalbar.errors import MaalbarError
from maalbar.settings import PROJECT


def main() -> None:
    """Run every step. Ends with one line and the exit code of the one that fails."""
    administrator = os.environ["MAALBAR_ADMINISTRATOR_URL"]
    try:
        logins.create(administrator, logins.passwords(os.environ))
        _run([sys.executable, "-m", "maalbar.local.pool", str(heavy_tasks(os.environ))])  # migrates, and makes the pool
        database.migrate()
        logins.let_read(administrator)
    except MaalbarError as error:
        print(f"error: {error.line}", file=sys.stderr)
        sys.exit(error.exit_code)
    with roles.accounts() as application:
        roles.grant(application)
        roles.create_account(application, "admin", "Administrator", "Admin", os.environ["AIRFLOW_ADMIN_PASSWORD"])


def heavy_tasks(environment: Mapping[str, str]) -> int:
    """How many tasks that take MAALBAR_MEMORY_GB may run at once: one in each worker, or in the scheduler where it has the tasks.

    Each of those containers has memory for one.
    """
    has_workers = environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    return int(environment["MAALBAR_WORKERS"]) if has_workers else 1


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=PROJECT, check=False)  # noqa: S603 - the command above and no other
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
