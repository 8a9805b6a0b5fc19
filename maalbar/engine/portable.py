"""The portable subset of SQL: what a step may say, so that it says the same on every engine; and its Spark wording."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlglot
from sqlglot import exp

ALLOWED = (
    exp.Count, exp.Sum, exp.Min, exp.Max, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Cast, exp.RowNumber,
    exp.Lag, exp.Lead, exp.Greatest, exp.Least, exp.And, exp.Or, exp.Exists,
)  # fmt: skip
"""Functions that mean the same on every engine. `DateDiff` is allowed besides, for whole days only: years and months
between two dates are counted differently from engine to engine, so those come from `periods` as tables to join."""
_READ_BACK = (exp.TryCast, exp.TsOrDsToDate)
"""How sqlglot reads Spark's own `cast` and `datediff`; neither is a function in the text."""
_READS = re.compile(r"^-- reads: (?P<names>[a-z_, ]+)$", re.MULTILINE)


def declared(query: str) -> tuple[str, ...]:
    """The tables that a step's header says it reads, in order of name."""
    found = _READS.search(query)
    return tuple(sorted(name.strip() for name in found["names"].split(","))) if found else ()


def lint(query: str) -> list[str]:
    """Everything in a step that is not one portable SELECT over its declared tables."""
    try:
        statements = [s for s in sqlglot.parse(query, dialect="duckdb") if s is not None]
    except sqlglot.errors.ParseError:
        return ["is not SQL"]
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        return ["is not one SELECT"]
    tree = statements[0]
    faults = []
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = list(tree.find_all(exp.Table))
    reads = {table.name for table in tables} - named
    if reads != set(declared(query)):
        faults.append(f"reads {', '.join(sorted(reads))} but declares {', '.join(declared(query))}")
    if any(table.db for table in tables):
        faults.append("names a schema")
    return faults + _calls(tree, ALLOWED) + [fault for fault, is_there in _manners(tree) if is_there]


def for_spark(query: str) -> tuple[str, list[str]]:
    """A portable step in Spark's words, and what of it Spark would not understand.

    Spark counts days and rows in 32 bits where DuckDB counts in 64, so both are widened before anything is reckoned with them.
    sqlglot passes on what it does not know, without a word: therefore its own text is read back and judged again.
    """
    tree = sqlglot.parse_one(query, dialect="duckdb").transform(_widened)
    text = tree.sql(dialect="spark", comments=False)
    return text, _calls(sqlglot.parse_one(text, dialect="spark"), ALLOWED + _READ_BACK)


def _widened(node: exp.Expr) -> exp.Expr:
    is_count = isinstance(node, exp.DateDiff) or (isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber))
    return exp.cast(node, "bigint") if is_count and not isinstance(node.parent, exp.Cast) else node


def _calls(tree: exp.Expr, allowed: tuple[type[exp.Expr], ...]) -> list[str]:
    faults = []
    for call in tree.find_all(exp.Func):
        whole_days = isinstance(call, exp.DateDiff) and str(call.args.get("unit")).upper().strip("'") == "DAY"
        if not isinstance(call, allowed) and not whole_days:
            faults.append(f"calls {call.sql_name().lower()}")
    return faults


def _manners(tree: exp.Select) -> Iterator[tuple[str, bool]]:
    """What means something else on another engine, or depends on chance, or is no business of a step."""
    yield "has a window without an order", any(not w.args.get("order") for w in tree.find_all(exp.Window))
    stars = (star.parent for star in tree.find_all(exp.Star))
    yield "selects *", any(isinstance(parent, (exp.Select, exp.Column)) for parent in stars)
    unwanted = (exp.Div, exp.IntDiv, exp.Mod, exp.Placeholder, exp.Parameter)
    yield "divides, or pastes parameters", tree.find(*unwanted) is not None
    inexact = (exp.Interval, exp.TableSample, exp.Limit, exp.TryCast)
    yield "adds an interval, samples, limits or tries a cast", tree.find(*inexact) is not None
    yield "casts to a float", any(cast.to.this in exp.DataType.REAL_TYPES for cast in tree.find_all(exp.Cast))
    numbers = (one for one in tree.find_all(exp.Literal) if not one.is_string)
    yield "writes a number that is not whole", any(not one.is_int for one in numbers)
