"""A delimited file is one table however it is written, and no table where anything of it is in doubt."""

from __future__ import annotations

import codecs
import tracemalloc
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract.delivering import Delivery
from tests.transforms.formats.written import CANARY, cells_of, delivery, refusal, table_of
from transforms.formats import ROWS, delimited, open_cells
from transforms.formats.checked_text import PIECE

HEADER = "person;note\n"
PLAIN = (HEADER + "p1;blå\np2;grøn\n").encode()
READ = [{"person": "p1", "note": "blå"}, {"person": "p2", "note": "grøn"}]


def file(folder: Path, raw: bytes | str) -> Path:
    path = folder / "f.csv"
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return path


def agreed(**said: object) -> Delivery:
    return delivery(**said)


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN,
        codecs.BOM_UTF8 + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r"),
        PLAIN.replace(b"\n", b";\r\n"),
        PLAIN.rstrip(b"\n"),
        PLAIN + b"\n\r\n",
        unicodedata.normalize("NFD", PLAIN.decode()).encode(),
        codecs.BOM_UTF8 + b'"person";"note"' + PLAIN[len(HEADER) - 1 :],
        PLAIN.replace(b"p1", b'"p1"'),
    ],
    ids=["plain", "BOM", "CRLF", "CR", "trailing delimiter", "no last newline", "empty last lines", "NFD",
         "quoted header after a BOM", "quoted cell"],
)  # fmt: skip
@pytest.mark.fault("F15")
def test_the_same_table_written_in_another_way_is_the_same_table(tmp_path, raw):
    assert cells_of(file(tmp_path, raw), agreed()) == READ


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252"])
def test_letters_are_read_in_the_agreed_encoding(tmp_path, encoding):
    assert cells_of(file(tmp_path, PLAIN.decode().encode(encoding)), agreed(encoding=encoding)) == READ


@pytest.mark.parametrize(("named", "sign"), [(",", b","), ("tab", b"\t")])
def test_columns_are_cut_at_the_agreed_sign(tmp_path, named, sign):
    assert cells_of(file(tmp_path, PLAIN.replace(b";", sign)), agreed(delimiter=named)) == READ


def test_quoted_cells_hold_delimiters_line_breaks_and_marks(tmp_path):
    raw = HEADER + 'p1;"a;b"\np2;"c\r\nd"\np3;"say ""e"""\np4;""""\np5;""\n'
    assert [row["note"] for row in cells_of(file(tmp_path, raw), agreed())] == [
        "a;b", "c\r\nd", 'say "e"', '"', None
    ]  # fmt: skip


def test_every_cell_stays_the_text_that_it_is(tmp_path):
    raw = "a;b;c;d;e\n010;NO;12:30;1e3;=HYPERLINK(1)\n007;;NULL;NaN; x \n"
    assert cells_of(file(tmp_path, raw), agreed()) == [
        {"a": "010", "b": "NO", "c": "12:30", "d": "1e3", "e": "=HYPERLINK(1)"},
        {"a": "007", "b": None, "c": "NULL", "d": "NaN", "e": " x "},
    ]


def test_a_header_may_name_a_column_twice_and_hold_line_breaks(tmp_path):
    found = open_cells(file(tmp_path, 'a;a;"b\nc;d"\n1;2;3\n'), agreed(), "f.csv")
    assert found.header == ("a", "a", "b\nc;d")
    assert [batch.column(2).to_pylist() for batch in found.batches] == [["3"]]


@pytest.mark.fault("F14")
def test_another_encoding_is_refused_at_its_byte_and_without_the_text_around_it(tmp_path):
    # The header is 12 bytes and `p1;bl` five: å, one byte in latin-1, is byte 17.
    raw = PLAIN.decode().encode("iso-8859-1")
    assert refusal(file(tmp_path, raw), agreed()) == (
        "f.csv: not utf-8 at byte 17; it looks like iso-8859-1 — send it in the agreed encoding (utf-8); or, if all files "
        "will be so, say `encoding: iso-8859-1` in the contract"
    )
    quoted = (HEADER + "p1;“å”\n").encode("windows-1252")
    assert "at byte 15; it looks like windows-1252 — " in refusal(file(tmp_path, quoted), agreed())


def test_a_damaged_letter_among_sound_ones_is_no_other_encoding(tmp_path):
    raw = (HEADER + "p1;blå\n").encode() + b"p2;bl\xe5\n"
    assert refusal(file(tmp_path, raw), agreed()) == (
        "f.csv: not utf-8 at byte 25 — send it in the agreed encoding (utf-8)"
    )  # fmt: skip


