"""Results that others hand in: one CSV, one row per period × outcome, and per unit or person where the price needs it.

Here the file is opened and its faults are gathered, each with its line and column and never with what the row says. What the
columns are, and what a row means, stands in `results_rows`. Numbers are written with a point; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from maalbar.contract import Agreement
from maalbar.errors import ResultsRefused
from maalbar.flow.results_rows import COLUMNS, NEEDED, BadRow, Rows
from transforms.settlement import Result

if TYPE_CHECKING:
    from _csv import Reader

MOST_BYTES = 500_000_000
MOST_ROWS = 5_000_000
MOST_FAULTS = 100


def read_results(agreement: Agreement, path: Path) -> tuple[dict[tuple[str, str], Result], list[str]]:
    """(period, outcome) → Result, and the unbroken run of periods up to the last that the file names.

    Raises ResultsRefused with one line for every fault (the first hundred).
    """
    reader = _csv(_text(path))
    names = _header(reader, path)
    rows = Rows(agreement, names)
    faults: list[ResultsRefused] = []
    for number, cells in _lines(reader, path, faults):
        try:
            if len(cells) != len(names):
                raise BadRow(f"{len(cells)} cells under {len(names)} columns", "mend the row")
            rows.take(dict(zip(names, map(str.strip, cells), strict=True)))
        except BadRow as bad:
            faults.append(ResultsRefused(bad.what, where=f"{path}:{number}", mend=bad.mend))
            if len(faults) == MOST_FAULTS:
                what = f"at least {MOST_FAULTS} faults; what follows line {number} is not read"
                faults.append(ResultsRefused(what, where=str(path), mend="mend those first"))
                break
    if faults:
        raise ResultsRefused.of(faults)
    results, periods = rows.results(), rows.periods()
    if not periods:
        raise ResultsRefused("holds no results", where=str(path), mend="give a row per period and outcome")
    return results, periods


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            what = f"larger than {MOST_BYTES // 1_000_000} MB"
            raise ResultsRefused(what, where=str(path), mend="divide the file by outcome")
        data = path.read_bytes()
    except OSError as error:
        raise ResultsRefused(f"cannot be read ({error.strerror})", where=str(path), mend="check the path") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ResultsRefused("not UTF-8", where=f"{path}:{line}", mend="save it as UTF-8") from None


def _csv(text: str) -> Reader:
    """A reader of comma or semicolon, whichever the header has more of."""
    header = text[:10_000].partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _header(reader: Reader, path: Path) -> list[str]:
    """The columns. A wrong one is named by its place, since a file without a header begins with a row of data."""
    try:
        names = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise _no_csv(error, f"{path}:1") from None
    mend = f"the columns are {', '.join(COLUMNS)}"
    if names and not set(names) & set(COLUMNS):
        raise ResultsRefused("is no table of results: its first line names no column", where=f"{path}:1", mend=mend)
    wrong = [f"has no column {name}" for name in NEEDED if name not in names]
    for place, name in enumerate(names, start=1):
        if name not in COLUMNS:
            wrong.append(f"column number {place} has no name that is known")
        elif name in names[: place - 1]:
            wrong.append(f"column {name} is there twice")
    if wrong:
        raise ResultsRefused.of([ResultsRefused(what, where=f"{path}:1", mend=mend) for what in wrong[:MOST_FAULTS]])
    return names


def _lines(reader: Reader, path: Path, faults: list[ResultsRefused]) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every line that is not empty. What is no CSV ends the file, and is added to the faults."""
    try:
        for cells in reader:
            if reader.line_num > MOST_ROWS:
                what = f"more than {MOST_ROWS} lines"
                faults.append(ResultsRefused(what, where=str(path), mend="divide the file by outcome"))
                return
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        faults.append(_no_csv(error, f"{path}:{reader.line_num}"))


def _no_csv(error: csv.Error, where: str) -> ResultsRefused:
    return ResultsRefused(f"no CSV: {error}", where=where, mend="mend the quotes and line ends")
