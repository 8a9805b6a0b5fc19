"""Access: the one way to open a file as it came, or what was set aside of it. Who, what and why is written down first.

Intake makes these files and looks at the sender's own before they are kept; everything else comes through here. A check of a
hash hands out nothing and is no opening.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Connection, insert, select

from maalbar import store
from maalbar.database import transaction
from maalbar.errors import SetupError
from maalbar.schema import access_log
from maalbar.written_cpr import refuse_cpr

Guarded = Literal["raw", "quarantine"]
Opened = Literal["raw", "quarantine", "counts"]
VARIABLE = "MAALBAR_USER"


def opened(contract_id: str, shelf: Guarded, digest: str, why: str) -> Path:
    """The file of that hash, to be read, found to match it. Raises StoreDamaged."""
    _write_down(contract_id, shelf, digest, why)
    return store.verified(contract_id, shelf, digest)


def opened_table(contract_id: str, shelf: Guarded, digest: str, why: str) -> pa.Table:
    """The table of that hash. Raises StoreDamaged."""
    _write_down(contract_id, shelf, digest, why)
    return store.get_table(contract_id, shelf, digest)


def openings(connection: Connection, contract_id: str) -> list[dict[str, Any]]:
    """Every opening, in order: `shelf`, `sha256`, `who`, `why`, `opened_at`."""
    rows = select(access_log).where(access_log.c.contract == contract_id).order_by(access_log.c.sequence)
    return [dict(row) for row in connection.execute(rows).mappings()]


def who() -> str:
    """Who runs this: MAALBAR_USER, the DAG run of a task of Airflow with its owner, or the user of the system."""
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return named
    dag = os.environ.get("AIRFLOW_CTX_DAG_ID")
    if dag:
        owner, run = os.environ.get("AIRFLOW_CTX_DAG_OWNER", ""), os.environ.get("AIRFLOW_CTX_DAG_RUN_ID", "")
        return f"{owner} by {dag} {run}".strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user no. {os.getuid()}"


def opened_counts(contract_id: str, digest: str, why: str, name: str) -> bytes:
    """The counts behind a release, for someone by their login. Raises StoreDamaged."""
    _write_down(contract_id, "counts", digest, why, name)
    return store.get(contract_id, "counts", digest)


def _write_down(contract_id: str, shelf: Opened, digest: str, why: str, name: str | None = None) -> None:
    """In a transaction of its own: an opening stays written down whatever becomes of the work it was for."""
    name = who() if name is None else name
    refuse_cpr(SetupError, VARIABLE, name=name)
    row = {"contract": contract_id, "shelf": shelf, "sha256": digest, "who": name, "why": why}
    with transaction() as connection:
        # Nothing is asked back: who serves pages may write this and read nothing of it.
        connection.execute(insert(access_log).inline(), row)
