"""The tables that transforms build for the steps have the columns that are told in one place."""

from __future__ import annotations

import pyarrow as pa
import pytest

from maalbar.joined import JOINED
from maalbar.tables import TABLES
from tests.transforms.small import small_contract
from transforms import indicator_rules, windows

CONTRACT = small_contract()
BUILT = {
    "windows": windows.window_table(CONTRACT, "1"),
    "waves": windows.wave_table(CONTRACT, "1"),
    "weeks": windows.week_table(CONTRACT, "1"),
    **indicator_rules.rules({}),
    **indicator_rules.cost_tables(CONTRACT, {}, "1"),
    "readmission_windows": indicator_rules.readmission_windows({}, {}),
}


@pytest.mark.parametrize("name", BUILT)
def test_a_built_table_has_the_columns_told(name):
    told = {field.name: field.type for field in JOINED[name].schema}
    assert {field.name: field.type for field in BUILT[name].schema}.items() <= told.items()


def test_the_names_of_tables_and_of_their_keys_are_sound():
    assert not set(JOINED) & set(TABLES)
    for table in JOINED.values():
        assert isinstance(table.schema, pa.Schema)
        assert set(table.key) <= set(table.columns)
