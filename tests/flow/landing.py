"""Deliveries to the tiny contract, written by hand into the landing folder, the manifest last as a sender does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.schema import delivery
from maalbar.settings import settings

AS_OF = "2022-10-15"
"""The data cut of period 1, which ended on 1 July 2022 and whose data are due on 31 October."""
PEOPLE = """
person;sex;born;area;moved_in;moved_out;died;emigrated;care_home
anna;F;1950-01-01;north;2010-01-01;;;;0
bo;M;1950-02-01;east;2010-01-01;;;;0
carl;M;1950-03-01;south;2010-01-01;;;;0
dora;F;1950-04-01;west;2010-01-01;;;;0
"""
CONTACTS = """
person;contact;began;ended;priority;form;unit;system
anna;k1;2020-10-01 10:00;2020-10-01 11:00;ATA1;ALCA00;u;LPR3
bo;k2;2020-10-01 10:00;2020-10-01 11:00;ATA1;ALCA00;u;LPR3
carl;k3;2020-10-01 10:00;2020-10-01 11:00;ATA1;ALCA00;u;LPR3
dora;k4;2020-10-01 10:00;2020-10-01 11:00;ATA1;ALCA00;u;LPR3
anna;k5;2021-10-01 10:00;2021-10-01 11:00;ATA1;ALCA00;u;LPR3
carl;k6;2021-10-01 10:00;2021-10-01 11:00;ATA1;ALCA00;u;LPR3
dora;k7;2021-10-01 10:00;2021-10-01 11:00;ATA1;ALCA00;u;LPR3
dora;k8;2021-11-01 10:00;2021-11-01 11:00;ATA1;ALCA00;u;LPR3
"""
SURVEY = """
person;answered;mode;proxy;satisfaction;hl1;hl2
anna;2021-05-01;W;0;6;;
"""


def deliver(
    contract: Contract,
    source: str = "population",
    /,
    *,
    text: str = PEOPLE,
    as_of: str = AS_OF,
    name: str = "",
    manifest: bool = True,
    **changed: Any,
) -> str:
    """Put a file and its manifest into the landing folder; return the file's SHA-256. `changed` alters the manifest."""
    raw = (text.strip() + "\n").encode()
    folder = settings().landing / contract.id / source
    folder.mkdir(parents=True, exist_ok=True)
    stem = name or f"{source}-{as_of}"
    sha256 = hashlib.sha256(raw).hexdigest()
    (folder / f"{stem}.csv").write_bytes(raw)
    said = {"contract": contract.id, "source": source, "as_of": as_of, "file": f"{stem}.csv", "sha256": sha256}
    said |= {"rows": len(text.strip().splitlines()) - 1, "bytes": len(raw)} | changed
    if manifest:
        (folder / f"{stem}.manifest.json").write_text(json.dumps(said), encoding="utf-8")
    return sha256


def known(contract: Contract) -> list[dict[str, Any]]:
    """The deliveries in the database, in the order they were taken in."""
    rows = select(delivery).where(delivery.c.contract == contract.id).order_by(delivery.c.sequence)
    with transaction() as connection:
        return [dict(row) for row in connection.execute(rows).mappings()]


def stored(contract: Contract) -> dict[str, list[Path]]:
    """The files of the store, by shelf."""
    folder = settings().store / contract.id
    return {shelf.name: sorted(shelf.iterdir()) for shelf in sorted(folder.glob("*"))}
