"""Rates of small groups of persons, worked out by hand, and laws that hold for all of them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from transforms.effect import NotMeasurable
from transforms.rates import Rate, crude, limits, mortality, mortality_ratio, standardised


def persons(*had: tuple[float, float] | tuple[float, float, str]) -> pd.DataFrame:
    """One row per person: quantity, years, stratum."""
    rows = [(f"p{i}", *row, *("all",)[len(row) - 2 :]) for i, row in enumerate(had)]
    return pd.DataFrame(rows, columns=["person_id", "quantity", "exposure", "stratum"])


def test_repeated_events_spread_between_persons():
    # 16 events in 8 years: r = 2. From each person's expectation 2 the four with one year are 10 - 2, 2 - 2, 0 - 2, 0 - 2 away,
    # the last with four years 4 - 8: the squares are 64 + 0 + 4 + 4 + 16 = 88, against 16 were events independent.
    rows = persons((10, 1), (2, 1), (0, 1), (0, 1), (4, 4))
    low, high = limits(16)
    scale = math.sqrt(88 / 16) / 8
    found = crude(rows, "repeated")
    assert found == Rate(2.0, pytest.approx(max(0, 2 + scale * (low - 16))), pytest.approx(2 + scale * (high - 16)))
    assert crude(rows, "independent") == Rate(2.0, pytest.approx(low / 8), pytest.approx(high / 8))


def test_rows_of_one_person_are_one_person():
    # Two windows of the same person, 5 and 5 events, spread as one person with 10: not as two with 5 each.
    apart = persons((5, 1), (5, 1), (0, 1), (0, 1))
    apart.loc[1, "person_id"] = "p0"
    assert crude(apart) == crude(persons((10, 2), (0, 1), (0, 1)))


def test_a_person_alone_in_a_stratum_counts_with_the_square_of_what_they_had():
    # Strata of equal weight and 10 years: 6 events of one person (36), and 3 + 5 of two around 4 each (1 + 1). Rates 0.6, 0.8.
    rows = persons((6, 10, "a"), (3, 5, "b"), (5, 5, "b"))
    found = standardised(rows, {"a": 1, "b": 1})
    low, high = limits(14)
    scale = math.sqrt((36 + 2) / 20**2 / 14)
    assert found == Rate(
        pytest.approx(0.7), pytest.approx(0.7 + scale * (low - 14)), pytest.approx(0.7 + scale * (high - 14))
    )


def test_no_events_have_the_poisson_limit_of_none():
    # No event in 100 years: 3.689 would still be missed with a chance of 2.5 %.
    assert crude(persons((0, 60), (0, 40))) == Rate(0.0, 0.0, pytest.approx(-math.log(0.025) / 100))


@given(st.integers(1, 9))
def test_under_ten_events_the_limits_are_exact(count):
    low, high = limits(count)
    assert poisson.sf(count - 1, low) == pytest.approx(0.025)
    assert poisson.cdf(count, high) == pytest.approx(0.025)


@given(st.integers(10, 5000))
def test_from_ten_events_byar_is_close_to_exact(count):
    low, high = limits(count)
    assert poisson.sf(count - 1, low) == pytest.approx(0.025, abs=0.001)
    assert poisson.cdf(count, high) == pytest.approx(0.025, abs=0.001)


def test_a_cell_without_time_and_one_without_spread_are_refused():
    assert crude(persons((0, 0))) == NotMeasurable("no_data", ("person_time",))
    assert crude(persons((52, 1), (52, 1)), "amount") == NotMeasurable("no_spread")


def test_fewer_than_ten_events_are_not_standardised():
    rows, more = persons((4, 10), (5, 10)), persons((4, 10), (6, 10))
    assert standardised(rows, {"all": 1}) == NotMeasurable("few_events", ("standard_strata", "10"))
    assert isinstance(standardised(more, {"all": 1}), Rate)


def test_a_stratum_of_the_standard_in_which_nobody_lived_is_refused_with_its_weight():
    rows = persons((20, 10, "60-69"), (20, 12, "60-69"), (4, 0, "70-79"))
    standard = {"60-69": 700.0, "70-79": 200.0, "80+": 100.0}
    assert standardised(rows, standard) == NotMeasurable("empty_stratum", ("2", "30.0"))
    assert isinstance(standardised(rows, {"60-69": 700.0, "80+": 0.0}), Rate)


def test_those_outside_the_standard_do_not_count():
    inside = [(20, 10, "60-69"), (22, 10, "60-69")]
    standard = {"60-69": 1.0}
    assert standardised(persons(*inside, (50, 10, "under 60")), standard) == standardised(persons(*inside), standard)


def test_the_young_are_made_up_for_when_the_standard_is_half_old():
    # Rates 1 and 5; nine of ten years are of the young: crude 1.4, in the standard 3.
    rows = persons((50, 45, "young"), (40, 45, "young"), (20, 5, "old"), (30, 5, "old"))
    assert crude(rows).value == pytest.approx(1.4)
    assert standardised(rows, {"young": 500, "old": 500}).value == pytest.approx(3.0)


drawn = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([0.25, 0.5, 1.0, 2.0]), st.sampled_from("abc")),
    min_size=4,
    max_size=30,
)
kinds = st.sampled_from(["independent", "repeated", "amount"])


def values(found: Rate | NotMeasurable, times: float = 1.0):
    if isinstance(found, NotMeasurable):
        return found
    return pytest.approx([found.value * times, found.low * times, found.high * times], rel=1e-9, abs=1e-12)


def plain(found: Rate | NotMeasurable):
    return found if isinstance(found, NotMeasurable) else [found.value, found.low, found.high]


@given(drawn)
def test_standardised_to_its_own_person_years_a_rate_is_the_crude_one(had):
    rows = persons(*had)
    own = rows.groupby("stratum")["exposure"].sum().to_dict()
    found = standardised(rows, own, "independent")
    if rows["quantity"].sum() < 10:
        assert found == NotMeasurable("few_events", ("standard_strata", "10"))
    else:
        # Independent events: the interval, too, since Σ (w/n)² y over w = n is Σ y.
        assert plain(found) == values(crude(rows, "independent"))
        assert found.value == pytest.approx(rows["quantity"].sum() / rows["exposure"].sum())


def test_an_amount_of_nothing_has_no_limit_in_events():
    """Poisson's 3.69 events are not 3.69 hours, kroner or nights: the limit would change with the unit."""
    assert crude(persons((0, 1), (0, 1)), "amount") == NotMeasurable("no_spread")


