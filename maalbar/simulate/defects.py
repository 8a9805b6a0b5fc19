"""Defects: faults that real deliveries have had, planted on request in one extract.

A request is a name of `DEFECTS`, or `name@source`, or `name@source@period`. Without a source the first
delivery of the contract that can have the fault gets it, without a period the last one simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pyarrow as pa

from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.contract.measuring import Period
from maalbar.errors import ContractError
from maalbar.simulate.files import Parcel
from maalbar.simulate.timeline import cut, week_name

TEST_CPR = "251248-4916"
"""A public test number of the Danish health authorities. It belongs to nobody."""

SPOILED = 5
"""How many rows are spoiled, where the fault is one of rows."""

PAIRS = {"contacts": ("started_at", "ended_at"), "population": ("resident_from", "resident_to")}
CODED = {
    "contacts": ("priority", "form"),
    "population": ("sex", "area"),
    "surveys": ("mode",),
    "claims": ("state",),
}
DATES = {
    "contacts": ("started_at", "billing_week"),
    "services": ("starts_on",),
    "surveys": ("answered_on",),
    "claims": ("achieved_on",),
    "population": ("resident_from",),
}


@dataclass(frozen=True)
class Defect:
    """What is wrong in which extract."""

    name: str
    source: str
    period: str


@dataclass(frozen=True)
class Spot:
    """Where a defect is planted: the delivery it concerns and its data cut."""

    delivery: Delivery
    period: Period

    def column(self, choices: dict[str, tuple[str, ...]]) -> str | None:
        """The canonical name of the first of a table's columns that this delivery has."""
        names = choices.get(self.delivery.table, ())
        return next((name for name in names if name in self.delivery.columns), None)


Rows = Callable[[pa.Table, Spot], pa.Table]


def duplicate_rows(rows: pa.Table, spot: Spot) -> pa.Table:
    """The first rows stand in the file twice, word for word."""
    return pa.concat_tables([rows, rows.slice(0, SPOILED)])


def end_before_start(rows: pa.Table, spot: Spot) -> pa.Table:
    """Start and end have changed places in some rows."""
    start, end = (spot.delivery.columns[name] for name in PAIRS[spot.delivery.table])
    starts, ends = rows[start].to_pylist(), rows[end].to_pylist()
    closed = [i for i, value in enumerate(ends) if value is not None and value != starts[i]][:SPOILED]
    for i in closed:
        starts[i], ends[i] = ends[i], starts[i]
    return _with(_with(rows, start, starts), end, ends)


def unknown_code(rows: pa.Table, spot: Spot) -> pa.Table:
    """A code that is in no list."""
    column = _coded_column(spot)
    assert column is not None
    return _overwrite(rows, spot.delivery.columns[column], "Z9")


def missing_column(rows: pa.Table, spot: Spot) -> pa.Table:
    """The last agreed column is not in the file."""
    return rows.drop_columns([list(spot.delivery.columns.values())[-1]])


def cpr_in_id(rows: pa.Table, spot: Spot) -> pa.Table:
    """A CPR number where the opaque id should be."""
    return _overwrite(rows, spot.delivery.columns["person_id"], TEST_CPR)


def null_ids(rows: pa.Table, spot: Spot) -> pa.Table:
    """Rows that belong to nobody."""
    return _overwrite(rows, spot.delivery.columns["person_id"], None)


def future_dates(rows: pa.Table, spot: Spot) -> pa.Table:
    """Something that happens a year after the extract was drawn."""
    column = spot.column(DATES)
    assert column is not None
    day = cut(spot.period) + timedelta(days=364)
    monday = int(np.datetime64(day, "D").astype(np.int64)) - day.weekday()
    text = week_name(monday) if column == "billing_week" else day.strftime(spot.delivery.date_format)
    rows = _overwrite(rows, spot.delivery.columns[column], text)
    later = dict(PAIRS.values()).get(column)
    return _overwrite(rows, spot.delivery.columns[later], None) if later in spot.delivery.columns else rows


def half_of_rows(rows: pa.Table, spot: Spot) -> pa.Table:
    """Every second row was lost on the way into the extract, and the manifest tells of those that are left."""
    return rows.take(pa.array(range(0, len(rows), 2), pa.int64()))


def one_code(rows: pa.Table, spot: Spot) -> pa.Table:
    """Everything has the code of the first row: the register was recoded, or joined to the wrong list."""
    column = _coded_column(spot)
    assert column is not None
    cells = rows[spot.delivery.columns[column]]
    return _with(rows, spot.delivery.columns[column], [cells[0].as_py()] * len(cells))


