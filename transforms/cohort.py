"""Cohort: who is followed, in which arm, from when; and how long each lived in each window."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from maalbar import engine
from maalbar.contract import Contract
from maalbar.tables import TABLES
from transforms import windows

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Followed:
    """`members`: one row per person of the cohort. `person_time`: person × window. `counts`: window × arm."""

    members: pa.Table
    person_time: pa.Table
    counts: pa.Table


def follow(contract: Contract, tables: Tables, through: str) -> Followed:
    """Select the cohort by the conditions of the contract and lay out its living person-time up to a period.

    `tables` holds the canonical tables by name; a missing one is taken as empty.
    """
    arms = contract.cohort.arms
    given = {name: tables.get(name, table.schema.empty_table()) for name, table in TABLES.items()}
    given["waves"] = windows.wave_table(contract, through)
    given["windows"] = windows.window_table(contract, through)
    given["arms"] = pa.table(
        {
            "area": [*arms.treated.areas, *arms.comparison.areas],
            "arm": ["treated"] * len(arms.treated.areas) + ["comparison"] * len(arms.comparison.areas),
        },
        schema=pa.schema([("area", pa.string()), ("arm", pa.string())]),
    )
    rule = contract.cohort.eligibility
    given["benefit_codes"] = pa.table({"code": pa.array(list(rule.benefit_codes if rule else ()), pa.string())})
    given["cohort"] = engine.run("cohort", given)
    given["person_time"] = engine.run("person_time", given)
    counts = engine.run("followed_persons", given)
    return Followed(given["cohort"], given["person_time"], counts)
