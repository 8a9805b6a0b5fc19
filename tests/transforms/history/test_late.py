"""Late registration: how full a month was so long before the day of a delivery, told by the next delivery."""

from __future__ import annotations

from datetime import date

import pytest

from tests.transforms.history.by_hand import each_month, figures
from transforms.history.late import late, registered

THEN, NOW = date(2021, 10, 15), date(2022, 10, 15)
FULL = each_month(1000)
LATE = FULL | {"m1": 100, "m2": 400, "m3": 700, "m4": 900}
"""Of 1000 rows a month 100 are there after one month, 400 after two, 700 after three, 900 after four, then all."""
NEXT = figures(NOW, **each_month(1000, 1, 48))


def test_so_many_months_after_so_much_was_there():
    parts = registered(figures(THEN, **LATE), NEXT)
    # Three months together: lag 1 is of months 1, 2 and 3; lag 3 of 3, 4 and 5.
    assert parts[1] == pytest.approx((100 + 400 + 700) / 3000)
    assert parts[3] == pytest.approx((700 + 900 + 1000) / 3000)
    assert parts[5] == 1.0


def test_a_month_of_so_few_that_it_was_not_told_of_was_empty_then():
    parts = registered(figures(THEN, **{lag: n for lag, n in LATE.items() if lag != "m1"}), NEXT)
    assert parts[1] == pytest.approx((0 + 400 + 700) / 3000)


def test_persons_who_have_come_since_do_not_make_the_register_late():
    more = figures(NOW, **each_month(1100, 1, 48))
    assert registered(figures(THEN, **FULL), more) == {lag: pytest.approx(1.0) for lag in range(1, 13)}


def test_a_period_that_ended_within_the_delay_is_warned_of_and_stopped_where_the_contract_says_so():
    # The period ended with September 2022: its last month lies one month before the day.
    warned, stopped = (late(figures(THEN, **LATE), NEXT, date(2022, 10, 1), 0.95, stops) for stops in (False, True))
    assert warned.value == pytest.approx(0.6)
    assert (warned.warn, warned.stop) == (pytest.approx(0.05), None)
    assert (stopped.warn, stopped.stop) == (None, pytest.approx(0.05))
    # After four months (900 + 1000 + 1000) of 3000 are there, 96.7 %; after three 86.7 %.
    assert warned.figures["full_after"] == "4 months"


def test_a_period_that_ended_long_before_is_full():
    assert late(figures(THEN, **LATE), NEXT, date(2022, 6, 1), 0.95, stops=False).value == 0.0


def test_two_deliveries_that_tell_little_together_say_nothing_of_delay():
    assert late(figures(THEN, **each_month(1)), NEXT, date(2022, 10, 1), 0.95, stops=False).untested
