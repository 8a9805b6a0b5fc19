"""What a statement says of periods that later extracts restate: the figure as it is measured, and what it would be now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from maalbar.documents.facts import EffectFact, RestatedFact
from maalbar.flow.evidence import Evidence
from maalbar.flow.figures import effect_fact, paid_basis


def restated_facts(evidence: Evidence, period_id: str) -> Iterator[RestatedFact]:
    """The outcomes of the periods so far that would be others now, on the basis they are paid on.

    What is withheld, or not measurable, as it stands is not told of; nor is a number of units that would differ by fewer than
    may be told.
    """
    order = [period.id for period in evidence.contract.calendar.periods]
    so_far = (p for p in evidence.effects if order.index(p) <= order.index(period_id))
    for period in so_far:
        kept = evidence.restated.get(evidence.measurements[period]["measurement_id"])
        if kept is None:
            continue
        now = {(row["outcome"], row["basis"]): row for row in kept["figures"]}
        for outcome in evidence.contract.outcomes:
            basis = paid_basis(evidence, outcome)
            was, row = effect_fact(evidence, period, outcome, basis), now.get((outcome, basis))
            if was.change is None or row is None:
                continue
            would_be = _as_now(was, row)
            if not is_of_few(was, would_be, evidence.contract.quality.small_cell) and would_be.change != was.change:
                yield RestatedFact(period, kept["as_known_at"], was, would_be)


def _as_now(was: EffectFact, row: dict[str, Any]) -> EffectFact:
    """The fact with the figures of a restatement. `row` as of `effect_estimate`, figures as text."""
    change = row["units"] if row["units"] is not None else row["change"]
    return replace(was, change=_number(change), low=_number(row["low"]), high=_number(row["high"]))


def _number(told: str | int | None) -> Decimal | None:
    return None if told is None else Decimal(str(told))


def is_of_few(was: EffectFact, now: EffectFact, small: int) -> bool:
    """Whether two numbers of units, side by side, tell of few."""
    if was.contrast != "count" or was.change is None or now.change is None:
        return False
    return 0 < now.change < small or 0 < abs(now.change - was.change) < small
