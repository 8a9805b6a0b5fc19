"""Forms: how the cells of a column seem to be written that cannot be read as agreed. A form is a pattern, never a value.

A file whose dates are all written the other way round has a fault of one line and not one for each row. The form is told to the
sender; nothing is read by it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pyarrow as pa
import pyarrow.compute as pc

from maalbar.contract.delivering import Delivery
from transforms.columns import cells as column_cells
from transforms.formats.text import column_as_text

_UNREAD = re.compile(r"(?P<column>\w+): not a (?P<kind>date|timestamp|integer|hundredths)")
_LOOKED_AT = 1_000
"""Unreadable cells of a column and batch that are looked at: the form of a file is seen by far fewer."""
_DAY, _MONTH = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])"
_SIGNS = {"yyyy": "[0-9]{4}", "yy": "[0-9]{2}", "mm": _MONTH, "dd": _DAY, "m": "[0-9]{1,2}", "d": "[0-9]{1,2}"}
_ORDERS = (("yyyy", "mm", "dd"), ("dd", "mm", "yyyy"), ("mm", "dd", "yyyy"), ("dd", "mm", "yy"), ("d", "m", "yyyy"))
_TIMES = {
    "": "",
    " hh:mm": " [0-9]{2}:[0-9]{2}",
    " hh:mm:ss": " [0-9]{2}:[0-9]{2}:[0-9]{2}",
    "Thh:mm:ss": r"T[0-9]{2}:[0-9]{2}:[0-9]{2}.*",
}
_PARTS = {"%Y": "yyyy", "%m": "mm", "%d": "dd", "%H": "hh", "%M": "mm", "%S": "ss"}
DAY_NUMBERS = "as numbers of days"
POINT, COMMA = "with `.` as the decimal sign", "with `,` as the decimal sign"
WHOLE = "without decimals"
NUMBERS = {
    "with `.` between thousands": r"-?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?",
    "with `,` between thousands": r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?",
    "with spaces between thousands": r"-?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?",
    POINT: r"-?[0-9]+\.[0-9]{1,2}",
    COMMA: r"-?[0-9]+,[0-9]{1,2}",
    "with more than two decimals": r"-?[0-9]+[.,][0-9]{3,}",
    "with letters after them": r"-?[0-9][0-9., ]*[A-Za-zÆØÅæøå%.]+",
}
"""How numbers may be written → the pattern of it; the first that fits counts."""


FormCounts = dict[tuple[str, str], Counter[str]]
"""(Canonical column, kind) → form (empty: none that is known) → unreadable cells."""


@dataclass(frozen=True)
class Form:
    """What is seen of the unreadable cells of a canonical column: so many, `kind` as agreed, and how they seem to be written."""

    column: str
    kind: str
    seems: str
    agreed: str
    cells: int


class Forms:
    """The forms of the unreadable cells of a file, counted batch by batch."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._counts: FormCounts = {}

    def add(self, counts: FormCounts) -> None:
        """Count those of one more batch, as `forms_of` gives them."""
        for key, found in counts.items():
            self._counts.setdefault(key, Counter()).update(found)

    @property
    def found(self) -> list[Form]:
        """For each column of which at least half of the unreadable cells are written in one known way, that way."""
        told = []
        for (column, kind), counts in self._counts.items():
            seems, cells = counts.most_common(1)[0]
            if seems and 2 * cells >= counts.total():
                told.append(Form(column, kind, seems, agreed(kind, self._delivery), cells))
        return told


def forms_of(file: pa.Table, reasons: pa.Table, delivery: Delivery, first_row: int) -> FormCounts:
    """The forms of the unreadable cells of a batch of the file's own columns, whose first row is `first_row`."""
    counts: FormCounts = {}
    for text in pc.unique(reasons["reason"]).to_pylist():
        told = _UNREAD.fullmatch(text)
        if told is None:
            continue
        numbers = reasons.filter(pc.equal(reasons["reason"], text))["row_number"].combine_chunks()[:_LOOKED_AT]
        places = pc.unique(pc.subtract(numbers, first_row))
        known = _known(told["kind"], delivery)
        seen: Counter[str] = Counter()
        for name in _columns(told["column"], delivery):
            cells = column_cells(file, name)
            if pa.types.is_temporal(cells.type):
                continue  # it is a date by its type, and wrong for what it says
            given = column_as_text(cells.take(places), delivery)
            seen.update(_forms(given, known, is_one=told["column"] in delivery.columns))
        if seen:
            counts[told["column"], told["kind"]] = seen
    return counts


def agreed(kind: str, delivery: Delivery) -> str:
    """What the contract says of how dates or numbers are written, in the words that forms are told in."""
    if kind in ("date", "timestamp"):
        return re.sub("%[YmdHMS]", lambda part: _PARTS[part[0]], delivery.date_format)
    if kind == "integer":
        return WHOLE
    return POINT if delivery.decimal == "." else COMMA


def contract_line(form: Form) -> str:
    """The line of the contract by which the cells would be read; empty where there is none."""
    if form.kind in ("date", "timestamp"):
        parts = {"yyyy": "%Y", "dd": "%d", "hh:mm": "%H:%M", ":ss": ":%S", "mm": "%m"}
        written = form.seems
        for sign, part in parts.items():
            written = written.replace(sign, part)
        return f'date_format: "{written}"' if re.fullmatch(r"(?:%[YmdHMS]|[-/. :T])+", written) else ""
    if form.kind == "hundredths" and form.seems in (POINT, COMMA):
        return f'decimal: "{form.seems[6]}"'
    return ""


def _columns(canonical: str, delivery: Delivery) -> list[str]:
    """The columns of the file that a canonical one is read from."""
    if canonical in delivery.columns:
        return [delivery.columns[canonical]]
    wide = {"answer": [name for of in delivery.items.values() for name in of.values()]}
    return wide.get(canonical, list(delivery.measures.values()) if canonical == "quantity" else [])


def _known(kind: str, delivery: Delivery) -> dict[str, str]:
    known = dict(_dates()) if kind in ("date", "timestamp") else dict(NUMBERS)
    known.pop(agreed(kind, delivery), None)
    return known


def _dates() -> Iterator[tuple[str, str]]:
    for (time, of_time), sign, order in product(_TIMES.items(), "-/. ", _ORDERS):
        yield sign.join(order) + time, re.escape(sign).join(_SIGNS[part] for part in order) + of_time
    yield "yyyymmdd", f"(?:19|20)[0-9]{{2}}{_MONTH}{_DAY}"
    yield "ddmmyyyy", f"{_DAY}{_MONTH}(?:19|20)[0-9]{{2}}"
    yield "ddmonyyyy", "[0-9]{1,2}[A-Za-z]{3}[0-9]{4}"
    yield DAY_NUMBERS, "[0-9]{5}(?:[.,][0-9]+)?"


def _forms(given: pa.Array, known: dict[str, str], is_one: bool) -> Counter[str]:
    """Form → cells. Of a table that many columns become (`is_one` is not so), cells of no known form may be sound."""
    counts: Counter[str] = Counter()
    left = given.drop_null()
    for name, pattern in known.items():
        if not len(left):
            break
        fits = pc.match_substring_regex(left, f"^(?:{pattern})$")
        if count := pc.sum(fits).as_py():
            counts[name] += count
            left = left.filter(pc.invert(fits))
    if is_one and len(left):
        counts[""] += len(left)
    return counts
