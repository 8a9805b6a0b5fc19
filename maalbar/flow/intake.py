"""Intake and validation of the files that have come, one delivery at a time, all or nothing each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from maalbar import kept, results, store
from maalbar.contract import Contract, find_contract
from maalbar.database import contract_lock, transaction
from maalbar.errors import ChecksFailed, DecisionNeeded, DeliveryRefused, IdentityFound, MaalbarError
from maalbar.flow import delivery_report, history
from maalbar.flow.checking import Announced, check_file
from maalbar.flow.delivery_report import Attempt
from maalbar.flow.erased_on_entry import Trimmed, trimmed
from maalbar.flow.file_rows import Checked
from maalbar.flow.judging import judge
from maalbar.flow.landed import look
from maalbar.flow.refusing import refusals_of, refuse_a_day_to_come
from maalbar.flow.rekeying import Rekeyed
from maalbar.manifest import Manifest, told
from maalbar.named_deliveries import SHOWN
from maalbar.persons import person_keys
from maalbar.schema import delivery as delivery_table
from maalbar.schema import refusal
from maalbar.staging import Staged, staged, staging
from maalbar.unpacking import name_inside, unpack


def awaited_sources(contract_id: str, period_id: str) -> list[str]:
    """The sources that have neither been taken in for a period nor lie complete in the landing folder."""
    contract = find_contract(contract_id)
    landed = {arrival.manifest.source for arrival in look(contract, period_id).arrivals}
    with transaction() as connection:
        taken = results.delivered(connection, contract, period_id)
    return [source for source, row in taken.items() if row is None and source not in landed]


def is_underway(contract_id: str, period_id: str) -> bool:
    """Whether files lie in the landing folder that are not known to be whole yet, and will be or be refused within a day."""
    return bool(look(find_contract(contract_id), period_id).underway)


def take_in(
    contract_id: str, period_id: str, unfetched: Mapping[str, Sequence[MaalbarError]] = MappingProxyType({})
) -> list[str]:
    """Take in every complete delivery for a period; return the ids of those accepted, already known ones included.

    `unfetched`: source → what could not be fetched from far away. Raises the first refusal after the others are taken in, so
    that one bad file holds up nothing but itself. Whatever comes of it, the page of this intake is written
    (`maalbar.flow.delivery_report`).
    """
    contract = find_contract(contract_id)
    found = look(contract, period_id)
    attempts = [Attempt(arrival) for arrival in history.taken_in_order(contract, found.arrivals)]
    taken = []
    with delivery_report.reported(contract, period_id, found, attempts, unfetched), staging() as folder:
        for attempt in attempts:
            try:
                person_keys()  # without one no file can be taken in, and none is opened
                taken.append(_take(contract, attempt, folder))
            except MaalbarError as error:
                attempt.fault = error
    far = [error for errors in unfetched.values() for error in errors]
    # What is wrong here and not with a file (no person key) has the same words at every file, and is told once.
    told_once = {e.line: e for e in (*far, *found.refused, *(a.fault for a in attempts if a.fault))}
    if told_once:
        faults = list(told_once.values())
        raise _together(faults, f"{contract_id} period {period_id}")
    return taken


def _together(faults: list[MaalbarError], where: str) -> MaalbarError:
    """The first fault, whose line tells of the others, with a line for each."""
    first = faults[0]
    more = f" (and {len(faults) - 1} more: {'; '.join(e.line for e in faults[1:])})" if faults[1:] else ""
    error = type(first)(first.what, where=f"{where}, {first.where}", mend=first.mend + more)
    error.lines = [f"{where}, {fault.line}" for fault in faults]
    return error


def accounts(contract: Contract, period_id: str, delivery_ids: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The rows of the database that tell of these deliveries, or else of those that serve the period, by source and order."""
    d = delivery_table.c
    with transaction() as connection:
        if delivery_ids:
            chosen = select(delivery_table).where(d.delivery_id.in_(delivery_ids)).order_by(d.sequence)
            return [dict(row) for row in connection.execute(chosen).mappings()]
        return [row for row in results.delivered(connection, contract, period_id).values() if row]


def _take(contract: Contract, attempt: Attempt, folder: Path) -> str:
    """One delivery: staged, looked at, kept, and told in the database. Returns its id, new or known.

    A refusal is written down with the hash of the file and what was wrong with it; nothing else of the file is kept.
    """
    arrival, manifest = attempt.arrival, attempt.arrival.manifest
    try:
        with transaction() as connection:
            known, delivery_id = _identity(connection, contract, manifest)
        if known:
            return delivery_id
        refuse_a_day_to_come(contract, manifest.as_of, manifest.file)
        while not _looked_at(contract, attempt, folder, delivery_id):
            pass  # somebody was erased meanwhile: it is looked at again, without them
    except (DeliveryRefused, ChecksFailed) as error:
        _write_down(contract, attempt, error)
        if isinstance(error, IdentityFound):
            _remove(arrival.path, error)
        raise
    return delivery_id