def test_utf_16_is_known_by_its_mark(tmp_path):
    assert refusal(file(tmp_path, (HEADER + "p1;x\n").encode("utf-16")), agreed()) == (
        "f.csv: it looks like utf-16 — send it in the agreed encoding (utf-8)"
    )


def test_the_byte_of_another_encoding_is_counted_through_the_whole_file(tmp_path):
    # 12 bytes of header, rows of 5, and as many of them as it takes to come to the third piece.
    rows = 2 * PIECE // 5 + 7
    raw = HEADER.encode() + b"p1;x\n" * rows + b"p1;\xe5\n"
    assert refusal(file(tmp_path, raw), agreed()).startswith(f"f.csv: not utf-8 at byte {12 + 5 * rows + 3}; ")


def test_half_a_letter_at_the_end_of_a_piece_is_told_by_its_own_byte(tmp_path):
    rows, rest = divmod(PIECE - 1 - len(HEADER), 5)
    raw = HEADER.encode() + b"p1;x\n" * rows + b"p" * rest + b"\xc3;x\n"
    assert refusal(file(tmp_path, raw), agreed()).startswith(f"f.csv: not utf-8 at byte {PIECE - 1}; ")


def test_a_letter_of_two_bytes_may_lie_across_two_pieces(tmp_path):
    raw = HEADER + "p;x\n" * ((PIECE - len(HEADER)) // 4 - 1) + "p" + ";å\n"
    raw = raw.replace("p;x", "p" * (1 + PIECE - 1 - raw.encode().index("å".encode())) + ";x", 1)
    assert raw.encode()[PIECE - 1 : PIECE + 1] == "å".encode()
    assert cells_of(file(tmp_path, raw), agreed())[-1]["note"] == "å"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252"])
def test_utf_8_is_told_from_an_encoding_in_which_every_byte_is_a_letter(tmp_path, encoding):
    line = refusal(file(tmp_path, PLAIN), agreed(encoding=encoding))
    assert line == (
        f"f.csv: is utf-8, and {encoding} is agreed — send it in the agreed encoding ({encoding}); or, if all files will be "
        "so, say `encoding: utf-8` in the contract"
    )
    line = refusal(file(tmp_path, codecs.BOM_UTF8 + HEADER.encode() + b"p;1\n"), agreed(encoding=encoding))
    assert line.startswith("f.csv: begins with the mark of utf-8")


def test_windows_1252_is_told_from_iso_8859_1_by_its_own_signs(tmp_path):
    raw = (HEADER + "p1;“x”\n").encode("windows-1252")
    assert refusal(file(tmp_path, raw), agreed(encoding="iso-8859-1")).startswith(
        "f.csv: not iso-8859-1 at byte 15; it looks like windows-1252 "
    )
    assert cells_of(file(tmp_path, raw), agreed(encoding="windows-1252"))[0]["note"] == "“x”"


@pytest.mark.fault("F07")
@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"{CANARY}", "row 3 has 1 column and the header 2"),
        (f"{CANARY};1;2\n", "row 3 has 3 columns and the header 2"),
        (f"{CANARY};1;\n", "row 3 has 3 columns and the header 2"),
        (f'p;"{CANARY}', "ends inside a quoted cell"),
    ],
)
def test_a_row_of_other_length_is_refused_by_its_number(tmp_path, row, told):
    assert refusal(file(tmp_path, PLAIN + row.encode()), agreed()) == f"f.csv: {told} — send it whole"


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ('p1;"a\np2;"b\n', 3),  # cut as it stands, this is one row of two cells, and a row is lost
        ('p1;a"b\n', 2),
        ('p1;"a"b\n', 2),
        ('p1;"a" \n', 2),
        ('p1;x\np2; "a"\n', 3),
        ('p1;""x"";\n', 2),
    ],
)
def test_a_lone_quotation_mark_is_refused_since_it_may_swallow_rows(tmp_path, rows, at):
    line = refusal(file(tmp_path, HEADER + rows), agreed())
    assert line.startswith(f"f.csv: a quotation mark on line {at} neither begins nor ends a cell")


@pytest.mark.parametrize("before", range(PIECE - 6, PIECE + 2))
@pytest.mark.parametrize(("cell", "fine"), [('"a"', True), ('"a""b"', True), ('"a"b', False), ('a"b', False)])
def test_quotation_marks_are_followed_across_pieces(tmp_path, before, cell, fine):
    filled = "x" * 99 + ";\n"
    rows, rest = divmod(before - len(HEADER), len(filled))
    raw = HEADER + filled * rows + "x" * rest + f";{cell}\n"
    if fine:
        assert cells_of(file(tmp_path, raw), agreed())[-1]["note"] == cell[1:-1].replace('""', '"')
    else:
        assert f"a quotation mark on line {rows + 2} " in refusal(file(tmp_path, raw), agreed())


