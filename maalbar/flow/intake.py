"""Intake and validation of what lies in the landing folder, one delivery at a time, all or nothing each."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, insert, select

from expectations import deliveries as suites
from expectations import verdict
from maalbar import results, store
from maalbar.contract import Contract, find_contract
from maalbar.contract.delivering import Delivery
from maalbar.database import contract_lock, transaction
from maalbar.errors import DeliveryRefused, MaalbarError
from maalbar.flow.landed import look
from maalbar.manifest import Manifest, read_whole
from maalbar.schema import delivery as delivery_table
from maalbar.tables import TABLES
from transforms.intake import read_file, to_canonical
from transforms.validate import Validated, cpr_like_cells, validate


def awaited_sources(contract_id: str, period_id: str) -> list[str]:
    """The sources that have neither been taken in for a period nor lie complete in the landing folder."""
    contract = find_contract(contract_id)
    landed = {one.manifest.source for one in look(contract, period_id).arrivals}
    with transaction() as connection:
        taken = results.delivered(connection, contract, period_id)
    return [source for source, row in taken.items() if row is None and source not in landed]


def is_underway(contract_id: str, period_id: str) -> bool:
    """Whether files lie in the landing folder that are not known to be whole yet, and will be or be refused within a day."""
    return bool(look(find_contract(contract_id), period_id).underway)


def take_in(contract_id: str, period_id: str) -> list[str]:
    """Take in every complete delivery for a period; return the ids of those accepted, already known ones included.

    Raises the first refusal after the others are taken in, so that one bad file holds up nothing but itself.
    """
    contract = find_contract(contract_id)
    found = look(contract, period_id)
    refused: list[MaalbarError] = [*found.refused]
    taken = []
    for arrival in found.arrivals:
        try:
            taken.append(_take(contract, arrival.path, arrival.manifest))
        except MaalbarError as error:
            refused.append(error)
    if refused:
        first = refused[0]
        more = f" (and {len(refused) - 1} more: {'; '.join(e.line for e in refused[1:])})" if refused[1:] else ""
        raise type(first)(first.what, where=f"{contract_id} period {period_id}, {first.where}", mend=first.mend + more)
    return taken


def _take(contract: Contract, path: Path, manifest: Manifest) -> str:
    """One delivery: gate, canonical table, checks, store, row in the database. Returns its id, new or known."""
    with transaction() as connection:
        known, delivery_id = _identity(connection, contract, manifest)
    if known:
        return delivery_id
    delivery = contract.deliveries[manifest.source]
    raw = read_whole(path, manifest)
    validated = check_bytes(raw, delivery, manifest, contract)
    row = {
        "delivery_id": delivery_id,
        "contract": contract.id,
        "source": manifest.source,
        "as_of": manifest.as_of,
        "sha256": store.put(contract.id, "raw", raw),
        "supersedes": manifest.supersedes,
        "canonical_sha256": store.put_table(contract.id, "canonical", validated.accepted),
        "quarantine_sha256": _set_aside(contract, validated),
        "rows_in": validated.account.rows_in,
        "rows_accepted": validated.account.accepted,
        "rows_quarantined": validated.account.quarantined,
        "rows_collapsed": validated.account.collapsed,
    }
    with contract_lock(contract.id) as connection:
        if not _identity(connection, contract, manifest)[0]:
            connection.execute(insert(delivery_table), row)
    return delivery_id


def _set_aside(contract: Contract, validated: Validated) -> str | None:
    """Keep the quarantine (row numbers and reasons, no values) and return its hash; None when nothing was set aside."""
    if not validated.account.quarantined:
        return None
    return store.put_table(contract.id, "quarantine", validated.quarantine)


def check_bytes(raw: bytes, delivery: Delivery, manifest: Manifest, contract: Contract) -> Validated:
    """Everything that can be said of a file before anything of it is kept. Raises DeliveryRefused or ChecksFailed."""
    cells = read_file(raw, delivery, manifest.file)
    if manifest.rows is not None and cells.num_rows != manifest.rows:
        what = f"has {cells.num_rows} rows, {manifest.rows} were announced"
        raise DeliveryRefused(what, where=manifest.file, mend="send it whole")
    found = cpr_like_cells(cells)
    if found:
        what = f"{found} cells look like CPR numbers; nothing of the file is kept"
        raise DeliveryRefused(what, where=manifest.file, mend="pseudonymise it before it is sent")
    candidate = to_canonical(cells, delivery, contract.calendar.timezone)
    validated = validate(candidate, delivery.table, manifest.as_of)
    account = validated.account
    accounted = account.accepted + account.quarantined + account.collapsed
    share = account.quarantined / account.rows_in if account.rows_in else 0.0
    judged = pd.DataFrame([{"rows_in": account.rows_in, "accounted": accounted, "quarantined_share": share}])
    reasons = validated.quarantine.column("reason").value_counts().to_pylist()
    worst = "; ".join(f"{r['counts']} × {r['values']}" for r in sorted(reasons, key=lambda r: -r["counts"])[:3])
    mend = (
        f"{account.quarantined} of {account.rows_in} rows set aside ({worst}): send a corrected file" if worst else ""
    )
    verdict.hold(judged, suites.account_suite(contract.quality.max_quarantined), manifest.file, mend)
    verdict.hold_table(validated.accepted.to_pandas(), TABLES[delivery.table], manifest.file)
    return validated


def _identity(connection: Connection, contract: Contract, manifest: Manifest) -> tuple[bool, str]:
    """Whether this file was taken in before in this place of the chain of corrections, and its id.

    Raises DeliveryRefused when another file stands for the same day and source, and this one does not say that it takes
    its place.
    """
    d = delivery_table.c
    same_day = select(d.delivery_id, d.sha256, d.supersedes).where(
        d.contract == contract.id, d.source == manifest.source, d.as_of == manifest.as_of
    )
    rows = connection.execute(same_day.order_by(d.sequence)).all()
    for row in rows:
        if (row.sha256, row.supersedes) == (manifest.sha256, manifest.supersedes):
            return True, row.delivery_id
    newest = rows[-1].sha256 if rows else None
    if manifest.supersedes != newest:
        if newest is None:
            what, mend = "supersedes a file that was not taken in", "deliver that one first"
        else:
            what = f"a different file for {manifest.as_of} was taken in before (sha256 {newest[:8]}…)"
            mend = "name the one it takes the place of under `supersedes`"
        raise DeliveryRefused(what, where=manifest.file, mend=mend)
    version = f"v{len(rows) + 1}"
    return False, f"{contract.id}|{manifest.source}|{manifest.as_of}|{version}|{manifest.sha256[:12]}"