def _looked_at(contract: Contract, attempt: Attempt, folder: Path, delivery_id: str) -> bool:
    """Look at one file, keep what it gives, and tell the database; False, and nothing kept, when that no longer holds."""
    manifest = attempt.arrival.manifest
    delivery = contract.deliveries[manifest.source]
    with staged(attempt.arrival.path, folder, manifest) as copy:
        keys = Rekeyed.of(contract, manifest.source)
        with refusals_of(manifest.file, copy.path):
            inside = name_inside(copy.path, delivery.packed)
            file = unpack(copy.path, delivery.packed, copy.folder, delivery.max_unpacked_mb * 1_000_000)
            announced = Announced(manifest.file, manifest.as_of, manifest.rows, inside)
            checked = check_file(file, announced, delivery, contract, copy.folder, keys)
            attempt.quarantine = checked.quarantine
            judge(checked, contract, delivery, manifest.file)
            seen = history.check(contract, manifest, checked.accepted, keys.generation)
            raw = trimmed(copy, file, delivery, manifest.file, keys)
        # Under the lock, so that of two files that came at once for one day only the one that stands is kept.
        with contract_lock(contract.id) as connection:
            if _identity(connection, contract, manifest)[0]:
                return True
            if not keys.still_hold(connection, contract):
                return False
            row = _kept(contract, manifest, copy, raw, checked)
            row |= {"delivery_id": delivery_id, "person_key": keys.generation}
            connection.execute(insert(delivery_table), row)
            kept.replace(connection, contract.id, keys.erasures, raw.replaced(delivery_id, manifest.sha256))
            history.record(connection, delivery_id, seen)
    return True


def _kept(contract: Contract, manifest: Manifest, copy: Staged, raw: Trimmed, checked: Checked) -> dict[str, Any]:
    """Move what was found into the store; the row that tells of it. A crash in between leaves files that nothing names."""
    account, aside = checked.account, None
    if account.quarantined:
        # Written in staging and moved, as the others are: a crash leaves nothing half in the store.
        written = copy.folder / "quarantine.parquet"
        pq.write_table(checked.quarantine, written, compression="zstd")
        aside = store.keep(contract.id, "quarantine", written, store.sha256_of_file(written))
    canonical = store.keep(contract.id, "canonical", checked.accepted, store.sha256_of_file(checked.accepted))
    store.keep(contract.id, "raw", raw.path, raw.sha256)
    return {
        "contract": contract.id,
        "source": manifest.source,
        "as_of": manifest.as_of,
        "sha256": manifest.sha256,
        "supersedes": manifest.supersedes,
        "file": manifest.file,
        "said_by": manifest.said_by,
        "said_why": manifest.reason,
        "canonical_sha256": canonical,
        "quarantine_sha256": aside,
        "rows_in": account.rows_in,
        "rows_accepted": account.accepted,
        "rows_quarantined": account.quarantined,
        "rows_collapsed": account.collapsed,
        "rows_cancelled": account.cancelled,
        "rows_erased": account.erased,
    }


def _write_down(contract: Contract, attempt: Attempt, error: MaalbarError) -> None:
    manifest = attempt.arrival.manifest
    row = {"contract": contract.id, "source": manifest.source, "as_of": manifest.as_of, "sha256": manifest.sha256}
    row |= {"file": attempt.called(error), "kind": type(error).__name__, "what": error.what, "mend": error.mend}
    row["checks"] = list(error.checks) if isinstance(error, DecisionNeeded) else None
    with transaction() as connection:
        connection.execute(insert(refusal).values(row).on_conflict_do_nothing())


def _remove(path: Path, error: IdentityFound) -> None:
    """Take a file that may name persons out of the landing folder too: the sender has it, and here it must not lie."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        mend = f"{error.mend}; and remove it from the landing folder, which we may not"
        raise IdentityFound(error.what, where=error.where, mend=mend) from None


def _identity(connection: Connection, contract: Contract, manifest: Manifest) -> tuple[bool, str]:
    """Whether this file was taken in before in this place of the chain of corrections, and its id.

    Raises DeliveryRefused when another file stands for the same day and source, and this one does not say that it takes
    its place.
    """
    d = delivery_table.c
    same_day = select(d.delivery_id, d.sha256, d.supersedes, d.said_by, d.said_why).where(
        d.contract == contract.id, d.source == manifest.source, d.as_of == manifest.as_of
    )
    rows = connection.execute(same_day.order_by(d.sequence)).all()
    newest = rows[-1].sha256 if rows else None
    alike = [row for row in rows if (row.sha256, row.supersedes) == (manifest.sha256, manifest.supersedes)]
    of_word = [row for row in alike if (row.said_by, row.said_why) == (manifest.said_by, manifest.reason)]
    # A, B, A, and B again: a copy of B that still lies there is none, so that a person must say that it is meant.
    if alike and (of_word or manifest.said_by is None or manifest.supersedes != newest):
        return True, (of_word or alike)[-1].delivery_id
    if manifest.supersedes != newest:
        if newest is None:
            what, mend = "supersedes a file that was not taken in", "deliver that one first"
        else:
            what = f"a different file for {manifest.as_of} was taken in before (sha256 {newest[:SHOWN]}…)"
            mend = "name the one it takes the place of under `supersedes`"
        raise DeliveryRefused(what, where=told(manifest.file), mend=mend)
    version = f"v{len(rows) + 1}"
    return False, f"{contract.id}|{manifest.source}|{manifest.as_of}|{version}|{manifest.sha256[:12]}"
