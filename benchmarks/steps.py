"""The product's own part of the benchmark: the very files of `sql/`, through the engine, over a register in yearly files."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from maalbar import definitions, engine
from maalbar.definitions import Indicator, ReadmissionIndicator
from maalbar.engine import ParquetFiles
from maalbar.engine.tables import Given
from transforms.indicator_rules import rules, table_of
from transforms.stays import hospital_stays, readmission_rule, stays_of

COUNTED = ("acute_hospital_contacts@1", "gp_contacts@1", "hospital_contacts@1")
OF_STAYS = ("acute_readmissions@1", "admissions@1", "hospital_stays@1")
OWN_UNITS = ("unit007", "unit100")
"""Units of the intervention, whose contacts the first indicator leaves out."""
EVENTS = ["person_id", "window_id", "indicator", "quantity"]


def followed_contacts(contacts: ParquetFiles, person_time: pa.Table) -> pa.Table:
    """The contacts of those in `person_time`, read once for all that is counted of them."""
    cohort = pa.table({"person_id": pc.unique(person_time["person_id"])})
    return engine.run("followed_contacts", {"contacts": contacts, "cohort": cohort})


def contact_counts(contacts: Given, person_time: Given) -> pa.Table:
    """Contacts by person, window and indicator."""
    given: dict[str, Given] = dict(rules(_wanted(COUNTED)))
    given |= {"own_units": pa.table({"unit": OWN_UNITS}), "contacts": contacts, "person_time": person_time}
    return engine.run("contact_counts", given).select(EVENTS)


def stay_counts(contacts: Given, person_time: pa.Table) -> pa.Table:
    """Stays, admissions and acute readmissions by person, window and indicator.

    Stays are made of all contacts, in all files, of everybody in `person_time`: no chain is cut at a New Year.
    """
    wanted = _wanted(OF_STAYS)
    ((ref, readmission),) = ((r, found) for r, found in wanted.items() if isinstance(found, ReadmissionIndicator))
    given: dict[str, Given] = rules(wanted) | {
        "contacts": contacts,
        "person_time": person_time,
        "cohort": pa.table({"person_id": pc.unique(person_time["person_id"])}),
    }
    stays = hospital_stays(definitions.stay(readmission.stays), given)
    died = person_time.filter(person_time["is_death"])
    deaths = pa.table({"person_id": died["person_id"], "died_on": died["to_on"]})
    readmissions = engine.run(
        "readmissions", {"stays": stays, "deaths": deaths, "readmission_rules": readmission_rule(readmission)}
    )
    given["stays"] = _tagged(stays, "stays", stays_of(readmission))
    given["readmissions"] = _tagged(readmissions, "indicator", ref)
    given["readmission_windows"] = table_of(
        [(ref, window, False, None) for window in pc.unique(person_time["window_id"]).to_pylist()],
        {
            "indicator": pa.string(),
            "window_id": pa.string(),
            "is_dated_by_index": pa.bool_(),
            "index_end_on": pa.date32(),
        },
    )
    steps = ("stay_counts", "readmission_counts")
    return pa.concat_tables(engine.run(step, given).select(EVENTS) for step in steps)


def _wanted(refs: Iterable[str]) -> dict[str, Indicator]:
    return {ref: definitions.indicator(ref) for ref in refs}


def _tagged(table: pa.Table, column: str, name: str) -> pa.Table:
    """A table with a column that says the same in every row, which takes one byte a row."""
    index = pa.repeat(pa.scalar(0, pa.int8()), len(table))
    return table.append_column(column, pa.DictionaryArray.from_arrays(index, pa.array([name])))
