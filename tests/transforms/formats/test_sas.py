"""A SAS file of a Danish register gives the cells of the same rows in CSV."""

from __future__ import annotations

import struct
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from maalbar.errors import DeliveryRefused
from tests.transforms.formats.written import delivery, refusal, table_of
from transforms import drift
from transforms.formats import open_cells, sas

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
SAS = DATA / "heaven_lpr.sas7bdat"
CSV = DATA / "heaven_lpr.csv"
AGREED = delivery(format="sas")
WIDTH = 7
"""Signs that the SAS file has for a diagnosis; SAS cut off the longer codes when it was written."""

pytestmark = pytest.mark.skipif(not SAS.exists(), reason="the SAS file is not here: shared/data/heaven_lpr.sas7bdat")


def changed(folder: Path, old: bytes, new: bytes) -> Path:
    """A copy with the first of `old` replaced."""
    raw = SAS.read_bytes()
    assert old in raw
    path = folder / "f.sas7bdat"
    path.write_bytes(raw.replace(old, new, 1))
    return path


def test_the_rows_in_sas_are_the_rows_in_csv_but_for_what_sas_had_cut_off():
    from_csv = table_of(CSV, delivery(delimiter=","))
    from_sas = table_of(SAS, AGREED)
    longer = pc.greater(pc.utf8_length(from_csv["diag"]), WIDTH)
    assert (from_csv.num_rows, pc.sum(longer).as_py()) == (3967, 13)
    place = from_csv.schema.get_field_index("diag")
    cut = from_csv.set_column(place, "diag", pc.utf8_slice_codeunits(from_csv["diag"], 0, WIDTH))
    assert from_sas.equals(cut)


def test_both_are_in_the_layout_that_the_contract_describes():
    for path, agreed in ((CSV, delivery(delimiter=",")), (SAS, AGREED)):
        assert drift.layout_of(open_cells(path, agreed, "f").header, agreed, "f") == agreed


def test_numbers_are_floats_dates_are_days_and_text_is_text():
    batch = next(open_cells(SAS, AGREED, "f").batches)
    assert dict(zip(batch.schema.names, batch.schema.types, strict=True)) == {
        "pnr": pa.float64(), "recnum": pa.float64(), "inddto": pa.date32(), "uddto": pa.date32(),
        "indexdate": pa.date32(), "diag": pa.string(), "pattype": pa.float64(),
    }  # fmt: skip


def test_the_pieces_of_a_file_are_the_file(monkeypatch):
    whole = table_of(SAS, AGREED)
    monkeypatch.setattr(sas, "rows_within", lambda _: 1000)
    sizes = [batch.num_rows for batch in open_cells(SAS, AGREED, "f").batches]
    assert sizes == [1000, 1000, 1000, 967]
    assert table_of(SAS, AGREED).equals(whole)


@pytest.mark.parametrize("letter", [".", "A", "Z", "_"])
def test_every_kind_of_missing_is_missing(tmp_path, letter):
    # SAS keeps the kind of a missing number as the complement of its letter, in a NaN. The first record number is 107.
    special = bytes(5) + bytes([0xFF - ord(letter), 0xFF, 0xFF])
    batch = next(open_cells(changed(tmp_path, struct.pack("<d", 107.0), special), AGREED, "f").batches)
    assert batch.column(1)[:2].to_pylist() == [None, 806.0]


@pytest.mark.fault("F07")
@pytest.mark.parametrize("kept", [100, 2 * 65536, 3 * 65536, 3 * 65536 + 100, -1000])
def test_a_truncated_file_is_refused(tmp_path, kept):
    path = tmp_path / "f.sas7bdat"
    path.write_bytes(SAS.read_bytes()[:kept])
    assert refusal(path, AGREED) == "f.sas7bdat: is no whole SAS file — send the .sas7bdat whole"


def test_a_file_that_is_cut_between_two_pieces_is_refused(tmp_path, monkeypatch):
    # Three of its pages of 65,536 bytes hold 2,284 rows, which are four pieces of 571.
    monkeypatch.setattr(sas, "rows_within", lambda _: 571)
    path = tmp_path / "f.sas7bdat"
    path.write_bytes(SAS.read_bytes()[: 3 * 65536])
    batches = open_cells(path, AGREED, "f").batches
    assert sum(next(batches).num_rows for _ in range(4)) == 2284
    with pytest.raises(DeliveryRefused, match="is no whole SAS file"):
        next(batches)


def test_a_day_that_is_no_whole_day_is_refused(tmp_path):
    day = float((date(1995, 6, 27) - date(1960, 1, 1)).days)  # the first row's
    path = changed(tmp_path, struct.pack("<d", day), struct.pack("<d", day + 0.5))
    assert "column no. 3 is of days and holds parts of days" in refusal(path, AGREED)


def test_what_is_no_sas_file_is_refused(tmp_path):
    path = tmp_path / "f.sas7bdat"
    path.write_bytes(b"a;b\n1;2\n" * 1000)
    assert refusal(path, AGREED) == "f.sas7bdat: is no whole SAS file — send the .sas7bdat whole"


def test_a_time_of_day_is_refused_by_the_number_of_its_column(tmp_path):
    line = refusal(changed(tmp_path, b"YYMMDD", b"TIME  "), AGREED)
    assert "f.sas7bdat: column no. 3 holds a time of day" in line


def test_a_date_that_pandas_leaves_a_number_is_refused(tmp_path):
    assert "column no. 3 is a date in a format that is not read" in refusal(
        changed(tmp_path, b"YYMMDD", b"NLDATE"), AGREED
    )


def test_a_file_that_says_it_is_past_the_limit_is_refused():
    # 3,967 rows of 56 bytes are 0.22 MB, and an agreed limit is in whole megabytes.
    with_rows = delivery(format="sas").model_copy(update={"max_unpacked_mb": 0})
    assert "unpacks to more than the agreed 0 MB" in refusal(SAS, with_rows)
