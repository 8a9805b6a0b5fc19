"""The Airflow DAG `backup`: every night a backup is made, restored on a server that exists for nothing else, and proved there.

    back_up → make_room → try_out → clear_away
                             ↓
                          discard

Only when the newest backup has been restored and proved are older ones discarded: all but so many (`MAALBAR_BACKUPS_KEPT`, 14
where it is not set), and every one from before an erasure. What the try needs is made before it and taken away after it, however
it ends. Where backups lie is said by MAALBAR_BACKUPS; that should be another disk than that of MAALBAR_HOME. The try is made in
MAALBAR_SCRATCH, which only tasks should see.
"""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path

from airflow.sdk import DAG, get_current_context, task
from nightly import nightly
from retrying import HEAVY, LONG, PATIENCE

KEPT = int(os.environ.get("MAALBAR_BACKUPS_KEPT") or 14)


@task(task_display_name="back up", execution_timeout=LONG)
def back_up() -> str:
    """Back up the results database and every stored file, under the night's name; the folder."""
    from maalbar import backup
    from maalbar.settings import settings

    context = get_current_context()
    night = (context.get("logical_date") or context["dag_run"].run_after).astimezone(UTC)
    return str(backup.back_up(settings().backups, night.strftime("%Y-%m-%dT%H-%M-%SZ")))


@task(task_display_name="make room for a try")
def make_room() -> str:
    """A scratch folder, empty whatever a night before has left; its address."""
    from maalbar import backup
    from maalbar.settings import settings

    scratch = settings().scratch
    backup.clear(scratch)
    scratch.mkdir(parents=True, mode=0o700)
    return str(scratch)


@task(task_display_name="restore and prove it", **HEAVY)
def try_out(made: str, scratch: str) -> dict[str, int]:
    """Restore the backup in the scratch folder and prove it; ledger entries by contract."""
    from maalbar import backup

    done = backup.try_out(Path(made), Path(scratch))
    return {contract: found.entries for contract, found in done.verified.items()}


@task(task_display_name="clear the try away")
def clear_away(scratch: str) -> None:
    """Stop the scratch server where it still runs, and delete its folder."""
    from maalbar import backup

    backup.clear(Path(scratch))


@task(task_display_name="discard old backups")
def discard() -> list[str]:
    """Delete backups that are too many, or from before an erasure; which ones."""
    from maalbar import backup
    from maalbar.settings import settings

    return [path.name for path in backup.discard(settings().backups, KEPT)]


with DAG(
    dag_id="backup",
    description="Makes a backup every night, and proves that it can be restored",
    doc_md=__doc__,
    schedule=nightly("03:00"),  # after `retention` and `verification`
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    allowed_run_types=["scheduled", "manual"],  # by hand before an upgrade
    default_args={"owner": "maalbar", **PATIENCE},
    tags=["backup", "housekeeping"],
) as dag:
    _made, _room = back_up(), make_room()
    _made >> _room
    _tried = try_out(_made, _room)
    _tried >> clear_away(_room).as_teardown(setups=_room)
    _tried >> discard()
