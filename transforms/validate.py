"""Validate: which candidate rows break a rule of their table, with every reason.

Rules come from the canonical table (`maalbar.tables`) and the day the delivery describes, never from a clock. A row of the file
is the unit: if any canonical row made from it is wrong, the whole row of the file is set aside. What concerns several rows, as
keys that are repeated do, is found when all batches have been seen (`repeated`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

from maalbar.definitions.answer_ranges import AnswerRange
from maalbar.tables import TABLES, Table
from transforms.columns import cells as column_cells
from transforms.intake import REASONS, Candidate, reasons_for

EARLIEST, LATEST = date(1900, 1, 1), date(9999, 12, 31)
"""Registers write the last day there is for what has no end; what comes after it, no calendar has."""
FOLLOWS = {"started_on": ("started_at", "billing_week")}
"""Column → those that it follows from: what could not be read there is not empty here besides."""


def reasons_of(
    candidate: Candidate, table_name: str, as_of: date, answers: Mapping[str, AnswerRange] = MappingProxyType({})
) -> pa.Table:
    """Everything that is wrong with single rows: (`row_number`, `reason`), in order of rows and reasons, each once.

    `answers`: scale → the range of its answers (`maalbar.definitions.answer_ranges`), for a survey.
    """
    table, rows = TABLES[table_name], candidate.rows
    number = column_cells(rows, "row_number")
    rules = [*_rules(candidate, table, as_of), *(_outside(rows, answers) if table_name == "surveys" else ())]
    found = [candidate.reasons, *(reasons_for(number, wrong, why) for wrong, why in rules)]
    together = pa.concat_tables(found)
    return together.group_by(["row_number", "reason"]).aggregate([]).select(REASONS.names).sort_by(
        [("row_number", "ascending"), ("reason", "ascending")]
    )  # fmt: skip


def _rules(candidate: Candidate, table: Table, as_of: date) -> Iterator[tuple[pa.Array, str]]:
    """Each rule as (which rows break it, the reason in words)."""
    rows = candidate.rows
    unread = _unread(candidate)
    for name, column in table.columns.items():
        given = column_cells(rows, name)
        if not column.nullable:
            empty = pc.is_null(given)
            if column.kind == "text":
                blank = pc.or_(pc.utf8_is_space(given), pc.equal(pc.binary_length(given), 0))
                empty = pc.or_(empty, pc.fill_null(blank, False))
            if name in unread:
                # What could not be read has its reason already, and is not empty besides.
                empty = pc.and_(empty, pc.invert(pc.is_in(column_cells(rows, "row_number"), unread[name])))
            yield empty, f"{name}: empty"
        if column.allowed:
            known = pc.is_in(given, pa.array(column.allowed, pa.string()))
            yield pc.and_(pc.is_valid(given), pc.invert(known)), f"{name}: unknown code"
        if column.kind == "date":
            yield pc.less(given, pa.scalar(EARLIEST)), f"{name}: before {EARLIEST.year}"
            yield pc.greater(given, pa.scalar(LATEST)), f"{name}: after {LATEST.year}"
        if column.is_negative_wrong:
            yield pc.less(given, 0), f"{name}: less than nothing"
    for earlier, later in table.ordered:
        # Missing compares as neither, so open ends pass.
        yield pc.less(column_cells(rows, later), column_cells(rows, earlier)), f"{later} before {earlier}"
    for name in table.not_after_as_of:
        yield pc.greater(column_cells(rows, name), pa.scalar(as_of)), f"{name}: after the day the delivery describes"


def _outside(rows: pa.Table, answers: Mapping[str, AnswerRange]) -> Iterator[tuple[pa.Array, str]]:
    """Answers that nobody can have given. Such a row may never be let in: on its scale the answer would count as none.

    An item that is not one of the scale's is not told here: it may be a value.
    """
    scale, item, answer = (column_cells(rows, name) for name in ("scale", "item", "answer"))
    for name in pc.unique(scale).drop_null().to_pylist():
        if name not in answers:
            continue
        of = answers[name]
        wrong = pc.or_(pc.less(answer, of.lowest), pc.greater(answer, of.highest))
        wrong = pc.fill_null(pc.and_(pc.equal(scale, name), wrong), False)
        for told in pc.unique(item.filter(wrong)).to_pylist():
            if told in of.items:
                yield (
                    pc.and_(wrong, pc.equal(item, told)),
                    f"answer: outside {of.lowest} to {of.highest} ({name} {told})",
                )


def _unread(candidate: Candidate) -> dict[str, pa.Array]:
    """Column → the rows whose cell in it could not be read."""
    reasons = candidate.reasons
    columns = pc.replace_substring_regex(reasons.column("reason"), ":.*", "")
    numbers = reasons.column("row_number").combine_chunks()
    found = {name: pc.filter(numbers, pc.equal(columns, name)) for name in pc.unique(columns).to_pylist()}
    for name, sources in FOLLOWS.items():
        found[name] = pc.filter(numbers, pc.is_in(columns, pa.array([name, *sources])))
    return found
