"""What stands in a contract or a header is never read as SQL, whatever it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from maalbar import database
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import ContractError
from maalbar.flow import intake
from tests.faults import left
from tests.faults.malformed.case import GOOD, TINY, Case, Same, land, write_contract

INJECTED = 'person"; drop table delivery; --'


@pytest.mark.fault("F72")
def test_a_column_that_is_named_like_a_command_is_a_column(installation: Any):
    """It is taken in under that name, quoted by the sender since it holds a delimiter, and every table is still there."""
    columns = read_yaml(TINY).data["deliveries"]["population"]["columns"] | {"person_id": INJECTED}
    write_contract(installation.investments, "injected", {"population": {"columns": columns}})
    header = '"' + INJECTED.replace('"', '""') + '"'
    raw = GOOD["population"].replace(b"person", header.encode(), 1)
    tables = set(inspect(database.engine()).get_table_names())
    land(installation.home / "landing", "injected", Case("injected", (), Same(), raw, manifest={"rows": 20}))
    assert len(intake.take_in("injected", "1")) == 1
    assert set(inspect(database.engine()).get_table_names()) == tables
    assert left.deliveries("injected")[0]["rows_accepted"] == 20


@pytest.mark.fault("F72")
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("abc_'\";-() ", min_size=1, max_size=12).filter(lambda t: not t.replace("_", "a").isalnum()))
def test_a_table_or_party_that_is_no_name_is_refused(text: str, installation: Any):
    for changes in ({"table": text}, {"sender": text}, {"controller": text}):
        with pytest.raises(ContractError):
            write_contract(installation.investments, "named", {"population": changes})
    (installation.investments / "named.yaml").unlink()
