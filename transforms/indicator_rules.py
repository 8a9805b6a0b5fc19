"""The rules of indicators as small tables to join, one row per accepted combination of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import pyarrow as pa

from maalbar import definitions, periods
from maalbar.contract import Contract
from maalbar.definitions import (
    BedDayIndicator,
    BenefitIndicator,
    ClaimIndicator,
    ContactIndicator,
    CostIndicator,
    Indicator,
    ReadmissionIndicator,
    ServiceIndicator,
    StayIndicator,
)
from maalbar.definitions.stays import MINUTES_PER_HOUR
from transforms.followed import Tables
from transforms.stays import stays_of

Row = tuple[object, ...]
TEXT, FLAG, WHOLE, DAY = pa.string(), pa.bool_(), pa.int64(), pa.date32()
COLUMNS = {
    "contact_rules": {"indicator": TEXT, "sector": TEXT, "priority": TEXT, "form": TEXT, "specialty": TEXT,
                      "min_minutes": WHOLE, "under_minutes": WHOLE, "excludes_own_units": FLAG},
    "stay_rules": {"indicator": TEXT, "stays": TEXT, "min_minutes": WHOLE, "takes_acute": FLAG, "takes_planned": FLAG},
    "bed_day_rules": {"indicator": TEXT, "stays": TEXT, "min_minutes": WHOLE, "takes_acute": FLAG,
                      "takes_planned": FLAG, "is_split": FLAG},
    "service_rules": {"indicator": TEXT, "service": TEXT},
    "week_rules": {"indicator": TEXT, "weeks": TEXT},
    "benefit_rules": {"indicator": TEXT, "code": TEXT},
    "claim_rules": {"indicator": TEXT, "outcome": TEXT},
}  # fmt: skip


def rules(wanted: Mapping[str, Indicator]) -> Tables:
    """A table of rules for each kind that is counted, empty where no indicator is of that kind. See `COLUMNS`."""
    found: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    for ref, one in wanted.items():
        for table, row in _rows_of(ref, one):
            found[table].append(row)
    return {name: table_of(found[name], COLUMNS[name]) for name in COLUMNS}


def _rows_of(ref: str, found: Indicator) -> list[tuple[str, Row]]:
    if isinstance(found, ContactIndicator):
        length = (found.min_hours * MINUTES_PER_HOUR, found.under_hours * MINUTES_PER_HOUR)
        return [
            ("contact_rules", (ref, found.sector, priority, form, specialty, *length, found.excludes_own_units))
            for priority in found.priority
            for form in found.form
            for specialty in found.specialty
        ]
    if isinstance(found, (StayIndicator, BedDayIndicator)):
        shortest = 0 if found.measure == "stays" else definitions.stay(found.stays).admission_minutes
        row = (ref, stays_of(found), shortest, found.priority != "planned", found.priority != "acute")
        if isinstance(found, StayIndicator):
            return [("stay_rules", row)]
        return [("bed_day_rules", (*row, found.counted_in == "windows_of_nights"))]
    if isinstance(found, ServiceIndicator):
        return [("service_rules", (ref, name)) for name in found.services]
    if isinstance(found, BenefitIndicator):
        return [("week_rules", (ref, found.weeks)), *(("benefit_rules", (ref, code)) for code in found.codes)]
    if isinstance(found, ClaimIndicator):
        return [("claim_rules", (ref, found.outcome))]
    return []


def readmission_windows(ends: Mapping[str, date], wanted: Mapping[str, Indicator]) -> pa.Table:
    """How each window counts readmissions: `indicator`, `window_id`, `is_dated_by_index`, `index_end_on`.

    `ends`: the end of each window that persons are looked at in. From `index_end_on` to the end of the window no discharge has
    all its days of follow-up inside.
    """
    rows = [
        (ref, window_id, found.counted_in == "window_of_discharge", periods.add_days(end, -found.within_days))
        for ref, found in wanted.items()
        if isinstance(found, ReadmissionIndicator)
        for window_id, end in ends.items()
    ]
    return table_of(rows, {"indicator": TEXT, "window_id": TEXT, "is_dated_by_index": FLAG, "index_end_on": DAY})


def cost_tables(contract: Contract, costs: Mapping[str, CostIndicator], through: str) -> Tables:
    """`priced_windows`: windows cut at every date a tariff changes; `cost_rates`: what each part costs in each piece, in øre.

    No rows without costs. Raises ContractError where a tariff has no amount for a day of a window.
    """
    pieces: list[Row] = []
    rates: list[Row] = []
    for w in contract.windows_until(through):
        amounts = {
            (ref, part): definitions.tariff(found.tariff).pieces(use, w)
            for ref, found in costs.items()
            for use, part in found.of.items()
            if definitions.priced(found)
        }
        cuts = sorted({day for rows in amounts.values() for start, end, _ in rows for day in (start, end)})
        for number, (start, end) in enumerate(pairwise(cuts), start=1):
            piece = f"{w.id}|{number}"
            pieces.append((piece, w.id, start, end, end == w.end))
            rates += [
                (ref, part, w.id, piece, amount)
                for (ref, part), rows in amounts.items()
                for from_on, to_on, amount in rows
                if from_on <= start < to_on
            ]
    return {
        "priced_windows": table_of(
            pieces, {"piece_id": TEXT, "window_id": TEXT, "from_on": DAY, "to_on": DAY, "is_last": FLAG}
        ),
        "cost_rates": table_of(
            rates, {"indicator": TEXT, "part": TEXT, "window_id": TEXT, "piece_id": TEXT, "amount": WHOLE}
        ),
    }


def table_of(rows: Sequence[Row], columns: Mapping[str, pa.DataType]) -> pa.Table:
    """An Arrow table of these columns, from rows in their order."""
    arrays = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(columns.values())]
    return pa.table(arrays, names=list(columns))
