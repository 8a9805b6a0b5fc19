"""Validate: split candidate rows into accepted, quarantined (with every reason) and collapsed, and account for each.

Rules come from the canonical table (`maalbar.tables`) and the day the delivery describes. A row of the file is the unit
of the account: if any canonical row made from it is wrong, the whole row of the file is set aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.errors import ChecksFailed
from maalbar.tables import TABLES, Table
from transforms.intake import Candidate

EARLIEST = date(1900, 1, 1)
QUARANTINE = pa.schema([("row_number", pa.int64()), ("reason", pa.string())])
_CPR = r"(^|[^0-9A-Za-z.,]|[^0-9][.,])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}($|[^0-9A-Za-z])"


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
    found = [candidate.reasons, *(_reason(rows, wrong, why) for wrong, why in _rules(candidate, table, as_of))]
    reasons = pd.concat(found, ignore_index=True)
    sound = rows[~rows["row_number"].isin(reasons["row_number"])]
    repeated = sound[sound.duplicated(subset=list(table.key), keep=False)]
    contents = repeated.drop_duplicates(subset=list(table.columns))
    clashes = contents.loc[contents.duplicated(subset=list(table.key), keep=False), list(table.key)]
    clashing = repeated[pd.MultiIndex.from_frame(repeated[list(table.key)]).isin(pd.MultiIndex.from_frame(clashes))]
    reasons = pd.concat(
        [reasons, _reason(clashing, None, "same key as another row, with other content")], ignore_index=True
    )
    aside = set(reasons["row_number"])
    # Collapsed only after all that is set aside is gone, so that no row collapses into one that is not accepted.
    left = sound[~sound["row_number"].isin(aside)] if len(clashing) else sound
    kept = left.drop_duplicates(subset=list(table.columns))
    gone = set(left["row_number"]) - set(kept["row_number"])
    # Some rows of a file make no row of the table (nobody on any benefit, nothing answered): they are accepted too.
    silent = candidate.rows_in - len(set(rows["row_number"]) | aside)
    account = Account(candidate.rows_in, kept["row_number"].nunique() + silent, len(aside), len(gone))
    ordered = kept.sort_values(list(table.key), kind="stable")[list(table.columns)]
    quarantine = reasons.drop_duplicates().sort_values(["row_number", "reason"])
    return Validated(
        pa.Table.from_pandas(ordered, schema=table.schema, preserve_index=False, safe=True),
        pa.Table.from_pandas(quarantine, schema=QUARANTINE, preserve_index=False),
        account,
    )


def _reason(rows: pd.DataFrame, wrong: pd.Series | None, why: str) -> pd.DataFrame:
    chosen = rows if wrong is None else rows[wrong.fillna(False).astype(bool)]
    return pd.DataFrame({"row_number": chosen["row_number"].to_numpy(dtype="int64"), "reason": why})


def _rules(candidate: Candidate, table: Table, as_of: date) -> Iterator[tuple[pd.Series, str]]:
    """Each rule as (which rows break it, the reason in words)."""
    rows, unread = candidate.rows, candidate.reasons["reason"].astype("string").str.replace(":.*", "", regex=True)
    for name, column in table.columns.items():
        given = rows[name]
        if not column.nullable:
            # What could not be read has its reason already, and is not empty besides.
            told = rows["row_number"].isin(candidate.reasons.loc[unread == name, "row_number"])
            yield ~told & (given.isna() | (_is_blank(given) if column.kind == "text" else False)), f"{name}: empty"
        if column.allowed:
            yield given.notna() & ~given.isin(column.allowed), f"{name}: unknown code"
        if column.kind == "date":
            # Missing compares as neither, so open ends pass.
            days = pd.to_datetime(given)
            yield days < pd.Timestamp(EARLIEST), f"{name}: before {EARLIEST.year}"
    for earlier, later in table.ordered:
        yield pd.to_datetime(rows[later]) < pd.to_datetime(rows[earlier]), f"{later} before {earlier}"
    for name in table.not_after_as_of:
        yield (
            pd.to_datetime(rows[name]) > pd.Timestamp(as_of),
            f"{name}: after the day the delivery describes",
        )


def _is_blank(given: pd.Series) -> pd.Series:
    """Whether a text is nothing but spaces. Most texts repeat, so each different one is looked at once."""
    blank = [text for text in given.dropna().unique() if not text.strip()]
    return given.isin(blank)


def cpr_like_cells(cells: pa.Table) -> int:
    """How many cells hold something written like a CPR number: six digits that can be a date, and four more.

    Modulus 11 is not asked for: valid numbers without it exist since 2007.
    """
    return sum(pc.sum(pc.match_substring_regex(column, _CPR)).as_py() or 0 for column in cells.columns)
