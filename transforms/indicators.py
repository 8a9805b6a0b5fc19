"""Indicators: what each person had in each window, by the definitions that the contract's outcomes name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import pyarrow as pa

from maalbar import definitions, engine
from maalbar.contract import Contract
from maalbar.definitions import (
    BedDayIndicator,
    BenefitIndicator,
    ClaimIndicator,
    ContactIndicator,
    CostIndicator,
    CountIndicator,
    Indicator,
    ReadmissionIndicator,
    Scale,
    ServiceIndicator,
    StayIndicator,
    SurveyIndicator,
)
from maalbar.money import minor_per_major
from maalbar.tables import TABLES
from transforms import windows
from transforms.followed import Followed, Tables
from transforms.indicator_rules import cost_tables, readmission_windows, rules
from transforms.scales import measured, part_of
from transforms.stays import stay_tables

HUNDREDTHS = 100
STEPS = {
    ContactIndicator: "contact_counts",
    StayIndicator: "stay_counts",
    BedDayIndicator: "bed_days",
    ReadmissionIndicator: "readmission_counts",
    ServiceIndicator: "service_sums",
    BenefitIndicator: "benefit_weeks",
    ClaimIndicator: "claim_counts",
}
_EVENTS = pa.schema(
    [
        ("person_id", pa.string()),
        ("window_id", pa.string()),
        ("indicator", pa.string()),
        ("quantity", pa.int64()),
    ]
)


def observe(
    contract: Contract,
    tables: Tables,
    followed: Followed,
    through: str,
    refs: Sequence[str] | None = None,
    ends: Mapping[str, date] | None = None,
) -> pa.Table:
    """Counted indicators: one row per person-window × indicator, zeros included, for a cohort followed in time.

    `refs`: the indicators, those of the contract's outcomes where none are named. `ends`: when the windows of the person-time
    end, where they are not those of the contract. Columns: person_id, arm, window_id, phase,
    indicator, person_days, quantity (whole units; hundredths for services, øre for costs). Raises ContractError where a
    definition is missing, or a tariff has no amount for a day of a window.
    """
    wanted = {ref: definitions.indicator(ref) for ref in (_refs(contract) if refs is None else refs)}
    costs = {ref: found for ref, found in wanted.items() if isinstance(found, CostIndicator)}
    ends = {window.id: window.end for window in contract.windows_until(through)} if ends is None else ends
    parts = {ref: part for found in costs.values() for ref, part in definitions.priced(found).items()}
    given = {name: tables.get(name, table.schema.empty_table()) for name, table in TABLES.items()}
    given |= {
        "cohort": followed.members,
        "person_time": followed.person_time,
        "weeks": windows.week_table(contract, through),
        "own_units": pa.table({"unit": pa.array(sorted(set(contract.cohort.own_units)), pa.string())}),
        "readmission_windows": readmission_windows(ends, wanted),
        **cost_tables(contract, costs, through),
    }
    given["contacts"] = engine.run("followed_contacts", given)
    given |= stay_tables(contract, given, wanted | parts)
    sums = [_event_sums(given, wanted)]
    if costs:
        pieces = given | {"person_time": engine.run("priced_time", given)}
        pieces["event_sums"] = _event_sums(pieces, parts)
        sums.append(engine.run("weighted_costs", pieces).select(_EVENTS.names).cast(_EVENTS))
    given["event_sums"] = pa.concat_tables(sums)
    counted = [ref for ref, found in wanted.items() if step_of(found) or ref in costs]
    given["indicators"] = pa.table(
        {
            "indicator": pa.array(counted, pa.string()),
            "is_counted": pa.array([True] * len(counted), pa.bool_()),
        }
    )
    return engine.run("observations", given)


def _event_sums(given: Tables, wanted: Mapping[str, Indicator]) -> pa.Table:
    """person_id, window_id, indicator, quantity: what was counted, for each window of `given["person_time"]`."""
    with_rules = given | rules(wanted)
    steps = sorted({step for found in wanted.values() if (step := step_of(found))})
    parts = [engine.run(step, with_rules).select(_EVENTS.names).cast(_EVENTS) for step in steps]
    return pa.concat_tables(parts) if parts else _EVENTS.empty_table()


def step_of(found: Indicator) -> str | None:
    """The step of `sql/` that counts an indicator in a window; none for costs, which are made of others, and the rest."""
    return next((step for kind, step in STEPS.items() if isinstance(found, kind)), None)


def observe_counts(contract: Contract, tables: Tables, through: str) -> pa.Table:
    """Counted indicators of an open cohort, whose source has counted them: same columns as `observe`."""
    arms = contract.cohort.arms
    measures = {
        ref: found for ref in _refs(contract) if isinstance(found := definitions.indicator(ref), CountIndicator)
    }
    given = {
        "counts": tables.get("counts", TABLES["counts"].schema.empty_table()),
        "windows": windows.window_table(contract, through),
        "arm_values": pa.table(
            {
                "arm_value": [*arms.treated.values, *arms.comparison.values],
                "arm": ["treated"] * len(arms.treated.values) + ["comparison"] * len(arms.comparison.values),
            }
        ),
        "count_rules": pa.table(
            {"indicator": list(measures), "measure": [found.measure for found in measures.values()]}
        ),
    }
    return engine.run("counts_observations", given)


def survey_scores(contract: Contract, tables: Tables, followed: Followed, through: str) -> pd.DataFrame:
    """Scores: one row per person × window × phase × indicator with a valid score.

    Columns: person_id, arm, window_id, phase (`before` or `after` the person's entry), indicator, score.
    """
    surveys = {
        ref: found for ref in _refs(contract) if isinstance(found := definitions.indicator(ref), SurveyIndicator)
    }
    parts = []
    for ref, found in surveys.items():
        scale = definitions.scale(found.scale)
        answers = survey_answers(contract, tables, followed, through, part_of(scale, found))
        parts.append(measured(answers, scale, found).assign(indicator=ref))
    columns = ["person_id", "arm", "window_id", "phase", "indicator", "score"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def survey_answers(contract: Contract, tables: Tables, followed: Followed, through: str, scale: Scale) -> pd.DataFrame:
    """The answers that count on one scale or domain of it: person_id, arm, window_id, phase, scale, item, answer."""
    given = {
        "cohort": followed.members,
        "surveys": tables.get("surveys", TABLES["surveys"].schema.empty_table()),
        "windows": windows.window_table(contract, through),
        "scales": pa.table(
            {
                "scale": [scale.id],
                "lowest": [scale.lowest],
                "highest": [scale.highest],
                "min_items": [scale.min_valid_items],
            }
        ),
        "scale_items": pa.table({"scale": [scale.id] * len(scale.items), "item": list(scale.items)}),
    }
    return engine.run("survey_answers", given).to_pandas()


def divisor(ref: str) -> int:
    """How many of the stored units make one unit of the indicator: services and counts come in hundredths, costs in øre."""
    found = definitions.indicator(ref)
    if isinstance(found, CostIndicator):
        return minor_per_major(definitions.tariff(found.tariff).currency)
    return HUNDREDTHS if isinstance(found, (ServiceIndicator, CountIndicator)) else 1


def _refs(contract: Contract) -> list[str]:
    return sorted({outcome.indicator for outcome in contract.outcomes.values()})
