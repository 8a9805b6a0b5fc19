"""The effect is the one worked out by hand from four numbers; its error is that of persons seen twice."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from transforms.effect import REASONS, Estimate, NotMeasurable, difference_in_differences

PARTS = [(arm, after) for arm in (True, False) for after in (False, True)]
NAMES = {
    (True, True): "treated_after",
    (True, False): "treated_before",
    (False, True): "comparison_after",
    (False, False): "comparison_before",
}


def _frame(
    seed: int, *, rates: tuple[float, float, float, float] = (2.0, 1.4, 1.8, 1.7), people: int = 60
) -> pd.DataFrame:
    """Counted events of persons seen before and after, in the order of PARTS; exposures differ from person to person."""
    chance = np.random.default_rng(seed)
    parts = []
    for (is_treated, is_after), rate in zip(PARTS, rates, strict=True):
        exposure = chance.uniform(0.2, 3.0, people)
        quantity = chance.poisson(rate * exposure * chance.gamma(2.0, 0.5, people)).astype(float)
        ids = [f"{'t' if is_treated else 'c'}{number}" for number in range(people)]
        parts.append(
            pd.DataFrame(
                {
                    "person_id": ids,
                    "is_treated": is_treated,
                    "is_after": is_after,
                    "quantity": quantity,
                    "exposure": exposure,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _four(frame: pd.DataFrame) -> dict[tuple[bool, bool], float]:
    """Quantity per exposure in the four cells."""
    return {
        cell: frame.loc[mine, "quantity"].sum() / frame.loc[mine, "exposure"].sum()
        for cell in PARTS
        if (mine := (frame["is_treated"] == cell[0]) & (frame["is_after"] == cell[1])).any()
    }


def _estimate(frame: pd.DataFrame, contrast: str, min_events: int = 10) -> Estimate:
    found = difference_in_differences(frame, contrast, min_events)
    assert isinstance(found, Estimate)
    return found


def _small(rows: str) -> pd.DataFrame:
    """person, t or c, before or after, quantity, exposure"""
    cells = [row.split() for row in rows.strip().splitlines()]
    return pd.DataFrame(
        [(p, arm == "t", when == "after", float(q), float(e)) for p, arm, when, q, e in cells],
        columns=["person_id", "is_treated", "is_after", "quantity", "exposure"],
    )


FOUR_PERSONS = """
    a t before 10 2
    b t before 20 3
    a t after   6 2
    b t after  12 2
    c c before  8 2
    d c before 12 2
    c c after   9 2
    d c after  27 4
