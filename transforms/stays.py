"""Hospital stays: from the contacts of a cohort to stays, and from stays to discharges and their readmissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from maalbar import definitions, engine
from maalbar.contract import Contract
from maalbar.definitions import OF_STAYS, BedDayIndicator, Indicator, ReadmissionIndicator, Stay, StayIndicator
from maalbar.definitions.stays import MINUTES_PER_DAY, MINUTES_PER_HOUR
from transforms.followed import Tables

OWN_UNITS_LEFT_OUT = " uden egne enheder"


def stays_of(found: StayIndicator | BedDayIndicator | ReadmissionIndicator) -> str:
    """The name of the stays an indicator is counted from: their definition, and whether own units were left out first."""
    return found.stays + (OWN_UNITS_LEFT_OUT if found.excludes_own_units else "")


def stay_tables(contract: Contract, given: Tables, wanted: Mapping[str, Indicator]) -> Tables:
    """`stays` and `readmissions` of the cohort, for those of the indicators that are counted from stays.

    `stays`: those of `sql/hospital_stays.sql`, with `stays` (see `stays_of`). `readmissions`: those of
    `sql/readmissions.sql`, with `indicator`. Both are made of all contacts of a person, in and out of any window.
    """
    of_stays = {ref: found for ref, found in wanted.items() if isinstance(found, OF_STAYS)}
    if not of_stays:
        return {}
    made: Tables = {}
    for found in of_stays.values():
        if stays_of(found) not in made:
            units = contract.cohort.own_units if found.excludes_own_units else ()
            made[stays_of(found)] = hospital_stays(definitions.stay(found.stays), given, units)
    deaths = engine.run("deaths", given)
    readmitted = {
        ref: engine.run(
            "readmissions",
            {"stays": made[stays_of(found)], "deaths": deaths, "readmission_rules": readmission_rule(found)},
        )
        for ref, found in of_stays.items()
        if isinstance(found, ReadmissionIndicator)
    }
    return {"stays": _tagged("stays", made), "readmissions": _tagged("indicator", readmitted)}


def hospital_stays(rule: Stay, given: Tables, left_out_units: Iterable[str] = ()) -> pa.Table:
    """The stays of everyone in `given["cohort"]`, by one definition, from all of `given["contacts"]`."""
    forms = len(rule.forms)
    rules = {
        "stay_forms": pa.table(
            {
                "sector": ["hospital"] * forms,
                "form": list(rule.forms),
                "acute_priority": [rule.acute_priority] * forms,
                "takes_open": [rule.open_contacts == "reach_their_start"] * forms,
            }
        ),
        "left_out_units": pa.table({"unit": pa.array(list(left_out_units), pa.string())}),
    }
    contacts = engine.run("stay_contacts", given | rules)
    return engine.run("hospital_stays", {"stay_contacts": contacts, "stay_gaps": stay_gap(rule)})


def stay_gap(rule: Stay) -> pa.Table:
    """`max_gap_minutes`, one row."""
    return pa.table({"max_gap_minutes": pa.array([rule.max_gap_minutes], pa.int64())})


def readmission_rule(found: ReadmissionIndicator) -> pa.Table:
    """`min_minutes` of an admission, `after_minutes` and `within_minutes` from discharge to readmission; one row."""
    return pa.table(
        {
            "min_minutes": [definitions.stay(found.stays).admission_minutes],
            "after_minutes": [found.more_than_hours * MINUTES_PER_HOUR],
            "within_minutes": [found.within_days * MINUTES_PER_DAY],
        }
    )


def _tagged(column: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """The tables below one another, each row with the name of its table."""
    named = [table.append_column(column, pa.array([name] * len(table), pa.string())) for name, table in tables.items()]
    return pa.concat_tables(named) if named else pa.table({})
