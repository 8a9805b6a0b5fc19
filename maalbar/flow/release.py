"""Release: a named person lets in rows that were set aside, and says why.

What is released is a rule, for all rows of a delivery that break nothing else: a date after the day that the delivery describes,
or before 1900. Such a row can be read, and everything after it can use it. What cannot be read, what contradicts itself (an end
before its beginning, two contents under one key) and codes that nobody agreed on are never released: the figures made from them
would be guesses, and only the sender knows what is right.

The file is taken through every step anew, from its raw bytes, and what comes of it is a new version of the delivery: the old one
and its quarantine stay as they were. Nothing that is frozen changes; a measurement takes the new version when it is revised.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from maalbar import access, kept, store
from maalbar.contract import Contract
from maalbar.database import contract_lock, transaction
from maalbar.errors import ChecksFailed, DeliveryRefused, SetupError
from maalbar.flow import history
from maalbar.flow.checking import Announced, check_file
from maalbar.flow.file_rows import Checked
from maalbar.flow.judging import judge
from maalbar.flow.quarantine import SetAside, quarantine_of, set_aside
from maalbar.flow.rekeying import Rekeyed
from maalbar.manifest import told
from maalbar.schema import delivery as delivery_table
from maalbar.schema import quarantine_release
from maalbar.staging import staging
from maalbar.unpacking import name_inside, unpack
from maalbar.written_cpr import refuse_cpr


def release(contract: Contract, named: str, codes: list[str], name: str, why: str) -> dict[str, Any]:
    """Let in the rows of a delivery that were set aside for nothing but these reasons. Returns the row of the new version.

    `named` as in `set_aside`; `codes` as it tells them. Raises SetupError where nobody or nothing is named, DeliveryRefused
    where these rows cannot be let in, ChecksFailed where the table with them does not hold.
    """
    if not name.strip() or not why.strip():
        raise SetupError("nobody has said it, or not why", mend="give --name and --because")
    refuse_cpr(SetupError, contract.id, name=name, reason=why)
    (one,) = set_aside(contract, named)
    where = f"{one.row['source']} as of {one.row['as_of']}"
    if not one.is_in_force:
        raise DeliveryRefused("another version has taken its place", where=where, mend="release rows of that one")
    before = one.release["reasons"] if one.release else []
    reasons = sorted({*before, *(_reason(one, code, where) for code in codes)})
    keys = Rekeyed.of(contract, one.row["source"])
    checked_row, seen = _checked_anew(contract, one, frozenset(reasons), where, keys)
    row = checked_row | {"said_by": name.strip(), "said_why": why.strip()}
    let_in = one.row["rows_quarantined"] - row["rows_quarantined"]
    if let_in <= 0:
        mend = "see its other reasons: the sender must correct them"
        raise DeliveryRefused("no row is set aside for that alone", where=where, mend=mend)
    with contract_lock(contract.id) as connection:
        made = (row["canonical_sha256"], row["quarantine_sha256"])
        there = all(store.has(contract.id, s, d) for s, d in zip(kept.SHELVES[1:], made, strict=True) if d)
        if not keys.still_hold(connection, contract) or not there:
            raise DeliveryRefused("persons were erased meanwhile", where=where, mend="release them again")
        row["delivery_id"] = _new_id(connection, one.row, where)
        connection.execute(insert(delivery_table), row)
        history.record(connection, row["delivery_id"], seen)
        said = {"name": name.strip(), "why": why.strip(), "rows_released": let_in, "reasons": reasons}
        said |= {"delivery_id": row["delivery_id"], "of_delivery": one.row["delivery_id"]}
        connection.execute(insert(quarantine_release), said)
    return row | {"rows_released": let_in}


def _reason(one: SetAside, code: str, where: str) -> str:
    """The reason of that code, as the quarantine holds it."""
    found = {counted.reason.code: counted.reason for counted in one.reasons}
    if code not in found:
        known = ", ".join(found) or "none"
        raise SetupError("no row is set aside for a reason of that code", where=where, mend=f"its reasons are {known}")
    if not found[code].may_be_released:
        what = f"`{code}` is never released: {found[code].text}"
        raise DeliveryRefused(what, where=where, mend="have the sender send a corrected file")
    return found[code].text


def _checked_anew(
    contract: Contract, one: SetAside, reasons: frozenset[str], where: str, keys: Rekeyed
) -> tuple[dict[str, Any], history.Seen]:
    """The row of the new version, its tables kept in the store, and what is seen of it beside earlier ones.

    A crash after this leaves files that nothing names.
    """
    known, row = contract.deliveries[one.row["source"]], one.row
    with transaction() as connection:
        is_as_sent = not (now := kept.of(connection, row)).gone and not now.is_expired
    if not is_as_sent:
        mend = "have the sender send it again, without them"
        raise DeliveryRefused("rows of its file are erased since", where=where, mend=mend)
    if keys.generation != row["person_key"]:
        what = f"its person ids are of key {row['person_key'] or 'none'}, and the newest is {keys.generation}"
        raise DeliveryRefused(what, where=where, mend="rotate the person keys of the contract first")
    file = row["file"] or told(f"{row['source']}-{row['as_of']}")
    with staging() as folder:
        raw = Path(folder) / "raw"
        shutil.copyfile(access.opened(contract.id, "raw", row["sha256"], "release of rows set aside"), raw)
        read = unpack(raw, known.packed, folder, known.max_unpacked_mb * 1_000_000)
        announced = Announced(file, row["as_of"], inside=name_inside(raw, known.packed))
        checked = check_file(read, announced, known, contract, folder, keys, reasons)
        judge(checked, contract, known, file)
        # A person has let these rows in by name: what is found beside earlier deliveries is kept, and stops nothing.
        described = history.Described(row["source"], row["as_of"])
        seen = history.look_at(contract, described, checked.accepted, keys.generation)
        _adds_up(checked, quarantine_of(contract, row, "release of rows set aside"), reasons, where)
        made: dict[str, str | None] = {
            "canonical_sha256": store.keep(
                contract.id, "canonical", checked.accepted, store.sha256_of_file(checked.accepted)
            )
        }
    account = checked.account
    made["quarantine_sha256"] = (
        store.put_table(contract.id, "quarantine", checked.quarantine) if account.quarantined else None
    )
    named = ("contract", "source", "as_of", "sha256", "file", "person_key")
    new = {
        **{name: row[name] for name in named},
        **made,
        "supersedes": row["sha256"],
        "rows_in": account.rows_in,
        "rows_accepted": account.accepted,
        "rows_quarantined": account.quarantined,
        "rows_collapsed": account.collapsed,
        "rows_cancelled": account.cancelled,
        "rows_erased": account.erased,
    }
    return new, seen


def _adds_up(checked: Checked, before: pa.Table, reasons: frozenset[str], where: str) -> None:
    """Rows that were set aside for nothing else are let in, and no row is set aside for that."""
    others = before.filter(pc.invert(pc.is_in(before["reason"], pa.array(sorted(reasons)))))
    wanted = set(pc.unique(others["row_number"]).to_pylist())
    found = set(pc.unique(checked.quarantine["row_number"]).to_pylist())
    if found - wanted:
        what = f"let in, {len(found - wanted)} rows would be set aside for what they are together"
        raise DeliveryRefused(what, where=where, mend="have the sender send a corrected file")
    if wanted - found:
        raise ChecksFailed("rows are let in that are wrong for other reasons", where=where, mend="report it")


def _new_id(connection: Connection, row: dict[str, Any], where: str) -> str:
    """The id of the version after the one that stands. Raises DeliveryRefused when that is no longer the one looked at."""
    d = delivery_table.c
    same_day = (d.contract == row["contract"]) & (d.source == row["source"]) & (d.as_of == row["as_of"])
    count, newest = connection.execute(select(func.count(), func.max(d.sequence)).where(same_day)).one()
    if newest != row["sequence"]:
        raise DeliveryRefused("another version came meanwhile", where=where, mend="look at that one")
    return f"{row['contract']}|{row['source']}|{row['as_of']}|v{count + 1}|{row['sha256'][:12]}"