"""


def test_a_ratio_is_worked_out_from_four_rates():
    # Treated: 30/5 = 6 before, 18/4 = 4.5 after: 0.75. Comparison: 20/4 = 5 before, 36/6 = 6 after: 1.2.
    # 0.75 / 1.2 - 1 = -0.375: 37.5 % fewer than expected.
    assert _estimate(_small(FOUR_PERSONS), "ratio").change == pytest.approx(-0.375, abs=1e-9)


def test_a_difference_is_worked_out_from_four_means():
    # The same four numbers: (4.5 - 6) - (6 - 5) = -2.5.
    assert _estimate(_small(FOUR_PERSONS), "difference").change == pytest.approx(-2.5, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_any_estimate_is_that_of_its_four_numbers(seed):
    frame = _frame(seed)
    rate = _four(frame)
    ratio = (rate[True, True] / rate[True, False]) / (rate[False, True] / rate[False, False]) - 1
    difference = (rate[True, True] - rate[True, False]) - (rate[False, True] - rate[False, False])
    assert _estimate(frame, "ratio").change == pytest.approx(ratio, abs=1e-6)
    assert _estimate(frame, "difference").change == pytest.approx(difference, abs=1e-9)


def _sandwich(frame: pd.DataFrame, contrast: str) -> float:
    """The cluster-robust error of the interaction, by matrices alone: bread, sum of squared scores per person, bread.

    With the usual correction for few clusters, G/(G-1) × (N-1)/(N-4).
    """
    t, a = frame["is_treated"].to_numpy(float), frame["is_after"].to_numpy(float)
    x = np.column_stack([np.ones(len(frame)), t, a, t * a])
    y, e = frame["quantity"].to_numpy(), frame["exposure"].to_numpy()
    rate = np.array([_four(frame)[bool(i), bool(j)] for i, j in zip(t, a, strict=True)])
    if contrast == "ratio":
        weight, residual = rate * e, y - rate * e  # Poisson: variance and score of the log rate
    else:
        weight, residual = e, e * (y / e - rate)
    bread = np.linalg.inv(x.T @ (x * weight[:, None]))
    scores = pd.DataFrame(x * residual[:, None]).groupby(frame["person_id"].to_numpy()).sum().to_numpy()
    groups, rows = len(scores), len(frame)
    variance = bread @ (scores.T @ scores) @ bread * groups / (groups - 1) * (rows - 1) / (rows - 4)
    return math.sqrt(variance[3, 3])


@pytest.mark.parametrize("contrast", ["ratio", "difference"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_error_is_clustered_by_person(contrast, seed):
    frame = _frame(seed)
    found, error = _estimate(frame, contrast), _sandwich(frame, contrast)
    # For a ratio the stored error is that of the change itself, exp(b) × error of b.
    scale = 1 + found.change if contrast == "ratio" else 1
    assert found.standard_error == pytest.approx(scale * error, rel=1e-6)
    b = math.log1p(found.change) if contrast == "ratio" else found.change
    ends = (b - 1.959964 * error, b + 1.959964 * error)
    low, high = (math.expm1(end) for end in ends) if contrast == "ratio" else ends
    assert (found.low, found.high) == (pytest.approx(low, rel=1e-5), pytest.approx(high, rel=1e-5))
    assert found.p_value == pytest.approx(2 * norm.sf(abs(b) / error), rel=1e-6)
    # Shown with 80 % power at 5 %: 1.959964 + 0.841621 errors.
    shown = 2.801585 * error
    assert found.detectable == pytest.approx(1 - math.exp(-shown) if contrast == "ratio" else shown, rel=1e-5)


def test_persons_seen_twice_are_surer_than_as_many_strangers():
    frame = _frame(5).assign(exposure=1.0)
    before, changes = frame["quantity"].to_numpy(), np.random.default_rng(5).poisson(0.2, 60)
    # Everyone is afterwards much as before, so most of the spread is between persons and not between times.
    alike = frame.assign(
        quantity=np.concatenate([before[:60], before[:60] + changes, before[120:180], before[120:180] + changes[::-1]])
    )
    strangers = alike.assign(person_id=[f"p{number}" for number in range(len(alike))])
    assert _estimate(alike, "difference").standard_error < 0.5 * _estimate(strangers, "difference").standard_error


def test_no_effect_is_far_from_shown_and_a_great_one_is_shown():
    none = _estimate(_frame(7, rates=(2, 2, 2, 2), people=400), "ratio")
    great = _estimate(_frame(7, rates=(2, 1, 2, 2), people=400), "ratio")
    assert none.p_value > 0.05 and none.low < 0 < none.high
    assert great.p_value < 0.001 and great.high < 0


@pytest.mark.fault("F51")
@pytest.mark.parametrize("cell", PARTS)
def test_an_empty_cell_is_named(cell):
    frame = _frame(1)
    rest = frame[~((frame["is_treated"] == cell[0]) & (frame["is_after"] == cell[1]))]
    for contrast in ("ratio", "difference"):
        assert difference_in_differences(rest, contrast, 10) == NotMeasurable("no_data", (NAMES[cell],))


def test_one_person_in_a_cell_is_too_few_and_time_of_no_length_is_no_person():
    frame = _small(FOUR_PERSONS)
    alone = frame[~((frame["person_id"] == "b") & frame["is_after"])]
    refused = NotMeasurable("few_persons", ("treated_after", "2"))
    assert difference_in_differences(alone, "difference", 0) == refused
    timeless = frame.assign(exposure=frame["exposure"].where(~((frame["person_id"] == "b") & frame["is_after"]), 0.0))
    assert difference_in_differences(timeless, "difference", 0) == refused


def test_a_ratio_needs_the_contracts_number_of_events_in_each_cell():
    # The cells of FOUR_PERSONS hold 30, 18, 20 and 36 events.
    frame = _small(FOUR_PERSONS)
    assert isinstance(difference_in_differences(frame, "ratio", 18), Estimate)
    assert difference_in_differences(frame, "ratio", 19) == NotMeasurable("few_events", ("treated_after", "19"))
    assert isinstance(difference_in_differences(frame, "difference", 19), Estimate)


def test_a_refusal_reads_as_code_and_details_and_every_code_is_known():
    assert NotMeasurable("few_events", ("treated_after", "10")).reason == "few_events: treated_after; 10"
    assert NotMeasurable("no_spread").reason == "no_spread"
    assert {"few_events", "no_data", "no_spread"} <= set(REASONS)


@given(st.integers(0, 100), st.sampled_from([0.001, 0.5, 12.0, 1000.0]))
@settings(max_examples=15, deadline=None)
def test_per_person_or_per_thousand_is_the_same_ratio(seed, unit):
    frame = _frame(seed)
    before, after = _estimate(frame, "ratio"), _estimate(frame.assign(exposure=frame["exposure"] * unit), "ratio")
    assert after.change == pytest.approx(before.change, abs=1e-6)
    assert after.standard_error == pytest.approx(before.standard_error, rel=1e-4)


@given(st.integers(0, 100), st.sampled_from(["ratio", "difference"]))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_and_the_names_of_persons_change_nothing(seed, contrast):
    frame = _frame(seed, people=30)
    shuffled = frame.sample(frac=1.0, random_state=seed).assign(
        person_id=lambda rows: rows["person_id"].map(lambda name: f"x{name[::-1]}")
    )
    one, other = _estimate(frame, contrast), _estimate(shuffled, contrast)
    assert other.change == pytest.approx(one.change, abs=1e-9)
    assert other.standard_error == pytest.approx(one.standard_error, rel=1e-9)


@pytest.mark.parametrize("quantities", [[7] * 8, [5.3] * 8, [7, 7, 6, 6, 8, 8, 7.1, 7.1]])
@pytest.mark.parametrize("contrast", ["ratio", "difference"])
def test_figures_without_any_spread_have_no_error_and_so_no_estimate(quantities, contrast):
    frame = _small(FOUR_PERSONS).assign(quantity=quantities, exposure=1.0).astype({"quantity": float})
    assert difference_in_differences(frame, contrast, 0) == NotMeasurable("no_spread")
