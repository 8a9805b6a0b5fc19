"""What an agreed reserve is paid on: no surer as a reserve, alone or in a mixture, than each estimate was by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.transforms.small import pro_rata, small_contract
from transforms.settlement.figures import looked_at
from transforms.settlement.results import Interval, Result

# Error 0.04 on two degrees of freedom: 0.10 ± 4.30 × 0.04.
THREE_AREAS = Interval(Decimal("-0.072"), Decimal("0.272"), Decimal("0.04"), is_significant=False)
MANY = Interval(Decimal("0.041"), Decimal("0.159"), Decimal("0.03"), is_significant=True)


def _value(uncertainty: str = "significant", **reserves: Interval | None) -> Decimal | None:
    """What is looked at when the first estimate fails; each reserve has found 0.10 and counts as much as the others."""
    use = {name: f"{100 // len(reserves)} %" for name in reserves}
    fallback = {"when": "not_measurable", "use": use, "source": "illustrative"}
    contract = small_contract({"a": pro_rata(1_000) | {"clusters": "area", "fallback": fallback}}, basis="per_period")
    contract = contract.model_copy(update={"terms": contract.terms.model_copy(update={"uncertainty": uncertainty})})
    found = {name: Result(period=Decimal("0.10"), period_interval=spread) for name, spread in reserves.items()}
    result = Result(not_measurable="few_areas: 1; 2", others=found)
    return looked_at(contract, "a", contract.outcomes["a"], result, "period").value


def test_what_three_areas_could_not_show_is_not_shown_as_a_reserve():
    """The interval of three areas holds no effect; ± 1.96 × 0.04 does not."""
    assert _value(historical_baseline=THREE_AREAS) == 0


def test_what_was_shown_by_itself_is_shown_as_a_reserve():
    alone = Interval(Decimal("0.022"), Decimal("0.178"), Decimal("0.04"), is_significant=True)
    assert _value(historical_baseline=alone) == Decimal("0.10")


def test_a_reserve_without_a_standard_error_keeps_its_limits():
    spread = Interval(Decimal("0.03"), Decimal("0.17"))
    assert _value("lower_limit", historical_baseline=spread) == Decimal("0.03")


def test_a_mixture_reaches_as_far_as_the_estimate_of_few_areas_in_it():
    """Its error is √((0.04/2)² + (0.03/2)²) = 0.025, so 0.10 ± 4.30 × 0.025 holds no effect; ± 1.96 × 0.025 does not."""
    assert _value(historical_baseline=THREE_AREAS, before_after=MANY) == 0
    low = _value("lower_limit", historical_baseline=THREE_AREAS, before_after=MANY)
    assert low == pytest.approx(Decimal("-0.0075"))


def test_a_mixture_of_sure_estimates_is_surer_than_each():
    """Error 0.03/√2 = 0.0212, and 1.9667 of them to each side: 0.10 ± 0.0417."""
    low = _value("lower_limit", historical_baseline=MANY, before_after=MANY)
    assert low == pytest.approx(Decimal("0.05828"), abs=Decimal("0.0001"))
