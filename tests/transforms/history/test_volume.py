"""Volume: a file that tells less of the same time than the one before is not taken for whole."""

from __future__ import annotations

from datetime import date

import pytest

from tests.transforms.history.by_hand import each_month, figures
from transforms.history import volume
from transforms.history.figures import Cell, Figures

THEN, NOW, NEEDED = date(2021, 10, 15), date(2022, 10, 15), date(2018, 7, 1)
BEFORE = figures(THEN, **each_month(100))


def _same(now: Figures, limit: float = 0.2):
    return volume.same_time(BEFORE, now, NEEDED, limit)


def test_half_of_the_rows_of_the_same_time_is_half_however_much_is_new():
    now = figures(NOW, **each_month(50, 13, 48), **each_month(1000, 1, 12))
    look = _same(now)
    # Of 36 months before October 2021 the last three are not held against it: 33 × 100, now 33 × 50.
    assert (look.value, look.stop) == (0.5, 0.2)
    assert look.found == "1650 rows from 2018-10 to 2021-06, where 3300 stood as of 2021-10-15 (-50 %)"


def test_a_whole_year_that_is_gone_counts_as_nothing_in_it():
    look = _same(figures(NOW, **each_month(100, 1, 36)))
    # Months 13 to 48 before October 2022 are those before October 2021; the last twelve of them are missing.
    assert look.value == pytest.approx(12 / 33)


def test_time_before_the_first_window_is_not_missed():
    look = volume.same_time(BEFORE, figures(NOW, **each_month(100, 1, 36)), date(2019, 10, 1), 0.2)
    assert look.value == 0.0


def test_fewer_persons_with_as_many_rows_are_found_too():
    half = {name: Cell(cell.rows, 0, cell.persons // 2) for name, cell in BEFORE.of("month").items()}
    look = _same(Figures(NOW, {"month": half}))
    assert look.value == 0.5 and "persons" in look.found


def test_months_that_were_still_being_registered_are_not_held_against_it():
    more = {lag: count * (3 if int(lag[1:]) in (13, 14, 15) else 1) for lag, count in each_month(100, 13, 48).items()}
    assert _same(figures(NOW, **more)).value == 0.0


def test_little_history_tells_nothing():
    look = volume.same_time(figures(THEN, **each_month(3)), figures(NOW, **each_month(1)), NEEDED, 0.2)
    assert look.value is None and look.untested


def test_residents_on_the_day_of_a_window_are_compared_with_themselves():
    def stock(as_of: date, persons: int) -> Figures:
        return Figures(as_of, {"resident": {"2020-07-01": Cell(400, 0, 400), "2021-07-01": Cell(persons, 0, persons)}})

    look = volume.same_time(stock(THEN, 400), stock(NOW, 300), NEEDED, 0.2)
    assert look.value == 0.25 and "residents on 2021-07-01" in look.found


def test_windows_of_counts_are_compared_where_both_have_them():
    def counts(as_of: date, **windows: int) -> Figures:
        return Figures(as_of, {"window": {name: Cell(n, n, n) for name, n in windows.items()}})

    assert volume.same_time(counts(THEN, b1=200), counts(NOW, b1=150, x2=999), NEEDED, 0.2).value == 0.25


def test_a_fall_of_the_last_year_stops_only_when_it_is_twice_as_large_and_a_rise_never():
    fall, rise = (volume.last_year(BEFORE, figures(NOW, **each_month(n)), 0.2) for n in (55, 900))
    assert (fall.value, fall.warn, fall.stop) == (pytest.approx(0.45), 0.2, 0.4)
    assert (rise.value, rise.warn, rise.stop) == (8.0, 0.2, None)


def test_a_month_without_its_rows_is_named():
    quiet = each_month(100) | {"m5": 49, "m6": 50}
    look = volume.silent_months(figures(NOW, **quiet))
    assert look.value == pytest.approx(1 / 12)
    assert "(2022-05)" in look.found
