"""Indicators: what each person had in each window, by the definitions that the contract's outcomes name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from maalbar import definitions, engine
from maalbar.contract import Contract
from maalbar.definitions import (
    ClaimIndicator,
    ContactIndicator,
    CountIndicator,
    Scale,
    SelfSupportIndicator,
    ServiceIndicator,
    SurveyIndicator,
)
from maalbar.tables import TABLES
from transforms import windows
from transforms.cohort import Followed, Tables
from transforms.scales import measured

HUNDREDTHS = 100
STEPS = {
    ContactIndicator: "contact_counts",
    ServiceIndicator: "service_sums",
    SelfSupportIndicator: "benefit_weeks",
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


def observe(contract: Contract, tables: Tables, followed: Followed, through: str) -> pa.Table:
    """Counted indicators: one row per person-window × indicator, zeros included, for a cohort followed in time.

    Columns: person_id, arm, window_id, phase, indicator, person_days, quantity (whole units; hundredths for services).
    """
    wanted = {ref: definitions.indicator(ref) for ref in _refs(contract)}
    given = {name: tables.get(name, table.schema.empty_table()) for name, table in TABLES.items()}
    given |= {
        "person_time": followed.person_time,
        "weeks": windows.week_table(contract, through),
        **rules(contract),
    }
    steps = sorted({STEPS[type(found)] for found in wanted.values() if type(found) in STEPS})
    parts = [engine.run(step, given).select(_EVENTS.names).cast(_EVENTS) for step in steps]
    given["event_sums"] = pa.concat_tables(parts) if parts else _EVENTS.empty_table()
    counted = [ref for ref, found in wanted.items() if type(found) in STEPS]
    given["indicators"] = pa.table(
        {
            "indicator": pa.array(counted, pa.string()),
            "is_counted": pa.array([True] * len(counted), pa.bool_()),
        }
    )
    return engine.run("observations", given)


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
    """Scores: one row per person × window × indicator with a valid score.

    Columns: person_id, arm, window_id, phase (`before` or `after` the person's entry), indicator, score.
    """
    surveys = {
        ref: found for ref in _refs(contract) if isinstance(found := definitions.indicator(ref), SurveyIndicator)
    }
    parts = []
    for ref, found in surveys.items():
        scale = definitions.scale(found.scale)
        answers = survey_answers(contract, tables, followed, through, scale)
        parts.append(measured(answers, scale, found).assign(indicator=ref))
    columns = ["person_id", "arm", "window_id", "phase", "indicator", "score"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def survey_answers(contract: Contract, tables: Tables, followed: Followed, through: str, scale: Scale) -> pd.DataFrame:
    """The answers that count on one scale: person_id, arm, window_id, phase, scale, item, answer."""
    given = {
        "cohort": followed.members,
        "surveys": tables.get("surveys", TABLES["surveys"].schema.empty_table()),
        "windows": windows.window_table(contract, through),
        "scales": pa.table({"scale": [scale.id]}),
    }
    return engine.run("survey_answers", given).to_pandas()


def rules(contract: Contract) -> Tables:
    """The rules of the contract's indicators as tables to join, one row per accepted combination of codes."""
    contact, service, benefit, self_support, claim = [], [], [], [], []
    for ref in _refs(contract):
        found = definitions.indicator(ref)
        if isinstance(found, ContactIndicator):
            contact += [
                (ref, found.sector, priority, form, specialty, found.min_hours * 60, found.excludes_own_units)
                for priority in found.priority
                for form in found.form
                for specialty in found.specialty
            ]
        elif isinstance(found, ServiceIndicator):
            service += [(ref, name) for name in found.services]
        elif isinstance(found, SelfSupportIndicator):
            self_support.append((ref, True))
            benefit += [(ref, code) for code in found.codes]
        elif isinstance(found, ClaimIndicator):
            claim.append((ref, found.outcome))
    text, flag = pa.string(), pa.bool_()
    return {
        "contact_rules": _rows(contact, indicator=text, sector=text, priority=text, form=text, specialty=text,
                               min_minutes=pa.int64(), excludes_own_units=flag),
        "service_rules": _rows(service, indicator=text, service=text),
        "benefit_rules": _rows(benefit, indicator=text, code=text),
        "self_support_rules": _rows(self_support, indicator=text, is_self_support=flag),
        "claim_rules": _rows(claim, indicator=text, outcome=text),
        "own_units": _rows([(unit,) for unit in contract.cohort.own_units], unit=text),
    }  # fmt: skip


def divisor(ref: str) -> int:
    """How many of the stored units make one unit of the indicator: services and counts come in hundredths."""
    return HUNDREDTHS if isinstance(definitions.indicator(ref), (ServiceIndicator, CountIndicator)) else 1


def _refs(contract: Contract) -> list[str]:
    return sorted({outcome.indicator for outcome in contract.outcomes.values()})


def _rows(rows: Sequence[tuple[object, ...]], **columns: pa.DataType) -> pa.Table:
    arrays = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(columns.values())]
    return pa.table(arrays, names=list(columns))
