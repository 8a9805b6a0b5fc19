"""What is done once before the services start, as administrator and owner: `python -m maalbar.deployment.prepare`.

    logins → Airflow's tables → results tables → roles → the first account

Each step is safe to repeat: it also brings an older installation to the new version.
"""

from __future__ import annotations

import os
import subprocess
import sys

from maalbar.deployment import roles
from maalbar.settings import PROJECT


def main() -> None:
    """Run every step. Ends with the exit code of the one that fails."""
    _run(["maalbar", "create-logins"])
    _run([sys.executable, "-m", "maalbar.local.pool"])
    _run(["maalbar", "migrate"])
    _run(["airflow", "sync-perm"])
    roles.grant()
    roles.create_account("admin", "Administrator", "Admin", os.environ["AIRFLOW_ADMIN_PASSWORD"])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=PROJECT, check=False)  # noqa: S603 - the commands above and no others
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
