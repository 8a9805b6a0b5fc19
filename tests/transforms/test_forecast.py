"""Forecast: what the rest may come to lies between its bounds, and agrees with what is measured."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maalbar.contract import Agreement
from tests.transforms.small import cap, pro_rata, rate_card, small_contract
from transforms.forecast import PLAN, Room, forecast, room, unforeseeable
from transforms.settlement import Interval, Result, settle

PERIODS = ["1", "2", "3", "4"]
PLANNED = {"standard_error": "0.3 points", "correlation": "40 %", "source": "illustrative"}


def joy(**changed):
    """1,000 kr. for half a point."""
    return pro_rata(1_000, "0.5 points", indicator="life_satisfaction@1", planning=PLANNED) | changed


def plans(**changed):
    """100 kr. a plan; ten a year when all works."""
    return rate_card(100) | {"planning": {"units": "10", "source": "illustrative"}} | changed


def found(value: str, so_far: str | None = None, error: str = "0.2") -> Result:
    """An estimate with its error, in the period and over all so far."""

    def interval(figure: str) -> Interval:
        reach = Decimal("1.96") * Decimal(error)
        return Interval(Decimal(figure) - reach, Decimal(figure) + reach, Decimal(error))

    both = so_far or value
    return Result(Decimal(value), Decimal(both), period_interval=interval(value), cumulative_interval=interval(both))


def totals(cast) -> tuple[int, int, int]:
    return tuple(sum(cells.values()) for cells in (cast.lowest, cast.expected, cast.highest))  # type: ignore[return-value]


def test_with_nothing_measured_half_of_the_plan_is_expected():
    cast = forecast(small_contract({"joy": joy(), "plans": plans()}), {}, [], 400)
    assert cast.based_on == {"joy": PLAN, "plans": PLAN}
    lowest, expected, highest = totals(cast)
    assert lowest == 0
    # Half of 1,000 by symmetry, and 4 × 5 plans at 100.
    assert expected == pytest.approx(500_00 + 2_000_00, rel=0.02)
    # All of 1,000, and in each of four years ten plans and four standard deviations: 10 + 4 √10 = 22.6, 23 plans.
    assert highest == 1_000_00 + 4 * 23 * 100_00


def test_what_is_measured_is_what_the_rest_is_drawn_around():
    # After two of four years at 0.2 of 0.5: 2/5 of all when it stays so. The error left: 0.2 / √0.7 × √0.6 × √(1 + 1/2) …
    measured = {("1", "joy"): found("0.1"), ("2", "joy"): found("0.3", "0.2", error="0.02")}
    cast = forecast(small_contract({"joy": joy()}), measured, ["1", "2"], 400)
    assert cast.based_on == {"joy": "2"}
    lowest, expected, highest = totals(cast)
    assert (lowest, highest) == (0, 1_000_00)
    # … is small beside 0.2, so neither nothing nor the target cuts any draw off.
    assert expected == pytest.approx(400_00, rel=0.01)


def test_units_go_on_at_the_pace_so_far():
    measured = {("1", "plans"): Result(units=30), ("2", "plans"): Result(units=20)}
    cast = forecast(small_contract({"plans": plans()}), measured, ["1", "2"], 400)
    lowest, expected, highest = totals(cast)
    assert lowest == 50 * 100_00
    assert expected == pytest.approx((50 + 2 * 25) * 100_00, rel=0.02)
    assert highest == (50 + 2 * 45) * 100_00  # 25 + 4 √25


def test_an_outcome_whose_newest_period_is_not_measurable_stays_with_its_last_estimate():
    measured = {("1", "joy"): found("0.2", error="0.02"), ("2", "joy"): Result(not_measurable="few_events")}
    cast = forecast(small_contract({"joy": joy()}), measured, ["1", "2"], 100)
    assert cast.based_on == {"joy": "1"}


def test_when_all_is_measured_the_three_are_what_is_owed():
    contract = small_contract({"joy": joy()})
    measured = {(period, "joy"): found("0.133") for period in PERIODS}
    owed = settle(contract, measured, PERIODS).total
    cast = forecast(contract, measured, PERIODS, 400)
    assert totals(cast) == (owed, owed, owed)
    assert cast.draws == 1


def test_what_has_neither_result_nor_plan_cannot_be_foreseen():
    bare = joy()
    del bare["planning"]
    contract = small_contract({"joy": bare, "plans": plans()})
    assert unforeseeable(contract, {}) == ["outcomes.joy.planning"]
    assert unforeseeable(contract, {("1", "joy"): found("0.1")}) == []
    assert forecast(contract, {("1", "joy"): found("0.1")}, ["1"], 10).based_on == {"joy": "1", "plans": PLAN}


figures = st.decimals("-0.9", "0.9", places=2).map(str)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    basis=st.sampled_from(["cumulative", "per_period"]),
    floor=st.sampled_from(["each_period", "running_total", "none"]),
    rule=st.sampled_from(["point_estimate", "lower_limit", "significant"]),
    most=st.integers(200, 2_500),
    yearly=st.sampled_from([None, "none", "unused", "excess"]),
    estimates=st.lists(st.tuples(figures, figures, st.integers(0, 40)), max_size=4),
    saves=st.booleans(),
)
def test_what_is_expected_lies_between_lowest_and_highest(basis, floor, rule, most, yearly, estimates, saves):
    """Over terms and results: every course is no better than the best and no worse than the worst, so its mean is too."""
    caps = [cap(most)]
    if yearly:
        caps.append(cap(most // 2, payer="region") | {"per": "budget_year", "carry_over": yearly})
    outcomes = {"joy": joy(), "plans": plans()} | ({"saved": SAVING} if saves else {})
    contract = _with_rules(small_contract(outcomes, caps), basis, floor, rule)
    run = PERIODS[: len(estimates)]
    measured = {}
    for period, (alone, so_far, units) in zip(run, estimates, strict=True):
        measured |= {(period, "joy"): found(alone, so_far), (period, "plans"): Result(units=units)}
        if saves:
            measured[period, "saved"] = found(f"{Decimal(alone) * 1_000}", f"{Decimal(so_far) * 1_000}", error="100")
    cast = forecast(contract, measured, run, 8)
    lowest, expected, highest = totals(cast)
    assert lowest <= expected <= highest


SAVING = joy(
    contrast="level",
    price={"kind": "savings_share", "before_break_even": "60 %", "after_break_even": "20 %", "break_even": "300 DKK",
           "source": "illustrative"},
    planning={"standard_error": "300 units", "full_effect": "1_000 units", "source": "illustrative"},
    estimator="given",
)  # fmt: skip


def _with_rules(contract: Agreement, basis: str, floor: str, rule: str) -> Agreement:
    said = contract.said()
    said["terms"] |= {"basis": basis, "floor": floor, "uncertainty": rule}
    if "saved" in said["outcomes"]:
        said["outcomes"]["saved"]["price"]["uncertainty"] = "point_estimate"
    return type(contract).model_validate(said)


def test_room_is_what_a_cap_leaves_of_what_is_entitled_year_by_year_for_a_yearly_one():
    yearly = cap(300, payer="region") | {"per": "budget_year", "carry_over": "unused"}
    contract = small_contract({"joy": joy()}, [cap(1_000), yearly])
    measured = {(period, "joy"): found("0.5") for period in ("1", "2")}
    rooms = room(contract, settle(contract, measured, ["1", "2"]).lines)
    assert rooms[0] == Room(contract.terms.caps[0], None, 500_00, 500_00)
    # 250 a year of 300, and what a year leaves is the next year's.
    assert [(row.year, row.used, row.left) for row in rooms[1:]] == [
        ("2021", 250_00, 50_00),
        ("2022", 250_00, 100_00),
        ("2023", 0, 400_00),
        ("2024", 0, 700_00),
    ]


def test_a_budget_year_of_its_own_bears_what_is_paid_for_the_period():
    said = small_contract({"joy": joy()}).said()
    for period in said["calendar"]["periods"]:
        period["budget_year"] = "2020s"
    cast = forecast(Agreement.model_validate({k: v for k, v in said.items() if k not in MEASURING}), {}, [], 10)
    assert set(cast.highest) == {("region", "fund", "2020s")}


MEASURING = ("baseline", "cohort", "quality", "deliveries")
