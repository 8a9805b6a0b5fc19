"""Earlier use: how much of an indicator persons had in the months before they could enter.

It is counted by the same steps as every result, over the same number of months for everyone, in both arms alike. Those
who are selected on a high year have a lower one next, whatever is done for them; the comparison is selected in the same way.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from maalbar import engine
from maalbar.contract import Contract
from maalbar.contract.measuring import EarlierUse
from transforms import immortal_time, indicators, windows
from transforms.followed import Followed, Tables

NOTHING = pa.schema([("person_id", pa.string()), ("wave_id", pa.string()), ("quantity", pa.int64())]).empty_table()


def least(rule: EarlierUse | None) -> int:
    """How much is enough, in the units that the indicator is stored in; 0 where nothing is asked for."""
    return rule.at_least * indicators.divisor(rule.indicator) if rule else 0


def earlier_use(
    contract: Contract, tables: Tables, persons: pa.Table, waves: pa.Table, rule: EarlierUse | None
) -> pa.Table:
    """person_id, wave_id, quantity (in stored units) of the persons who had any.

    `persons`: one row per person × wave with person_id, arm, wave_id, entry_on. Without a rule nothing is counted.
    """
    if rule is None or not persons.num_rows:
        return NOTHING
    lookbacks = windows.lookback_table(waves, rule.months)
    spans = engine.run("lookback", {"candidates": persons, "lookbacks": lookbacks})
    immortal_time.check_lookback(spans)
    looked_at = Followed(persons, spans, pa.table({}))
    first = contract.calendar.periods[0].id
    ends = dict(zip(lookbacks["wave_id"].to_pylist(), lookbacks["end_on"].to_pylist(), strict=True))
    found = indicators.observe(contract, tables, looked_at, first, [rule.indicator], ends)
    used = found.filter(pc.greater(found["quantity"], 0))
    return used.select(["person_id", "window_id", "quantity"]).rename_columns(NOTHING.schema.names)
