"""The pool that heavy tasks wait in line for.

`python -m maalbar.local.pool [SLOTS]` migrates Airflow's database and makes the pool there.
"""

from __future__ import annotations

import sys

POOL = "measuring"
SLOTS = 2
"""How many may read whole deliveries at once, each within MAALBAR_MEMORY_GB, on a machine of one's own. Where containers have so
much memory and no more, `maalbar.deployment.prepare` says how many. An engineer changes it in Airflow: it stays so."""
DESCRIPTION = (
    "Tasks that read every row of a delivery. As many slots as MAALBAR_MEMORY_GB goes into the memory of the workers."
)


def make(slots: int = SLOTS) -> None:
    """Make the pool in Airflow's metadata database, unless it is there. A task of a pool that is not there never runs."""
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session

    with create_session() as session:
        if Pool.get_pool(POOL, session=session) is None:
            Pool.create_or_update_pool(POOL, slots, DESCRIPTION, include_deferred=False, session=session)


if __name__ == "__main__":
    # One process for both: to start Airflow's commands takes seconds.
    from airflow.__main__ import main

    asked = int(sys.argv[1]) if sys.argv[1:] else SLOTS
    sys.argv = ["airflow", "db", "migrate"]
    main()
    make(asked)
