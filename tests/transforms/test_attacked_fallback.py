"""An agreed reserve is no surer as a reserve than it was by itself."""

from __future__ import annotations

from decimal import Decimal

from tests.transforms.small import pro_rata, small_contract
from transforms.settlement.figures import looked_at
from transforms.settlement.results import Interval, Result


def _value(**other: object) -> Decimal | None:
    fallback = {"when": "not_measurable", "use": {"historical_baseline": "100 %"}, "source": "illustrative"}
    contract = small_contract({"a": pro_rata(1_000) | {"clusters": "area", "fallback": fallback}}, basis="per_period")
    contract = contract.model_copy(update={"terms": contract.terms.model_copy(update={"uncertainty": "significant"})})
    reserve = Result(period=Decimal("0.10"), period_interval=Interval(**other))  # type: ignore[arg-type]
    result = Result(not_measurable="few_areas: 1; 2", others={"historical_baseline": reserve})
    return looked_at(contract, "a", contract.outcomes["a"], result, "period").value


def test_what_three_areas_could_not_show_is_not_shown_as_a_reserve():
    """Error 0.04 on two degrees of freedom: the interval is 0.10 ± 4.30 × 0.04 and holds no effect; ± 1.96 × 0.04 does not."""
    assert (
        _value(low=Decimal("-0.072"), high=Decimal("0.272"), standard_error=Decimal("0.04"), is_significant=False) == 0
    )


def test_what_was_shown_by_itself_is_shown_as_a_reserve():
    assert _value(
        low=Decimal("0.022"), high=Decimal("0.178"), standard_error=Decimal("0.04"), is_significant=True
    ) == Decimal("0.10")
