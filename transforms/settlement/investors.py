"""Investors: each one's money paid in and back, principal and premium apart, and what it has earned a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from maalbar.contract.model import Agreement
from transforms.settlement.lines import Line
from transforms.settlement.returns import Flow, capital_flows, internal_rate
from transforms.settlement.waterfall import handed_on


@dataclass(frozen=True)
class InvestorReturn:
    """An investor's money: paid in and back, principal and premium apart, and its yearly return on dated cash flows."""

    investor: str
    paid_in: int
    returned: int
    principal: int
    premium: int
    yearly_return: Decimal | None
    """None also where nothing is paid in: what is only received has no return."""


def investor_returns(agreement: Agreement, lines: Sequence[Line], through: str) -> tuple[InvestorReturn, ...]:
    """Each investor by the pay day of a period: what it gets itself, and what the receiver hands on to it."""
    settled = [*(period.id for period in agreement.calendar.until(through)), *(line.period for line in lines)]
    handed = handed_on(agreement, lines, list(dict.fromkeys(settled)))
    last = agreement.period(through).pay_by
    found = []
    for party_id, party in agreement.parties.items():
        if "investor" not in party.roles:
            continue
        mine = [(x.period, x.component, x.amount) for x in lines if x.recipient == party_id]
        if party_id == agreement.terms.capital.receiver:
            mine = []
        mine += [(h.period, h.component, h.amount) for h in handed if h.investor == party_id]
        own = capital_flows(agreement.terms.capital, last, (party_id,))  # also where it is the receiver for others
        flows = [*own, *(Flow(agreement.period(period).pay_by, amount) for period, amount in _by_period(mine))]
        found.append(
            InvestorReturn(
                party_id,
                -sum(flow.amount for flow in own if flow.amount < 0),
                sum(flow.amount for flow in own if flow.amount > 0),
                sum(amount for _, component, amount in mine if component == "principal"),
                sum(amount for _, component, amount in mine if component == "premium"),
                internal_rate(flows) if any(flow.amount < 0 for flow in own) else None,
            )
        )
    return tuple(found)


def _by_period(received: Sequence[tuple[str, str, int]]) -> list[tuple[str, int]]:
    """One flow a period, since a yearly return costs a power of every flow many times over."""
    sums: dict[str, int] = {}
    for period, _, amount in received:
        sums[period] = sums.get(period, 0) + amount
    return list(sums.items())
