"""Intake: a file as it came becomes rows of a canonical table.

Nothing is guessed. Every cell is read as text; the contract's `deliveries` section says which column is which, how
dates and numbers are written, and what the codes mean. A file whose columns are not those of the contract is refused
as a whole; a row that cannot be read is kept aside with all its reasons.
"""

from __future__ import annotations

import difflib
import io
import re
import unicodedata
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from maalbar.contract.delivering import Delivery
from maalbar.errors import DeliveryRefused
from maalbar.tables import TABLES, Column
from transforms import reshape

DELIMITERS = {";": ";", ",": ",", "tab": "\t"}


@dataclass(frozen=True)
class Candidate:
    """Canonical rows not yet checked.

    `rows`: the columns of the canonical table, and `row_number`, the row of the file each came from (from 1).
    `reasons`: one row per thing wrong, (`row_number`, `reason`), reasons without values. `rows_in`: rows of the file.
    """

    rows: pd.DataFrame
    reasons: pd.DataFrame
    rows_in: int


def read_file(raw: bytes, delivery: Delivery, name: str) -> pa.Table:
    """All cells as text in Unicode form NFC, empty ones as missing. Raises DeliveryRefused when the bytes are no such table.

    A delimiter at the end of every line makes no column.
    """
    try:
        text = raw.decode(delivery.encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DeliveryRefused(
            f"not {delivery.encoding} at byte {error.start}", where=name, mend="send it in the agreed encoding"
        ) from None
    header = [
        cell.strip('"') for cell in re.split(r"[\r\n]", text, maxsplit=1)[0].split(DELIMITERS[delivery.delimiter])
    ]
    named = [unicodedata.normalize("NFC", column) for column in header]
    trails = len(named) > 1 and named[-1] == ""
    _check_columns(named[:-1] if trails else named, delivery, name)
    table = _parsed(text, header, delivery, name)
    if trails and table.column(len(named) - 1).null_count < table.num_rows:
        raise DeliveryRefused("has cells behind the last column", where=name, mend="send the agreed columns")
    if table.num_rows == 0 and not delivery.empty_allowed:
        raise DeliveryRefused("holds no rows", where=name, mend="send the rows, or allow an empty file in the contract")
    kept = range(len(named) - trails)
    return pa.table([pc.utf8_normalize(table.column(i), form="NFC") for i in kept], names=[named[i] for i in kept])


def _parsed(text: str, header: list[str], delivery: Delivery, name: str) -> pa.Table:
    """The cells as they stand, every column as text."""
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(text.encode()),
            parse_options=pyarrow.csv.ParseOptions(delimiter=DELIMITERS[delivery.delimiter], newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        # Arrow's message holds the offending line, so it goes no further.
        raise DeliveryRefused(
            "a row has another number of columns than the header", where=name, mend="send it whole"
        ) from None


def expected_columns(delivery: Delivery) -> list[str]:
    """The columns a file must have besides the weekly ones, in the order of the contract."""
    items = [column for scale in delivery.items.values() for column in scale.values()]
    return [*delivery.columns.values(), *items, *delivery.measures.values(), *delivery.ignored]


def _check_columns(header: list[str], delivery: Delivery, name: str) -> None:
    weekly = [c for c in header if delivery.shape == "weekly_columns" and c.startswith(delivery.week_prefix)]
    expected = expected_columns(delivery)
    missing = [column for column in expected if column not in header]
    extra = [column for column in header if column not in expected and column not in weekly]
    twice = sorted({column for column in header if header.count(column) > 1})
    if missing:
        near = {column: difflib.get_close_matches(column, extra, n=1) for column in missing}
        # A file without a header has a person's cells where names should stand, so none of them is repeated.
        hints = [
            f"{column} (is it column no. {header.index(found[0]) + 1}?)" if found else column
            for column, found in near.items()
        ]
        raise DeliveryRefused(f"lacks {', '.join(hints)}", where=name, mend="send the agreed columns")
    if extra:
        # An unknown column may identify someone: it is refused, not dropped.
        what = f"has {len(extra)} column{'s' if len(extra) > 1 else ''} that the contract does not know"
        raise DeliveryRefused(
            what,
            where=name,
            mend=f"leave out column no. {', '.join(str(header.index(c) + 1) for c in extra)}",
        )
    if twice:
        raise DeliveryRefused(f"has the column {twice[0]} twice", where=name, mend="send each column once")
    if delivery.shape == "weekly_columns" and not weekly:
        raise DeliveryRefused(
            "has no weekly columns", where=name, mend=f"their names begin with {delivery.week_prefix}"
        )


def to_canonical(file: pa.Table, delivery: Delivery, timezone: str) -> Candidate:
    """Rename, recode and convert; reshape wide files to long. `timezone` is that of local timestamps in the file."""
    cells = file.to_pandas()
    row_number = pd.Series(range(1, len(cells) + 1), index=cells.index, dtype="int64")
    named = pd.DataFrame({column: cells[name] for column, name in delivery.columns.items()})
    for column, value in delivery.constants.items():
        named[column] = value
    reasons: list[pd.DataFrame] = []
    for column, codes in delivery.codes.items():
        known = named[column].isna() | named[column].isin(list(codes))
        reasons.append(_reasons(row_number[~known], f"{column}: unknown code"))
        named[column] = named[column].map(codes)
    named.insert(0, "row_number", row_number)
    if delivery.shape == "weekly_columns":
        named, found = reshape.weekly(named, cells, delivery.week_prefix)
        reasons.append(found)
    elif delivery.shape == "item_columns":
        named = reshape.items(named, cells, delivery.items)
    elif delivery.shape == "measure_columns":
        named = reshape.measures(named, cells, delivery.measures)
    elif "billing_week" in named:
        named, found = reshape.billed(named)
        reasons.append(found)
    rows = pd.DataFrame({"row_number": named["row_number"].astype("int64")})
    for column, kind in TABLES[delivery.table].columns.items():
        given = named[column] if column in named else pd.Series(None, index=named.index, dtype="object")
        values, readable = _converted(given, kind, delivery, timezone)
        reasons.append(_reasons(named.loc[~readable, "row_number"], f"{column}: not a {kind.kind}"))
        rows[column] = values
    if delivery.table == "contacts":
        if "started_on" not in named:
            rows["started_on"] = rows["started_at"].dt.tz_convert(timezone).dt.date
        rows["ended_on"] = rows["ended_at"].dt.tz_convert(timezone).dt.date
        rows["started_minute"] = reshape.minutes_since_1970(rows["started_at"])
        rows["ended_minute"] = reshape.minutes_since_1970(rows["ended_at"])
        rows["minutes"] = rows["ended_minute"] - rows["started_minute"]
    return Candidate(rows, pd.concat(reasons, ignore_index=True), len(cells))


def _reasons(row_numbers: pd.Series, reason: str) -> pd.DataFrame:
    return pd.DataFrame({"row_number": row_numbers.to_numpy(dtype="int64"), "reason": reason})


def _converted(given: pd.Series, column: Column, delivery: Delivery, timezone: str) -> tuple[pd.Series, pd.Series]:
    """The values in the column's type, and for each row whether it could be read (an empty cell could)."""
    empty = given.isna()
    if column.kind == "text":
        return given.astype("object").where(~empty, None), pd.Series(True, index=given.index)
    if not isinstance(given.dtype, pd.StringDtype) and given.dtype != object:
        return given, pd.Series(True, index=given.index)  # a reshaped column that has its type already
    if column.kind == "flag":
        values = given.map({"true": True, "false": False})
        return values, empty | values.notna()
    if column.kind in ("hundredths", "integer"):
        return _numbers(given, column.kind, delivery.decimal)
    # pandas reads `today` and `2026-7-1` by any format; the written form decides first.
    written = given.astype("string").str.fullmatch(_written(delivery.date_format)).fillna(False).astype(bool)
    parsed = pd.to_datetime(given.where(written, None), format=delivery.date_format, errors="coerce")
    readable = empty | parsed.notna()
    if column.kind == "date":
        return parsed.dt.date.where(parsed.notna(), None), readable
    # The hour that does not exist in spring is moved forward, the hour that comes twice in autumn is the later one.
    local = parsed.dt.tz_localize(timezone, ambiguous=False, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC"), readable


def _numbers(given: pd.Series, kind: str, decimal: str) -> tuple[pd.Series, pd.Series]:
    pattern = (
        r"-?[0-9]{1,15}"
        if kind == "integer"
        else rf"-?[0-9]{{1,13}}(?:{'[.]' if decimal == '.' else decimal}[0-9]{{1,2}})?"
    )
    text = given.astype("string").where(given.notna(), None)
    fits = text.str.fullmatch(pattern).fillna(False).astype(bool)
    plain = text.where(fits, None).str.replace(decimal, ".", regex=False)
    if kind == "integer":
        return plain.astype("Int64"), given.isna() | fits
    whole = plain.str.replace(r"[.].*", "", regex=True)
    cents = plain.str.extract(r"[.]([0-9]+)", expand=False)
    sign = whole.str.startswith("-").fillna(False).map({True: -1, False: 1})
    minor = cents.fillna("").str.ljust(2, "0").replace("", "0").astype("Int64")
    hundredths = whole.astype("Int64").abs() * 100 + minor
    return (hundredths * sign).where(fits, pd.NA), given.isna() | fits


def _written(date_format: str) -> str:
    """The pattern of a date in that format: every part with all its digits."""
    digits = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2}
    return re.sub("%[YmdHMS]", lambda part: f"[0-9]{{{digits[part[0]]}}}", re.escape(date_format))
