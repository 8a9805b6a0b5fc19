"""What a delivery looks like in counts: every row once in each dimension, the same in any order, and no cell of few persons."""

from __future__ import annotations

import random
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.engine import ParquetFiles
from maalbar.tables import TABLES
from tests.transforms.history.by_hand import USUAL, rows
from transforms.history.figures import FOLDED, Cell, Figures, aligned, figures_of, folded

AS_OF = date(2022, 10, 15)
STOCK = {"2021-07-01": date(2021, 7, 1), "2022-07-01": date(2022, 7, 1)}


def looks(table: pa.Table | ParquetFiles, name: str, small_cell: int = 1) -> Figures:
    return figures_of(table, name, AS_OF, STOCK, small_cell)


def test_rows_persons_and_the_last_year_are_counted_by_month_and_code():
    table = rows(
        "contacts",
        {"contact_id": "a", "started_on": date(2021, 3, 31), "form": "ALCA00"},
        {"contact_id": "b", "started_on": date(2021, 10, 14)},  # the last day before the last year
        {"contact_id": "c", "started_on": date(2021, 10, 15), "form": "ALCA10", "priority": None},
        {"contact_id": "d", "started_on": date(2022, 3, 1), "person_id": "p2"},
    )
    found = looks(table, "contacts")
    assert found.all == Cell(4, 2, 2)
    assert found.of("month") == {"2021-03": Cell(1, 0, 1), "2021-10": Cell(2, 1, 1), "2022-03": Cell(1, 1, 1)}
    assert found.of("form") == {"ALCA00": Cell(3, 1, 2), "ALCA10": Cell(1, 1, 1)}
    assert found.of("priority") == {"ATA1": Cell(3, 1, 2)}, "what is empty is no code"
    assert found.codes == ["form", "priority", "sector", "unit"]


def test_residents_are_counted_on_the_first_days_of_the_windows():
    table = rows(
        "population",
        {"person_id": "a"},
        {"person_id": "b", "resident_from": date(2021, 7, 2)},
        {"person_id": "c", "resident_to": date(2022, 7, 1)},
        {"person_id": "d", "died_on": date(2022, 7, 1)},
        {"person_id": "e", "emigrated_on": date(2021, 1, 1)},
    )
    found = looks(table, "population")
    assert {day: cell.persons for day, cell in found.of("resident").items()} == {"2021-07-01": 3, "2022-07-01": 2}
    assert found.of("home") == {"own": Cell(5, 4, 5)}


def test_a_run_of_benefit_is_of_the_last_year_while_it_lasts_into_it():
    table = rows(
        "benefits",
        {"person_id": "a", "week_from": date(2015, 1, 5), "week_to": date(2023, 1, 2)},
        {"person_id": "b", "week_from": date(2015, 1, 5), "week_to": date(2021, 10, 11)},
        {"person_id": "c", "week_from": date(2015, 1, 5), "week_to": date(2029, 1, 1)},
    )
    assert looks(table, "benefits").of("code") == {"783": Cell(3, 2, 3)}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_figures_that_count_all_its_rows(name):
    table = rows(name, *({"person_id": f"p{number}"} for number in range(7)))
    found = looks(table, name)
    assert (found.all.rows, found.all.persons) == (7, 7)
    assert all(
        sum(cell.rows for cell in cells.values()) == 7
        for dimension, cells in found.cells.items()
        if dimension != "resident"
    )
    assert looks(table.schema.empty_table(), name).all == Cell(0, 0, 0)


def test_cells_of_few_persons_stand_together_with_as_many_more_as_it_takes():
    cells = {"a": Cell(90, 9, 30), "b": Cell(20, 2, 1), "c": Cell(10, 1, 2), "d": Cell(7, 7, 6)}
    # b and c have three persons together, so that d, the next smallest, goes with them.
    assert folded(cells, 5) == {"a": Cell(90, 9, 30), FOLDED: Cell(37, 10, 9)}
    assert folded({"a": Cell(90, 9, 30), "d": Cell(7, 7, 6)}, 5) == {"a": Cell(90, 9, 30), "d": Cell(7, 7, 6)}
    assert folded({"a": Cell(90, 9, 2)}, 5) == {FOLDED: Cell(90, 0, 0)}


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.builds(Cell, st.integers(1, 50), st.just(0), st.integers(1, 12)))
)
def test_no_cell_tells_of_fewer_persons_than_may_be_told_and_no_row_is_lost(cells):
    found = folded(cells, 5)
    assert all(cell.persons >= 5 or (name == FOLDED and cell.persons == 0) for name, cell in found.items())
    assert sum(cell.rows for cell in found.values()) == sum(cell.rows for cell in cells.values())


def test_what_only_one_side_tells_is_held_against_what_the_other_has_put_together():
    one = {"a": Cell(5, 5, 5), "b": Cell(6, 6, 6)}
    other = {"a": Cell(7, 7, 7), FOLDED: Cell(3, 3, 3)}
    assert aligned(one, other) == [(Cell(5, 5, 5), Cell(7, 7, 7)), (Cell(6, 6, 6), Cell(3, 3, 3))]


PERSONS = [f"p{number}" for number in range(6)]
SOME = st.lists(
    st.tuples(st.sampled_from(PERSONS), st.dates(date(2020, 1, 1), date(2022, 10, 1)), st.sampled_from(("ALCA00", "K"))),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=15)
@given(SOME, st.randoms(use_true_random=False), st.integers(1, 5))
def test_neither_the_order_of_rows_nor_the_batches_they_come_in_change_the_figures(drawn, chance, batches):
    given_rows = [
        {"contact_id": f"k{number}", "person_id": person, "started_on": day, "form": form}
        for number, (person, day, form) in enumerate(drawn)
    ]
    whole = looks(rows("contacts", *given_rows), "contacts", small_cell=3)
    shuffled = random.Random(chance.random()).sample(given_rows, len(given_rows))
    table = rows("contacts", *shuffled)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(batches):
            paths.append(Path(folder) / f"{number}.parquet")
            pq.write_table(table.take(pa.array(range(number, len(table), batches), pa.int64())), paths[-1])
        assert looks(ParquetFiles(tuple(paths)), "contacts", small_cell=3) == whole


@pytest.mark.parametrize("name", TABLES)
def test_figures_are_read_back_as_they_were_said(name):
    found = looks(rows(name, *[USUAL[name]] * 3), name)
    assert Figures.read(AS_OF, found.said()) == found