@given(drawn, kinds, st.floats(0.01, 1000))
def test_only_the_proportions_of_the_standard_count(had, kind, times):
    rows, standard = persons(*had), {name: float(ord(name)) for name in {stratum for _, _, stratum in had}}
    more = {name: weight * times for name, weight in standard.items()}
    assert plain(standardised(rows, more, kind)) == values(standardised(rows, standard, kind))


@given(drawn, st.sampled_from([2.0, 60.0]))
def test_an_amount_in_another_unit_is_the_same_amount(had, times):
    rows = persons(*had)
    standard = dict.fromkeys(rows["stratum"], 1.0)
    minutes = rows.assign(quantity=rows["quantity"] * times)
    assert plain(crude(minutes, "amount")) == values(crude(rows, "amount"), times)
    assert plain(standardised(minutes, standard, "amount")) == values(standardised(rows, standard, "amount"), times)


@given(drawn, kinds, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_count(had, kind, chance):
    rows, standard = persons(*had), {name: float(ord(name)) for name in {stratum for _, _, stratum in had}}
    order = list(rows.index)
    chance.shuffle(order)
    assert plain(standardised(rows.loc[order], standard, kind)) == values(standardised(rows, standard, kind))


@given(drawn, kinds)
def test_a_rate_lies_in_its_interval_and_is_never_negative(had, kind):
    found = crude(persons(*had), kind)
    if isinstance(found, Rate):
        assert 0 <= found.low <= found.value < found.high


def test_mortality_is_told_with_the_limits_of_its_deaths():
    found = mortality(41, 1000.0)
    assert (found.deaths, found.years) == (41, 1000.0)
    # Byar's limits of 41 deaths are 29.4 and 55.6 (Breslow & Day 1987).
    assert [round(x * 1000, 1) for x in (found.rate.value, found.rate.low, found.rate.high)] == [41.0, 29.4, 55.6]
    assert mortality(0, 0.0).rate == NotMeasurable("no_data", ("person_time",))


def test_a_mortality_ratio_of_many_deaths_is_symmetric_on_the_log_scale():
    # 40 in 1,000 years against 100 in 3,000: 1.2; ln 1.2 ± 1.95996 √(1/40 + 1/100).
    found = mortality_ratio(40, 1000, 100, 3000)
    reach = 1.959963985 * math.sqrt(1 / 40 + 1 / 100)
    assert found.value == pytest.approx(1.2)
    assert (found.low, found.high) == (pytest.approx(1.2 * math.exp(-reach)), pytest.approx(1.2 * math.exp(reach)))


def test_a_mortality_ratio_of_few_deaths_is_exact():
    # 4 in 100 years against 6 in 300. At a limit, of 10 deaths so many or more (so few or fewer) fall to the treated with 2.5 %.
    found = mortality_ratio(4, 100, 6, 300)
    assert found.value == pytest.approx(2.0)
    low, high = (ratio * 100 / (ratio * 100 + 300) for ratio in (found.low, found.high))
    assert binom.sf(3, 10, low) == pytest.approx(0.025)
    assert binom.cdf(4, 10, high) == pytest.approx(0.025)


def test_a_mortality_ratio_needs_deaths_to_compare_with_and_time_to_die_in():
    assert mortality_ratio(0, 100, 0, 300) == NotMeasurable("few_events", ("comparison_after", "1"))
    assert mortality_ratio(3, 100, 0, 300).value == math.inf
    assert mortality_ratio(0, 0, 5, 300) == NotMeasurable("no_data", ("person_time",))
    assert mortality_ratio(0, 100, 6, 300).low == mortality_ratio(0, 100, 6, 300).value == 0.0
