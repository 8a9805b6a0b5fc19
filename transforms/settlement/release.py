"""Release: what is due of what is earned: past its gate, after its first day of payment, and as far as it is paid on account."""

from __future__ import annotations

from collections.abc import Mapping

from maalbar.contract.outcomes import Outcome
from transforms.settlement.exact import whole
from transforms.settlement.figures import holds
from transforms.settlement.lines import Stage
from transforms.settlement.standing import Moment, OutcomeSoFar


def release(
    moment: Moment, outcome_id: str, outcome: Outcome, everyone: Mapping[str, OutcomeSoFar], added: int
) -> tuple[Stage, ...]:
    """Let through what the gate allows. What is held back is earned, and may be released by a later pooled result."""
    so_far, gate = everyone[outcome_id], outcome.gate
    if gate is None:
        so_far.released = so_far.earned
        return ()
    looked = gate.outcome or outcome_id
    result, counts = moment.result(looked), everyone[looked]
    may_pool = not gate.pooled_in or moment.period in gate.pooled_in
    if (
        gate.pooled is not None
        and may_pool
        and holds(moment.agreement, looked, gate.pooled, result, "cumulative", counts.counted)
    ):
        so_far.released, opened = so_far.earned, "pooled"
    elif gate.each_period is not None and holds(
        moment.agreement, looked, gate.each_period, result, "period", counts.counted_now
    ):
        # A falling sum takes from what is held back before it takes from what was let through.
        so_far.released = min(max(so_far.released + added, min(so_far.earned, 0)), so_far.earned)
        opened = "period"
    else:
        so_far.released, opened = min(so_far.released, so_far.earned), "shut"
    return (Stage("gate", so_far.released, {"opened": opened, "held": so_far.earned - so_far.released}),)


def fall_due(moment: Moment, outcome: Outcome, so_far: OutcomeSoFar) -> tuple[Stage, ...]:
    """Wait for the first day of payment, and pay on account until the final settlement."""
    trail: list[Stage] = []
    so_far.owed = so_far.released
    not_before = getattr(outcome.price, "not_before", None)
    if not_before is not None and moment.agreement.period(moment.period).pay_by < not_before:
        so_far.owed = 0
        trail.append(Stage("not_before", 0, {"not_before": not_before}))
    interim = moment.agreement.terms.on_account
    order = [period.id for period in moment.agreement.calendar.periods]
    if interim is not None and order.index(moment.period) < order.index(interim.final):
        so_far.owed = whole(so_far.owed * interim.share, moment.agreement.terms.rounding)
        trail.append(Stage("on_account", so_far.owed, {"share": interim.share}))
    return tuple(trail)
