"""The unit of an outcome: everything that looks at its result is written in the same one, so that no figure is misread."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.contract.model import Agreement
from maalbar.contract.values import Figure


def looked_at(agreement: Agreement, outcome_id: str) -> Iterator[Figure]:
    """Every figure of the terms that an outcome's result is held against: its price, gates on it, the premium's condition."""
    price = agreement.outcomes[outcome_id].price
    if getattr(price, "target", None) is not None:
        yield price.target  # type: ignore[union-attr]
    yield from (figure for tier in getattr(price, "tiers", ()) for figure in tier.figures)
    yield from (point.at for point in getattr(price, "points", ()))
    for other_id, other in agreement.outcomes.items():
        if other.gate is not None and (other.gate.outcome or other_id) == outcome_id:
            for bounds in (other.gate.each_period, other.gate.pooled):
                yield from bounds.figures if bounds is not None else ()
    condition = agreement.terms.premium.condition
    if condition is not None and condition.outcome == outcome_id:
        yield from condition.figures
