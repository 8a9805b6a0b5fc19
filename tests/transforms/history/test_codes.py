"""Codes: shares that move, codes that come, and codes that go, beyond what chance does."""

from __future__ import annotations

import math
from datetime import date

import pytest

from transforms.history.codes import come_and_gone, drift, stability_index
from transforms.history.figures import FOLDED, Cell, Figures

THEN, NOW = date(2021, 10, 15), date(2022, 10, 15)


def of(as_of: date, **codes: int) -> Figures:
    total = sum(codes.values())
    cells = {FOLDED if name == "folded" else name: Cell(n, n, n) for name, n in codes.items()}
    return Figures(as_of, {"all": {"": Cell(total, total, total)}, "form": cells})


def test_the_index_is_that_of_the_formula():
    # 0.5 → 0.6 and 0.5 → 0.4, each with half a row more.
    expected = (600.5 / 1001 - 500.5 / 1001) * math.log(600.5 / 500.5) + (400.5 / 1001 - 500.5 / 1001) * math.log(
        400.5 / 500.5
    )
    assert stability_index([500, 500], [600, 400]) == pytest.approx(expected)
    assert stability_index([500, 500], [50, 50]) == pytest.approx(0.0)


def test_a_large_move_stops_a_smaller_one_is_warned_of_and_the_same_shares_are_nothing():
    def moved(a: int, b: int) -> float:
        look = drift(of(THEN, K=5000, T=5000), of(NOW, K=a, T=b), "form")
        assert (look.warn, look.stop) == (0.10, 0.25)
        return look.value

    # 0.5 → 0.8: 0.3 · ln 1.6 + 0.3 · ln 2.5 = 0.416; 0.5 → 0.7: 0.2 · ln 1.4 + 0.2 · ln (5/3) = 0.169.
    assert moved(8000, 2000) == pytest.approx(0.416, abs=0.001)
    assert moved(7000, 3000) == pytest.approx(0.169, abs=0.001)
    assert moved(500, 500) == 0.0


def test_the_same_move_of_few_persons_may_be_chance():
    # χ² with one degree of freedom exceeds 10.83 once in a thousand; (1/60 + 1/60) of it is 0.36.
    assert drift(of(THEN, K=30, T=30), of(NOW, K=42, T=18), "form").value == 0.0
    assert drift(of(THEN, K=20, T=20), of(NOW, K=40, T=0), "form").untested


def test_a_code_that_nobody_had_before_is_new_and_its_rows_are_counted():
    new, gone = come_and_gone(of(THEN, K=900, T=100), of(NOW, K=800, T=80, E=120), "form")
    assert (new.name, new.value, gone.value) == ("codes_new.form", 0.12, 0.0)
    assert "(E)" in new.found


def test_a_code_that_nobody_has_any_more_has_vanished():
    new, gone = come_and_gone(of(THEN, K=900, T=100), of(NOW, K=1000), "form")
    assert (new.value, gone.name, gone.value, gone.stop) == (0.0, "codes_vanished.form", 0.1, 0.1)


def test_a_code_that_may_be_among_those_of_few_persons_is_not_said_to_be_gone():
    assert come_and_gone(of(THEN, K=900, T=6), of(NOW, K=900, folded=7), "form")[1].value == 0.0
    assert come_and_gone(of(THEN, K=900, T=60), of(NOW, K=900, folded=7), "form")[1].value == 60 / 960


def test_a_code_without_rows_in_the_last_year_has_vanished_though_its_old_rows_are_there():
    now = of(NOW, K=1000, T=100)
    now.cells["form"]["T"] = Cell(100, 0, 100)
    assert come_and_gone(of(THEN, K=900, T=100), now, "form")[1].value == 0.1
