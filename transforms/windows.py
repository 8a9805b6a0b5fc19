"""Windows: the dates of a contract as small tables that the set-based steps join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from maalbar import periods
from maalbar.contract import Contract

ALWAYS = date(9999, 12, 31)
NEVER = date(1, 1, 1)


def window_table(contract: Contract, through: str) -> pa.Table:
    """`window_id`, `start_on`, `end_on`, `phase` (baseline, follow_up): the baseline and every period up to that one."""
    baseline = [b.window for b in contract.baseline.windows]
    follow_up = [p.window for p in contract.calendar.until(through)]
    rows = [(w.id, w.start, w.end, "baseline") for w in baseline] + [
        (w.id, w.start, w.end, "follow_up") for w in follow_up
    ]
    return _table(rows, window_id=pa.string(), start_on=pa.date32(), end_on=pa.date32(), phase=pa.string())


def wave_table(contract: Contract, through: str) -> pa.Table:
    """One row per wave that has entered before the period ends, with the dates its conditions are judged by.

    `born_until` is the latest birth month that is old enough, never (year 1) where age does not count, always where
    neither age nor benefit is asked for. `index_week` is the Monday of the week of entry.
    """
    rule = contract.cohort.eligibility
    end = contract.period(through).end
    rows = []
    for wave in contract.cohort.waves:
        # Period 0 ends on the day the first wave enters, and that wave is what it enrols.
        if wave.entry > end or (wave.entry == end and through != contract.calendar.periods[0].id):
            continue
        if rule is None or (rule.min_age is None and not rule.benefit_codes):
            born_until = ALWAYS
        elif rule.min_age is None:
            born_until = NEVER
        else:
            born_until = periods.latest_birth_month(wave.entry, rule.min_age)
        since = periods.add_months(wave.entry, -rule.residence_months) if rule else wave.entry
        takes_care_home = rule is None or rule.care_home_residents == "included"
        rows.append((wave.id, wave.entry, since, born_until, periods.week_of(wave.entry), takes_care_home))
    return _table(
        rows,
        wave_id=pa.string(),
        entry_on=pa.date32(),
        resident_since=pa.date32(),
        born_until=pa.date32(),
        index_week=pa.date32(),
        takes_care_home=pa.bool_(),
    )


def week_table(contract: Contract, through: str) -> pa.Table:
    """`monday`: every ISO week that begins in one of the windows."""
    windows = contract.windows_until(through)
    mondays = sorted({monday for w in windows for monday in periods.iso_weeks(w.start, w.end)})
    return _table([(monday,) for monday in mondays], monday=pa.date32())


def _table(rows: Sequence[tuple[object, ...]], **columns: pa.DataType) -> pa.Table:
    schema = pa.schema(list(columns.items()))
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=schema)
