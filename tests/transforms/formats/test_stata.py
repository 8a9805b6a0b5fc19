"""A Stata file gives codes and not their labels, days as days, and every kind of missing as missing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.transforms.formats.written import CANARY, cells_of, delivery, refusal
from transforms.formats import open_cells, stata

AGREED = delivery(format="stata")


def file(folder: Path, columns: dict[str, object], **options: object) -> Path:
    path = folder / "f.dta"
    pd.DataFrame(columns).to_stata(path, write_index=False, version=118, **options)
    return path


def test_whole_numbers_texts_and_missing_ones(tmp_path):
    path = file(
        tmp_path,
        {
            "id": [101701234, 7],
            "n": pd.array([1, 2], "int8"),
            "x": [1.5, np.nan],
            "t": ["å", ""],
            "w": [2.0, np.nan],
            "f": np.array([1.1, 2], "float32"),
        },
    )
    assert cells_of(path, AGREED) == [
        {"id": "101701234", "n": "1", "x": "1,5", "t": "å", "w": "2", "f": "1,1"},
        {"id": "7", "n": "2", "x": None, "t": None, "w": None, "f": "2"},
    ]


def test_a_coded_column_stays_codes(tmp_path):
    path = file(tmp_path, {"kind": [1, 2]}, value_labels={"kind": {1: "A", 2: "B"}})
    assert [row["kind"] for row in cells_of(path, AGREED)] == ["1", "2"]


def test_days_are_days_and_times_are_times(tmp_path):
    moments = pd.Series([datetime(2026, 3, 1, 13, 45), None])
    path = file(
        tmp_path, {"d": pd.Series([datetime(2026, 3, 1), None]), "t": moments}, convert_dates={"d": "td", "t": "tc"}
    )
    batch = next(open_cells(path, AGREED, "f").batches)
    assert batch.schema.types == [pa.date32(), pa.timestamp("us")]
    assert batch.to_pylist() == [
        {"d": date(2026, 3, 1), "t": datetime(2026, 3, 1, 13, 45)},
        {"d": None, "t": None},
    ]


@pytest.mark.parametrize("letter", range(27))
def test_every_kind_of_missing_is_missing(tmp_path, letter):
    # The 27 missing values of a byte are 101 (`.`) to 127 (`.z`).
    path = file(tmp_path, {"n": pd.array([77, 2], "int8")})
    raw = path.read_bytes()
    start = raw.index(b"<data>") + len("<data>")
    assert raw[start] == 77
    path.write_bytes(raw[:start] + bytes([101 + letter]) + raw[start + 1 :])
    assert [row["n"] for row in cells_of(path, AGREED)] == [None, "2"]


def test_the_pieces_of_a_file_are_the_file(tmp_path, monkeypatch):
    path = file(tmp_path, {"n": range(2500)})
    monkeypatch.setattr(stata, "rows_within", lambda _: 700)
    batches = list(open_cells(path, AGREED, "f").batches)
    assert [batch.num_rows for batch in batches] == [1000, 700, 700, 100]
    assert [n for batch in batches for n in batch.column(0).to_pylist()] == list(range(2500))


def test_a_column_is_of_one_type_in_every_piece(tmp_path):
    path = file(tmp_path, {"n": pd.array([1] * 1500 + [101] * 0, "int8"), "x": [np.nan] * 1000 + [1.0] * 500})
    assert len({str(batch.schema) for batch in open_cells(path, AGREED, "f").batches}) == 1


@pytest.mark.fault("F07")
@pytest.mark.parametrize("kept", [0.02, 0.5])
def test_a_truncated_file_is_refused(tmp_path, kept):
    path = file(tmp_path, {"t": [CANARY] * 3000})
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * kept)])
    assert refusal(path, AGREED) == "f.dta: is no whole Stata file — send the .dta whole"


def test_wrong_letters_are_refused_where_pandas_would_guess_them(tmp_path):
    path = file(tmp_path, {"t": ["abX", CANARY]})
    path.write_bytes(path.read_bytes().replace(b"abX", b"ab\xe5"))
    assert refusal(path, AGREED).startswith("f.dta: has text that is not utf-8")


def test_long_texts_are_read_and_too_long_ones_refused(tmp_path):
    path = file(tmp_path, {"t": ["x" * 5000, "y"]}, convert_strl=["t"])
    assert cells_of(path, AGREED)[0]["t"] == "x" * 5000
    path = file(tmp_path, {"t": [CANARY * 100_000, "y"]}, convert_strl=["t"])
    assert "column no. 1 has a cell of more than 1 MB" in refusal(path, AGREED)


def test_clock_times_with_leap_seconds_are_refused(tmp_path):
    path = file(tmp_path, {"t": pd.Series([datetime(2026, 3, 1)] * 2)}, convert_dates={"t": "tc"})
    raw = path.read_bytes()
    assert raw.count(b"%tc") == 1
    path.write_bytes(raw.replace(b"%tc", b"%tC"))
    assert "column no. 1 is of a kind that is not read" in refusal(path, AGREED)


@pytest.mark.fault("F06")
def test_a_file_without_rows_is_refused_unless_the_contract_allows_it(tmp_path):
    path = file(tmp_path, {"t": pd.Series([], dtype="float64")})
    assert "holds no rows" in refusal(path, AGREED)
    assert open_cells(path, AGREED, "f").header == ("t",)
    assert cells_of(path, delivery(format="stata", empty_allowed=True)) == []
