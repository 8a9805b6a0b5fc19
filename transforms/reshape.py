"""Reshape: what registers deliver wide, or in a form of their own, becomes one row per fact.

Each step takes the named columns of a batch (with `row_number`, the row of the file) and gives rows of the same columns and more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar import periods
from maalbar.errors import DeliveryRefused


def weekly(named: pa.Table, cells: pa.Table, prefix: str) -> pa.Table:
    """One column per ISO week (`<prefix>YYWW`, empty: no benefit) to one row per unbroken run of one code.

    Returns the named columns with `code`, `week_from` and `week_to` (Mondays, half open). Raises DeliveryRefused where a week
    column is named after no week; Python's calendar says which weeks exist.
    """
    weeks = sorted((_monday(name, prefix), name) for name in cells.column_names if name.startswith(prefix))
    mondays = [monday for monday, _ in weeks]
    ends = [periods.next_monday(monday) for monday in mondays]
    columns = [pc.fill_null(pc.cast(cells.column(name), pa.string()), "") for _, name in weeks]
    codes = np.array([column.to_numpy() for column in columns], dtype=object).reshape(len(weeks), len(cells)).T
    # A run begins where the code differs from the week before, or where a week column is missing between the two.
    gap = np.array([True] + [mondays[i] != ends[i - 1] for i in range(1, len(mondays))])
    begins = np.ones_like(codes, dtype=bool)
    begins[:, 1:] = (codes[:, 1:] != codes[:, :-1]) | gap[1:]
    person, week = np.nonzero(begins)
    last = np.append(week[1:] - 1, codes.shape[1] - 1)
    last[np.append(person[1:] != person[:-1], True)] = codes.shape[1] - 1
    found = codes[person, week]
    kept = found != ""
    return (
        named.take(pa.array(person[kept]))
        .append_column("code", pa.array(found[kept], pa.string()))
        .append_column("week_from", pa.array(np.array(mondays, dtype="datetime64[D]")[week[kept]]))
        .append_column("week_to", pa.array(np.array(ends, dtype="datetime64[D]")[last[kept]]))
    )


def _monday(name: str, prefix: str) -> date:
    text = name.removeprefix(prefix)
    try:
        if len(text) != 4 or not text.isdigit():
            raise ValueError
        return periods.iso_monday(*periods.two_digit_week(text))
    except ValueError:
        raise DeliveryRefused(
            "a weekly column is named after no ISO week", where="header", mend=f"name it {prefix}YYWW"
        ) from None


def items(named: pa.Table, cells: pa.Table, scales: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """One column per survey item to one row per answered item."""
    parts = []
    for scale, columns in scales.items():
        for item, column in columns.items():
            part = named.append_column("answer", cells.column(column))
            part = part.filter(pc.is_valid(part.column("answer")))
            parts.append(_with(part, scale=scale, item=item))
    return pa.concat_tables(parts).sort_by([("row_number", "ascending"), ("scale", "ascending"), ("item", "ascending")])


def measures(named: pa.Table, cells: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """One column per measure to one row per measure; an empty cell is a row with an empty quantity, to be set aside."""
    parts = [
        _with(named.append_column("quantity", cells.column(column)), measure=measure)
        for measure, column in columns.items()
    ]
    return pa.concat_tables(parts).sort_by([("row_number", "ascending"), ("measure", "ascending")])


def billed(weeks: pa.Array) -> pa.Date32Array:
    """The Thursday of each billing week (YYWW); empty where there is none, or no such week."""
    known = pc.unique(pc.cast(weeks, pa.string()))
    days = pa.array([None if week is None else _thursday(week) for week in known.to_pylist()], pa.date32())
    return days.take(pc.index_in(pc.cast(weeks, pa.string()), known))


def specialty(codes: pa.StringArray) -> pa.StringArray:
    """The first two of the six digits of SPECIALE; empty where there are not six."""
    return pc.if_else(pc.equal(pc.utf8_length(codes), 6), pc.utf8_slice_codeunits(codes, 0, 2), None)


def _thursday(week: str) -> date | None:
    try:
        return periods.billing_day(*periods.two_digit_week(week))
    except ValueError:
        return None


def _with(rows: pa.Table, **constants: str) -> pa.Table:
    for name, value in constants.items():
        rows = rows.append_column(name, pa.repeat(pa.scalar(value), len(rows)))
    return rows
