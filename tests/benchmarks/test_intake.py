"""The benchmark of intake measures what it says: a whole delivery, taken in, with every step counted once."""

from __future__ import annotations

import sys

import pyarrow.parquet as pq
import pytest

from maalbar.contract import find_contract
from maalbar.settings import PROJECT
from tests.flow.landing import known, stored

ROWS = 30_000
"""More than are judged row by row."""


@pytest.fixture(scope="module")
def intake():
    """The script of `benchmarks/`."""
    sys.path.insert(0, str(PROJECT / "benchmarks"))
    try:
        import intake

        yield intake
    finally:
        sys.path.remove(str(PROJECT / "benchmarks"))


@pytest.fixture
def delivered(intake, results_database, tmp_path, monkeypatch):
    """A folder with such a delivery in its landing place."""
    place = tmp_path / "place"
    intake.deliver(place, ROWS)
    for name, value in intake.environment(place).items():
        monkeypatch.setenv(name, value)
    return place


def test_every_row_of_the_delivery_is_taken_in_and_every_step_is_counted(intake, delivered, monkeypatch):
    for module, path in intake.STEPS.values():
        # What the benchmark puts around the steps is taken away again.
        owner, name = intake.place_of(module, path)
        monkeypatch.setattr(owner, name, getattr(owner, name))
    found = intake.taken(delivered)
    contract = find_contract("plads_til_forskel_demo")
    (row,) = known(contract)
    assert (row["rows_in"], row["rows_accepted"], row["rows_quarantined"]) == (ROWS, ROWS, 0)
    (canonical,) = stored(contract)["canonical"]
    assert pq.read_metadata(canonical).num_rows == ROWS
    assert set(found) == {*intake.STEPS, intake.REST}
    assert all(step["peak"] > 0 for step in found.values())


def test_the_yardstick_sorts_and_writes_the_same_rows(intake, delivered):
    intake.bare(delivered)
    ids = pq.read_table(delivered / "bare.parquet")["KONTAKT_ID"].to_pylist()
    assert len(ids) == ROWS
    assert ids == sorted(ids)
