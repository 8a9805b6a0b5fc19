"""Waterfall: how the receiver of the payments hands them on to layers of investors. After payment, and separate from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from maalbar.contract.capital import Capital, Layer, Step
from maalbar.contract.model import Agreement
from maalbar.money import split, to_minor
from transforms.settlement.exact import exactly
from transforms.settlement.lines import Component, Line
from transforms.settlement.returns import Flow, capital_flows, outstanding


@dataclass(frozen=True)
class Handed:
    """What an investor gets in a period, in minor units; `source` is `payments` or `guarantee`."""

    period: str
    layer: str
    investor: str
    component: Component
    amount: int
    source: str


@dataclass
class _LayerSoFar:
    flows: list[Flow] = field(default_factory=list)
    got: dict[Component, int] = field(default_factory=lambda: defaultdict(int))


@exactly
def handed_on(agreement: Agreement, lines: Sequence[Line], periods: Sequence[str] | None = None) -> tuple[Handed, ...]:
    """Hand on what the receiver gets, period by period; what it must pay back it holds against later periods.

    `periods`: those that are settled, also where they have no line; all up to the last line where it is left out. In the last
    period of the calendar the guarantee covers what its layer has lost. Empty without a waterfall.
    """
    capital = agreement.terms.capital
    if not capital.waterfall:
        return ()
    so_far = {layer.id: _LayerSoFar() for layer in capital.layers}
    receivers = {agreement.acting_for(str(capital.receiver), period.id) for period in agreement.calendar.periods}
    found: list[Handed] = []
    held = 0
    for period_id in dict.fromkeys(line.period for line in lines) if periods is None else periods:
        day = agreement.period(period_id).pay_by
        held += sum(x.amount for x in lines if x.period == period_id and x.recipient in receivers)
        for step in capital.waterfall:
            layer = next(layer for layer in capital.layers if layer.id == step.to)
            part = min(_wanted(capital, step, layer, so_far[layer.id], day), max(held, 0))
            shared = _shared(capital, period_id, layer, step.what, part, "payments", day)
            if not shared:
                continue  # nobody of the layer has paid in yet, so it stays for the next step, or the next period
            held -= part
            found += shared
            so_far[layer.id].got[step.what] += part
            so_far[layer.id].flows.append(Flow(day, part))
        if period_id == agreement.calendar.followed[-1].id:
            found += _guaranteed(capital, period_id, so_far, day)
    return tuple(row for row in found if row.amount)


def _wanted(capital: Capital, step: Step, layer: Layer, so_far: _LayerSoFar, day: date) -> int:
    """What a step may still take."""
    if step.what == "principal":
        return max(_paid_in(capital, layer.investors, day) - so_far.got["principal"], 0)
    if step.maximum is not None:
        return max(step.maximum.minor - so_far.got["premium"], 0)
    if step.return_ is None:
        return 10**18
    flows = capital_flows(capital, day, layer.investors)
    needed = outstanding([*flows, *so_far.flows], step.return_, day)
    return max(int(needed.to_integral_value(rounding=ROUND_CEILING)), 0)


def _paid_in(capital: Capital, investors: Sequence[str], day: date) -> int:
    return -sum(flow.amount for flow in capital_flows(capital, day, investors))


def _shared(
    capital: Capital, period: str, layer: Layer, what: Component, amount: int, source: str, day: date
) -> list[Handed]:
    """Investors of a layer share by what they have paid in."""
    total = _paid_in(capital, layer.investors, day)
    if not amount or not total:
        return []
    shares = {investor: Fraction(_paid_in(capital, (investor,), day), total) for investor in layer.investors}
    return [Handed(period, layer.id, who, what, part, source) for who, part in split(amount, shares).items()]


def _guaranteed(capital: Capital, period: str, so_far: dict[str, _LayerSoFar], day: date) -> list[Handed]:
    promise = capital.guarantee
    if promise is None:
        return []
    layer = next(layer for layer in capital.layers if layer.id == promise.layer)
    loss = max(_paid_in(capital, layer.investors, day) - so_far[layer.id].got["principal"], 0)
    amount = to_minor(Decimal(loss) * promise.share)
    if promise.maximum is not None:
        amount = min(amount, promise.maximum.minor)
    return _shared(capital, period, layer, "principal", amount, "guarantee", day)
