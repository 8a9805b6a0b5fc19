"""What a file says beside its cells is kept with it, so a CPR number there stops it as one in a cell does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl.comments import Comment

from tests.transforms.formats.written import delivery
from transforms.formats import said_beside
from transforms.gate import Scan

NUMBER = "251248-9996"
FRAME = pd.DataFrame({"a": ["p"], "b": ["x"]})


def _workbook(path: Path, change: Callable[[openpyxl.Workbook], object]) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Ark1"
    for row in (["a", "b"], ["p", "x"]):
        book.active.append(row)
    change(book)
    book.save(path)


def _commented(book: openpyxl.Workbook) -> None:
    book["Ark1"]["B2"].comment = Comment(f"se {NUMBER}", "n")


def _titled(book: openpyxl.Workbook) -> None:
    book.properties.title = f"udtræk {NUMBER}"


def _second_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Forside").append(["udtræk for", 2512489996])


def _sheet_name(book: openpyxl.Workbook) -> None:
    book.create_sheet(NUMBER)


def _parquet(path: Path, where: str) -> None:
    table = pa.table({"a": ["p"], "b": ["x"]})
    if where == "file":
        table = table.replace_schema_metadata({"note": NUMBER})
    else:
        fields = [table.schema.field("a"), table.schema.field("b").with_metadata({"note": NUMBER})]
        table = table.cast(pa.schema(fields))
    pq.write_table(table, path)


WRITTEN: dict[str, tuple[str, Callable[[Path], object]]] = {
    "comment of a workbook": ("excel", lambda path: _workbook(path, _commented)),
    "property of a workbook": ("excel", lambda path: _workbook(path, _titled)),
    "another sheet": ("excel", lambda path: _workbook(path, _second_sheet)),
    "name of another sheet": ("excel", lambda path: _workbook(path, _sheet_name)),
    "metadata of Parquet": ("parquet", lambda path: _parquet(path, "file")),
    "metadata of a column": ("parquet", lambda path: _parquet(path, "column")),
    "label of Stata": ("stata", lambda path: FRAME.to_stata(path, write_index=False, data_label=NUMBER)),
    "label of a variable": (
        "stata",
        lambda path: FRAME.to_stata(path, write_index=False, variable_labels={"b": NUMBER}),
    ),
    "label of a value": (
        "stata",
        lambda path: FRAME.assign(b=[1]).to_stata(path, write_index=False, value_labels={"b": {1: NUMBER}}),
    ),
}
PLAIN: dict[str, Callable[[Path], object]] = {
    "excel": lambda path: _workbook(path, lambda book: book.create_sheet("Forside").append(["udtræk", 2028, 0.5])),
    "parquet": lambda path: FRAME.to_parquet(path),
    "stata": lambda path: FRAME.to_stata(path, write_index=False, data_label="udtræk 2028"),
}


def _finds(path: Path, written: str) -> list[str]:
    agreed = delivery(format=written, **({"sheet": "Ark1"} if written == "excel" else {}))
    scan = Scan("f", ("a", "b"), agreed, beside=said_beside(path, agreed))
    return [find.line for find in scan.finds]


@pytest.mark.parametrize("where", WRITTEN)
def test_a_cpr_number_beside_the_cells_is_found_and_not_told(tmp_path: Path, where: str) -> None:
    written, write = WRITTEN[where]
    write(tmp_path / "f")
    assert _finds(tmp_path / "f", written) == ["what the file says beside its cells looks like it holds CPR numbers"]


@pytest.mark.parametrize("written", PLAIN)
def test_what_programs_write_beside_the_cells_is_no_find(tmp_path: Path, written: str) -> None:
    PLAIN[written](tmp_path / "f")
    assert _finds(tmp_path / "f", written) == []
