"""Parquet is read by its columns' types, and refused where a type is no cell or a page is not as it was written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maalbar.contract.delivering import Delivery
from tests.transforms.formats.written import CANARY, cells_of, delivery, refusal
from transforms.formats import ROWS, open_cells

AGREED = delivery(format="parquet")


def file(folder: Path, columns: dict[str, pa.Array], **options: object) -> Path:
    path = folder / "f.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def column(folder: Path, values: pa.Array, agreed: Delivery = AGREED) -> list[str | None]:
    return [row["a"] for row in cells_of(file(folder, {"a": values}), agreed)]


def types(path: Path) -> set[pa.DataType]:
    return {kind for batch in open_cells(path, AGREED, "f").batches for kind in batch.schema.types}


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_text_is_text_in_whatever_way_it_is_stored(tmp_path, kind):
    values = pa.array(["010", "", None, "a\u030a", "NO"]).cast(kind)
    assert column(tmp_path, values) == ["010", None, None, "å", "NO"]
    assert types(tmp_path / "f.parquet") == {pa.string()}


def test_a_person_id_that_is_a_number_is_written_without_a_decimal_sign(tmp_path):
    assert column(tmp_path, pa.array([101701234, None], pa.int64())) == ["101701234", None]
    assert column(tmp_path, pa.array([101701234.0, None], pa.float64())) == ["101701234", None]
    assert column(tmp_path, pa.array([2**64 - 1], pa.uint64())) == ["18446744073709551615"]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint32(), pa.int64()])
def test_whole_numbers_of_every_width_are_one_type(tmp_path, kind):
    assert types(file(tmp_path, {"a": pa.array([1, None], kind)})) == {pa.int64()}


def test_a_float_of_32_bits_means_its_fewest_digits(tmp_path):
    assert column(tmp_path, pa.array([1.1, 0.1, None], pa.float32())) == ["1,1", "0,1", None]


def test_decimals_are_exact_and_without_zeros_at_the_end(tmp_path):
    values = [Decimal("1.500"), Decimal("2.000"), Decimal("-0.001"), Decimal("12345678901234567.891"), None]
    assert column(tmp_path, pa.array(values, pa.decimal128(20, 3))) == [
        "1,5", "2", "-0,001", "12345678901234567,891", None
    ]  # fmt: skip


def test_nan_and_infinity_stay_what_they_are_for_the_reasons_of_their_rows(tmp_path):
    assert column(tmp_path, pa.array([float("nan"), float("inf"), float("-inf"), None])) == ["NaN", "inf", "-inf", None]


def test_days_and_times_of_every_unit_are_written_as_agreed(tmp_path):
    day, moment = date(2026, 3, 1), datetime(2026, 3, 1, 13, 45)
    assert column(tmp_path, pa.array([day, None], pa.date32())) == ["2026-03-01", None]
    assert column(tmp_path, pa.array([day], pa.date64())) == ["2026-03-01"]
    minutes = delivery(format="parquet", date_format="%d-%m-%Y %H:%M")
    for unit in ("s", "ms", "us", "ns"):
        assert column(tmp_path, pa.array([moment], pa.timestamp(unit)), minutes) == ["01-03-2026 13:45"]
        assert types(tmp_path / "f.parquet") == {pa.timestamp("us")}


def test_an_instant_keeps_its_zone_so_that_local_time_is_not_guessed(tmp_path):
    instant = pa.array([datetime(2026, 7, 1, 12, tzinfo=UTC)], pa.timestamp("ms", "Europe/Copenhagen"))
    assert types(file(tmp_path, {"a": instant})) == {pa.timestamp("us", "UTC")}


def test_a_column_without_any_value_is_empty_text(tmp_path):
    assert column(tmp_path, pa.nulls(2)) == [None, None]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (pa.array([[CANARY]]), "lists or parts"),
        (pa.array([{CANARY: 1}]), "lists or parts"),
        (pa.array([CANARY.encode()]), "binary"),
        (pa.array([time(12)], pa.time64("us")), "time64"),
        (pa.array([1], pa.duration("s")), "duration"),
    ],
)
def test_a_type_that_is_no_cell_is_refused_by_the_number_of_its_column(tmp_path, values, told):
    line = refusal(file(tmp_path, {"x": pa.array(["p"]), CANARY: values}), AGREED)
    assert line.startswith(f"f.parquet: column no. 2 holds {told}, which is neither text, number, date nor time stamp")


def test_times_finer_than_a_microsecond_are_not_cut_off_unseen(tmp_path):
    path = file(tmp_path, {"a": pa.array([1], pa.timestamp("ns"))})
    assert "column no. 1 holds values beyond what timestamp[ns] can be read as" in refusal(path, AGREED)


def test_text_that_is_no_utf_8_is_refused(tmp_path):
    text = pa.StringArray.from_buffers(2, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xe5"))
    assert refusal(file(tmp_path, {"a": text}), AGREED).startswith("f.parquet: column no. 1 is not utf-8")


@pytest.mark.parametrize(
    ("cell", "told"), [(f"{CANARY}\0", "holds a zero byte"), (CANARY * 100_000, "has a cell of more than 1 MB")]
)
def test_a_cell_that_is_no_cell_is_refused(tmp_path, cell, told):
    path = file(tmp_path, {"a": pa.array(["x"] * 10 + [cell])})
    assert refusal(path, AGREED).startswith(f"f.parquet: column no. 1 {told}")


@pytest.mark.fault("F08")
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused_at_its_end(tmp_path, kept):
    path = file(tmp_path, {"a": pa.array(range(10_000))})
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * kept)])
    assert refusal(path, AGREED).startswith("f.parquet: is no whole Parquet file")


@pytest.mark.fault("F09")
def test_a_flipped_bit_is_seen_where_pages_have_checksums(tmp_path):
    path = file(
        tmp_path, {"a": pa.array(range(10_000))},
        compression="none", use_dictionary=False, write_page_checksum=True,
    )  # fmt: skip
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert refusal(path, AGREED).startswith("f.parquet: is damaged")


def test_a_file_that_unpacks_past_the_limit_is_refused_before_it_is_read(tmp_path):
    path = file(tmp_path, {"a": pa.array([0.5 * n for n in range(300_000)])}, use_dictionary=False)
    agreed = delivery(format="parquet", max_unpacked_mb=2)
    assert refusal(path, agreed).startswith("f.parquet: unpacks to more than the agreed 2 MB")


@pytest.mark.fault("F06")
def test_a_file_without_rows_is_refused_unless_the_contract_allows_it(tmp_path):
    path = file(tmp_path, {"a": pa.array([], pa.string())})
    assert "holds no rows" in refusal(path, AGREED)
    assert cells_of(path, delivery(format="parquet", empty_allowed=True)) == []


def test_one_row_group_of_many_rows_comes_in_batches_of_one_schema(tmp_path):
    count = 2 * ROWS + 3
    path = file(tmp_path, {"a": pa.array(range(count))}, row_group_size=count)
    batches = list(open_cells(path, AGREED, "f").batches)
    assert [batch.num_rows for batch in batches] == [ROWS, ROWS, 3]
    assert len({str(batch.schema) for batch in batches}) == 1
    assert batches[2].column(0).to_pylist() == [count - 3, count - 2, count - 1]
