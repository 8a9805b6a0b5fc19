"""Rows in key order, each key once: where the order is cut into batches changes nothing."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.tables import TABLES
from transforms.repeated import OneOfEach

CLAIMS, DIAGNOSES = TABLES["claims"], TABLES["diagnoses"]


def batches(rows: list[tuple], names: list[str], cuts: list[int]) -> list[pa.RecordBatch]:
    """Rows with their number from 1, cut before the given ones."""
    numbered = [dict(zip(names, row, strict=True)) | {"row_number": n} for n, row in enumerate(rows, 1)]
    ends = [0, *sorted(cuts), len(rows)]
    parts = [numbered[a:b] for a, b in pairwise(ends)]
    schema = pa.schema([*((name, pa.string()) for name in names), ("row_number", pa.int64())])
    return [pa.RecordBatch.from_pylist(part, schema) for part in parts]


def kept(table, ordered, aside=()) -> tuple[list[int], list[str]]:
    """The numbers of the rows that are left, and the keys that came again."""
    one_of_each = OneOfEach(table, pa.array(aside, pa.int64()))
    left = [n for rows in one_of_each.of(iter(ordered)) for n in rows["row_number"].to_pylist()]
    return left, sorted(one_of_each.again.to_pylist())


@given(st.lists(st.sampled_from("abcd")).map(sorted), st.data())
def test_the_first_row_of_each_key_is_left_wherever_the_order_is_cut(ids, data):
    cuts = data.draw(st.lists(st.integers(0, len(ids)), max_size=4))
    first = [ids.index(one) + 1 for one in sorted(set(ids))]
    again = sorted({one for one in ids if ids.count(one) > 1})
    assert kept(CLAIMS, batches([(i,) for i in ids], ["claim_id"], cuts)) == (first, again)


@pytest.mark.parametrize("cuts", [[], [1], [2], [3]])
def test_a_key_of_two_columns_is_the_same_only_where_both_are(cuts):
    rows = [("a", "x"), ("a", "y"), ("b", "y"), ("b", "y")]
    left, again = kept(DIAGNOSES, batches(rows, ["contact_id", "code"], cuts))
    assert left == [1, 2, 3]
    assert len(again) == 1


@pytest.mark.parametrize("cuts", [[], [1], [2], [1, 2]])
def test_a_row_that_is_set_aside_leaves_its_key_to_the_next_and_repeats_nothing(cuts):
    ordered = batches([("a",), ("a",), ("b",)], ["claim_id"], cuts)
    assert kept(CLAIMS, ordered, aside=[1]) == ([2, 3], [])
