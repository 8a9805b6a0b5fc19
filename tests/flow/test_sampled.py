"""Which persons a delivery is looked at by: the same as those of what it is held against, or all of them."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from maalbar.engine import ParquetFiles
from maalbar.flow.sampled import Sampled
from tests.transforms.history.by_hand import rows
from transforms.history import sample


@pytest.fixture
def accepted(tmp_path, monkeypatch):
    """A table of ten rows, where more than eight are many."""
    monkeypatch.setattr(sample, "RATES", ((8, 16),))
    pq.write_table(rows("services", *({"person_id": f"{n}0"} for n in range(10))), tmp_path / "accepted.parquet")
    return tmp_path / "accepted.parquet"


def before(count: int, key: int = 2) -> dict[str, int]:
    return {"rows_accepted": count, "person_key": key}


def test_the_largest_of_a_file_and_those_before_it_decides(accepted, monkeypatch):
    assert Sampled.of(accepted, 2, (None, before(3))).one_of == 16
    monkeypatch.setattr(sample, "RATES", ((10, 16),))
    assert [Sampled.of(accepted, 2, (None, before(count))).one_of for count in (10, 11)] == [1, 16]


def test_files_under_two_keys_share_no_sample_and_are_looked_at_whole(accepted):
    assert Sampled.of(accepted, 2, (before(100, key=1), None)).one_of == 1


def test_figures_of_a_sample_under_another_key_are_of_other_persons(accepted):
    sampled = Sampled.of(accepted, 2, ())
    assert [sampled.is_that_of(*of) for of in ((16, 2), (16, 1), (1, None), (64, 2))] == [True, False, False, False]
    assert Sampled(1, 3, accepted.parent).is_that_of(1, None)


def test_a_table_is_written_once_and_seen_by_the_names_that_are_asked_for(accepted):
    sampled = Sampled.of(accepted, 2, ())
    whole = sampled(ParquetFiles((accepted,)))
    named = sampled(ParquetFiles((accepted,), (("person_id", "person_id"), ("happened_on", "starts_on"))))
    assert named.paths == whole.paths and named.schema.names == ["person_id", "happened_on"]
    assert pq.read_table(whole.paths[0])["person_id"].to_pylist() == ["00"]
