"""Windows: the dates of a contract as small tables that the set-based steps join."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pyarrow as pa

from maalbar import definitions, periods
from maalbar.contract import Contract

ALWAYS = date(9999, 12, 31)
NEVER = date(1, 1, 1)


def window_table(contract: Contract, through: str) -> pa.Table:
    """`window_id`, `start_on`, `end_on`, `phase` (baseline, follow_up): the baseline and every period up to that one."""
    baseline = [b.window for b in contract.baseline.windows]
    follow_up = [p.window for p in contract.calendar.until(through)]
    return _windows([(w, "baseline") for w in baseline] + [(w, "follow_up") for w in follow_up])


def one_window(window: periods.Window, phase: str) -> pa.Table:
    """The table of `window_table` for one window alone."""
    return _windows([(window, phase)])


def _windows(phases: Sequence[tuple[periods.Window, str]]) -> pa.Table:
    rows = [(w.id, w.start, w.end, phase) for w, phase in phases]
    return _table(rows, window_id=pa.string(), start_on=pa.date32(), end_on=pa.date32(), phase=pa.string())


def wave_table(contract: Contract, through: str, least_use: int = 0) -> pa.Table:
    """One row per wave that has entered before the period ends, with the dates its conditions are judged by.

    `born_until` is the latest birth month that is old enough, never (year 1) where age does not count, always where
    neither age nor benefit is asked for. `index_week` is the Monday of the week of entry. `least_use`: so much earlier use
    is asked for, in the units that the indicator is stored in; 0: none.
    """
    end = contract.period(through).end
    # Period 0 ends on the day the first wave enters, and that wave is what it enrols.
    is_enrolment = through == contract.calendar.periods[0].id
    entered = [w for w in contract.cohort.waves if w.entry < end or (w.entry == end and is_enrolment)]
    return waves_entering(contract, [(wave.id, wave.entry) for wave in entered], least_use)


def waves_entering(contract: Contract, entries: Sequence[tuple[str, date]], least_use: int = 0) -> pa.Table:
    """The table of `wave_table` for any (id, day of entry), by the contract's conditions."""
    rule = contract.cohort.eligibility
    takes_care_home = rule is None or rule.care_home_residents == "included"
    rows = []
    for wave_id, entry in entries:
        if rule is None or (rule.min_age is None and not rule.benefit_codes):
            born_until = ALWAYS
        elif rule.min_age is None:
            born_until = NEVER
        else:
            born_until = periods.latest_birth_month(entry, rule.min_age)
        since = periods.add_months(entry, -rule.residence_months) if rule else entry
        rows.append((wave_id, entry, since, born_until, periods.week_of(entry), takes_care_home, least_use))
    return _table(
        rows,
        wave_id=pa.string(),
        entry_on=pa.date32(),
        resident_since=pa.date32(),
        born_until=pa.date32(),
        index_week=pa.date32(),
        takes_care_home=pa.bool_(),
        least_use=pa.int64(),
    )


def arm_table(contract: Contract) -> pa.Table:
    """`area`, `arm`, and from when (`start_on`) to when (`end_on`) residents of the area enter."""
    rows = []
    for name, arm in (("treated", contract.cohort.arms.treated), ("comparison", contract.cohort.arms.comparison)):
        dated = {row.area for row in arm.dates}
        listed = [(row.area, name, row.start or NEVER, row.end or ALWAYS) for row in arm.dates]
        listed += [(area, name, NEVER, ALWAYS) for area in arm.areas if area not in dated]
        rows += listed
    return _table(rows, area=pa.string(), arm=pa.string(), start_on=pa.date32(), end_on=pa.date32())


def past_arm_table(arms: pa.Table, entries: Iterable[date]) -> pa.Table:
    """The areas of `arm_table` whose residents enter on one of those days, as if they had always been on the list.

    Who would have entered in earlier years lived in the same areas, also where these came on the list later.
    """
    days = sorted(set(entries))
    listed = {
        (row["area"], row["arm"]) for row in arms.to_pylist() for day in days if row["start_on"] <= day < row["end_on"]
    }
    rows = [(area, arm, NEVER, ALWAYS) for area, arm in sorted(listed)]
    return _table(rows, area=pa.string(), arm=pa.string(), start_on=pa.date32(), end_on=pa.date32())


def lookback_table(waves: pa.Table, months: int) -> pa.Table:
    """`wave_id`, `start_on`, `end_on`: so many months up to the day of entry, which is not among them."""
    rows = [(w["wave_id"], periods.add_months(w["entry_on"], -months), w["entry_on"]) for w in waves.to_pylist()]
    return _table(rows, wave_id=pa.string(), start_on=pa.date32(), end_on=pa.date32())


def pension_table(birth_months: Iterable[date], ref: str) -> pa.Table:
    """`birth_month`, `pension_on`: when those born in each of the months reach a pension age."""
    rows = [(month, definitions.pension_age(ref).begins_on(month)) for month in sorted(set(birth_months))]
    return _table(rows, birth_month=pa.date32(), pension_on=pa.date32())


def last_days_table(deaths: Iterable[date], days: int) -> pa.Table:
    """`died_on`, `from_on`: the first of the last days of life, for each day of death; empty without days."""
    rows = [(day, periods.add_days(day, -days)) for day in sorted(set(deaths)) if days]
    return _table(rows, died_on=pa.date32(), from_on=pa.date32())


def week_table(contract: Contract, through: str) -> pa.Table:
    """`monday`: every ISO week that begins in one of the windows."""
    windows = contract.windows_until(through)
    mondays = sorted({monday for w in windows for monday in periods.iso_weeks(w.start, w.end)})
    return _table([(monday,) for monday in mondays], monday=pa.date32())


def _table(rows: Sequence[tuple[object, ...]], **columns: pa.DataType) -> pa.Table:
    schema = pa.schema(list(columns.items()))
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=schema)