def new_pseudonyms(rows: pa.Table, spot: Spot) -> pa.Table:
    """The ids of three persons in ten were made with another key."""
    column = spot.delivery.columns["person_id"]
    ids = [f"q{text[1:]}" if text and text[-1] in "258" else text for text in rows[column].to_pylist()]
    return _with(rows, column, ids)


def mixed_up_persons(rows: pa.Table, spot: Spot) -> pa.Table:
    """One person in ten has the other sex."""
    ids, sex = rows[spot.delivery.columns["person_id"]].to_pylist(), spot.delivery.columns["sex"]
    codes = sorted(set(rows[sex].to_pylist()))
    cells = rows[sex].to_pylist()
    changed = [codes[codes.index(cell) - 1] if text[-1] == "4" else cell for text, cell in zip(ids, cells, strict=True)]
    return _with(rows, sex, changed)


def truncated_file(parcel: Parcel) -> Parcel:
    """The file ends in the middle of a row; the manifest describes it whole."""
    return replace(parcel, raw=parcel.raw[: len(parcel.raw) * 2 // 3 - 3])


def wrong_sha256(parcel: Parcel) -> Parcel:
    """The manifest names another file's hash."""
    return replace(parcel, manifest={**parcel.manifest, "sha256": "0" * 64})


MISSING_DELIVERY = "missing_delivery"
ROWS: dict[str, Rows] = {
    maker.__name__: maker
    for maker in (
        duplicate_rows,
        end_before_start,
        unknown_code,
        missing_column,
        cpr_in_id,
        null_ids,
        future_dates,
        half_of_rows,
        one_code,
        new_pseudonyms,
        mixed_up_persons,
    )
}
FILES: dict[str, Callable[[Parcel], Parcel]] = {maker.__name__: maker for maker in (truncated_file, wrong_sha256)}
DEFECTS = (*ROWS, *FILES, MISSING_DELIVERY)
"""Every name that can be asked for."""


def plan_defects(contract: Contract, asked: Iterable[str], periods: Sequence[Period]) -> list[Defect]:
    """Read requests.

    Raises ContractError for an unknown name, source or period, or a source that cannot have the fault.
    """
    return [_read(contract, text, periods) for text in asked]


def spoil_rows(rows: pa.Table, defects: Iterable[Defect], spot: Spot) -> pa.Table:
    for defect in defects:
        if defect.name in ROWS:
            rows = ROWS[defect.name](rows, spot)
    return rows


def spoil_file(parcel: Parcel, defects: Iterable[Defect]) -> Parcel:
    for defect in defects:
        if defect.name in FILES:
            parcel = FILES[defect.name](parcel)
    return parcel


def _read(contract: Contract, text: str, periods: Sequence[Period]) -> Defect:
    name, _, rest = text.partition("@")
    source, _, period_id = rest.partition("@")
    if name not in DEFECTS:
        raise ContractError(f"there is no defect `{name}`", mend=f"known: {', '.join(DEFECTS)}")
    fitting = {s: d for s, d in contract.deliveries.items() if _fits(name, Spot(d, periods[-1]))}
    source = source or next(iter(fitting), "")
    if source not in fitting:
        raise ContractError(
            f"no delivery `{source}` that can have the defect `{name}`", mend=f"use {', '.join(fitting)}"
        )
    period_id = period_id or periods[-1].id
    if period_id not in [period.id for period in periods]:
        raise ContractError(f"period `{period_id}` is not simulated", mend="ask for one of the simulated periods")
    return Defect(name, source, period_id)


def _fits(name: str, spot: Spot) -> bool:
    """Whether a delivery has the columns that a defect spoils."""
    if name == "end_before_start":
        return all(column in spot.delivery.columns for column in PAIRS.get(spot.delivery.table, ("",)))
    if name == "mixed_up_persons":
        return "sex" in spot.delivery.columns
    if name in ("unknown_code", "one_code"):
        return _coded_column(spot) is not None
    if name == "future_dates":
        return spot.column(DATES) is not None
    return True


def _coded_column(spot: Spot) -> str | None:
    """A column the contract gives codes for, or else one whose codes are few and known."""
    named = next((name for name in spot.delivery.codes if name in spot.delivery.columns), None)
    return named or spot.column(CODED)


def _overwrite(rows: pa.Table, column: str, text: str | None) -> pa.Table:
    """Put one text into the first rows of a column."""
    cells = rows[column].to_pylist()
    cells[:SPOILED] = [text] * min(SPOILED, len(cells))
    return _with(rows, column, cells)


def _with(rows: pa.Table, column: str, cells: list[str | None]) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(column), column, pa.array(cells, pa.string()))