def test_the_header_in_the_middle_is_refused_by_its_row(tmp_path):
    line = refusal(file(tmp_path, PLAIN + PLAIN), agreed())
    assert line == "f.csv: the header stands again at row 3 — send one table in a file"
    assert "again at row 3" in refusal(file(tmp_path, PLAIN + codecs.BOM_UTF8 + PLAIN), agreed())
    assert len(cells_of(file(tmp_path, PLAIN + b"person;x\n"), agreed())) == 3


def test_the_row_of_a_second_header_is_counted_through_the_whole_file(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "BLOCK", 64)
    raw = HEADER + "p1;x\n" * 100 + HEADER
    assert "the header stands again at row 101 " in refusal(file(tmp_path, raw), agreed())


def test_a_cell_of_more_than_a_megabyte_is_refused(tmp_path):
    assert len(table_of(file(tmp_path, HEADER + "p;" + "x" * 1_000_000 + "\n"), agreed())) == 1
    line = refusal(file(tmp_path, HEADER + f"p;{CANARY}" + "x" * 1_000_000 + "\n"), agreed())
    assert line == "f.csv: column no. 2 has a cell of more than 1 MB — send the agreed columns, not documents"
    line = refusal(file(tmp_path, HEADER + "p;" + "x" * 10_000_000 + "\n"), agreed())
    assert line == "f.csv: has a row of more than 4 MB — send the agreed columns, not documents"


def test_a_zero_byte_is_refused_at_its_byte(tmp_path):
    assert refusal(file(tmp_path, HEADER + "p;\0\n"), agreed()).startswith("f.csv: a zero byte at byte 14 ")


def test_cells_behind_the_last_column_are_refused(tmp_path):
    line = refusal(file(tmp_path, f"person;note;\np1;a;\np2;b;{CANARY}\n"), agreed())
    assert line == "f.csv: has cells behind the last column — send the agreed columns"


@pytest.mark.fault("F06")
@pytest.mark.parametrize("raw", [HEADER, HEADER.rstrip(), HEADER + "\n\r\n"])
def test_a_file_without_rows_is_refused_unless_the_contract_allows_it(tmp_path, raw):
    assert refusal(file(tmp_path, raw), agreed()).startswith("f.csv: holds no rows")
    assert cells_of(file(tmp_path, raw), agreed(empty_allowed=True)) == []


@pytest.mark.parametrize(("raw", "told"), [("", "is empty"), ("\n" + HEADER, "its first line is no header")])
def test_a_file_without_a_header_is_refused(tmp_path, raw, told):
    assert refusal(file(tmp_path, raw), agreed(empty_allowed=True)).startswith(f"f.csv: {told}")


def test_batches_hold_all_rows_in_order_and_no_more_than_agreed(tmp_path):
    count = 2 * ROWS + 3
    raw = HEADER + "".join(f"{n};\n" for n in range(count))
    sizes, seen = [], 0
    for batch in open_cells(file(tmp_path, raw), agreed(), "f.csv").batches:
        assert batch.column(0)[0].as_py() == str(seen)
        sizes.append(batch.num_rows)
        seen += batch.num_rows
    assert seen == count
    assert max(sizes) <= ROWS


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    # Arrow reads up to 32 blocks ahead, here 6 MB; both files are longer than that, 20 and 80 MB.
    monkeypatch.setattr(delimited, "BLOCK", 200_000)

    def peak(rows: int) -> int:
        path = file(tmp_path, HEADER.encode() + (b"p" * 200 + b";" + b"x" * 200 + b"\n") * rows)
        tracemalloc.start()
        for _ in open_cells(path, agreed(), "f.csv").batches:
            pass
        held = tracemalloc.get_traced_memory()[1] + pa.total_allocated_bytes()
        tracemalloc.stop()
        return held

    assert peak(200_000) < 1.5 * peak(50_000)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=5), min_size=2, max_size=2
        )
    )
)
def test_whatever_is_quoted_by_the_rule_is_read_as_it_is(tmp_path_factory, rows):
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    raw = HEADER + "".join(";".join(map(quoted, row)) + "\n" for row in rows)
    found = cells_of(file(tmp_path_factory.mktemp("quoted"), raw), agreed(empty_allowed=True))
    assert [list(row.values()) for row in found] == [
        [unicodedata.normalize("NFC", cell) or None for cell in row] for row in rows if row != ["person", "note"]
    ]
