"""Rows taken out of a file as it came, in every format: the others stay, in the format where that can be written."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract.delivering import Delivery
from maalbar.unpacking import unpack
from transforms import erased

PLAIN = 'person;word\nanna;"a;b"\nbo;"two\nlines"\nanna;"say ""so"""\ncarl;x\n'


def _delivery(tiny, **changed) -> Delivery:
    return tiny.deliveries["services"].model_copy(
        update={"columns": {"person_id": "person"}, "ignored": ("word",), **changed}
    )


def _is(person: str) -> erased.IsErased:
    return lambda ids: pc.equal(ids, person)


def _without(tmp_path: Path, raw: bytes, delivery: Delivery, person: str) -> tuple[str, bytes, list[dict]]:
    """How the rest is written, its bytes, and its cells."""
    path, target = tmp_path / "raw", tmp_path / "rest"
    path.write_bytes(raw)
    file = unpack(path, delivery.packed, tmp_path, 1_000_000)
    rows = erased.rows_of(file, "as_sent", delivery, "f", _is(person))
    form = erased.without_rows(file, "as_sent", delivery, "f", rows, target)
    batches = list(erased.cells_of(target, form, delivery, "f").batches)
    assert erased.rows_of(target, form, delivery, "f", _is(person)) == []
    return form, target.read_bytes(), [row for batch in batches for row in batch.to_pylist()]


def test_delimited_text_stays_as_it_was_to_the_byte(tiny, tmp_path):
    form, raw, _ = _without(tmp_path, PLAIN.encode(), _delivery(tiny), "anna")
    assert (form, raw.decode()) == ("as_sent", 'person;word\nbo;"two\nlines"\ncarl;x\n')


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_in_every_encoding_with_any_line_ends_and_without_a_last_one(tiny, tmp_path, encoding, end):
    raw = end.join(["person;word", "Åse;æ", "bo;ø", "Åse;å"]).encode(encoding)
    form, rest, cells = _without(tmp_path, raw, _delivery(tiny, encoding=encoding), "Åse")
    assert (form, rest) == ("as_sent", end.join(["person;word", "bo;ø", ""]).encode(encoding))
    assert cells == [{"person": "bo", "word": "ø"}]


def test_empty_lines_are_no_rows(tiny, tmp_path):
    raw = b"person;word\n\nanna;x\n\nbo;y\n\n"
    assert _without(tmp_path, raw, _delivery(tiny), "bo")[1] == b"person;word\n\nanna;x\n\n\n"


def test_lines_that_end_in_a_return_alone_are_kept_as_cells(tiny, tmp_path):
    form, _, cells = _without(tmp_path, b"person;word\ranna;x\rbo;y\r", _delivery(tiny), "bo")
    assert (form, cells) == ("cells", [{"person": "anna", "word": "x"}])


def test_what_was_packed_is_kept_unpacked(tiny, tmp_path):
    form, raw, _ = _without(tmp_path, gzip.compress(PLAIN.encode()), _delivery(tiny, packed="gzip"), "bo")
    assert (form, raw.decode()) == ("unpacked", PLAIN.replace('bo;"two\nlines"\n', ""))


def test_parquet_stays_parquet_and_holds_the_id_in_no_dictionary_and_no_statistics(tiny, tmp_path):
    people = pa.table({"person": pa.array(["anna", "zacharias", "bo"]).dictionary_encode(), "word": [1, 2, 3]})
    sink = io.BytesIO()
    pq.write_table(people.replace_schema_metadata({"made of": "zacharias"}), sink)
    form, raw, cells = _without(tmp_path, sink.getvalue(), _delivery(tiny, format="parquet"), "zacharias")
    assert (form, [row["word"] for row in cells]) == ("as_sent", [1, 3])
    assert b"zacharias" in sink.getvalue() and b"zacharias" not in raw


def test_of_a_workbook_the_remaining_cells_are_kept(tiny, tmp_path):
    book, sink = openpyxl.Workbook(), io.BytesIO()
    for row in (["person", "word"], ["anna", "x"], ["bo", "y"]):
        book.active.append(row)
    book.save(sink)
    form, _, cells = _without(tmp_path, sink.getvalue(), _delivery(tiny, format="excel"), "bo")
    assert (form, cells) == ("cells", [{"person": "anna", "word": "x"}])


def test_a_file_of_one_person_alone_is_left_without_rows(tiny, tmp_path):
    assert _without(tmp_path, b"person;word\nbo;x\nbo;y\n", _delivery(tiny), "bo")[1:] == (b"person;word\n", [])


def test_cells_can_be_erased_from_again(tiny, tmp_path):
    delivery, path, target = _delivery(tiny, format="excel"), tmp_path / "cells", tmp_path / "rest"
    pq.write_table(pa.table({"person": ["anna", "bo", "carl"], "word": [1, 2, 3]}), path)
    assert erased.without_rows(path, "cells", delivery, "f", [2], target) == "cells"
    assert pq.read_table(target).column("person").to_pylist() == ["anna", "carl"]


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_rows_of_a_rest_are_known_by_their_number_in_the_file_as_it_was_sent(gone, more):
    left = [row for row in range(1, 61) if row not in gone]
    ranges = erased.ranges(sorted(gone))
    assert erased.as_sent(range(1, len(left) + 1), ranges) == left
    assert {row for first, last in ranges for row in range(first, last + 1)} == gone
    assert erased.together(ranges, sorted(more)) == erased.ranges(sorted(gone | more))


@given(
    st.lists(st.sampled_from(["anna", "bo", "carl"]), min_size=1, max_size=30), st.lists(st.text('ab";\n', max_size=4))
)
def test_one_after_the_other_is_the_same_as_both_at_once(tiny, tmp_path_factory, people, words):
    tmp_path = tmp_path_factory.mktemp("erased")
    rows = [
        f'{person};"{(words[n % len(words)] if words else "").replace(chr(34), chr(34) * 2)}"\n'
        for n, person in enumerate(people)
    ]
    raw = ("person;word\n" + "".join(rows)).encode()
    delivery = _delivery(tiny, empty_allowed=True)
    _, once, _ = _without(tmp_path, raw, delivery, "anna")
    _, twice, _ = _without(tmp_path, once, delivery, "bo")
    assert twice.decode() == "person;word\n" + "".join(row for row in rows if row.startswith("carl"))
