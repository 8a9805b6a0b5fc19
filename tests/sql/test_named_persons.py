"""Every named person gives the rows that are drawn, on both engines, alone and among all the others of the step."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from maalbar import engine
from maalbar.named_persons import NamedPerson, PersonsOfStep, persons_of_steps
from maalbar.settings import PROJECT

pytest.importorskip("pyspark", reason="Spark comes with the extra `spark`")
FILES = persons_of_steps()
STEPS = sorted(path.stem for path in (PROJECT / "sql").glob("*.sql"))
ALONE = [pytest.param(file, person, id=f"{file.step}-{person.name}") for file in FILES for person in file.persons]
SPARK = "spark://local[2]"

of_each_step = pytest.mark.parametrize("file", FILES, ids=lambda file: file.step)


def _run(file: PersonsOfStep, *persons: NamedPerson, on: str = "duckdb") -> pa.Table:
    return engine.run(file.step, file.tables(persons, engine.read_step(file.step)[1]), engine=on)


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: [(cell is not None, cell) for cell in row.values()])


def test_every_step_has_its_persons_and_every_file_its_step():
    assert [file.step for file in FILES] == STEPS


@pytest.mark.parametrize(("file", "person"), ALONE)
def test_a_person_alone_gives_the_rows_that_are_drawn(file, person):
    found = _run(file, person)
    expected = person.expected_rows(found.schema)
    columns = list(expected[0]) if expected else found.schema.names
    assert _in_order(found.select(columns).to_pylist()) == _in_order(expected)


@of_each_step
def test_all_persons_of_a_step_at_once_give_what_each_gives_alone(file):
    alone = [row for person in file.persons for row in _run(file, person).to_pylist()]
    assert _in_order(_run(file, *file.persons).to_pylist()) == _in_order(alone)


@of_each_step
def test_the_order_of_the_rows_that_come_in_changes_nothing(file):
    tables = file.tables(file.persons, engine.read_step(file.step)[1])
    once = engine.run(file.step, tables)
    for seed in range(5):
        chance = random.Random(seed)
        shuffled = {name: table.take(_shuffled(table.num_rows, chance)) for name, table in tables.items()}
        assert engine.run(file.step, shuffled).equals(once)


def _shuffled(count: int, chance: random.Random) -> list[int]:
    return chance.sample(range(count), count)


@pytest.mark.slow
@pytest.mark.parametrize(("file", "person"), ALONE)
def test_a_person_alone_gives_the_same_rows_and_types_on_spark(file, person):
    _is_same(lambda on: _run(file, person, on=on))


@pytest.mark.slow
@of_each_step
def test_all_persons_of_a_step_at_once_give_the_same_rows_and_types_on_spark(file):
    _is_same(lambda on: _run(file, *file.persons, on=on))


def _is_same(run: Callable[[str], pa.Table]) -> None:
    """Same rows in the same order, of the same types."""
    here, there = run("duckdb"), run(SPARK)
    assert there.to_pylist() == here.to_pylist()
    assert there.schema == here.schema
