"""Runs the set-based steps of `sql/`: the one module that knows an SQL dialect.

A step is one SELECT in a file. Its header comment declares what it reads (`-- reads: a, b`); it may read nothing else,
and only functions of the allow-list, so that its rows are the same on another engine. Tables go in and come out as
Arrow; parameters are small tables to join. The engine has no way to files or network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from maalbar.errors import SetupError
from maalbar.settings import PROJECT

FOLDER = PROJECT / "sql"
ALLOWED = (
    exp.Count, exp.Sum, exp.Min, exp.Max, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Cast, exp.RowNumber,
    exp.Lead, exp.Greatest, exp.Least, exp.And, exp.Or,
)  # fmt: skip
"""Functions that mean the same on every engine. `DateDiff` is allowed besides, for whole days only: years and months
between two dates are counted differently from engine to engine, so those come from `periods` as tables to join."""
_READS = re.compile(r"^-- reads: (?P<names>[a-z_, ]+)$", re.MULTILINE)


def run(step: str, tables: Mapping[str, pa.Table]) -> pa.Table:
    """The rows of `sql/<step>.sql` over the tables it declares. Raises SetupError where file and tables do not fit."""
    query, reads = read_step(step)
    missing = sorted(set(reads) - set(tables))
    if missing:
        raise SetupError(f"the step {step} also reads {', '.join(missing)}", where=f"sql/{step}.sql")
    connection = duckdb.connect(":memory:", config={"threads": 2, "preserve_insertion_order": True})
    try:
        for name in reads:
            connection.register(name, tables[name])
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection.sql(query).to_arrow_table()
    finally:
        connection.close()


@cache
def read_step(step: str) -> tuple[str, tuple[str, ...]]:
    """The text of a step and the tables it reads. Raises SetupError for anything outside the portable subset."""
    path = FOLDER / f"{step}.sql"
    try:
        query = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SetupError(f"there is no step {step}", where=str(path)) from None
    faults = lint(query)
    if faults:
        raise SetupError(faults[0], where=_short(path), mend="keep to the allow-list in maalbar/engine.py")
    return query, _declared(query)


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
    reads = {table.name for table in tree.find_all(exp.Table)} - named
    if reads != set(_declared(query)):
        faults.append(f"reads {', '.join(sorted(reads))} but declares {', '.join(_declared(query))}")
    for call in tree.find_all(exp.Func):
        whole_days = isinstance(call, exp.DateDiff) and str(call.args.get("unit")).upper().strip("'") == "DAY"
        if not isinstance(call, ALLOWED) and not whole_days:
            faults.append(f"calls {call.sql_name().lower()}")
    return faults + [fault for fault, is_there in _manners(tree) if is_there]


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


def _declared(query: str) -> tuple[str, ...]:
    found = _READS.search(query)
    return tuple(sorted(name.strip() for name in found["names"].split(","))) if found else ()


def _short(path: Path) -> str:
    return f"sql/{path.name}"
