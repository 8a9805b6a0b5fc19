"""Validate: split candidate rows into accepted, quarantined (with every reason) and collapsed, and account for each.

Rules come from the canonical table (`maalbar.tables`) and the day the delivery describes. A row of the file is the unit
of the account: if any canonical row made from it is wrong, the whole row of the file is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa

from maalbar.errors import ChecksFailed
from maalbar.tables import TABLES, Table
from transforms.intake import Candidate

EARLIEST = date(1900, 1, 1)
_CPR = re.compile(r"(?<![0-9A-Za-z])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[- ]?\d{4}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Account:
    """Where every row of the file went. Raises ChecksFailed at birth when the sum does not hold."""

    rows_in: int
    accepted: int
    quarantined: int
    collapsed: int

    def __post_init__(self) -> None:
        if self.rows_in != self.accepted + self.quarantined + self.collapsed:
            raise ChecksFailed(
                f"{self.rows_in} rows came in, {self.accepted} + {self.quarantined} + {self.collapsed} are accounted for"
            )


@dataclass(frozen=True)
class Validated:
    """`accepted`: the canonical table in key order. `quarantine`: (`row_number`, `reason`), no values."""

    accepted: pa.Table
    quarantine: pa.Table
    account: Account


def validate(candidate: Candidate, table_name: str, as_of: date) -> Validated:
    """Apply the rules of a canonical table. Raises ChecksFailed when the account does not add up."""
    table = TABLES[table_name]
    rows = candidate.rows
    found = [candidate.reasons, *(_reason(rows, wrong, why) for wrong, why in _rules(rows, table, as_of))]
    reasons = pd.concat(found, ignore_index=True)
    sound = rows[~rows["row_number"].isin(reasons["row_number"])]
    first = ~sound.duplicated(subset=list(table.columns), keep="first")
    clashing = sound[first & sound.duplicated(subset=list(table.key), keep=False) & _clashes(sound, table, first)]
    reasons = pd.concat([reasons, _reason(clashing, None, "same key as another row, with other content")], ignore_index=True)
    kept = sound[first & ~sound["row_number"].isin(reasons["row_number"])]
    gone = sound[~first & ~sound["row_number"].isin(reasons["row_number"])]
    quarantined = int(reasons["row_number"].nunique())
    # A row of the file is collapsed only when nothing of it is kept.
    collapsed = int(gone.loc[~gone["row_number"].isin(kept["row_number"]), "row_number"].nunique())
    accepted_rows = candidate.rows_in - quarantined - collapsed
    silent = candidate.rows_in - int(rows["row_number"].nunique()) - _absent(reasons, rows)
    account = Account(candidate.rows_in, int(kept["row_number"].nunique()) + silent, quarantined, collapsed)
    assert account.accepted == accepted_rows
    ordered = kept.sort_values(list(table.key), kind="stable")[list(table.columns)]
    quarantine = reasons.drop_duplicates().sort_values(["row_number", "reason"])
    return Validated(
        pa.Table.from_pandas(ordered, schema=table.schema, preserve_index=False, safe=True),
        pa.Table.from_pandas(
            quarantine, schema=pa.schema([("row_number", pa.int64()), ("reason", pa.string())]), preserve_index=False
        ),
        account,
    )


def _absent(reasons: pd.DataFrame, rows: pd.DataFrame) -> int:
    """Rows of the file that gave no canonical row and a reason for it."""
    return int(reasons.loc[~reasons["row_number"].isin(rows["row_number"]), "row_number"].nunique())


def _clashes(sound: pd.DataFrame, table: Table, first: pd.Series) -> pd.Series:
    """Whether a key stands in more than one distinct row."""
    distinct = sound[first]
    return distinct.duplicated(subset=list(table.key), keep=False).reindex(sound.index, fill_value=False)


def _reason(rows: pd.DataFrame, wrong: pd.Series | None, why: str) -> pd.DataFrame:
    chosen = rows if wrong is None else rows[wrong.fillna(False).astype(bool)]
    return pd.DataFrame({"row_number": chosen["row_number"].to_numpy(dtype="int64"), "reason": why})


def _rules(rows: pd.DataFrame, table: Table, as_of: date) -> Iterator[tuple[pd.Series, str]]:
    """Each rule as (which rows break it, the reason in words)."""
    for name, column in table.columns.items():
        given = rows[name]
        if not column.nullable:
            yield given.isna(), f"{name}: empty"
        if column.allowed:
            yield given.notna() & ~given.isin(column.allowed), f"{name}: unknown code"
        if column.kind == "date":
            # Missing compares as neither, so open ends pass.
            days = pd.to_datetime(given)
            yield days < pd.Timestamp(EARLIEST), f"{name}: before {EARLIEST.year}"
    for earlier, later in table.ordered:
        yield pd.to_datetime(rows[later]) < pd.to_datetime(rows[earlier]), f"{later} before {earlier}"
    for name in table.not_after_as_of:
        yield pd.to_datetime(rows[name]) > pd.Timestamp(as_of), f"{name}: after the day the delivery describes"


def cpr_like_cells(cells: pd.DataFrame) -> int:
    """How many cells hold something written like a CPR number: six digits that can be a date, and four more.

    Modulus 11 is not asked for: valid numbers without it exist since 2007.
    """
    return sum(int(cells[name].dropna().str.contains(_CPR).sum()) for name in cells.columns)
