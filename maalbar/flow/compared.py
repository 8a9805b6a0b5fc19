"""Two parties' figures compared: the first line along the computation that differs, with both values.

Two files of results, two workbooks that a spreadsheet program has saved, or two of what `maalbar settle --json` prints.
Nothing is settled and nothing stored.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from maalbar.documents.workbook.book import FIRST
from maalbar.documents.workbook.words import called
from maalbar.errors import ResultsRefused

RESULTS = ("value", "standard_error", "low", "high", "not_measurable")
"""The columns of a file of results that tell what was found; the others tell of what."""
SHEETS = {
    "results": (4, (5,)),
    "terms": (2, (4,)),
    "units": (9, (10, 11)),
    "computation": (4, (6,)),
    "payments": (5, (6, 7)),
    "transfers": (3, (5, 6, 8, 10)),
    "investors": (3, (5,)),
}
"""Sheet, in the order of the computation → how many columns say what a row is of, and which hold its values."""
MOST_BYTES = 100_000_000
DIGITS = 9
"""Decimals in which two computed values may differ: spreadsheet programs add up in different orders."""


@dataclass(frozen=True)
class Told:
    """A line of the computation: what it is of, a key that no other line has, and its value."""

    stage: str
    of: str
    key: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Difference:
    """The first line that differs; a value is None where a side lacks the line."""

    stage: str
    of: str
    first: str | None
    second: str | None


def compare(first: Path, second: Path) -> Difference | None:
    """The first difference of two files, None where they tell the same. Raises ResultsRefused for others."""
    if first.suffix.lower() != second.suffix.lower():
        raise ResultsRefused("are files of two kinds", where=f"{first} and {second}", mend="compare like with like")
    one, other = list(_lines(first)), list(_lines(second))
    known = {line.key: line for line in other}
    for line in one:
        same = known.get(line.key)
        if same is None or not _alike(line.value, same.value):
            return Difference(line.stage, line.of, line.value, None if same is None else same.value)
    mine = {line.key for line in one}
    extra = next((line for line in other if line.key not in mine), None)
    return None if extra is None else Difference(extra.stage, extra.of, None, extra.value)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return abs(Decimal(one) - Decimal(other)) < Decimal(1).scaleb(-DIGITS)
    except InvalidOperation:  # words, or what is no amount although Python reads it (`NaN`)
        return False


def _lines(path: Path) -> Iterator[Told]:
    readers = {".csv": _of_results, ".xlsx": _of_workbook, ".json": _of_calculation}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ResultsRefused("is no file that can be compared", where=str(path), mend="give .csv, .xlsx or .json")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ResultsRefused("is too large to compare", where=str(path), mend="compare a part of it")
        raw = path.read_bytes()
    except OSError as error:
        raise ResultsRefused(f"cannot be read ({error.strerror})", where=str(path), mend="check the path") from None
    found: dict[tuple[str, ...], int] = defaultdict(int)
    for line in reader(path, raw):
        found[line.key] += 1
        yield Told(line.stage, line.of, (*line.key, str(found[line.key])), line.value)


def _of_results(path: Path, raw: bytes) -> Iterator[Told]:
    """Every figure of a file of results. A person is never named."""
    try:
        text = raw.decode("utf-8-sig")
        head = text.partition("\n")[0]
        rows = list(
            csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
        )
    except (UnicodeDecodeError, csv.Error):
        raise ResultsRefused("is no CSV in UTF-8", where=str(path), mend="save it as CSV UTF-8") from None
    for number, row in enumerate(rows, start=2):
        said = {
            str(name).strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str | None)
        }
        of = ", ".join(v for k, v in said.items() if v and k not in (*RESULTS, "person", "unit"))
        key = tuple(f"{k}={v}" for k, v in sorted(said.items()) if v and k not in RESULTS)
        for name in RESULTS:
            if said.get(name):
                yield Told("results", f"line {number}: {of}, {name}", (*key, name), said[name])


def _of_workbook(path: Path, raw: bytes) -> Iterator[Told]:
    """Every input and every step of a workbook, with the values that a spreadsheet program has saved."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(raw), data_only=True, read_only=True)
    except (zipfile.BadZipFile, ParseError, KeyError, ValueError, OSError):
        raise ResultsRefused("is no workbook", where=str(path), mend="give an XLSX file") from None
    for stage, (labels, values) in SHEETS.items():
        name = next(
            (n for n in book.sheetnames if n in (called(f"sheet_{stage}", "da"), called(f"sheet_{stage}", "en"))), None
        )
        if name is None and stage in ("units", "investors"):
            continue
        if name is None:
            raise ResultsRefused(
                f"has no sheet of {stage}", where=str(path), mend="give a workbook of `maalbar statement --xlsx`"
            )
        for row in book[name].iter_rows(min_row=FIRST, values_only=True):
            yield from _of_row(path, stage, labels, values, row)


def _of_row(path: Path, stage: str, labels: int, values: Sequence[int], row: Sequence[Any]) -> Iterator[Told]:
    of = [str(cell) for cell in row[:labels] if cell is not None]
    if len(of) < (2 if stage == "payments" else 1):
        return  # the line under a table that sums it up
    for column in values:
        value = row[column - 1] if len(row) >= column else None
        if value is None and stage in ("computation", "payments"):
            what = "has formulas that no spreadsheet program has computed yet"
            raise ResultsRefused(what, where=str(path), mend="open it in one and save it")
        yield Told(stage, ", ".join(of), (stage, *of, str(column)), "" if value is None else str(value))


def _of_calculation(path: Path, raw: bytes) -> Iterator[Told]:
    """Every value of `maalbar settle --json`, along the computation: the terms, each step, lines, transfers, the rest."""
    try:
        data = json.loads(raw)
        if not str(data["schema"]).startswith("maalbar-settlement/"):
            raise KeyError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ResultsRefused(
            "is no settlement", where=str(path), mend="give what `maalbar settle --json` prints"
        ) from None
    first = ("schema", "contract", "terms", "currency", "periods", "steps", "lines", "transfers")
    for name in [*(n for n in first if n in data), *(n for n in data if n not in first)]:
        yield from _leaves(name, data[name], (name,))


def _leaves(stage: str, value: Any, way: tuple[str, ...]) -> Iterator[Told]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name != "amount":  # the same as amount_minor
                yield from _leaves(stage, part, (*way, str(name)))
    elif isinstance(value, list):
        for number, part in enumerate(value, start=1):
            yield from _leaves(stage, part, (*way, _named(part, number)))
    else:
        yield Told(stage, ", ".join(way[1:]) or stage, way, "" if value is None else str(value))


def _named(part: Any, number: int) -> str:
    """A row by what it is of, or by its place."""
    names = (
        "period",
        "outcome",
        "rule",
        "payer",
        "recipient",
        "component",
        "investor",
        "layer",
        "source",
        "settlement",
    )
    said = (
        [str(part[name]) for name in names if name in part and not isinstance(part[name], dict)]
        if isinstance(part, dict)
        else []
    )
    return " ".join(said) or str(number)
